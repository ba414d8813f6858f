"""A mint, a payout and whatever else is sent stand once, whatever the node says and whoever gives the command again."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ape import accounts, networks
from support.bsc import BscNode
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.bsc.faults import drops, refuses
from support.bsc.reserves import attest_on
from support.bsc.wire import Answer, Fault, Forward, Request
from support.cli import Result

from kgst.console import let_sign
from kgst.errors import ExitCode, UnconfirmedError
from kgst.journal import Header, Journal
from kgst.keys import key_of
from kgst.policy import Policy
from kgst.sending import NonceUsedError, Sender, UndecidedError
from kgst.sending.keys import voiding

SOM = 1_000_000
RECEIPT = "eth_getTransactionReceipt"
SEND = "eth_sendRawTransaction"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployment")
    with deployed_on_bsc(folder, changes=[("timeout: 3 minutes", "timeout: 10 seconds")]) as found:
        yield found


@pytest.fixture(scope="module")
def token(deployed: Deployed) -> Any:
    """With a million som attested."""
    return attest_on(deployed, 1_000_000 * 100)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "KGST_RPC_TIMEOUT", "6")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[None]]:
    """Within it a delivery's time passes eight times as fast; that of a question to the node does not."""
    hurried = SimpleNamespace(monotonic=lambda: 8 * time.monotonic(), sleep=time.sleep)

    @contextmanager
    def hurry() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr("kgst.sending.delivery.time", hurried)
            patch.setattr("kgst.sending.delivery._USED_SECONDS", 4)  # of the policy's 10
            yield

    return hurry


def mint(deployed: Deployed, reference: str, *more: str, node: BscNode | None = None) -> Result:
    command = ("supply", "mint", "issuer", "5 som", "--ref", reference, *more)
    return deployed.run(*command, account="issuer", node=node)


def minted(token: Any, reference: str, deployed: Deployed) -> int:
    """How often the token logged the key of `reference`: base units for each."""
    used = token.events.AuthorizationUsed().get_logs(
        from_block=0, argument_filters={"authorizer": deployed.address("issuer")}
    )
    return sum(log["args"]["nonce"] == key_of("mint", reference) for log in used)


def changed(**fields: Any) -> Fault:
    """The receipt with other fields, where there is one."""

    def fault(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        if answer.get("result"):
            answer["result"] = {**answer["result"], **fields}
        found: Answer = answer
        return found

    return fault


def forgetful(request: Request, forward: Forward) -> Answer:
    """No receipt of anything, ever; as of what is too old."""
    return {**forward(request), "result": None}


# What a node says of a receipt


def test_mint__node_shows_no_receipt__stays_undecided_and_stands_once(
    deployed: Deployed, node: BscNode, token: Any, hurried: Any
) -> None:
    before = token.functions.totalSupply().call()
    node.faults[RECEIPT] = forgetful
    for _ in range(3):
        with hurried():
            told = mint(deployed, "NULL-1", node=node)
        assert told.code == ExitCode.UNCONFIRMED, told.stderr
        assert "it may stand or not" in told.error
    assert deployed.open_runs() == [["header", "act", "signed"]]
    with hurried():
        other = mint(deployed, "NULL-2", node=node)
    assert other.code == ExitCode.UNCONFIRMED, (
        "the account is not locked, though this one is undecided too"
    )
    for reference in ("NULL-1", "NULL-2"):
        healed = mint(deployed, reference)
        assert healed.code == 0, healed.stderr
        assert healed.document is not None
        assert healed.document["resumed"] is True
        assert minted(token, reference, deployed) == 1
    assert token.functions.totalSupply().call() == before + 10 * SOM
    assert deployed.open_runs() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "0x0"},
        {"status": "0x0", "logs": [], "logsBloom": "0x" + 512 * "0"},
        {"logs": [], "logsBloom": "0x" + 512 * "0"},
        {"blockHash": "0x" + 64 * "1"},
        {"blockNumber": "0x1"},
        {"cumulativeGasUsed": "0x5208"},
    ],
    ids=lambda fields: "+".join(fields),
)
def test_mint__receipt_with_another_field__is_not_believed(
    deployed: Deployed,
    node: BscNode,
    token: Any,
    hurried: Any,
    fields: dict[str, Any],
    request: Any,
) -> None:
    reference = f"FIELD-{request.node.callspec.id}"
    node.faults[RECEIPT] = changed(**fields)
    with hurried():
        told = mint(deployed, reference, node=node)
    assert told.code == ExitCode.UNCONFIRMED, told.stderr
    healed = mint(deployed, reference)
    assert healed.code == 0, healed.stderr
    assert minted(token, reference, deployed) == 1


