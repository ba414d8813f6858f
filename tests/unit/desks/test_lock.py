"""``lock``"""

from __future__ import annotations

from typing import Any

import pytest
from support.at_the_desks import (
    AMOUNT,
    MINIMUM,
    ORDER,
    PAY_WITHIN,
    PAYEE,
    TYIYN,
    State,
    ask,
    at,
    logged,
    skipped,
    state_of,
    whole,
)
from support.payments import MAX_72

from kgst.flags import PAUSE_FLAGS


def locked_event(number: int, pay_by: int) -> tuple[str, dict[str, Any]]:
    return "Locked", {"id": number, "payBy": pay_by}


def test_lock__requested__starts_the_clock(
    redemption_desk: Any, token: Any, holder: Any, holder_b: Any, redeemer: Any
) -> None:
    first = ask(token, redemption_desk, holder)
    second = ask(token, redemption_desk, holder_b, MINIMUM)
    left_alone = ask(token, redemption_desk, holder)
    before = whole(redemption_desk, left_alone)
    receipt = redemption_desk.lock([second, first], sender=redeemer)
    pay_by = receipt.timestamp + PAY_WITHIN
    assert logged(receipt, redemption_desk, token) == [
        locked_event(second, pay_by),
        locked_event(first, pay_by),
    ]
    assert whole(redemption_desk, first) == (holder, AMOUNT, State.LOCKED, pay_by, PAYEE, False)
    assert whole(redemption_desk, second) == (
        holder_b, MINIMUM, State.LOCKED, pay_by, PAYEE, False,
    )  # fmt: skip
    assert whole(redemption_desk, left_alone) == before
    assert redemption_desk.escrow() == 2 * AMOUNT + MINIMUM


def test_lock__nothing__does_nothing(redemption_desk: Any, token: Any, redeemer: Any) -> None:
    assert logged(redemption_desk.lock([], sender=redeemer), redemption_desk, token) == []


def test_lock__at_the_deadlines_last_second__locks(
    redemption_desk: Any, token: Any, redeemer: Any, requested: int
) -> None:
    deadline = redemption_desk.requestOf(requested).time
    at(deadline)
    receipt = redemption_desk.lock([requested], sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [
        locked_event(requested, deadline + PAY_WITHIN)
    ]


def test_lock__one_second_after_the_deadline__skips(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, requested: int
) -> None:
    before = whole(redemption_desk, requested)
    at(before[3] + 1)
    receipt = redemption_desk.lock([requested], sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [skipped(requested, State.REQUESTED)]
    assert whole(redemption_desk, requested) == before
    redemption_desk.withdraw(requested, sender=holder)


def test_lock__twice_in_one_list_and_unknown_ids__are_skipped(
    redemption_desk: Any, token: Any, redeemer: Any, requested: int
) -> None:
    ids = [0, requested, requested, requested + 1, 2**256 - 1]
    receipt = redemption_desk.lock(ids, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [
        skipped(0, State.NONE),
        locked_event(requested, receipt.timestamp + PAY_WITHIN),
        skipped(requested, State.LOCKED),
        skipped(requested + 1, State.NONE),
        skipped(2**256 - 1, State.NONE),
    ]
    assert whole(redemption_desk, 0)[1:] == (0, State.NONE, 0, bytes(32), False)


def test_lock__locked_already__does_not_prolong(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, locked: int
) -> None:
    """Neither before payBy nor afterwards."""
    pay_by = redemption_desk.requestOf(locked).time
    for second in (pay_by - 1, pay_by):
        at(second)
        receipt = redemption_desk.lock([locked], sender=redeemer)
        assert logged(receipt, redemption_desk, token) == [skipped(locked, State.LOCKED)]
        assert redemption_desk.requestOf(locked).time == pay_by
    redemption_desk.withdraw(locked, sender=holder)


def test_lock__in_every_later_state__skips(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, enforcer: Any, receiver: Any
) -> None:
    paid, sent_back, withdrawn, rejected, seized = (
        ask(token, redemption_desk, holder) for _ in range(5)
    )
    redemption_desk.lock([paid, sent_back], sender=redeemer)
    redemption_desk.confirmPaid([paid, sent_back], ORDER, sender=redeemer)
    redemption_desk.returned(sent_back, sender=redeemer)
    redemption_desk.withdraw(withdrawn, sender=holder)
    redemption_desk.reject(rejected, "", sender=redeemer)
    redemption_desk.seize(seized, receiver, AMOUNT, ORDER, AMOUNT, sender=enforcer)
    ids = [paid, sent_back, withdrawn, rejected, seized]
    states = [State.PAID, State.RETURNED, State.WITHDRAWN, State.REJECTED, State.SEIZED]
    receipt = redemption_desk.lock(ids, sender=redeemer)
    expected = [skipped(*pair) for pair in zip(ids, states, strict=True)]
    assert logged(receipt, redemption_desk, token) == expected
    assert [state_of(redemption_desk, number) for number in ids] == states


def test_lock__blocked_requester__skips_until_he_is_not(
    redemption_desk: Any, token: Any, redeemer: Any, compliance: Any, holder: Any, holder_b: Any
) -> None:
    """And hinders no other."""
    first, second = ask(token, redemption_desk, holder), ask(token, redemption_desk, holder_b)
    token.blockAccount(holder, sender=compliance)
    receipt = redemption_desk.lock([first, second], sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [
        skipped(first, State.REQUESTED),
        locked_event(second, receipt.timestamp + PAY_WITHIN),
    ]
    token.unblockAccount(holder, sender=compliance)
    redemption_desk.lock([first], sender=redeemer)
    assert state_of(redemption_desk, first) == State.LOCKED


@pytest.mark.parametrize("excess", [0, 1, MAX_72])
def test_lock__more_frozen_than_he_has__skips(
    redemption_desk: Any, token: Any, redeemer: Any, compliance: Any, holder: Any, requested: int,
    excess: int,
) -> None:  # fmt: skip
    """What is frozen may be all that he has left, and no more."""
    token.setFrozenTokens(holder, token.balanceOf(holder) + excess, sender=compliance)
    redemption_desk.lock([requested], sender=redeemer)
    expected = State.REQUESTED if excess else State.LOCKED
    assert state_of(redemption_desk, requested) == expected


@pytest.mark.parametrize("excess", [0, TYIYN])
def test_lock__what_a_seizure_left__is_never_locked(
    redemption_desk: Any, token: Any, redeemer: Any, enforcer: Any, receiver: Any, holder: Any,
    requested: int, excess: int,
) -> None:  # fmt: skip
    left = TYIYN + excess
    order = (AMOUNT - left, ORDER, AMOUNT)
    redemption_desk.seize(requested, receiver, *order, sender=enforcer)
    receipt = redemption_desk.lock([requested], sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [skipped(requested, State.REQUESTED)]
    assert whole(redemption_desk, requested) == (holder, left, State.REQUESTED, 0, PAYEE, False)
    redemption_desk.withdraw(requested, sender=holder)


def test_lock__under_every_pause__locks(
    redemption_desk: Any, token: Any, redeemer: Any, pauser: Any, requested: int
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    redemption_desk.lock([requested], sender=redeemer)
    assert state_of(redemption_desk, requested) == State.LOCKED
