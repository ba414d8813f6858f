"""``withdraw``: alone, at any time but while locked, and from payBy on."""

from __future__ import annotations

from typing import Any

from ape import project
from support.at_the_desks import (
    AMOUNT,
    DAY,
    ORDER,
    PAY_WITHIN,
    SOM,
    State,
    ask,
    at,
    logged,
    moved,
    state_of,
    whole,
)
from support.auditing import approval, approve
from support.bubbling import bubbles
from support.payments import TRANSFERS, ZERO
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


def test_withdraw__requested__gives_it_back(
    redemption_desk: Any, token: Any, holder: Any, requested: int
) -> None:
    before = whole(redemption_desk, requested)
    receipt = redemption_desk.withdraw(requested, sender=holder)
    assert logged(receipt, redemption_desk, token) == [
        ("Withdrawn", {"id": requested}),
        moved(redemption_desk, holder, AMOUNT),
    ]
    assert whole(redemption_desk, requested) == (*before[:2], State.WITHDRAWN, *before[3:])
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_withdraw__long_after_its_deadline__gives_it_back(
    redemption_desk: Any, token: Any, holder: Any, requested: int
) -> None:
    held = token.balanceOf(holder)
    at(redemption_desk.requestOf(requested).time + 365 * DAY)
    redemption_desk.withdraw(requested, sender=holder)
    assert token.balanceOf(holder) == held + AMOUNT


def test_withdraw__one_second_before_pay_by__reverts(
    redemption_desk: Any, token: Any, holder: Any, locked: int
) -> None:
    pay_by = redemption_desk.requestOf(locked).time
    at(pay_by - 1)
    with reverts(
        redemption_desk.NotPossible, token, id=locked, state=int(State.LOCKED), time=pay_by
    ):
        redemption_desk.withdraw(locked, sender=holder)


def test_withdraw__at_pay_by__gives_it_back(
    redemption_desk: Any, token: Any, holder: Any, locked: int
) -> None:
    pay_by = redemption_desk.requestOf(locked).time
    at(pay_by)
    receipt = redemption_desk.withdraw(locked, sender=holder)
    assert receipt.timestamp == pay_by
    assert state_of(redemption_desk, locked) == State.WITHDRAWN
    assert token.balanceOf(redemption_desk) == redemption_desk.escrow() == 0


def test_withdraw__of_another__reverts(
    redemption_desk: Any, token: Any, holder: Any, holder_b: Any, redeemer: Any, admin: Any,
    enforcer: Any, requested: int,
) -> None:  # fmt: skip
    for caller in (holder_b, redeemer, admin, enforcer):
        with reverts(redemption_desk.NotRequester, token, caller=caller, requester=holder):
            redemption_desk.withdraw(requested, sender=caller)


def test_withdraw__none__reverts(
    redemption_desk: Any, token: Any, holder: Any, requested: int
) -> None:
    for number in (0, requested + 1, 2**256 - 1):
        with reverts(redemption_desk.NotRequester, token, caller=holder, requester=ZERO):
            redemption_desk.withdraw(number, sender=holder)


def test_withdraw__paid_or_sent_back__reverts(
    redemption_desk: Any, token: Any, holder: Any, redeemer: Any, paid: int
) -> None:
    pay_by = redemption_desk.requestOf(paid).time
    for state in (State.PAID, State.RETURNED):
        assert state_of(redemption_desk, paid) == state
        at(pay_by + (10 if state == State.PAID else 20))
        with reverts(redemption_desk.NotPossible, token, id=paid, state=int(state), time=pay_by):
            redemption_desk.withdraw(paid, sender=holder)
        if state == State.PAID:
            redemption_desk.returned(paid, sender=redeemer)


def test_withdraw__what_has_ended__reverts(
    redemption_desk: Any, token: Any, holder: Any, redeemer: Any, enforcer: Any, receiver: Any
) -> None:
    """Withdrawn, rejected, seized: with another's escrow there to take."""
    ended = [ask(token, redemption_desk, holder) for _ in range(3)]
    ask(token, redemption_desk, holder)
    redemption_desk.withdraw(ended[0], sender=holder)
    redemption_desk.reject(ended[1], "", sender=redeemer)
    redemption_desk.seize(ended[2], receiver, AMOUNT, ORDER, AMOUNT, sender=enforcer)
    for number, state in zip(ended, (State.WITHDRAWN, State.REJECTED, State.SEIZED), strict=True):
        time = redemption_desk.requestOf(number).time
        with reverts(redemption_desk.NotPossible, token, id=number, state=int(state), time=time):
            redemption_desk.withdraw(number, sender=holder)


