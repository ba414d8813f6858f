"""What was done at the mint desk, read back: by the journals, by the index, and of one account; each act in words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.life import Life

from kgst.keys import key_of

HOUR = 3_600
SHORT = ("    delay: 1 day # GUARDIAN", "    delay: 1 hour # GUARDIAN")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A mint at once, one that was proposed and waited, one that an auditor stopped, a destination allowed, removed."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment"), changes=[SHORT]) as found:
        Life(found).attest(1_000_000)
        desk, large = "--via-desk", ("supply", "propose", "issuer", "300 000 som")
        done(found, "supply", "mint", "issuer", "5 som", "--ref", "D-1", desk, by="minter")
        done(found, *large, "--ref", "D-2", "--reason", "deposit 17", by="minter")
        done(found, *large, "--ref", "D-3", by="minter")
        done(found, "supply", "cancel", "--ref", "D-3", "--reason", "unknown", by="auditor_b")
        done(found, "supply", "allow-destination", "admin", by="issuance_admin")
        done(found, "supply", "remove-destination", "admin", by="guardian")
        mint = ("supply", "mint", "issuer", "300 000 som", "--ref", "D-2", desk)
        waits = found.run(*mint, account="minter")
        assert waits.code == 5, waits.stderr
        found.node.advance(HOUR)
        done(found, *mint, by="minter")
        found.node.mine(5)
        synced = found.run("index", "sync")
        assert synced.code == 0, synced.stderr
        yield found


def done(here: Deployed, *words: object, by: str) -> None:
    result = here.run(*words, account=by)
    assert result.code == 0, result.stderr


def history(here: Deployed, *words: object) -> list[dict[str, Any]]:
    result = here.run_offline("history", here.folder, "--policy", here.policy, *words)
    assert result.code == 0, result.stderr
    assert result.document is not None
    entries: list[dict[str, Any]] = result.document["entries"]
    return entries


def test_history__of_minter__has_each_act_by_its_name(here: Deployed) -> None:
    entries = [one for one in history(here, "--role", "MINTER") if one["sender"]]
    calls = [one["words"].partition("(")[0] for one in entries]
    assert calls == [
        "mint_desk.mint", "mint_desk.propose", "mint_desk.propose", "mint_desk.execute",
    ]  # fmt: skip
    assert "value=300 000.00 som" in entries[1]["words"]
    assert entries[1]["signed"][0]["reason"] == "deposit 17"
    assert any("as proposed" in title for title in entries[3]["titles"])
    assert all(one["in_index"] for one in entries)


def test_history__everything__shows_no_bare_selector(here: Deployed) -> None:
    words = [one["words"] for one in history(here)]
    assert [text for text in words if ".0x" in text or "not in the ABI" in text] == []
    acts = {text.partition("(")[0] for text in words}
    assert acts >= {
        "mint_desk.cancel", "mint_desk.allowDestination", "mint_desk.removeDestination",
    }  # fmt: skip


def test_history__of_the_index_alone__has_events_with_amounts_and_moments(
    here: Deployed, tmp_path: Path
) -> None:
    """Where the journals are not: another's checkout with an index."""
    for name in ("policy.yaml", "record.json"):
        shutil.copyfile(here.folder / name, tmp_path / name)
    shutil.copytree(here.folder / "index", tmp_path / "index")
    result = here.run_offline("history", tmp_path, "--policy", here.policy)
    assert result.document is not None
    words = [one["words"] for one in result.document["entries"]]
    proposed = [text for text in words if text.startswith("MintProposed(")]
    assert len(proposed) == 2
    assert "value=300 000.00 som" in proposed[0]
    assert proposed[0].count(" UTC (") == 2
    for event in ("Minted(", "MintCanceled(", "DestinationAllowed(", "DestinationRemoved("):
        assert any(event in text for text in words), event


def test_guard_show__destination__names_what_was_done_for_it(here: Deployed) -> None:
    shown = here.run("guard", "show", "issuer")
    assert shown.code == 0, shown.stderr
    assert shown.document is not None
    words = " ".join(one["words"] for one in shown.document["history"])
    assert "mint_desk.mint(" in words
    assert "mint_desk.propose(" in words
    assert "mint_desk.execute(" in words


def test_proposals__with_the_index_of_an_older_life__are_none(here: Deployed) -> None:
    found = here.run("supply", "proposals")
    assert found.code == 0, found.stderr
    assert found.document is not None
    assert found.document["proposals"] == []
    again = here.run(
        "supply", "cancel", f"0x{key_of('mint', 'D-3').hex()[:10]}", account="guardian"
    )
    assert again.code == 0, again.stderr
    assert again.document is not None
    assert again.document["already"] is True
    again = here.run("supply", "remove-destination", "admin", account="guardian")
    assert again.code == 0, again.stderr
