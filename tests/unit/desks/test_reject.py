"""``reject``"""

from __future__ import annotations

from typing import Any

from support.at_the_desks import AMOUNT, ORDER, State, ask, at, logged, moved, whole
from support.bubbling import bubbles
from support.payments import TRANSFERS
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


def test_reject__requested__gives_it_back_with_a_reason(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, requested: int
) -> None:
    before = whole(redemption_desk, requested)
    receipt = redemption_desk.reject(requested, "нет счёта", sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [
        ("Rejected", {"id": requested, "reason": "нет счёта"}),
        moved(redemption_desk, holder, AMOUNT),
    ]
    assert whole(redemption_desk, requested) == (*before[:2], State.REJECTED, *before[3:])
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_reject__long_after_its_deadline__gives_it_back(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, requested: int
) -> None:
    held = token.balanceOf(holder)
    at(redemption_desk.requestOf(requested).time + 1_000_000)
    redemption_desk.reject(requested, "", sender=redeemer)
    assert token.balanceOf(holder) == held + AMOUNT


def test_reject__what_a_seizure_left__gives_that_back(
    redemption_desk: Any, token: Any, redeemer: Any, enforcer: Any, receiver: Any, holder: Any,
    locked: int,
) -> None:  # fmt: skip
    held = token.balanceOf(holder)
    redemption_desk.seize(locked, receiver, AMOUNT // 4, ORDER, AMOUNT, sender=enforcer)
    redemption_desk.reject(locked, "", sender=redeemer)
    assert token.balanceOf(holder) == held + AMOUNT - AMOUNT // 4


def test_reject__in_every_other_state__reverts(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, sent_back: int
) -> None:
    second, paid, withdrawn, rejected = (ask(token, redemption_desk, holder) for _ in range(4))
    redemption_desk.lock([second, paid], sender=redeemer)
    redemption_desk.confirmPaid([paid], ORDER, sender=redeemer)
    redemption_desk.withdraw(withdrawn, sender=holder)
    redemption_desk.reject(rejected, "", sender=redeemer)
    at(redemption_desk.requestOf(second).time + 1)
    states = {
        sent_back: State.RETURNED, second: State.LOCKED, paid: State.PAID,
        withdrawn: State.WITHDRAWN, rejected: State.REJECTED, 99: State.NONE,
    }  # fmt: skip
    for number, state in states.items():
        time = redemption_desk.requestOf(number).time
        with reverts(redemption_desk.NotPossible, token, id=number, state=int(state), time=time):
            redemption_desk.reject(number, "", sender=redeemer)


def test_reject__blocked_requester_or_paused__reverts(
    redemption_desk: Any, token: Any, redeemer: Any, compliance: Any, pauser: Any, holder: Any,
    requested: int,
) -> None:  # fmt: skip
    token.blockAccount(holder, sender=compliance)
    with bubbles(token.ERC7943CannotReceive, redemption_desk, account=holder):
        redemption_desk.reject(requested, "", sender=redeemer)
    token.pause(PAUSE_FLAGS, sender=pauser)
    with bubbles(token.OperationPaused, redemption_desk, flags=TRANSFERS):
        redemption_desk.reject(requested, "", sender=redeemer)
