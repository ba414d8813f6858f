"""`status`: everything of one screen is right, from one block, read with one call."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from eth_abi.abi import encode
from hexbytes import HexBytes
from rich.console import Console
from support.auditing import bonds
from support.drafts import require_schema
from support.in_process import invoke
from support.safe import deploy_safe
from support.signing import sign_all
from support.standing import POLICY, ROOT, kept_system, person

from kgst.attestation import ReserveAttestation
from kgst.decoding.pending import EXPIRATION, pending_operations
from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System
from kgst.multicall import MULTICALL3, ensure_multicall
from kgst.node import NodeError, connected
from kgst.policy import Policy
from kgst.status.alerts import warnings
from kgst.status.documents import StatusDocument
from kgst.status.reading import Status, read_status
from kgst.status.views import print_status

SOM = 10**6
HOUR = 3_600
DAY = 86_400


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    deployed = apply(Policy.load(POLICY), ape_accounts.test_accounts[24])
    ensure_multicall(connected())  # it mines two blocks, which the figures below do not expect
    return deployed


@pytest.fixture
def operated(deployment: Deployment, tmp_path: Path) -> System:
    return kept_system(tmp_path, deployment)


def attest(system: System, reserves: int, *, as_of: int | None = None) -> None:
    """`reserves` in tyiyn; signed by every auditor, who have not attested yet."""
    attestation = ReserveAttestation(
        epoch=int(system.token.lastAttestation().epoch) + 1,
        reserves=reserves,
        settled=0,
        as_of=as_of or ape_chain.pending_timestamp,
        report_hash=b"\x5a" * 32,
        **bonds(system.token),
    )
    auditors = [person(label) for label in ("auditor_a", "auditor_b", "auditor_c")]
    signatures = sign_all(auditors, attestation.message(system.domain))
    system.token.attest(*attestation.arguments(signatures), sender=person("issuer_b"))


def screen(system: System, status: Status) -> str:
    out = io.StringIO()
    print_status(Console(file=out, width=160, highlight=False), system, status)
    return out.getvalue()


def document(system: System) -> dict[str, Any]:
    """As `--json` prints it; checked against its schema."""
    status = read_status(system)
    found = StatusDocument.of(system, status, warnings(system, status)).printed()
    require_schema(found, "status")
    return json.loads(json.dumps(found))


def pass_time(seconds: int) -> None:
    ape_chain.pending_timestamp += seconds
    ape_chain.mine()


# ---------------------------------------------------------------------------------------------------- figures


def test_status__life_of_the_token__is_on_one_screen(operated: System) -> None:
    as_of = ape_chain.pending_timestamp
    attest(operated, 5_000 * 100, as_of=as_of)
    issuer = person("issuer")
    operated.token.mint(issuer, 1_200 * SOM, sender=issuer)
    operated.token.burn(200 * SOM, sender=issuer)
    pass_time(2 * HOUR + 5 * 60)
    head = ape_chain.blocks.head

    found = document(operated)
    assert found["block"] == {
        "number": head.number,
        "time": head.timestamp,
        "hash": "0x" + bytes(head.hash).hex(),
    }
    assert found["chain_id"] == 1337
    assert found["token"] == operated.token.address
    assert (found["supply"], found["backing"]) == (str(1_000 * SOM), str(4_800 * SOM))
    assert (found["headroom"], found["burned"]) == (str(3_800 * SOM), str(200 * SOM))
    assert found["shortfall"] == "0"
    assert found["attestation"] == {
        "epoch": 1,
        "reserves_tyiyn": "500000",
        "settled": "0",
        "as_of": as_of,
        "report_hash": "0x" + "5a" * 32,
        "age": head.timestamp - as_of,
        "max_age": 7 * DAY,
        "valid_until": as_of + 7 * DAY,
    }
    assert found["minting_expired"] is False
    named = [one for one in found["issuers"] if one["label"]]
    assert {one["address"] for one in found["issuers"] if not one["label"]} == {
        operated.record.redemption_desk.address,
        operated.record.mint_desk.address,
    }
    assert named == [
        {
            "label": "issuer",
            "address": issuer.address,
            "available": str((1_000_000 - 1_200) * SOM),
            "capacity": str(1_000_000 * SOM),
            "refill_per_second": "0",
            "may_burn": True,
        }
    ]
    assert found["paused"] == []
    assert found["pending"] == []
    assert found["recovery"] is None
    assert found["warnings"] == []
    assert found["not_checked"] == []
    assert [(o["label"], o["powers"]) for o in found["operators"]][8:13] == [
        ("guardian", ["GUARDIAN"]), ("redeemer", ["REDEEMER"]), ("minter", ["MINTER"]), ("issuer", ["issuer"]),
        ("auditor_a", ["auditor"]),
    ]  # fmt: skip
    balances = {o["label"]: o["balance_wei"] for o in found["operators"]}
    assert balances["issuer"] == str(issuer.balance)

    text = screen(operated, read_status(operated))
    assert f"block {head.number} of " in text
    for line in (
        "supply       1 000.00 som",
        "backing      4 800.00 som",
        "headroom     3 800.00 som",
        "number 1: 5 000.00 som on ",
        "2 hours 5 minutes ago of at most 7 days",
        "minting      ends in 6 days 21 hours",
        "auditors     2 of auditor_a",
        "paused       none",
    ):
        assert line in text
    assert "issuer (0xBcd4…4096) 998 800.00 som 1 000 000.00 som none yes" in " ".join(text.split())


def powers(system: System) -> dict[str, list[str]]:
    return {one["label"]: one["powers"] for one in document(system)["operators"]}


def test_status__role_that_the_chain_does_not_have__is_not_shown(operated: System) -> None:
    """The policy gives it; it was taken away, or was never given."""
    assert powers(operated)["pauser"] == ["PAUSER"]
    operated.manager.revokeRole(4, person("pauser"), sender=person("admin"))
    assert "pauser" not in powers(operated)
    assert "PAUSER" not in screen(operated, read_status(operated)).replace("UNPAUSER", "")
    operated.token.cutIssuer(person("issuer"), sender=person("guardian"))
    assert "issuer" not in powers(operated)


def test_status__role_that_only_the_chain_has__is_shown(operated: System) -> None:
    operated.manager.grantRole(4, person("issuer"), 0, sender=person("admin"))
    assert powers(operated)["issuer"] == ["PAUSER", "issuer"]


def test_status__owner_of_a_safe__is_who_the_safe_says(
    deployment: Deployment, tmp_path: Path
) -> None:
    """By the policy the bystander is an owner; on the chain somebody else is."""
    bystander = ape_accounts.test_accounts[18].address
    safe = deploy_safe(connected().web3, [person("admin").address, person("pauser").address], 2)
    changes = [
        ("  auditor_a:      ", f'  treasury: "{safe}"\n  bystander: "{bystander}"\n  auditor_a:      '),
        ("limits:\n", "safes:\n  treasury: {owners: [admin, bystander], threshold: 2}\n\nlimits:\n"),
    ]  # fmt: skip
    found = powers(kept_system(tmp_path, deployment, changes))
    assert found["admin"] == ["ADMIN", "owner of treasury"]
    assert found["pauser"] == ["PAUSER", "owner of treasury"]
    assert "bystander" not in found


def test_status__role_that_begins_later__is_shown_from_then_on(operated: System) -> None:
    operated.manager.setGrantDelay(4, DAY, sender=person("admin"))
    pass_time(6 * DAY)
    operated.manager.grantRole(4, person("compliance"), 0, sender=person("admin"))
    assert powers(operated)["compliance"] == ["COMPLIANCE"]
    pass_time(DAY + 1)
    assert powers(operated)["compliance"] == ["PAUSER", "COMPLIANCE"]


def test_status__all_reads__are_one_call_of_one_block(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(operated)
    eth, asked = operated.provider.web3.eth, []
    ask = eth.call

    def call(request: Any, block: Any) -> Any:
        asked.append((request["to"], block))
        return ask(request, block)

    monkeypatch.setattr(eth, "call", call)
    read_status(operated)
    assert asked == [(MULTICALL3, ape_chain.blocks.height)]


# --------------------------------------------------------------------------------------------------- warnings


def test_status__nothing_attested__says_so(operated: System) -> None:
    found = document(operated)
    assert found["attestation"] is None
    assert found["minting_expired"] is True
    assert found["warnings"] == ["no attestation yet: nothing can be minted"]
    assert "attestation  none" in screen(operated, read_status(operated))


def test_status__expired__says_since_when(operated: System) -> None:
    attest(operated, 5_000 * 100)
    pass_time(7 * DAY + HOUR)
    found = document(operated)
    assert found["minting_expired"] is True
    assert found["headroom"] == "0"
    [warning] = found["warnings"]
    assert warning.startswith("minting ended 1 hour")
    assert "minting      ended 1 hour" in screen(operated, read_status(operated))


def test_status__soon_expired__warns(operated: System) -> None:
    attest(operated, 5_000 * 100)
    pass_time(6 * DAY)
    [warning] = document(operated)["warnings"]
    assert warning.startswith("minting ends in 23 hours 59 minutes")


def test_status__deficit__names_the_shortfall(operated: System) -> None:
    attest(operated, 5_000 * 100)
    issuer = person("issuer")
    operated.token.mint(issuer, 5_000 * SOM, sender=issuer)
    pass_time(60)
    attest(operated, 4_000 * 100)
    found = document(operated)
    assert found["shortfall"] == str(1_000 * SOM)
    assert found["warnings"][0].startswith("deficit: 1 000.00 som in circulation are not backed")
    assert "shortfall    1 000.00 som" in screen(operated, read_status(operated))


def test_status__paused_suspended_recovering__are_told(operated: System) -> None:
    token = operated.token
    token.pause(5, sender=person("pauser"))
    token.setDelegateAll(True, sender=person("upgrader"))
    token.suspendAuditor(person("auditor_b"), sender=person("guardian"))
    new = sorted((person("pauser"), person("unpauser")), key=lambda a: int(a.address, 16))
    token.proposeAuditors(new, 2, sender=person("reserve_admin"))
    found = document(operated)
    assert found["paused"] == ["transfers", "minting"]
    assert found["delegate_all"] is True
    assert [m["label"] for m in found["auditors"]["members"] if m["suspended"]] == ["auditor_b"]
    assert {m["label"] for m in found["recovery"]["members"]} == {"pauser", "unpauser"}
    assert found["recovery"]["acceptable_at"] == ape_chain.blocks.head.timestamp + 30 * DAY
    told = "\n".join(found["warnings"])
    assert "paused: transfers, minting" in told
    assert "DELEGATE_ALL" in told
    assert "auditor_b (0x0813…1BbE) is a suspended auditor" in told
    assert "recovery under way" in told


def test_status__operator_without_bnb__is_low(deployment: Deployment, tmp_path: Path) -> None:
    changes = [("timeout: 3 minutes", "timeout: 3 minutes\n  min_balance: 10001 BNB")]
    found = document(kept_system(tmp_path, deployment, changes))
    assert all(operator["low"] for operator in found["operators"])
    assert "less than 10001 BNB" in found["warnings"][-1]


def test_status__issuer_behind_the_policys_back__is_shown(operated: System) -> None:
    outsider = ape_accounts.test_accounts[16]
    operated.token.setIssuer(outsider, 7 * SOM, SOM // 2, False, sender=person("issuance_admin"))
    found = document(operated)
    [stranger] = [i for i in found["issuers"] if i["address"] == outsider.address]
    assert stranger == {
        "label": None,
        "address": outsider.address,
        "available": str(7 * SOM),
        "capacity": str(7 * SOM),
        "refill_per_second": str(SOM // 2),
        "may_burn": False,
    }
    assert "0.50 som per second" in screen(operated, read_status(operated))


def test_warnings__node_that_stands_still__is_told(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = read_status(operated)
    old = replace(status, head=replace(status.head, time=status.head.time - 4 * HOUR))
    assert not any("old" in w for w in warnings(operated, old))
    monkeypatch.setattr("kgst.deployment.system.is_dev_node", lambda _: False)
    assert any("latest block is" in w and "use another node" in w for w in warnings(operated, old))


# -------------------------------------------------------------------------------------------------- operations


@pytest.fixture
def scheduled(operated: System) -> Callable[..., bytes]:
    """Schedules a call by ADMIN, who has a delay of one hour from then on; returns the call data."""
    admin, manager = person("admin"), operated.manager
    manager.grantRole(0, admin, HOUR, sender=admin)

    def schedule(data: bytes | None = None) -> bytes:
        data = data or bytes(manager.grantRole.encode_input(4, person("unpauser"), 0))
        manager.schedule(manager.address, data, 0, sender=admin)
        return data

    return schedule


def test_status__scheduled_operation__is_pending_in_words(
    operated: System, scheduled: Callable[..., bytes]
) -> None:
    data = scheduled()
    ready_at = ape_chain.blocks.head.timestamp + HOUR
    [operation] = document(operated)["pending"]
    manager, admin = operated.manager.address, person("admin").address
    assert operation == {
        "operation_id": "0x" + bytes(operated.manager.hashOperation(admin, manager, data)).hex(),
        "caller": admin,
        "target": manager,
        "data": "0x" + data.hex(),
        "text": "manager.grantRole(roleId=PAUSER, account=unpauser (0x976E…0aa9), executionDelay=0 seconds)",
        "ready_at": ready_at,
        "expires_at": ready_at + EXPIRATION,
    }
    text = screen(operated, read_status(operated))
    assert "manager.grantRole(roleId=PAUSER" in text
    assert "in 1 hour" in text
    pass_time(HOUR)
    assert "now, until" in screen(operated, read_status(operated))


def test_pending_operations__executed_cancelled_expired__are_gone(
    operated: System, scheduled: Callable[..., bytes]
) -> None:
    manager, admin = operated.manager, person("admin")
    executed, cancelled, expired = (
        scheduled(bytes(manager.labelRole.encode_input(4, label))) for label in "abc"
    )
    assert len(pending_operations(operated)) == 3
    manager.cancel(admin, manager, cancelled, sender=admin)
    pass_time(HOUR)
    manager.execute(manager, executed, sender=admin)
    [left] = pending_operations(operated)
    assert left.data == expired
    assert left.nonce == 1
    pass_time(EXPIRATION)
    assert pending_operations(operated) == []
    # Scheduled again, the same operation is one, with another nonce.
    scheduled(cancelled)
    [again] = pending_operations(operated)
    assert (again.data, again.nonce) == (cancelled, 2)


def test_pending_operations__events_that_lie__are_not_believed(
    operated: System, scheduled: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled()
    eth = operated.provider.web3.eth
    get_logs = eth.get_logs

    def lie(request: Any) -> Any:
        [real] = get_logs(request)
        other_call = {**real, "data": HexBytes(bytes(real["data"])[:-32] + b"\x01" * 32)}
        caller = person("guardian").address
        data = encode(["uint48", "address", "address", "bytes"], [1, caller, caller, b"\x01"])
        topics = [real["topics"][0], HexBytes(b"\x77" * 32), real["topics"][2]]
        invented = {**real, "topics": topics, "data": HexBytes(data)}
        short = {**real, "data": HexBytes(b"\x01")}
        return [other_call, invented, short, real, real]

    monkeypatch.setattr(eth, "get_logs", lie)
    [operation] = pending_operations(operated)
    assert operation.text.startswith("manager.grantRole(roleId=PAUSER")


def test_status__node_refuses_events__says_what_is_unknown(
    operated: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> Any:
        raise OSError("limit exceeded")

    monkeypatch.setattr(operated.provider.web3.eth, "get_logs", refuse)
    found = document(operated)
    assert found["pending"] is None
    [gap] = found["not_checked"]
    assert "limit exceeded" in gap
    assert "Not checked: pending operations" in screen(operated, read_status(operated))
    with pytest.raises(NodeError, match="limit exceeded"):
        pending_operations(operated)


# ---------------------------------------------------------------------------------------------------- command


def test_command__chain_in_process__deploys_for_practice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = invoke("status", "--json", policy=POLICY)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["supply"] == "0"
    assert [i["label"] for i in found["issuers"] if i["label"]] == ["issuer"]
    assert sorted(i["capacity"] for i in found["issuers"] if not i["label"]) == [
        "0",
        "10000000000000",
    ]
    assert "Practice chain" in result.stderr