def test_withdraw__transfers_paused__reverts_until_they_are_not(
    redemption_desk: Any, token: Any, holder: Any, pauser: Any, unpauser: Any, requested: int
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    with bubbles(token.OperationPaused, redemption_desk, flags=TRANSFERS):
        redemption_desk.withdraw(requested, sender=holder)
    token.unpause(TRANSFERS, sender=unpauser)
    redemption_desk.withdraw(requested, sender=holder)
    assert state_of(redemption_desk, requested) == State.WITHDRAWN


def test_withdraw__blocked_requester__reverts_until_he_is_not(
    redemption_desk: Any, token: Any, holder: Any, compliance: Any, requested: int, redeemer: Any
) -> None:
    """While requested, and from payBy on: it stays his."""
    second = ask(token, redemption_desk, holder)
    redemption_desk.lock([second], sender=redeemer)
    token.blockAccount(holder, sender=compliance)
    at(redemption_desk.requestOf(second).time + PAY_WITHIN)
    for number in (requested, second):
        with bubbles(token.ERC7943CannotReceive, redemption_desk, account=holder):
            redemption_desk.withdraw(number, sender=holder)
    token.unblockAccount(holder, sender=compliance)
    for number in (requested, second):
        redemption_desk.withdraw(number, sender=holder)
    assert redemption_desk.escrow() == 0


def test_withdraw__frozen_beyond_his_balance__gives_it_back(
    redemption_desk: Any, token: Any, holder: Any, compliance: Any, requested: int
) -> None:
    held = token.balanceOf(holder)
    token.setFrozenTokens(holder, 10_000 * SOM, sender=compliance)
    redemption_desk.withdraw(requested, sender=holder)
    assert token.balanceOf(holder) == held + AMOUNT


def test_withdraw__whatever_roles_do__gives_it_back(
    redemption_desk: Any, token: Any, manager: Any, holder: Any, receiver: Any, locked: int,
    compliance: Any, enforcer: Any, admin: Any, guardian: Any, redeemer: Any, issuance_admin: Any,
    pauser: Any,
) -> None:  # fmt: skip
    """The desk is cut during the clock, closed at the manager, attacked by every order; nothing is taken."""
    held = token.balanceOf(holder)
    token.cutIssuer(redemption_desk, sender=guardian)
    manager.setTargetClosed(redemption_desk, True, sender=admin)
    order = (redemption_desk, receiver, AMOUNT, ORDER, AMOUNT)
    attacks = [
        lambda: token.blockAccount(redemption_desk, sender=compliance),
        lambda: token.setFrozenTokens(redemption_desk, 1, sender=compliance),
        lambda: token.forcedTransfer(*order, sender=enforcer),
        lambda: token.forcedTransfer(*order[:3], sender=admin),
    ]
    for attack in attacks:
        with reverts(token.AccountIsDesk, redemption_desk, account=redemption_desk):
            attack()
    with reverts(token.AccountNotBlocked, redemption_desk, account=redemption_desk):
        token.burnBlocked(redemption_desk, AMOUNT, ORDER, AMOUNT, sender=enforcer)
    with reverts(redemption_desk.AccessManagedUnauthorized, token, caller=redeemer):
        redemption_desk.confirmPaid([locked], ORDER, sender=redeemer)
    token.setIssuer(redemption_desk, 2**72 - 1, 2**64 - 1, False, sender=issuance_admin)
    token.lowerIssuer(redemption_desk, 0, 0, sender=guardian)
    token.pause(PAUSE_FLAGS & ~TRANSFERS, sender=pauser)
    at(redemption_desk.requestOf(locked).time)
    redemption_desk.withdraw(locked, sender=holder)
    assert token.balanceOf(holder) == held + AMOUNT


def test_withdraw__at_a_desk_that_is_cut__works_while_nothing_else_begins(
    redemption_desk: Any, token: Any, holder: Any, redeemer: Any, guardian: Any, requested: int
) -> None:
    second = ask(token, redemption_desk, holder)
    redemption_desk.lock([second], sender=redeemer)
    token.cutIssuer(redemption_desk, sender=guardian)
    token.approve(redemption_desk, AMOUNT, sender=holder)
    with reverts(redemption_desk.DeskClosed, token):
        redemption_desk.request(AMOUNT, ORDER, sender=holder)
    redemption_desk.confirmPaid([second], ORDER, sender=redeemer)
    assert whole(redemption_desk, second)[2:] == (
        State.PAID, redemption_desk.requestOf(second).time, b"\x9a" * 32, False,
    )  # fmt: skip
    redemption_desk.withdraw(requested, sender=holder)
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == AMOUNT


def test_withdraw__after_an_upgrade_during_the_clock__gives_it_back(
    system: Any, redemption_desk: Any, token: Any, holder: Any, auditors: Any, relayer: Any,
    upgrader: Any, deployer: Any, locked: int,
) -> None:  # fmt: skip
    """Payments then run from the new code."""
    held = token.balanceOf(holder)
    later = deployer.deploy(project.KGSTLogicV2Mock, 30 * DAY)
    approve(system, approval(system, later), auditors, relayer)
    token.upgradeToAndCall(later, b"", sender=upgrader)
    token.setDelegateAll(True, sender=upgrader)
    pay_by = redemption_desk.requestOf(locked).time
    at(pay_by - 1)
    with reverts(
        redemption_desk.NotPossible, token, id=locked, state=int(State.LOCKED), time=pay_by
    ):
        redemption_desk.withdraw(locked, sender=holder)
    at(pay_by)
    redemption_desk.withdraw(locked, sender=holder)
    assert token.balanceOf(holder) == held + AMOUNT
