"""``seize`` and ``orderOf``: an order on what is in escrow, up to its amount, whole or in part."""

from __future__ import annotations

from typing import Any

import pytest
from support.at_the_desks import (
    AMOUNT,
    MINIMUM,
    ORDER,
    PAYEE,
    PAYMENT,
    SALT,
    TYIYN,
    State,
    ask,
    logged,
    moved,
    state_of,
    whole,
)
from support.bubbling import bubbles
from support.payments import MAX_72, MAX_256, TRANSFERS
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


def seized(number: int, to: Any, amount: int, left: int) -> tuple[str, dict[str, Any]]:
    said = {"id": number, "orderHash": ORDER, "to": to, "amount": amount, "left": left}
    return "Seized", said


@pytest.mark.parametrize("state", [State.REQUESTED, State.LOCKED])
def test_seize__the_whole__ends_the_request(
    redemption_desk: Any, token: Any, enforcer: Any, redeemer: Any, receiver: Any, holder_b: Any,
    requested: int, state: State,
) -> None:  # fmt: skip
    ask(token, redemption_desk, holder_b, MINIMUM)
    if state == State.LOCKED:
        redemption_desk.lock([requested], sender=redeemer)
    before = whole(redemption_desk, requested)
    order = (requested, receiver, AMOUNT, ORDER, 3 * AMOUNT)
    receipt = redemption_desk.seize(*order, sender=enforcer)
    assert logged(receipt, redemption_desk, token) == [
        seized(requested, receiver, AMOUNT, 0),
        moved(redemption_desk, receiver, AMOUNT),
    ]
    assert whole(redemption_desk, requested) == (*before[:2], State.SEIZED, *before[3:])
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == MINIMUM
    assert tuple(redemption_desk.orderOf(ORDER, before[0])) == (3 * AMOUNT, AMOUNT)


