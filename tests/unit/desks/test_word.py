"""The word of a request, `Redemption.sol`, against a model of it; and what happens within one block."""

from __future__ import annotations

from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st
from support.at_the_desks import State
from support.engine import encode
from support.model.signatures import Key
from support.quick import ANYONE, DAY, GOVERNOR
from support.quick_desks import TYIYN, QuickDesks, Terms

MOST = 2**72 // TYIYN
"""Tyiyn that 72 bits of base units hold: 59 bits."""
LAST = 2**33 - 1
ENTRIES = 2
"""The slot of the entries' mapping."""
HOLDER = Key.named("holder")
TERMS = Terms(31 * DAY, 31 * DAY, 0)
PAYEE = 2**256 - 1


def word_of(requester: int, tyiyn: int, time: int, state: State) -> int:
    """As `Redemption.sol` draws it."""
    assert requester < 2**160
    assert tyiyn < 2**59
    assert time < 2**33
    return requester | tyiyn << 160 | time << 219 | state << 252


def stored(world: QuickDesks, desk: int, number: int) -> tuple[int, int]:
    slot = int.from_bytes(keccak(encode("uint256,uint256", number, ENTRIES)), "big")
    word, payee = world.quick.engine.words(desk, [slot, slot + 1])
    return word, payee


def rich(start: int) -> tuple[QuickDesks, int]:
    """At second `start`, with all the tokens that there can be with `HOLDER`."""
    world = QuickDesks(MOST, after=start - QuickDesks.START)
    desk = world.redemption_desk(TERMS)
    world.fund(HOLDER.address, MOST * TYIYN)
    world.must(HOLDER, world.token, "approve(address,uint256)", desk, 2**256 - 1)
    return world, desk


@settings(max_examples=25)
@given(
    start=st.sampled_from([QuickDesks.START, LAST - 62 * DAY])
    | st.integers(QuickDesks.START, LAST - 62 * DAY),
    tyiyn=st.sampled_from([1, MOST, MOST - 1, 2**58, 2**58 - 1]) | st.integers(1, MOST),
    taken=st.integers(0, MOST - 1),
)
def test_word__any_amount_and_time__holds_each_field_exactly(
    start: int, tyiyn: int, taken: int
) -> None:
    """Through all that is written: requested, locked, seized in part, withdrawn."""
    world, desk = rich(start)
    taken %= tyiyn
    who = HOLDER.address
    world.must(HOLDER, desk, "request(uint256,bytes32)", tyiyn * TYIYN, PAYEE)
    time = world.now + 31 * DAY
    assert stored(world, desk, 1) == (word_of(who, tyiyn, time, State.REQUESTED), PAYEE)
    assert world.request(desk, 1)[:4] == (who, tyiyn * TYIYN, State.REQUESTED, time)
    world.quick.wait(31 * DAY)
    world.must(GOVERNOR, desk, "lock(uint256[])", [1])
    time = world.now + 31 * DAY
    assert stored(world, desk, 1) == (word_of(who, tyiyn, time, State.LOCKED), PAYEE)
    assert world.request(desk, 1)[:4] == (who, tyiyn * TYIYN, State.LOCKED, time)
    if taken:
        seize = "seize(uint256,address,uint256,bytes32,uint256)"
        world.must(GOVERNOR, desk, seize, 1, ANYONE.address, taken * TYIYN, 1, taken * TYIYN)
        time = 0
        expected = word_of(who, tyiyn - taken, 0, State.REQUESTED), PAYEE
        assert stored(world, desk, 1) == expected
    world.quick.wait(31 * DAY)
    world.must(HOLDER, desk, "withdraw(uint256)", 1)
    expected = word_of(who, tyiyn - taken, time, State.WITHDRAWN), PAYEE
    assert stored(world, desk, 1) == expected
    assert world.balance(who) == (MOST - taken) * TYIYN
    assert world.read(desk, "escrow()") == 0


def asked(world: QuickDesks, desk: int) -> None:
    world.must(HOLDER, desk, "request(uint256,bytes32)", TYIYN, PAYEE)


def test_one_block__withdrawal_before_the_lock__is_withdrawn() -> None:
    world, desk = rich(QuickDesks.START)
    asked(world, desk)
    world.must(HOLDER, desk, "withdraw(uint256)", 1)
    outcome = world.must(GOVERNOR, desk, "lock(uint256[])", [1])
    assert outcome.events == [(desk, "Skipped", (1, State.WITHDRAWN))]


def test_one_block__lock_before_the_withdrawal__is_locked() -> None:
    world, desk = rich(QuickDesks.START)
    asked(world, desk)
    outcome = world.must(GOVERNOR, desk, "lock(uint256[])", [1])
    pay_by = world.now + 31 * DAY
    assert outcome.events == [(desk, "Locked", (1, pay_by))]
    refused = world.send(HOLDER, desk, "withdraw(uint256)", 1)
    assert refused.error == ("NotPossible", (1, State.LOCKED, pay_by))


def test_one_block__payment_and_withdrawal_at_pay_by__the_first_counts() -> None:
    for withdraws_first in (False, True):
        world, desk = rich(QuickDesks.START)
        asked(world, desk)
        world.must(GOVERNOR, desk, "lock(uint256[])", [1])
        world.quick.wait(31 * DAY)
        if withdraws_first:
            world.must(HOLDER, desk, "withdraw(uint256)", 1)
        outcome = world.must(GOVERNOR, desk, "confirmPaid(uint256[],bytes32)", [1], 5)
        assert (outcome.events[0][1] == "Skipped") is withdraws_first
        if not withdraws_first:
            refused = world.send(HOLDER, desk, "withdraw(uint256)", 1)
            assert refused.error == ("NotPossible", (1, State.PAID, world.now))
        assert world.read(desk, "escrow()") == world.balance(desk) == 0