@pytest.mark.usefixtures("token")
def test_mint__receipt_says_it_used_other_gas__its_block_is_believed(
    deployed: Deployed, node: BscNode
) -> None:
    node.faults[RECEIPT] = changed(gasUsed="0x1", effectiveGasPrice="0x1")
    told = mint(deployed, "GAS-1", node=node)
    assert told.code == 0, told.stderr
    assert told.document is not None
    [sent] = told.document["transactions"]
    true = deployed.web3.eth.get_transaction_receipt(sent["hash"])
    assert (sent["gas_used"], sent["gas_price_wei"]) == (
        true["gasUsed"],
        str(true["effectiveGasPrice"]),
    )


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        ("eth_getBlockReceipts", refuses(-32601, "the method does not exist")),
        ("eth_getBlockReceipts", refuses(-32603, "internal error")),
    ],
)
def test_pause__node_shows_no_receipts_of_a_block__is_done_all_the_same(
    deployed: Deployed, node: BscNode, method: str, fault: Fault
) -> None:
    """The first is asked for each receipt instead; for the other an emergency does not wait."""
    node.faults[method] = fault
    paused = deployed.run("guard", "pause", "minting", account="pauser", node=node)
    assert paused.code == 0, paused.stderr
    assert deployed.run("guard", "unpause", "minting", account="unpauser").code == 0


def fails_once_sent(node: BscNode, method: str) -> None:
    """From the first transaction on the node has no answer to `method`."""

    def sends(request: Request, forward: Forward) -> Answer:
        node.faults[method] = refuses(-32603, "internal error")
        answer: Answer = forward(request)
        return answer

    node.faults[SEND] = sends


@pytest.mark.usefixtures("token")
def test_mint__cannot_be_read_back__is_done_and_says_what_was_not_seen(
    deployed: Deployed, node: BscNode
) -> None:
    fails_once_sent(node, "eth_call")
    told = mint(deployed, "BACK-1", node=node)
    assert told.code == 0, told.stderr
    assert told.document is not None
    assert [one["value"][:8] for one in told.document["read_back"][:2]] == ["not read"] * 2


def test_pause__cannot_be_read_back__is_final_and_not_called_failed(
    deployed: Deployed, node: BscNode
) -> None:
    fails_once_sent(node, "eth_call")
    told = deployed.run("guard", "pause", "burning", account="pauser", node=node)
    assert told.code == ExitCode.UNCONFIRMED, told.stderr
    assert "it is final" in told.error
    assert deployed.flags() & 8
    assert deployed.run("guard", "unpause", "burning", account="unpauser").code == 0


# Colleagues, and a cut


def test_mint__in_another_checkout__is_refused_and_says_where_it_was_used(
    deployed: Deployed, token: Any, tmp_path: Path
) -> None:
    first = mint(deployed, "TWICE-1")
    assert first.code == 0, first.stderr
    assert first.document is not None
    second = mint(checkout(deployed, tmp_path / "checkout"), "TWICE-1")
    assert second.code == ExitCode.REFUSED, second.stderr
    [sent] = first.document["transactions"]
    assert f"used in block {sent['block_number']}" in second.error
    assert sent["hash"] in second.error
    assert minted(token, "TWICE-1", deployed) == 1


def checkout(deployed: Deployed, folder: Path) -> Deployed:
    """A colleague's, which knows of nothing that was sent from another."""
    folder.mkdir()
    for name in ("policy.yaml", "record.json"):
        shutil.copy(deployed.folder / name, folder)
    return replace(deployed, folder=folder)


def test_mint__lost_and_carried_out_by_a_colleague__is_known_by_its_key(
    deployed: Deployed, node: BscNode, token: Any, tmp_path: Path, hurried: Any
) -> None:
    """The node shows nothing of the nonce; what used the key, and what that did, it does."""
    node.faults[SEND] = drops
    assert mint(deployed, "KEY-1", node=node).code == ExitCode.UNCONFIRMED
    del node.faults[SEND]
    colleague = checkout(deployed, tmp_path / "checkout")
    for reference in ("KEY-0", "KEY-1"):  # the first takes the nonce
        theirs = mint(colleague, reference)
        assert theirs.code == 0, theirs.stderr
    node.faults["eth_getTransactionCount"] = forgets_the_past
    node.faults[RECEIPT] = changed(logs=[], logsBloom="0x" + 512 * "0")
    with hurried():
        assert mint(deployed, "KEY-1", node=node).code == ExitCode.UNCONFIRMED, "a false receipt"
    del node.faults[RECEIPT]
    with hurried():
        found = mint(deployed, "KEY-1", node=node)
    assert found.code == 0, found.stderr
    assert found.document is not None
    assert found.document["already"] is True
    assert deployed.open_runs() == []
    assert minted(token, "KEY-1", deployed) == 1


