"""`report controls`: powers, their uses and the evidence of a period, against the chain and what was done."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.bsc.deployed import Deployed, deployed_in_memory
from support.bsc.people import key_of
from support.cli import Result
from support.reporting import SOM, Month, second
from support.schemas import SCHEMAS, require_schema

from kgst.roles import Role

WHY = "asked by the FIU, letter 17-3/204"
DAYS = ("--from", "2027-01-16", "--to", "2027-01-18")


class Watched(Month):
    """Some days in which most is done by commands, and a little past them."""

    def live(self) -> None:
        token, manager = self.token.functions, self.manager.functions
        self.attest_day(14, 900_000, 100_000, 0)
        self.until(second(16, 10))
        words = ("--reason", WHY, "--allow-unknown")
        assert self.deployed.run("guard", "block", self.holder, *words, account="compliance").code == 0  # fmt: skip
        mint = ("supply", "mint", "issuer", "10 som", "--ref", "D-1")
        assert self.deployed.run(*mint, account="issuer").code == 0
        self.as_admin(manager.grantRole(Role.UNPAUSER, self.deployed.address("pauser"), 60))
        self.until(second(17, 9))
        self.as_admin(manager.revokeRole(Role.UNPAUSER, self.deployed.address("pauser")))
        self.by("compliance", token.setFrozenTokens(self.other, 5 * SOM))
        self.attest_day(17, 900_000, 100_000, 0)
        self.until(second(19, 9))
        self.by("pauser", token.pause(1))
        self.deployed.node.mine(8)
        synced = self.deployed.run("index", "sync")
        assert synced.code == 0, synced.stderr


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("deployment")
    with pytest.MonkeyPatch.context() as patch, deployed_in_memory(folder, patch) as (deployed, _):
        found = Watched(deployed, tmp_path_factory.mktemp("reports"))
        found.live()
        yield found


def controls(deployed: Deployed, *words: object) -> tuple[Result, dict[str, Any]]:
    given = (*DAYS, "--policy", deployed.policy, *words)
    result = deployed.run_offline("report", "controls", deployed.folder, *given)
    assert result.document is not None, result.stderr
    if result.code in (0, 3):
        require_schema("report-controls", result.document)
    return result, result.document


def evidence(month: Watched, folder: Path, kind: str, **changes: Any) -> Path:
    """What a command printed in the period."""
    record = month.deployed.record
    document: dict[str, Any] = {
        "doctor": {
            "token": month.token.address,
            "block": {"number": 9, "time": second(16, 12), "hash": "0x" + "11" * 32},
            "summary": {"ok": 118, "failed": 0, "warning": 0, "not_checked": 0},
        },
        "drill": {
            "token": month.token.address, "started_at": second(17, 12), "passed": True, "seconds_to_proof": 4.2,
        },
        "reconcile": {"closing": "2027-01-17", "breaks": []},
    }[kind]  # fmt: skip
    said = {"schema": f"kgst/{kind}/1", "chain_id": record["chain_id"], **document, **changes}
    path = folder / f"{kind}-{len(list(folder.iterdir()))}.json"
    path.write_text(json.dumps(said))
    return path


@pytest.mark.parametrize("kind", ["doctor", "drill", "reconcile"])
def test_evidence__what_the_tests_make_up__is_of_the_commands_own_shape(
    month: Watched, kind: str, tmp_path: Path
) -> None:
    made_up = json.loads(evidence(month, tmp_path, kind).read_text())
    schema = json.loads((SCHEMAS / f"{kind}.json").read_text())
    parts = {
        key: {"$defs": schema.get("$defs", {}), **schema["properties"][key]}
        for key in made_up.keys() - {"schema"}
    }
    for key, part in parts.items():
        Draft202012Validator(part).validate(made_up[key])
    assert schema["properties"]["schema"]["const"].split("/")[1] == kind


def all_evidence(month: Watched, folder: Path, **changes: Any) -> list[object]:
    files = [
        evidence(month, folder, kind, **changes.get(kind, {}))
        for kind in ("doctor", "drill", "reconcile")
    ]
    return [word for file in files for word in ("--evidence", file)]


def test_powers__are_the_managers_own(month: Watched) -> None:
    _, found = controls(month.deployed)
    powers = {(one["power"], one["account"]): one for one in found["powers"]}
    chain = month.web3
    last = max(
        n for n in range(chain.eth.block_number + 1) if chain.eth.get_block(n)["timestamp"] < second(19)
    )  # fmt: skip
    for role in Role:
        for label in month.deployed.people:
            account = month.deployed.address(label)
            call = month.manager.functions.hasRole(role.value, account)
            has, delay = call.call(block_identifier=last)
            one = powers.get((role.name, account))
            assert has == (one is not None and one["until"] is None), (role.name, label)
            if has and one is not None:
                assert (one["delay"], one["label"]) == (delay, label)
    auditors = {account for power, account in powers if power == "auditor"}
    assert auditors == set(month.token.functions.auditorSet().call(block_identifier=last)[0])
    assert ("issuer", key_of("issuer").address) in powers


def test_separation__one_hand_for_a_day__is_named_with_its_time(month: Watched) -> None:
    _, found = controls(month.deployed)
    pauser = month.deployed.address("pauser")
    [joined] = found["not_separated"]
    assert (joined["account"], joined["label"]) == (pauser, "pauser")
    assert sorted(joined["powers"]) == ["PAUSER", "UNPAUSER"]
    events = month.manager.events
    [granted] = [
        one for one in events.RoleGranted().get_logs(from_block=0, to_block="latest") if one["args"]["delay"] == 60
    ]  # fmt: skip
    [revoked] = [
        one
        for one in events.RoleRevoked().get_logs(from_block=0, to_block="latest")
        if one["args"]["account"] == pauser
    ]
    assert joined["since"] == granted["args"]["since"]
    assert joined["until"] == month.web3.eth.get_block(revoked["blockNumber"])["timestamp"]
    [other] = [p for p in found["powers"] if (p["power"], p["account"]) == ("UNPAUSER", pauser)]
    assert (other["delay"], other["until"]) == (60, joined["until"])


def test_uses__each_with_who_signed_and_why(month: Watched) -> None:
    result, found = controls(month.deployed)
    assert result.code == 3
    by_words = {one["words"].partition("(")[0]: one for one in found["uses"]}
    block = next(one for words, one in by_words.items() if "blockAccount" in words)
    assert (block["signed_by"], block["reason"]) == (["compliance"], WHY)
    assert (block["roles"], block["sender"]) == (["COMPLIANCE"], key_of("compliance").address)
    mint = next(one for words, one in by_words.items() if words.endswith("mint"))
    assert mint["signed_by"] == ["issuer"]
    attested = by_words["ReservesAttested"]
    assert sorted(attested["auditors"]) == [
        f"{who} ({key_of(who).address})" for who in ("auditor_a", "auditor_b", "auditor_c")
    ]
    executed = [one for one in found["uses"] if one["words"].startswith("OperationExecuted")]
    assert len(executed) == 2
    for one in executed:
        assert 5 * 60 <= one["waited"] < 7 * 60, "the policy's delay, and until somebody came"
        assert one["signed_by"] == one["auditors"] == []
    # Two scheduled and executed past the commands, and a freeze; the pause came after the period.
    assert found["unexplained"] == 5
    assert not [one for one in found["uses"] if one["words"].startswith("PauseFlagsChanged")]


def test_uses__every_event_of_a_power_is_in_one(month: Watched) -> None:
    _, found = controls(month.deployed)
    begin, end = second(16), second(19)
    told = {one["transaction"] for one in found["uses"]}
    asked = {"fromBlock": 0, "toBlock": "latest", "address": [c["address"] for c in contracts(month)]}  # fmt: skip
    wanted = set()
    for log in month.web3.eth.get_logs(asked):  # type: ignore[arg-type]
        time = month.web3.eth.get_block(log["blockNumber"])["timestamp"]
        if begin <= time < end:
            wanted.add("0x" + bytes(log["transactionHash"]).hex())
    assert len(wanted) > 5
    assert told == wanted, "holders did nothing of their own in these days"


def contracts(month: Watched) -> list[dict[str, Any]]:
    record = month.deployed.record
    return [one for one in record.values() if isinstance(one, dict) and "code_hash" in one]


def test_evidence__of_the_period_and_in_order__is_listed(month: Watched, tmp_path: Path) -> None:
    out = tmp_path / "out" / "controls.json"
    (tmp_path / "files").mkdir()
    words = all_evidence(month, tmp_path / "files")
    result, found = controls(month.deployed, *words, "--out", out)
    assert [(one["kind"], one["good"], one["found"]) for one in found["evidence"]] == [
        ("doctor", True, "118 ok"),
        ("drill", True, "everything paused in 4.2 s"),
        ("reconcile", True, "0 breaks up to 2027-01-17"),
    ]
    assert [gap["what"].split()[0] for gap in found["missing"]] == ["Of"], "the unexplained alone"
    assert json.loads(out.read_bytes()) == found
    assert result.code == 3


@pytest.mark.parametrize(
    ("kind", "changes", "listed"),
    [
        ("doctor", {"summary": {"ok": 1, "failed": 1, "warning": 0, "not_checked": 0}}, True),
        ("doctor", {"summary": {"ok": 1, "failed": 0, "warning": 0, "not_checked": 1}}, True),
        ("drill", {"passed": False}, True),
        ("reconcile", {"breaks": [{}]}, True),
        ("drill", {"started_at": second(19)}, False),
        ("reconcile", {"closing": "2027-01-19"}, False),
    ],
)
def test_evidence__not_in_order_or_of_another_day__is_no_clean_bill(
    month: Watched, kind: str, changes: dict[str, Any], listed: bool, tmp_path: Path
) -> None:
    _, found = controls(month.deployed, *all_evidence(month, tmp_path, **{kind: changes}))
    states = {one["kind"]: one["good"] for one in found["evidence"]}
    assert states.get(kind) is (False if listed else None)
    missing = [gap["what"] for gap in found["missing"]]
    assert any(f"`ape run {kind}`" in one for one in missing) is not listed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": "kgst/status/1"}, "this is not what `ape run doctor`"),
        ({"token": "0x" + "11" * 20}, "it is of another deployment"),
        ({"chain_id": 1}, "it is of another deployment"),
        ({"summary": {}}, "it is no whole document of `ape run doctor` (KeyError"),
        ({"block": None}, "it is no whole document of `ape run doctor` (TypeError"),
    ],
)
def test_evidence__that_is_none__is_refused(
    month: Watched, changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    file = evidence(month, tmp_path, "doctor", **changes)
    result, _ = controls(month.deployed, "--evidence", file)
    assert result.code == 2
    assert said in result.error


def test_controls__all_kept__is_exit_0(month: Watched, tmp_path: Path) -> None:
    """Of the one day in which everything went through the commands."""
    deployed = month.deployed
    words = ("--from", "2027-01-16", "--to", "2027-01-16", "--policy", deployed.policy)
    changes = {
        "drill": {"started_at": second(16, 13)},
        "reconcile": {"closing": "2027-01-16"},
    }
    files = all_evidence(month, tmp_path, **changes)
    result = deployed.run_offline("report", "controls", deployed.folder, *words, *files)
    assert result.document is not None
    # The grant past the commands is of this day as well: without it nothing would be left.
    assert result.document["unexplained"] == 2
    assert result.code == 3
    apart = replace(deployed, folder=tmp_path / "elsewhere")
    shutil.copytree(deployed.folder, apart.folder)
    first = ("--from", "2027-01-15", "--to", "2027-01-15", "--policy", apart.policy)
    (tmp_path / "of the 15th").mkdir()
    of_the_15th = {
        "doctor": {"block": {"number": 9, "time": second(15, 15), "hash": "0x" + "11" * 32}},
        "drill": {"started_at": second(15, 15)},
        "reconcile": {"closing": "2027-01-15"},
    }
    files = all_evidence(month, tmp_path / "of the 15th", **of_the_15th)
    kept = apart.run_offline("report", "controls", apart.folder, *first, *files)
    assert kept.document is not None
    assert (kept.code, kept.document["missing"], kept.document["not_separated"]) == (0, [], [])
    assert kept.document["uses"], "the deployment itself, by its journal, and an attestation"
