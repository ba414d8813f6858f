"""A history, read back: who did what, when and why, as it was done; and what only the chain knows."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.cli import Result
from support.life import Life
from support.schemas import require_schema

WHY = "asked by the FIU, letter 17-3/204"
DOCUMENT = b"letter 17-3/204"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Two blocks, a pause at night, one block past the commands, a list; then the index."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment")) as here:
        life = Life(here)
        letter = here.folder / "letter.pdf"
        letter.write_bytes(DOCUMENT)
        why = ("--reason", WHY, "--document", letter)
        assert done(here, "guard", "block", life.holder, "--allow-unknown", *why, by="compliance")
        life.attest(1_000)
        assert done(here, "supply", "mint", "issuer_b", "10 som", "--ref", "D-1", by="issuer")
        assert done(here, "guard", "pause", "minting", by="pauser")
        life.act(here.address("compliance"), life.token.functions.blockAccount(life.puppet))
        listed = here.folder / "list.csv"
        listed.write_text(f"address,reason\n{life.other},=HYPERLINK(1)\n{life.desk},UN 1267\n")
        assert done(here, "guard", "blocklist", listed, by="compliance")
        back = ("--reason", "the letter was withdrawn")
        assert done(
            here, "guard", "unblock", life.holder, "--allow-unknown", *back, by="compliance"
        )
        here.node.mine(5)
        assert here.run("index", "sync").code == 0
        yield here


def done(here: Deployed, *words: object, by: str) -> bool:
    result = here.run(*words, account=by)
    assert result.code == 0, result.stderr
    return True


@pytest.fixture
def here(lived: Deployed, tmp_path: Path) -> Deployed:
    """The deployment with a folder of the test's own."""
    for name in ("policy.yaml", "record.json", "journal.jsonl"):
        shutil.copyfile(lived.folder / name, tmp_path / name)
    for name in ("operations", "index"):
        shutil.copytree(lived.folder / name, tmp_path / name)
    return replace(lived, folder=tmp_path)


def history(here: Deployed, *words: object) -> Result:
    return here.run_offline("history", here.folder, "--policy", here.policy, *words)


def told(here: Deployed, *words: object, code: int = 0) -> list[dict[str, Any]]:
    result = history(here, *words)
    assert result.code == code, result.stderr
    assert result.document is not None
    require_schema("history", result.document)
    found: list[dict[str, Any]] = result.document["entries"]
    return found


def test_history__about_an_account__is_what_was_done_to_it_and_why(here: Deployed) -> None:
    holder = Life(here).holder
    blocked, unblocked = told(here, "--about", holder)
    [why] = blocked["signed"]
    assert (why["person"], why["account"]) == ("compliance", here.address("compliance"))
    assert why["reason"] == WHY
    assert why["document_sha256"] == hashlib.sha256(DOCUMENT).hexdigest()
    assert blocked["roles"] == ["COMPLIANCE"]
    assert (blocked["state"], blocked["in_index"]) == ("done", True)
    block = here.web3.eth.get_block(blocked["block"])
    assert blocked["at"] == block["timestamp"], "the block's time, not the clock's"
    assert [one["reason"] for one in unblocked["signed"]] == ["the letter was withdrawn"]
    assert blocked["at"] < unblocked["at"]


def test_history__sent_past_the_commands__is_told_from_the_index(here: Deployed) -> None:
    [entry] = told(here, "--about", Life(here).puppet)
    assert entry["signed"] == []
    assert entry["sender"] is None
    assert entry["words"].startswith("Blocked(account=")
    assert [Path(one).name for one in entry["sources"]] == ["index"]
    people = here.run_offline("history", here.folder, "--policy", here.policy)
    assert people.code == 0


