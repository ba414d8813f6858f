"""`ape run safe list` and `reject`: what waits for a Safe, and how its owners end it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.bsc.safes import paused_by_a_safe
from support.schemas import require_schema


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """PAUSER is a Safe of three."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment"), changes=paused_by_a_safe) as found:
        yield found


def proposed(deployed: Deployed, flag: str) -> Path:
    result = deployed.run("guard", "pause", flag, "--via", "safe:governance", account="owner_a")
    assert result.code == 5, result.stderr
    assert result.document is not None
    return Path(result.document["proposal"]["file"])


def listed(deployed: Deployed, code: int = 0) -> dict[str, Any]:
    result = deployed.run("safe", "list")
    assert result.code == code, result.stderr
    require_schema("safe-list", result.document)
    assert result.document is not None
    [safe] = result.document["safes"]
    return dict(safe)


def test_reject__owner_by_owner__ends_the_other_for_ever(deployed: Deployed) -> None:
    assert listed(deployed)["proposals"] == []
    file = proposed(deployed, "minting")
    [one] = listed(deployed)["proposals"]
    assert (one["missing"], one["can_be_sent"], one["rivals"]) == (1, False, [])
    assert one["signed_by"] == [deployed.address("owner_a")]

    words = ("safe", "reject", file, "--reason", "the alarm was a drill")
    first = deployed.run(*words, account="owner_b")
    assert first.code == 5, first.stderr
    assert first.document is not None
    require_schema("safe-show", first.document)
    assert "ends every other transaction of that nonce" in first.document["decoded"]
    two = listed(deployed)["proposals"]
    names = [Path(p["file"]).name for p in two]
    assert [p["rivals"] for p in two] == [[names[1]], [names[0]]]
    [signature] = file.parent.glob(f"{Path(first.document['file']).stem}.*.sig.json")
    assert json.loads(signature.read_text())["act"]["reason"] == "the alarm was a drill"

    second = deployed.run(*words, account="owner_c")
    assert second.code == 0, second.stderr
    assert deployed.flags() == 0
    after = listed(deployed)
    assert (after["proposals"], after["over"]) == ([], 2)
    stale = deployed.run("safe", "execute", file, account="unpauser")
    assert stale.code == 4, "it cannot be sent any more, however many sign it"
    again = deployed.run(*words, account="owner_a")
    assert again.code == 4
    assert "nothing left to reject" in again.error


def test_reject__by_a_stranger_or_twice__is_refused(deployed: Deployed) -> None:
    file = proposed(deployed, "minting")
    stranger = deployed.run("safe", "reject", file, account="outsider")
    assert stranger.code == 4
    assert "is no owner of the Safe governance" in stranger.error
    first = deployed.run("safe", "reject", file, account="owner_a")
    assert first.code == 5
    assert first.document is not None
    twice = deployed.run("safe", "reject", first.document["file"], account="owner_b")
    assert twice.code == 2
    assert "is itself a rejection" in twice.error


def test_list__gap_and_damaged_file__are_named(deployed: Deployed) -> None:
    file = proposed(deployed, "transfers")
    bad = file.with_name("000099-aabbccdd.json")
    bad.write_text("{}")
    try:
        found = listed(deployed, code=3)
        assert any(str(bad) in one for one in found["unreadable"])
        assert found["proposals"], "the rest is told all the same"
        people = deployed.run("safe", "list", as_json=False)
        assert "more must sign" in people.stdout
    finally:
        bad.unlink()


def test_list__a_later_nonce__says_what_it_waits_for(deployed: Deployed) -> None:
    from kgst.proposals.files import Proposal
    from kgst.safe.safes import SafeTransaction

    safe = listed(deployed)
    later = SafeTransaction(
        97, safe["address"], deployed.token, b"\x12\x34\x56\x78", safe["nonce"] + 2
    )
    proposal = Proposal.of(later, "later", ["later"])
    path = proposal.path_in(deployed.folder / "safe", "governance")
    proposal.save(path)
    try:
        one = next(p for p in listed(deployed)["proposals"] if p["file"] == str(path))
        assert one["waits_for"] == [safe["nonce"], safe["nonce"] + 1]
        assert one["can_be_sent"] is False
        people = deployed.run("safe", "list", as_json=False).stdout
        assert f"nothing here for nonce {safe['nonce'] + 1}" in " ".join(people.split())
    finally:
        path.unlink()