def test_mint__cut_off_between_final_and_put_away__stands_once(
    deployed: Deployed, token: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr("kgst.pipeline.logbook.Entry.finish", power_cut)
        assert mint(deployed, "CUT-1").code != 0
    assert deployed.open_runs() == [["header", "act", "signed", "outcome"]]
    assert mint(deployed, "CUT-1").code == 0
    assert mint(deployed, "CUT-1").code == ExitCode.REFUSED
    assert minted(token, "CUT-1", deployed) == 1


# Giving up


def test_give_up__a_mint__declares_its_reference_void(
    deployed: Deployed, node: BscNode, token: Any
) -> None:
    before = token.functions.totalSupply().call()
    node.faults[SEND] = drops
    assert mint(deployed, "VOID-1", node=node).code == ExitCode.UNCONFIRMED
    given_up = mint(deployed, "VOID-1", "--give-up")
    assert given_up.code == 0, given_up.stderr
    assert given_up.document is not None
    [end] = given_up.document["given_up"]
    assert end["carried_out"] is False
    assert "its nonce and its key are spent" in end["end"]
    key = key_of("mint", "VOID-1")
    assert token.functions.authorizationState(deployed.address("issuer"), key).call()
    for _ in range(2):
        again = mint(deployed, "VOID-1")
        assert again.code == ExitCode.REFUSED, again.stderr
    assert token.functions.totalSupply().call() == before


# A nonce that is used


@pytest.fixture
def sending(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes the sender of a journal, connected to the node that it is given."""
    monkeypatch.setattr("kgst.sending.delivery._USED_SECONDS", 0.2)
    limits = Policy.load(deployed.policy).limits
    account = accounts.load("outsider")
    let_sign(account)
    journal = Journal()
    contexts = []

    def sender(node: BscNode, **options: Any) -> Sender:
        context = networks.parse_network_choice(f"bsc:testnet:{node.address}")
        context.__enter__()
        contexts.append(context)
        genesis = "0x" + bytes(deployed.web3.eth.get_block(0)["hash"]).hex()
        journal.begin(Header(chain_id=97, genesis=genesis, subject="test", sender=account.address))
        return Sender(account, journal, limits, **options)

    yield sender
    for context in reversed(contexts):
        context.__exit__(None, None, None)


def signed_and_lost(sender: Sender, node: BscNode, deployed: Deployed) -> str:
    """A payment is signed and never arrives; its nonce goes to another transaction, whose hash is returned."""
    nonce = deployed.nonce("outsider")
    node.faults[SEND] = drops
    with pytest.raises(UnconfirmedError):
        sender.send("pay", b"", to=deployed.address("issuer"))
    del node.faults[SEND]
    return deployed.spend_nonce("outsider", nonce)


def test_used_nonce__taker_is_shown__ends_the_step(
    deployed: Deployed, node: BscNode, sending: Any
) -> None:
    taker = signed_and_lost(sending(node), node, deployed)
    with pytest.raises(NonceUsedError, match=taker) as ended:
        sending(node).finish("pay")
    assert taker in str(ended.value.outcome.error)


def test_used_nonce__taker_is_not_shown__a_person_names_it(
    deployed: Deployed, node: BscNode, sending: Any
) -> None:
    """The node keeps no state of the block in which the nonce was used."""
    taker = signed_and_lost(sending(node), node, deployed)
    wrong = deployed.spend_nonce("outsider")
    node.faults["eth_getTransactionCount"] = forgets_the_past
    with pytest.raises(UndecidedError, match="--taken-by"):
        sending(node, again="give the same command again").finish("pay")
    with pytest.raises(UndecidedError):
        sending(node, taken_by=wrong).finish("pay")
    with pytest.raises(NonceUsedError, match=taker):
        sending(node, taken_by=taker).finish("pay")


@pytest.mark.parametrize("lies", [False, True])
def test_used_nonce__key_went_with_another__ends_the_step(
    deployed: Deployed,
    node: BscNode,
    sending: Any,
    token: Any,
    monkeypatch: pytest.MonkeyPatch,
    lies: bool,
) -> None:
    """By then no node has the state in which the taker of the nonce would show; of events it has them all."""
    data, nonce = voiding(bytes([int(lies)]) * 32), deployed.nonce("outsider")
    node.faults[SEND] = drops
    with pytest.raises(UnconfirmedError):
        sending(node).send("pay", data, to=token.address)
    del node.faults[SEND]
    deployed.spend_nonce("outsider", nonce)
    account = accounts.load("outsider")
    with networks.parse_network_choice(f"bsc:testnet:{node.address}"):
        theirs = account.call(  # a colleague's, from another checkout
            networks.provider.network.ecosystem.create_transaction(
                receiver=token.address, data=data, nonce=nonce + 1, gas_limit=200_000
            )
        )
    monkeypatch.setattr("kgst.sending.showing._STATE", 0)
    if lies:
        node.faults[RECEIPT] = changed(logs=[], logsBloom="0x" + 512 * "0")
        with pytest.raises(UndecidedError):
            sending(node).finish("pay")
        return
    with pytest.raises(NonceUsedError, match=f"its key went with {theirs.txn_hash}"):
        sending(node).finish("pay")


def forgets_the_past(request: Request, forward: Forward) -> Answer:
    asked = request["params"][1]
    answer: Answer = forward(request)
    if asked.startswith("0x"):
        return {
            "jsonrpc": "2.0",
            "id": request["id"],
            "error": {"code": -32601, "message": "the method is not available for old blocks"},
        }
    return answer