@pytest.mark.parametrize("state", [State.REQUESTED, State.LOCKED])
@pytest.mark.parametrize("amount", [TYIYN, AMOUNT - TYIYN])
def test_seize__a_part__leaves_the_rest_to_its_requester(
    redemption_desk: Any, token: Any, enforcer: Any, redeemer: Any, receiver: Any, holder: Any,
    requested: int, amount: int, state: State,
) -> None:  # fmt: skip
    """Even less than a request may be; it is not paid any more, and no clock holds it."""
    if state == State.LOCKED:
        redemption_desk.lock([requested], sender=redeemer)
    left = AMOUNT - amount
    order = (requested, receiver, amount, ORDER, amount)
    receipt = redemption_desk.seize(*order, sender=enforcer)
    assert logged(receipt, redemption_desk, token) == [
        seized(requested, receiver, amount, left),
        moved(redemption_desk, receiver, amount),
    ]
    expected = (holder, left, State.REQUESTED, 0, PAYEE, False)
    assert whole(redemption_desk, requested) == expected
    redemption_desk.confirmPaid([requested], PAYMENT, sender=redeemer)
    redemption_desk.lock([requested], sender=redeemer)
    assert whole(redemption_desk, requested) == expected
    held = token.balanceOf(holder)
    redemption_desk.withdraw(requested, sender=holder)
    assert token.balanceOf(holder) == held + left
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_seize__in_parts__to_the_last(
    redemption_desk: Any, token: Any, enforcer: Any, receiver: Any, requested: int
) -> None:
    for part in (AMOUNT // 2, AMOUNT // 4, AMOUNT // 4):
        redemption_desk.seize(requested, receiver, part, ORDER, AMOUNT, sender=enforcer)
    assert state_of(redemption_desk, requested) == State.SEIZED
    assert token.balanceOf(receiver) == AMOUNT
    assert redemption_desk.escrow() == 0


@pytest.mark.parametrize(
    "amount", [0, 1, TYIYN - 1, TYIYN + 1, AMOUNT - 1, AMOUNT + TYIYN, MAX_256 // TYIYN * TYIYN]
)
def test_seize__amount_that_is_none__reverts(
    redemption_desk: Any, token: Any, enforcer: Any, receiver: Any, requested: int, amount: int
) -> None:
    with reverts(redemption_desk.InvalidAmount, token, amount=amount, minimum=AMOUNT):
        redemption_desk.seize(requested, receiver, amount, ORDER, MAX_72, sender=enforcer)


def test_seize__in_every_other_state__reverts(
    redemption_desk: Any, token: Any, enforcer: Any, redeemer: Any, receiver: Any, holder: Any,
    sent_back: int,
) -> None:  # fmt: skip
    paid, withdrawn, rejected, taken = (ask(token, redemption_desk, holder) for _ in range(4))
    redemption_desk.lock([paid], sender=redeemer)
    redemption_desk.confirmPaid([paid], PAYMENT, sender=redeemer)
    redemption_desk.withdraw(withdrawn, sender=holder)
    redemption_desk.reject(rejected, "", sender=redeemer)
    redemption_desk.seize(taken, receiver, AMOUNT, SALT, AMOUNT, sender=enforcer)
    ask(token, redemption_desk, holder)
    states = {
        sent_back: State.RETURNED, paid: State.PAID, withdrawn: State.WITHDRAWN,
        rejected: State.REJECTED, taken: State.SEIZED, 0: State.NONE, 99: State.NONE,
    }  # fmt: skip
    for number, state in states.items():
        time = redemption_desk.requestOf(number).time
        with reverts(redemption_desk.NotPossible, token, id=number, state=int(state), time=time):
            redemption_desk.seize(number, receiver, AMOUNT, ORDER, AMOUNT, sender=enforcer)


def test_seize__beyond_its_order__reverts(
    redemption_desk: Any, token: Any, enforcer: Any, receiver: Any, holder: Any, requested: int
) -> None:
    """Over several requests of one requester."""
    second = ask(token, redemption_desk, holder)
    ordered = AMOUNT + MINIMUM
    redemption_desk.seize(requested, receiver, AMOUNT, ORDER, ordered, sender=enforcer)
    needed = MINIMUM + TYIYN
    error = redemption_desk.OrderExceeded
    with reverts(error, token, orderHash=ORDER, left=MINIMUM, needed=needed):
        redemption_desk.seize(second, receiver, needed, ORDER, ordered, sender=enforcer)
    redemption_desk.seize(second, receiver, MINIMUM, ORDER, ordered, sender=enforcer)
    assert tuple(redemption_desk.orderOf(ORDER, holder)) == (ordered, ordered)
    with reverts(error, token, orderHash=ORDER, left=0, needed=TYIYN):
        redemption_desk.seize(second, receiver, TYIYN, ORDER, ordered, sender=enforcer)
    with reverts(error, token, orderHash=SALT, left=0, needed=TYIYN):
        redemption_desk.seize(second, receiver, TYIYN, SALT, 0, sender=enforcer)


def test_seize__order_of_another_amount__reverts(
    redemption_desk: Any, token: Any, enforcer: Any, receiver: Any, holder_b: Any, requested: int
) -> None:
    """The first use fixes it, for each requester."""
    redemption_desk.seize(requested, receiver, TYIYN, ORDER, AMOUNT, sender=enforcer)
    for given in (AMOUNT - 1, AMOUNT + 1, 0, MAX_256):
        with reverts(redemption_desk.OrderAmountMismatch, token, ordered=AMOUNT, given=given):
            redemption_desk.seize(requested, receiver, TYIYN, ORDER, given, sender=enforcer)
    other = ask(token, redemption_desk, holder_b)
    redemption_desk.seize(other, receiver, MINIMUM, ORDER, MINIMUM, sender=enforcer)
    assert tuple(redemption_desk.orderOf(ORDER, holder_b)) == (MINIMUM, MINIMUM)


def test_seize__order_beyond_72_bits__reverts(
    redemption_desk: Any, token: Any, enforcer: Any, receiver: Any, holder: Any, requested: int
) -> None:
    for ordered in (MAX_72 + 1, MAX_256):
        with reverts(redemption_desk.InvalidAmount, token, amount=ordered, minimum=MAX_72):
            redemption_desk.seize(requested, receiver, TYIYN, ORDER, ordered, sender=enforcer)
    redemption_desk.seize(requested, receiver, TYIYN, ORDER, MAX_72, sender=enforcer)
    assert tuple(redemption_desk.orderOf(ORDER, holder)) == (MAX_72, TYIYN)


def test_seize__order_that_the_token_has_executed_in_part__takes_the_rest(
    redemption_desk: Any, token: Any, enforcer: Any, receiver: Any, holder: Any, requested: int
) -> None:
    """The token's first use fixes the amount here too, and counts."""
    token.forcedTransfer(holder, receiver, MINIMUM, ORDER, AMOUNT, sender=enforcer)
    with reverts(redemption_desk.OrderAmountMismatch, token, ordered=AMOUNT, given=2 * AMOUNT):
        redemption_desk.seize(requested, receiver, TYIYN, ORDER, 2 * AMOUNT, sender=enforcer)
    left = AMOUNT - MINIMUM
    with reverts(
        redemption_desk.OrderExceeded, token, orderHash=ORDER, left=left, needed=left + TYIYN
    ):
        redemption_desk.seize(requested, receiver, left + TYIYN, ORDER, AMOUNT, sender=enforcer)
    redemption_desk.seize(requested, receiver, left, ORDER, AMOUNT, sender=enforcer)
    assert tuple(token.orderOf(ORDER, holder)) == (AMOUNT, MINIMUM)
    assert tuple(redemption_desk.orderOf(ORDER, holder)) == (AMOUNT, left)
    assert token.balanceOf(receiver) == AMOUNT


def test_seize__order_that_was_begun_here__counts_what_the_token_does_later(
    redemption_desk: Any, token: Any, enforcer: Any, receiver: Any, holder: Any, requested: int
) -> None:
    """The token knows nothing of desks, so it comes to more there; here nothing is left then."""
    redemption_desk.seize(requested, receiver, MINIMUM, ORDER, AMOUNT, sender=enforcer)
    token.forcedTransfer(holder, receiver, AMOUNT, ORDER, AMOUNT, sender=enforcer)
    with reverts(redemption_desk.OrderExceeded, token, orderHash=ORDER, left=0, needed=TYIYN):
        redemption_desk.seize(requested, receiver, TYIYN, ORDER, AMOUNT, sender=enforcer)


def test_seize__blocked_requester__takes_and_leaves_the_rest(
    redemption_desk: Any, token: Any, enforcer: Any, compliance: Any, receiver: Any, holder: Any,
    locked: int,
) -> None:  # fmt: skip
    token.blockAccount(holder, sender=compliance)
    redemption_desk.seize(locked, receiver, MINIMUM, ORDER, MINIMUM, sender=enforcer)
    assert token.balanceOf(receiver) == MINIMUM
    with bubbles(token.ERC7943CannotReceive, redemption_desk, account=holder):
        redemption_desk.withdraw(locked, sender=holder)
    with bubbles(token.ERC7943CannotReceive, redemption_desk, account=holder):
        redemption_desk.seize(locked, holder, MINIMUM, SALT, MINIMUM, sender=enforcer)


def test_seize__transfers_paused__reverts(
    redemption_desk: Any, token: Any, enforcer: Any, pauser: Any, receiver: Any, requested: int
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    with bubbles(token.OperationPaused, redemption_desk, flags=TRANSFERS):
        redemption_desk.seize(requested, receiver, AMOUNT, ORDER, AMOUNT, sender=enforcer)


def test_seize__to_the_desk_itself__leaves_escrow_whole(
    redemption_desk: Any, token: Any, enforcer: Any, admin: Any, receiver: Any, holder: Any,
    requested: int,
) -> None:  # fmt: skip
    """It is stray there, and can be rescued; another's escrow cannot."""
    ask(token, redemption_desk, holder)
    redemption_desk.seize(requested, redemption_desk, AMOUNT, ORDER, AMOUNT, sender=enforcer)
    assert redemption_desk.escrow() == AMOUNT
    redemption_desk.rescueTokens(token, receiver, AMOUNT, sender=admin)
    assert token.balanceOf(redemption_desk) == AMOUNT
