"""``Sender`` when a node tells wrong figures, refuses, or says nothing: a step is never locked, lost or done twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain as ape_chain
from web3.exceptions import Web3RPCError

from kgst.errors import RefusedError, UnconfirmedError
from kgst.journal import Header, Journal, Purpose, Signed
from kgst.node import NodeError
from kgst.policy import Policy
from kgst.sending import Event, RevertedError, Sender, Stage
from kgst.sending.pricing import intrinsic_gas
from kgst.sending.transactions import content_of

LIMITS = Policy.load(Path(__file__).parents[1] / "support/policy.yaml").limits
GWEI = 10**9


@pytest.fixture
def account() -> Any:
    return ape_accounts.test_accounts[28]


@pytest.fixture
def journal(account: Any) -> Journal:
    journal = Journal()
    genesis = "0x" + ape_chain.blocks[0].hash.hex()
    journal.begin(Header(chain_id=1337, genesis=genesis, subject="test", sender=account.address))
    return journal


@pytest.fixture
def eth() -> Any:
    return ape_chain.provider.web3.eth


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time passes as it is slept, and not otherwise."""
    now = [1_000.0]
    monkeypatch.setattr("kgst.sending.delivery.time.monotonic", lambda: now[0])
    monkeypatch.setattr(
        "kgst.sending.delivery.time.sleep", lambda s: now.__setitem__(0, now[0] + s)
    )
    return now


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> list[float]:
    """The in-process chain taken for a live one, whose latest block is final."""
    monkeypatch.setattr("kgst.sending.sender.is_dev_node", lambda _: False)
    monkeypatch.setattr("kgst.sending.vantage.final_block", lambda _: ape_chain.blocks.height)
    return clock


class Pool:
    """Stands before the chain's pool: refuses, swallows or passes on what is sent.

    Attributes:
        raws: All that was handed over.
    """

    def __init__(self, eth: Any, patch: pytest.MonkeyPatch) -> None:
        self.raws: list[str] = []
        self.deliver = eth.send_raw_transaction
        self.act: Callable[[str], Any] = self.deliver
        patch.setattr(eth, "send_raw_transaction", self)

    def __call__(self, raw: Any) -> Any:
        self.raws.append(raw)
        return self.act(raw)

    def below(self, price: int) -> Callable[[str], Any]:
        """Refuses what offers less than `price`, in wei per gas, as BSC's pool does."""

        def act(raw: str) -> Any:
            offered = content_of(Signed(step="", nonce=0, hash="", raw=raw)).price
            if offered < price:
                raise Web3RPCError(
                    f"transaction gas price below minimum: gas tip cap {offered}, minimum needed {price}"
                )
            return self.deliver(raw)

        return act


@pytest.fixture
def pool(eth: Any, monkeypatch: pytest.MonkeyPatch) -> Pool:
    return Pool(eth, monkeypatch)


def price_is(patch: pytest.MonkeyPatch, eth: Any, wei: int) -> None:
    """The node asks `wei` per gas from now on."""
    patch.setattr(type(eth), "gas_price", property(lambda _: wei))


def swallow(_: str) -> None:
    """Taken, and never mined."""


# Figures


def test_price__node_says_nothing_is_to_be_paid__has_the_policys_floor(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    price_is(monkeypatch, eth, 0)
    monkeypatch.setattr(eth, "get_block", lambda _: {"baseFeePerGas": 0})
    assert Sender(account, journal, LIMITS).price() == LIMITS.min_gas_price == 5 * 10**7


def test_gas__estimate_is_too_low__is_at_least_what_the_bytes_cost(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    monkeypatch.setattr(eth, "estimate_gas", lambda _: 1)
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).succeeded
    assert content_of(journal.signed("pay")).gas == 21_000  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "creates", "gas"),
    [
        (b"", False, 21_000),
        (b"\x01" * 10, False, 21_000 + 400),  # the floor of EIP-7623
        (b"\0" * 10, False, 21_000 + 100),
        (b"\x01" * 100, True, 53_000 + 1_600 + 8),
    ],
)
def test_intrinsic_gas__is_the_protocols(data: bytes, creates: bool, gas: int) -> None:
    assert intrinsic_gas(data, creates=creates) == gas


