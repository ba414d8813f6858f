"""What stops something goes first, to every node, whatever one of them says; and what was signed for it beforehand."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ape import chain as ape_chain
from support.operators import as_, carry_out, operated
from support.schemas import require_schema
from web3.exceptions import Web3RPCError

from kgst.deployment.system import System
from kgst.errors import InputError, RefusedError
from kgst.files import Files
from kgst.guard.accounts import block, freeze
from kgst.guard.cuts import cut_issuer, suspend_auditor
from kgst.guard.pauses import pause, unpause
from kgst.guard.presigned import read_presigned
from kgst.guard.presigning import presign, send_presigned
from kgst.journal import Journal
from kgst.node import NodeError
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.options import Run
from kgst.pipeline.work import Work
from kgst.reserves.submitting import halting
from kgst.roles import Role

POLICY = Path(__file__).parents[1] / "support/policy.yaml"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, deployer: Any) -> System:
    folder = tmp_path_factory.mktemp("kgst")
    (folder / "policy.yaml").write_text(POLICY.read_text())
    return operated(folder / "policy.yaml", deployer)


@pytest.fixture
def kgst(deployed: System, tmp_path: Path) -> System:
    return replace(deployed, files=Files(tmp_path / "files"))


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], None]:
    """Makes the node refuse every transaction with these words; None lets them pass again."""
    eth: Any = ape_chain.provider.web3.eth
    true = eth.send_raw_transaction
    said: list[str | None] = [None]

    def send(raw: Any) -> Any:
        if said[0]:
            raise Web3RPCError(said[0])
        return true(raw)

    monkeypatch.setattr(eth, "send_raw_transaction", send)
    return lambda words: said.__setitem__(0, words)


class Peer:
    """A further node of the policy.

    Attributes:
        flags: What it says is paused.
        sent: Transactions that it was given.
    """

    name = "https://further.example"

    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.sent: list[str] = []

    def ask(self, method: str, params: list[Any]) -> Any:
        if method == "eth_call":
            return f"0x{self.flags:064x}"
        if method == "eth_sendRawTransaction":
            self.sent.append(params[0])
            return "0x"
        raise NodeError(f"{self.name} says nothing.")


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Peer:
    """The chain is taken for a live one, and the policy has a further node."""
    found = Peer(0)
    monkeypatch.setattr(System, "is_dev", property(lambda _: False))
    monkeypatch.setattr(Work, "peers", lambda work: [found] if work.urgent else [])
    return found


def left_in_flight(kgst: System, pauser: Any, refusing: Any) -> Path:
    """A pause of MINTING whose transaction the node does not take; its journal."""
    refusing("sender or to in black list")
    with pytest.raises(NodeError):
        carry_out(kgst, pause(kgst, ["minting"]), as_(pauser))
    refusing(None)
    assert kgst.files is not None
    [path] = kgst.files.operations.glob("*.jsonl")
    return path


def test_pause__another_run_is_in_flight__goes_first_in_its_place(
    kgst: System, pauser: Any, refusing: Any
) -> None:
    path = left_in_flight(kgst, pauser, refusing)
    found = carry_out(kgst, pause(kgst, ["transfers"]), as_(pauser))
    assert found["exit_code"] == 0
    assert kgst.token.pauseFlags() == 1, "the other was not carried out as well"
    assert pauser.nonce == 1
    with Journal(path) as journal:
        assert [o.error for o in journal.outcomes] == ["another transaction used its nonce"]
        assert journal.unresolved() == []
    # Nothing is locked: the other command begins anew, after saying what became of it.
    with pytest.raises(RefusedError):
        carry_out(kgst, replace(pause(kgst, ["minting"]), repeatable=False), as_(pauser))
    assert carry_out(kgst, pause(kgst, ["minting"]), as_(pauser))["exit_code"] == 0
    assert kgst.token.pauseFlags() == 5


def test_freeze__another_run_is_in_flight__finishes_that_first(
    kgst: System, pauser: Any, refusing: Any, admin: Any
) -> None:
    """What is no emergency keeps the order."""
    kgst.manager.grantRole(Role.COMPLIANCE, pauser, 0, sender=admin)
    left_in_flight(kgst, pauser, refusing)
    carry_out(kgst, freeze(kgst, "admin", "5 som", allow_unknown=False), as_(pauser))
    assert pauser.nonce == 2
    assert kgst.token.pauseFlags() == 4


@pytest.mark.parametrize("second", [None, 0, 1])
def test_pause__one_node_says_it_is_so__is_sent_unless_a_second_agrees(
    kgst: System, pauser: Any, peer: Peer, monkeypatch: pytest.MonkeyPatch, second: int | None
) -> None:
    """One flipped bit must not keep a pause from being sent."""
    if second is None:
        monkeypatch.setattr(Work, "peers", lambda _: [])
    else:
        peer.flags = second
    if second == 1:
        kgst.token.pause(1, sender=pauser)
    before = pauser.nonce
    operation = replace(pause(kgst, ["transfers"]), already=True)  # so says the connected node
    found = carry_out(kgst, operation, as_(pauser))
    assert found["already"] is (second == 1)
    assert (kgst.token.pauseFlags(), pauser.nonce - before) == (1, 0 if second == 1 else 1)


def test_pause__further_nodes__are_given_the_transaction(
    kgst: System, pauser: Any, peer: Peer
) -> None:
    found = carry_out(kgst, pause(kgst, ["transfers"]), as_(pauser))
    assert found["exit_code"] == 0
    assert len(peer.sent) == 1


def test_pause__connected_node_takes_nothing__a_further_one_is_enough(
    kgst: System, pauser: Any, peer: Peer, refusing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = type(ape_chain.provider.web3.eth).send_raw_transaction

    def ask(method: str, params: list[Any]) -> Any:
        if method == "eth_sendRawTransaction":
            peer.sent.append(params[0])
            return deliver(ape_chain.provider.web3.eth, params[0])
        raise NodeError("it says nothing.")

    monkeypatch.setattr(peer, "ask", ask)
    refusing("txpool is full")
    assert carry_out(kgst, pause(kgst, ["transfers"]), as_(pauser))["exit_code"] == 0
    assert kgst.token.pauseFlags() == 1


def test_unpause__further_nodes__are_not_used(
    kgst: System, pauser: Any, unpauser: Any, peer: Peer
) -> None:
    kgst.token.pause(1, sender=pauser)
    carry_out(kgst, unpause(kgst, ["transfers"]), as_(unpauser))
    assert peer.sent == []


def test_emergencies__are_these(kgst: System) -> None:
    auditor = kgst.policy.auditors.members[0]
    urgent = [
        pause(kgst, []),
        block(kgst, ["admin"], allow_unknown=False),
        cut_issuer(kgst, "issuer", allow_unknown=False),
        suspend_auditor(kgst, auditor, allow_unknown=False),
        halting(kgst, "figures in doubt"),
    ]
    assert all(operation.emergency for operation in urgent)
    assert not unpause(kgst, []).emergency


# Giving up


def test_give_up__ends_what_is_in_flight__and_sends_nothing_else(
    kgst: System, pauser: Any, refusing: Any
) -> None:
    path = left_in_flight(kgst, pauser, refusing)
    operation = pause(kgst, ["transfers"])
    found = carry_out(kgst, operation, as_(pauser, give_up=True))
    require_schema("give-up", {"schema": "kgst/give-up/1", **_without(found, "exit_code")})
    [ended] = found["given_up"]
    assert (ended["step"], ended["carried_out"]) == ("pause", False)
    assert pauser.nonce == 1
    assert kgst.token.pauseFlags() == 0
    assert not path.exists()
    assert kgst.files is not None
    assert (kgst.files.operations / "done" / path.name).exists()
    assert give_up(kgst, as_(pauser)).document["given_up"] == []


# Signed beforehand


@pytest.fixture
def signed(kgst: System, pauser: Any, tmp_path: Path) -> Path:
    path = tmp_path / "pause.json"
    answer = presign(kgst, ["transfers", "minting"], as_(pauser), path)
    require_schema("guard-presign", {"schema": answer.schema, **answer.document})
    return path


def test_presigned__is_sent_without_a_key(kgst: System, pauser: Any, signed: Path) -> None:
    require_schema("file-presigned", json.loads(signed.read_text()))
    assert stat.S_IMODE(signed.stat().st_mode) == 0o600
    assert (pauser.nonce, kgst.token.pauseFlags()) == (0, 0), "nothing was sent"
    answer = send_presigned(kgst, signed, Run(json=True))
    require_schema("guard-send", {"schema": "kgst/guard-send/1", **answer.document})
    assert kgst.token.pauseFlags() == 5
    assert read_presigned(signed).gas_price == kgst.policy.limits.max_gas_price
    # Given again, it finds the same transaction.
    assert send_presigned(kgst, signed, Run(json=True)).document == answer.document
    assert pauser.nonce == 1


def test_presigned__nonce_is_used__says_that_it_is_void(
    kgst: System, pauser: Any, signed: Path
) -> None:
    kgst.token.pause(2, sender=pauser)
    with pytest.raises(RefusedError, match="can no longer land"):
        send_presigned(kgst, signed, Run(json=True))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("chain_id", 56, "another chain"),
        ("flags", 1, "another call"),
        ("nonce", 3, "another nonce"),
        ("gas_price", 1, "another price"),
        ("account", "0x000000000000000000000000000000000000dEaD", "another account"),
        ("token", "0x000000000000000000000000000000000000dEaD", "another token"),
        ("hash", "0x" + "00" * 32, "another hash"),
        ("raw", "0x00", "was changed"),
        ("raw", "0x", "was changed"),
        ("note", "hello", "was changed"),
    ],
)
def test_presigned__changed__is_refused(signed: Path, key: str, value: Any, said: str) -> None:
    signed.write_text(json.dumps({**json.loads(signed.read_text()), key: value}))
    with pytest.raises(InputError, match=said):
        read_presigned(signed)


def test_presigned__of_another_deployment__is_refused(
    kgst: System, signed: Path, token: Any
) -> None:
    other = replace(kgst, deployment=replace(kgst.deployment, token=token))
    with pytest.raises(InputError, match="this deployment's is"):
        send_presigned(other, signed, Run(json=True))


def test_presign__file_is_there__is_refused_and_left(
    kgst: System, pauser: Any, signed: Path
) -> None:
    before = signed.read_text()
    with pytest.raises(InputError, match="cannot be written"):
        presign(kgst, [], as_(pauser), signed)
    assert signed.read_text() == before


def test_presign__who_may_not_pause__is_refused(
    kgst: System, outsider: Any, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError):
        presign(kgst, [], as_(outsider), tmp_path / "pause.json")
    assert not (tmp_path / "pause.json").exists()


def test_presign__something_in_flight__is_refused(
    kgst: System, pauser: Any, refusing: Any, tmp_path: Path
) -> None:
    left_in_flight(kgst, pauser, refusing)
    with pytest.raises(RefusedError, match="in flight"):
        presign(kgst, [], as_(pauser), tmp_path / "pause.json")


def _without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k != key}
