"""Two operators, each with a checkout of their own and git between them: no conflict, nothing twice, one history."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.bsc.reserves import attest_on
from support.bsc.safes import paused_by_a_safe
from support.cli import ROOT
from support.life import Life

FOLDER = "deployments/network"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """PAUSER is a Safe of three; 10,000 som are attested."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment"), changes=paused_by_a_safe) as found:
        attest_on(found, 1_000_000)
        yield found


def git(where: Path, *words: str) -> str:
    name = ["-c", "user.name=test", "-c", "user.email=test@example.invalid"]
    done = subprocess.run(
        ["git", *name, *words], cwd=where, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"git {' '.join(words)}: {done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def checkouts(deployed: Deployed, tmp_path: Path) -> tuple[Deployed, Deployed]:
    """Clones of one repository, which has what a deployment leaves."""
    origin = tmp_path / "origin.git"
    git(tmp_path, "init", "--bare", "--initial-branch=main", str(origin))
    found: list[Deployed] = []
    for name in ("first", "second"):
        git(tmp_path, "clone", str(origin), name)
        folder = tmp_path / name / FOLDER
        if not found:
            shutil.copyfile(ROOT / ".gitignore", tmp_path / name / ".gitignore")
            folder.mkdir(parents=True)
            for file in ("policy.yaml", "record.json", "journal.jsonl"):
                shutil.copyfile(deployed.folder / file, folder / file)
            git(tmp_path / name, "checkout", "-b", "main")
            shared(tmp_path / name)
        found.append(replace(deployed, folder=folder))
    return found[0], found[1]


def shared(top: Path) -> None:
    """Commit what is new, take what the other has, hand on: as an operator does at the end of an act."""
    git(top, "add", "--all")
    if git(top, "status", "--porcelain"):
        git(top, "commit", "--message", "acts")
    if git(top, "ls-remote", "--heads", "origin", "main"):
        git(top, "pull", "--no-rebase", "--no-edit", "origin", "main")
    git(top, "push", "origin", "main")


def share(*several: Deployed) -> None:
    for one in (*several, several[0]):
        shared(one.folder.parents[1])


def act(here: Deployed, *words: object, by: str, code: int = 0) -> dict[str, Any]:
    result = here.run(*words, account=by)
    assert result.code == code, result.stderr
    assert result.document is not None
    return dict(result.document)


def test_two_checkouts__a_week__no_conflict_nothing_twice_one_history(
    checkouts: tuple[Deployed, Deployed],
) -> None:
    first, second = checkouts
    life = Life(first)
    # Both at once, without knowing of each other.
    act(first, "supply", "mint", "issuer_b", "500 som", "--ref", "D-1", by="issuer")
    why = ("--allow-unknown", "--reason", "asked by the FIU")
    act(second, "guard", "block", life.holder, *why, by="compliance")
    twice = act(
        second, "supply", "mint", "issuer_b", "500 som", "--ref", "D-1", by="issuer", code=4
    )
    assert "D-1" in twice["error"]["message"]
    share(first, second)

    # A Safe's two owners, each in a checkout of their own, at the same time.
    pause = ("guard", "pause", "minting", "--via", "safe:governance")
    one = act(first, *pause, "--reason", "odd figures", by="owner_a", code=5)
    two = act(second, *pause, "--reason", "I saw them, too", by="owner_b", code=5)
    assert one["proposal"]["safe_tx_hash"] == two["proposal"]["safe_tx_hash"]
    share(first, second)
    file = first.folder / "safe/governance" / Path(one["proposal"]["file"]).name
    sent = first.run("safe", "execute", file, account="unpauser")
    assert sent.code == 0, sent.stderr
    share(first, second)
    again = second.run("safe", "execute", second.folder / file.relative_to(first.folder),
                       account="unpauser")  # fmt: skip
    assert (again.code, (again.document or {}).get("already")) == (0, True)

    # What one has begun the other knows of.
    already = act(first, "guard", "block", life.holder, *why, by="compliance")
    assert already["done"] is True
    share(first, second)
    stories = []
    for here in checkouts:
        assert git(here.folder.parents[1], "status", "--porcelain") == ""
        told = here.run_offline("history", here.folder, "--policy", here.policy)
        assert told.code == 0, told.stderr
        assert told.document is not None
        stories.append([
            (e["words"], e["transaction"], [(w["person"], w["reason"]) for w in e["signed"]])
            for e in told.document["entries"]
        ])  # fmt: skip
    assert stories[0] == stories[1], "both checkouts tell the same"
    told_of = [pair for _, _, signed in stories[0] for pair in signed]
    for pair in [("issuer", None), ("compliance", "asked by the FIU"),
                 ("owner_a", "odd figures"), ("owner_b", "I saw them, too")]:  # fmt: skip
        assert pair in told_of
    mints = [words for words, _, _ in stories[0] if words.startswith("token.mint(")]
    assert len(mints) == 1