def test_history__list__says_each_accounts_own_reason(here: Deployed) -> None:
    life = Life(here)
    [entry] = [e for e in told(here, "--about", life.desk) if e["signed"]]
    assert entry["signed"][0]["reasons"][life.desk] == "UN 1267"
    assert entry["titles"] == ["block 2 accounts"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--role", "pauser"), ["pause"]),
        (("--by", "pauser"), ["pause"]),
        (("--by", "compliance", "--contract", "KGST"), ["block", "block", "unblock"]),
        (("--by", "compliance", "--since", "2020-01-01", "--until", "2020-12-31"), []),
        (("--by", "compliance", "--since", "2999-01-01"), []),
        (("--by", "guardian"), []),
    ],
)
def test_history__filters__take_what_they_say(
    here: Deployed, words: tuple[str, ...], names: list[str]
) -> None:
    found = told(here, *words)
    assert [entry["titles"][0].split()[0] for entry in found] == names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--about", "nobody"), "--about 'nobody': it is neither a label of the policy nor"),
        (("--role", "teller"), "--role 'teller': there is no such role"),
        (("--since", "yesterday"), "--since 'yesterday': write a day in Bishkek"),
        (("--until", "2026-13-01"), "--until '2026-13-01': write a day"),
    ],
)
def test_history__asked_for_what_is_not__says_so(
    here: Deployed, words: tuple[str, ...], said: str
) -> None:
    result = history(here, *words)
    assert result.code == 2
    assert said in result.error


def test_history__csv__is_for_spreadsheets_and_no_formula(here: Deployed, tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    life = Life(here)
    told(here, "--about", life.other, "--csv", path)
    rows = list(csv.DictReader(path.open(newline="")))
    assert [row["why"] for row in rows if row["who"]] == ["'=HYPERLINK(1)"]
    assert all(row["time_bishkek"] > row["time_utc"] for row in rows)
    again = history(here, "--csv", path)
    assert again.code != 0, "a file of other content is not replaced"


def test_history__damaged_journal__is_named_and_the_rest_is_told(here: Deployed) -> None:
    path = next(iter(sorted((here.folder / "operations" / "done").glob("*pause*.jsonl"))))
    text = path.read_text()
    path.write_text(text.replace('"kind":"signed"', '"kind":"sgned"'))
    result = history(here)
    assert result.code == 3
    assert result.document is not None
    [said] = result.document["unreadable"]
    assert str(path) in said
    assert "is not a journal line" in said
    assert told(here, "--about", Life(here).holder, code=3)
    pause = [e for e in result.document["entries"] if "PauseFlagsChanged" in e["words"]]
    assert pause[0]["signed"] == [], "then the chain alone knows of the pause"


def test_history__journal_that_the_index_contradicts__is_named(here: Deployed) -> None:
    path = next(iter(sorted((here.folder / "operations" / "done").glob("*mint*.jsonl"))))
    forged = "0x" + "ab" * 32
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        if "hash" in line:
            line["hash"] = forged
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = history(here)
    assert result.code == 3
    assert result.document is not None
    assert result.document["contradicted"] == [forged]


def test_history__old_journals__have_the_times_of_their_names_and_no_reasons(
    here: Deployed,
) -> None:
    shutil.rmtree(here.folder / "index")
    for path in (here.folder / "operations" / "done").glob("*.jsonl"):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        kept = [
            {k: v for k, v in one.items() if k != "at"} for one in lines if one["kind"] != "act"
        ]
        path.write_text("".join(json.dumps(one) + "\n" for one in kept))
    blocked, unblocked = told(here, "--about", Life(here).holder)
    assert 0 < blocked["at"] <= unblocked["at"] <= time.time()
    assert [one["reason"] for one in blocked["signed"]] == [None]
    assert blocked["signed"][0]["account"] == here.address("compliance")
    assert "blockAccount" in blocked["words"]
    assert blocked["in_index"] is None


def test_history__without_a_policy__shows_addresses(here: Deployed) -> None:
    result = here.run_offline("history", here.folder)
    assert result.code == 0, result.stderr
    assert result.document is not None
    assert result.document["policy"] is None


def test_guard_show__account__is_all_about_it(here: Deployed) -> None:
    life = Life(here)
    result = here.run("guard", "show", life.other)
    assert result.code == 0, result.stderr
    assert result.document is not None
    require_schema("guard-show", result.document)
    assert (result.document["blocked"], result.document["label"]) == (True, None)
    [entry] = result.document["history"]
    assert entry["signed"][0]["person"] == "compliance"
    assert entry["signed"][0]["reasons"][life.other] == "=HYPERLINK(1)"

    people = here.run("guard", "show", "compliance", as_json=False)
    assert people.code == 0, people.stderr
    assert "COMPLIANCE" in people.stdout
    assert "why: asked by the FIU" in " ".join(people.stdout.split())
    assert "=HYPERLINK(1)" in people.stdout
