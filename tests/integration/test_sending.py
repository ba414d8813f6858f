"""``Sender``: what happens when the node, the network or the contract does not play along."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain

from kgst.errors import RefusedError, UnconfirmedError
from kgst.journal import Header, Journal
from kgst.node import ChainRevertError, NodeError
from kgst.policy import Limits, Policy
from kgst.sending import Event, RevertedError, Sender, Stage

LIMITS = Policy.load(Path(__file__).parents[1] / "support/policy.yaml").limits
FAST = LIMITS.model_copy(update={"timeout": 0})


@pytest.fixture
def account() -> Any:
    return ape_accounts.test_accounts[27]


@pytest.fixture
def journal(account: Any) -> Journal:
    journal = Journal()
    genesis = "0x" + ape_chain.blocks[0].hash.hex()
    journal.begin(Header(chain_id=1337, genesis=genesis, subject="test", sender=account.address))
    return journal


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    """The in-process chain taken for a live one; without waiting."""
    monkeypatch.setattr("kgst.sending.sender.is_dev_node", lambda _: False)
    monkeypatch.setattr("kgst.sending.delivery.time.sleep", lambda _: None)


@pytest.fixture
def eth() -> Any:
    return ape_chain.provider.web3.eth


def pause(token: Any) -> dict[str, Any]:
    return {"data": bytes(token.pause.encode_input(1)), "to": token.address}


def no_answer(*_: Any, **__: Any) -> Any:
    raise ConnectionError("connection reset")


def at(stage: Stage, act: Callable[[], Any]) -> Callable[[Event], None]:
    def progress(event: Event) -> None:
        if event.stage is stage:
            act()

    return progress


def test_send__call_that_reverts__is_refused_with_the_decoded_error(
    account: Any, journal: Journal, token: Any
) -> None:
    with pytest.raises(ChainRevertError) as caught:
        Sender(account, journal, LIMITS).send("pause", **pause(token))
    assert f"AccessManagedUnauthorized(caller={account.address.lower()})" in str(caught.value)
    assert str(caught.value).endswith("Nothing was sent.")
    assert journal.unresolved() == []
    assert account.nonce == 0


def test_send__each_stage__is_told_in_its_order(
    account: Any, journal: Journal, receiver: Any
) -> None:
    told: list[Event] = []
    outcome = Sender(account, journal, LIMITS, told.append).send(
        "pay", data=b"", to=receiver.address, value=5
    )
    stages = [Stage.PREPARED, Stage.SIGNED, Stage.SENT, Stage.MINED, Stage.DONE]
    assert [one.stage for one in told] == stages
    assert {one.step for one in told} == {"pay"}
    assert [one.transaction for one in told] == [None, *4 * [outcome.hash]]
    assert [one.outcome for one in told] == [*4 * [None], outcome]


def test_send__reverted_when_mined__is_told_and_can_be_signed_anew(
    account: Any, journal: Journal, token: Any, manager: Any, admin: Any
) -> None:
    manager.grantRole(4, account, 0, sender=admin)
    revoke = at(Stage.SIGNED, lambda: manager.revokeRole(4, account, sender=admin))
    with pytest.raises(RevertedError, match="AccessManagedUnauthorized") as caught:
        Sender(account, journal, LIMITS, revoke).send("pause", **pause(token))
    assert caught.value.exit_code == 4
    assert token.pauseFlags() == 0
    manager.grantRole(4, account, 0, sender=admin)
    outcome = Sender(account, journal, LIMITS).send("pause", **pause(token))
    assert outcome.succeeded
    assert token.pauseFlags() == 1
    assert account.nonce == 2


def test_send__no_answer_while_sending__sends_the_same_transaction_later(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    step = {"step": "pay", "data": b"", "to": receiver.address, "value": 5}
    with monkeypatch.context() as broken:
        broken.setattr(eth, "send_raw_transaction", no_answer)
        with pytest.raises(UnconfirmedError, match="may or may not have been sent") as caught:
            Sender(account, journal, LIMITS).send(**step)
    assert caught.value.exit_code == 6
    [signed] = journal.unresolved()
    outcome = Sender(account, journal, LIMITS).send(**step)
    assert outcome.hash == signed.hash
    assert account.nonce == 1


def test_send__answer_lost_after_sending__finds_it(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    deliver = eth.send_raw_transaction

    def deliver_and_fail(raw: Any) -> Any:
        deliver(raw)
        no_answer()

    step = {"step": "pay", "data": b"", "to": receiver.address, "value": 5}
    with monkeypatch.context() as broken:
        broken.setattr(eth, "send_raw_transaction", deliver_and_fail)
        with pytest.raises(UnconfirmedError):
            Sender(account, journal, LIMITS).send(**step)
    before = receiver.balance
    assert Sender(account, journal, LIMITS).send(**step).succeeded
    assert receiver.balance == before
    assert account.nonce == 1


def test_send__another_step_while_one_may_land__is_refused(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(eth, "send_raw_transaction", no_answer)
        with pytest.raises(UnconfirmedError):
            Sender(account, journal, LIMITS).send("one", b"", receiver.address)
    with pytest.raises(RefusedError, match="one may still land"):
        Sender(account, journal, LIMITS).send("two", b"", receiver.address)
    assert account.nonce == 0


@pytest.mark.usefixtures("live")
def test_send__final__waits_for_the_finalized_tag(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    final = iter([0, 0, 10**9])
    asked: list[int] = []

    def block(_: Any) -> int:
        asked.append(next(final))
        return asked[-1]

    monkeypatch.setattr("kgst.sending.vantage.final_block", block)
    Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert asked == [0, 0, 10**9]


@pytest.mark.usefixtures("live")
def test_send__never_final__is_unconfirmed_and_kept(
    account: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    with monkeypatch.context() as stuck:
        stuck.setattr("kgst.sending.vantage.final_block", lambda _: 0)
        with pytest.raises(UnconfirmedError, match="is not final after"):
            Sender(account, journal, FAST).send("pay", b"", receiver.address)
    assert [signed.step for signed in journal.unresolved()] == ["pay"]
    assert Sender(account, journal, FAST).send("pay", b"", receiver.address).succeeded
    assert account.nonce == 1


@pytest.mark.usefixtures("live")
def test_send__node_without_the_tag__counts_confirmations(
    account: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    monkeypatch.setattr("kgst.sending.vantage.final_block", lambda _: None)
    monkeypatch.setattr("kgst.sending.delivery.time.sleep", lambda _: ape_chain.mine())
    limits: Limits = LIMITS.model_copy(update={"confirmations": 4})
    outcome = Sender(account, journal, limits).send("pay", b"", receiver.address)
    assert ape_chain.blocks.height == outcome.block_number + 3


def test_send__too_little_balance__is_refused(
    account: Any, journal: Journal, receiver: Any, eth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eth, "get_balance", lambda _: 1)
    with pytest.raises(RefusedError, match="has 0 BNB; send it BNB"):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert account.nonce == 0


def test_send__foreign_pending_transactions__is_refused(
    account: Any, journal: Journal, receiver: Any, eth: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eth, "get_transaction_count", lambda _, tag: 2 if tag == "pending" else 0)
    with pytest.raises(
        RefusedError, match=r"has 2 pending transaction\(s\) that are not of this run"
    ):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)


def test_send__signed_by_another_key__is_refused(
    account: Any, journal: Journal, receiver: Any, holder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign = type(account).sign_transaction
    monkeypatch.setattr(type(account), "sign_transaction", lambda _, tx: sign(holder, tx))
    with pytest.raises(RefusedError, match=f"Recovered signer '{holder.address}'"):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert journal.unresolved() == []


def test_send__not_signed__is_refused(
    account: Any, journal: Journal, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(account), "sign_transaction", lambda *_: None)
    with pytest.raises(RefusedError, match="the account did not sign"):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert journal.unresolved() == []


def test_send__node_refuses__keeps_the_transaction_for_later(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    from web3.exceptions import Web3RPCError

    def refuse(_: Any) -> Any:
        raise Web3RPCError("insufficient funds for gas * price + value")

    with monkeypatch.context() as broken:
        broken.setattr(eth, "send_raw_transaction", refuse)
        with pytest.raises(NodeError, match=r"insufficient funds.*send .* BNB.*--give-up"):
            Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    [signed] = journal.unresolved()
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).hash == signed.hash