def test_gas__more_than_a_transaction_may_use__is_refused(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    monkeypatch.setattr(eth, "estimate_gas", lambda _: 2**24 + 1)
    with pytest.raises(RefusedError, match="16,777,216"):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert journal.steps == []


def test_fee__above_what_nodes_take__is_refused(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    monkeypatch.setattr(eth, "estimate_gas", lambda _: 10**7)
    price_is(monkeypatch, eth, 100 * GWEI)
    limits = LIMITS.model_copy(update={"max_gas_price": 10**12, "max_cost": 10**20})
    with pytest.raises(RefusedError, match="BSC's nodes refuse"):
        Sender(account, journal, limits).send("pay", b"", receiver.address)
    assert journal.steps == []


@pytest.mark.usefixtures("live")
def test_nonce__one_answer_of_three_is_wrong__is_outvoted(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    true, calls = eth.get_transaction_count, [0]

    def count(address: Any, tag: Any) -> int:
        calls[0] += 1
        return 900 if calls[0] == 2 else int(true(address, tag))

    monkeypatch.setattr(eth, "get_transaction_count", count)
    Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert journal.signed("pay").nonce == 0  # type: ignore[union-attr]


@pytest.mark.usefixtures("live")
def test_nonce__every_answer_differs__nothing_is_signed(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    answers = iter([0, 900, 40, 0])
    monkeypatch.setattr(eth, "get_transaction_count", lambda *_: next(answers))
    with pytest.raises(NodeError, match="contradicts itself"):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert journal.steps == []


# Replacing


def test_refused__as_too_cheap__the_same_goes_for_more(
    account: Any, journal: Journal, pool: Pool, receiver: Any
) -> None:
    pool.act = pool.below(Sender(account, journal, LIMITS).price() * 11 // 10)
    told: list[Event] = []
    outcome = Sender(account, journal, LIMITS, told.append).send(
        "pay", b"", receiver.address, value=7
    )
    assert outcome.succeeded
    first, second = map(content_of, journal.attempts(journal.signed("pay")))  # type: ignore[arg-type]
    assert second.price > first.price
    assert (first.nonce, first.to, first.value, first.data) == (
        second.nonce, second.to, second.value, second.data,
    )  # fmt: skip
    assert journal.unresolved() == []
    assert "gas price below minimum" in next(
        e.note or "" for e in told if e.stage is Stage.REPLACED
    )
    assert (account.nonce, receiver.balance % 10) == (1, 7)


def test_refused__locked_account__is_freed_by_the_same_command(
    account: Any, journal: Journal, pool: Pool, receiver: Any
) -> None:
    """What an earlier run signed too cheaply does not hinder the next for ever."""
    pool.act = lambda raw: (_ for _ in ()).throw(Web3RPCError("insufficient funds for gas"))
    with pytest.raises(NodeError):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    pool.act = pool.below(Sender(account, journal, LIMITS).price() * 3 // 2)
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).succeeded
    assert account.nonce == 1


def test_refused__more_than_the_policy_allows__says_so_and_keeps_it(
    account: Any, journal: Journal, pool: Pool, receiver: Any
) -> None:
    pool.act = pool.below(100 * GWEI)
    limit = Sender(account, journal, LIMITS).price() * 6 // 5
    limits = LIMITS.model_copy(update={"max_gas_price": limit})
    with pytest.raises(UnconfirmedError, match="the policy allows"):
        Sender(account, journal, limits).send("pay", b"", receiver.address)
    assert [s.step for s in journal.unresolved()] == ["pay"]
    pool.act = pool.deliver
    assert Sender(account, journal, limits).send("pay", b"", receiver.address).succeeded
    assert account.nonce == 1


def test_replaced__the_first_lands_after_all__is_the_outcome(
    account: Any, journal: Journal, pool: Pool, receiver: Any
) -> None:
    """Either may land: the node refuses the second because it had mined the first."""
    held: list[str] = []

    def act(raw: str) -> Any:
        if not held:
            held.append(raw)
            raise Web3RPCError("transaction underpriced")
        pool.deliver(held[0])
        raise Web3RPCError("nonce too low: next nonce 1, tx nonce 0")

    pool.act = act
    outcome = Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    first, second = journal.attempts(journal.signed("pay"))  # type: ignore[arg-type]
    assert outcome.hash == first.hash != second.hash
    assert journal.outcome(second.hash) == outcome
    assert account.nonce == 1


@pytest.mark.usefixtures("live")
def test_waiting__gas_gets_dearer__is_outbid(
    account: Any,
    journal: Journal,
    eth: Any,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    receiver: Any,
) -> None:
    def act(raw: str) -> Any:
        if len(pool.raws) == 1:
            price_is(monkeypatch, eth, 9 * GWEI)
            return None
        return pool.deliver(raw)

    pool.act = act
    outcome = Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    _, second = journal.attempts(journal.signed("pay"))  # type: ignore[arg-type]
    assert (outcome.hash, content_of(second).price) == (second.hash, 9 * GWEI)


# Waiting


@pytest.mark.usefixtures("live")
def test_waiting__gas_gets_dearer_than_is_allowed__goes_on(
    account: Any,
    journal: Journal,
    eth: Any,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    receiver: Any,
) -> None:
    """What was offered may be enough: a price that the policy forbids now is no reason to stop waiting."""

    def act(raw: str) -> Any:
        if len(pool.raws) == 1:
            price_is(monkeypatch, eth, 10 * LIMITS.max_gas_price)
            return None
        return pool.deliver(raw)

    pool.act = act
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).succeeded
    assert len(journal.attempts(journal.signed("pay"))) == 1  # type: ignore[arg-type]


@pytest.mark.usefixtures("live")
def test_waiting__errors__are_no_answer(
    account: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    from kgst.node import get_receipt
    from kgst.sending import vantage

    true, calls = get_receipt, [0]

    def receipt(*args: Any) -> Any:
        calls[0] += 1
        if calls[0] < 4:
            raise NodeError("the node said: internal error.")
        return true(*args)

    monkeypatch.setattr(vantage, "get_receipt", receipt)
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).succeeded


@pytest.mark.usefixtures("live")
def test_waiting__only_errors__ends_unconfirmed_and_says_why(
    account: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    from kgst.sending import vantage

    def receipt(*_: Any) -> Any:
        raise NodeError("the node said: internal error.")

    with monkeypatch.context() as broken:
        broken.setattr(vantage, "get_receipt", receipt)
        with pytest.raises(UnconfirmedError, match=r"was sent, and is not final.*internal error"):
            Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).succeeded
    assert account.nonce == 1


@pytest.mark.usefixtures("live")
def test_waiting__receipt_of_an_undone_block__is_not_taken(
    account: Any, journal: Journal, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    from kgst.sending.vantage import Connected

    hashes = iter(["0x" + "11" * 32, "0x" + "11" * 32])
    true = Connected.block_hash
    asked: list[int] = []

    def block_hash(self: Connected, number: int) -> Any:
        asked.append(number)
        return next(hashes, None) or true(self, number)

    monkeypatch.setattr(Connected, "block_hash", block_hash)
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).succeeded
    assert len(asked) == 3


def test_waiting__finality_stands_still__is_told_and_waited_for(
    account: Any,
    journal: Journal,
    live: list[float],
    monkeypatch: pytest.MonkeyPatch,
    receiver: Any,
) -> None:
    stands_until = live[0] + 60
    height = ape_chain.blocks.height
    monkeypatch.setattr(
        "kgst.sending.vantage.final_block",
        lambda _: height if live[0] < stands_until else 10**9,
    )
    told: list[Event] = []
    assert (
        Sender(account, journal, LIMITS, told.append).send("pay", b"", receiver.address).succeeded
    )
    [note] = [e.note for e in told if e.stage is Stage.NOTICED]
    assert note is not None
    assert f"stood still at block {height}" in note


@pytest.mark.usefixtures("live")
def test_waiting__one_wrong_nonce__does_not_end_it(
    account: Any,
    journal: Journal,
    eth: Any,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    receiver: Any,
) -> None:
    """The nonce must stay used for a while before the step is said to be superseded."""
    true = eth.get_transaction_count
    pool.act = lambda raw: pool.deliver(raw) if len(pool.raws) > 1 else None
    calls = [0]

    def count(address: Any, tag: Any) -> int:
        calls[0] += 1
        return 5 if 9 < calls[0] < 12 else int(true(address, tag))

    monkeypatch.setattr(eth, "get_transaction_count", count)
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address).succeeded


# Giving up


def test_give_up__what_never_lands__frees_its_nonce(
    account: Any,
    journal: Journal,
    eth: Any,
    monkeypatch: pytest.MonkeyPatch,
    receiver: Any,
    pool: Pool,
) -> None:
    pool.act = lambda raw: (_ for _ in ()).throw(Web3RPCError("sender or to in black list"))
    with pytest.raises(NodeError, match="black list"):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address, value=7)
    pool.act = pool.deliver
    before = receiver.balance
    outcome = Sender(account, journal, LIMITS).give_up("pay")
    assert not outcome.succeeded
    assert "given up" in str(outcome.error)
    assert journal.unresolved() == []
    empty = content_of(journal.signed("pay"))  # type: ignore[arg-type]
    assert (empty.to, empty.value, empty.data) == (account.address, 0, b"")
    with pytest.raises(RevertedError, match="was given up"):
        Sender(account, journal, LIMITS).finish("pay")
    assert receiver.balance == before
    # It may be wanted again: then it is signed anew.
    assert Sender(account, journal, LIMITS).send("pay", b"", receiver.address, value=7).succeeded
    assert (account.nonce, receiver.balance) == (2, before + 7)


def test_give_up__it_lands_first__is_carried_out(
    account: Any, journal: Journal, receiver: Any, pool: Pool
) -> None:
    pool.act = lambda raw: (_ for _ in ()).throw(Web3RPCError("sender or to in black list"))
    with pytest.raises(NodeError):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address, value=7)
    [first] = pool.raws

    def act(_: str) -> Any:
        pool.deliver(first)
        raise Web3RPCError("nonce too low: next nonce 1, tx nonce 0")

    pool.act = act
    outcome = Sender(account, journal, LIMITS).give_up("pay")
    assert outcome.succeeded
    assert [s.purpose for s in journal.attempts(journal.signed("pay"))] == [  # type: ignore[arg-type]
        Purpose.STEP, Purpose.GIVE_UP,
    ]  # fmt: skip


def test_give_up__nothing_in_flight__is_refused(
    account: Any, journal: Journal, receiver: Any
) -> None:
    Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    with pytest.raises(RefusedError, match="nothing of pay is in flight"):
        Sender(account, journal, LIMITS).give_up("pay")


# Emergencies


def test_urgent__price_above_the_limit__offers_the_limit(
    account: Any, journal: Journal, eth: Any, monkeypatch: pytest.MonkeyPatch, receiver: Any
) -> None:
    price_is(monkeypatch, eth, 50 * GWEI)
    with pytest.raises(RefusedError, match="the policy allows"):
        Sender(account, journal, LIMITS).send("pay", b"", receiver.address)
    Sender(account, journal, LIMITS, urgent=True).send("pay", b"", receiver.address)
    assert content_of(journal.signed("pay")).price == LIMITS.max_gas_price  # type: ignore[arg-type]


def test_urgent__something_else_is_pending__takes_its_nonce_and_outbids_it(
    account: Any, journal: Journal, pool: Pool, receiver: Any
) -> None:
    other = Journal()
    other.begin(Header(chain_id=1337, genesis="0x", subject="other", sender=account.address))
    pool.act = lambda raw: (_ for _ in ()).throw(Web3RPCError("txpool is full"))
    with pytest.raises(NodeError):
        Sender(account, other, LIMITS).send("stuck", b"", receiver.address)
    pool.act = pool.deliver
    [stuck] = other.unresolved()
    urgent = Sender(account, journal, LIMITS, urgent=True, others=[stuck])
    assert urgent.send("pause", b"", receiver.address).succeeded
    mine = journal.signed("pause")
    assert mine is not None
    assert mine.nonce == stuck.nonce
    assert content_of(mine).price > content_of(stuck).price * 11 // 10
    assert account.nonce == 1


def test_urgent__what_waited_lands_first__is_signed_for_the_next_nonce(
    account: Any, journal: Journal, pool: Pool, receiver: Any, clock: list[float]
) -> None:
    other = Journal()
    other.begin(Header(chain_id=1337, genesis="0x", subject="other", sender=account.address))
    pool.act = lambda raw: (_ for _ in ()).throw(Web3RPCError("txpool is full"))
    with pytest.raises(NodeError):
        Sender(account, other, LIMITS).send("stuck", b"", receiver.address)
    [stuck] = other.unresolved()

    def act(raw: str) -> Any:
        pool.act = pool.deliver
        pool.deliver(stuck.raw)
        raise Web3RPCError("nonce too low: next nonce 1, tx nonce 0")

    pool.act = act
    urgent = Sender(account, journal, LIMITS, urgent=True, others=[stuck])
    assert urgent.send("pause", b"", receiver.address).succeeded
    assert [s.nonce for s in journal.attempts(journal.signed("pause"))] == [1]  # type: ignore[arg-type]
    assert journal.unresolved() == []
    assert account.nonce == 2


@pytest.mark.parametrize("urgent", [False, True])
def test_nonce__journals_of_past_runs_name_one_that_was_never_reached__is_not_believed(
    account: Any, journal: Journal, receiver: Any, urgent: bool
) -> None:
    """As a forged one among those that are put away would: the account is not locked, least of all for a pause."""
    forged = Sender(account, journal, LIMITS, urgent=urgent, next_nonce=10**9)
    assert forged.send("pause", b"", receiver.address).succeeded
    assert account.nonce == 1
