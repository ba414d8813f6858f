"""``confirmPaid``, ``burnPaid`` and ``returned``: a payment is a fact, whatever hinders the burn."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.at_the_desks import (
    AMOUNT,
    DAY,
    MINIMUM,
    ORDER,
    PAYMENT,
    SOM,
    State,
    ask,
    at,
    key,
    logged,
    moved,
    skipped,
    state_of,
    whole,
)
from support.auditing import approval, approve
from support.bubbling import bubbles
from support.payments import BURNING, ZERO
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


def paid_event(number: int, payment: bytes = PAYMENT) -> tuple[str, dict[str, Any]]:
    return "Paid", {"id": number, "paymentHash": payment}


def burned(desk: Any, number: int, amount: int) -> list[tuple[str, dict[str, Any]]]:
    """What the token logs."""
    used = "AuthorizationUsed", {"authorizer": desk, "nonce": key(number)}
    return [used, moved(desk, ZERO, amount)]


def test_confirm_paid__locked__burns(
    redemption_desk: Any, token: Any, holder: Any, holder_b: Any, redeemer: Any
) -> None:
    first = ask(token, redemption_desk, holder)
    second = ask(token, redemption_desk, holder_b, MINIMUM)
    ask(token, redemption_desk, holder_b, MINIMUM)
    redemption_desk.lock([first, second], sender=redeemer)
    before, supply = whole(redemption_desk, first), token.totalSupply()
    receipt = redemption_desk.confirmPaid([second, first], PAYMENT, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [
        paid_event(second),
        *burned(redemption_desk, second, MINIMUM),
        paid_event(first),
        *burned(redemption_desk, first, AMOUNT),
    ]
    assert whole(redemption_desk, first) == (*before[:2], State.PAID, *before[3:5], True)
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == MINIMUM
    assert supply - token.totalSupply() == AMOUNT + MINIMUM
    assert token.authorizationState(redemption_desk, key(first))


def test_confirm_paid__nothing__does_nothing(
    redemption_desk: Any, token: Any, redeemer: Any
) -> None:
    receipt = redemption_desk.confirmPaid([], PAYMENT, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == []


def test_confirm_paid__twice_in_one_list_and_what_is_not_locked__is_skipped(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, locked: int
) -> None:
    waiting = ask(token, redemption_desk, holder)
    ids = [0, locked, waiting, locked, 2**256 - 1]
    receipt = redemption_desk.confirmPaid(ids, PAYMENT, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [
        skipped(0, State.NONE),
        paid_event(locked),
        *burned(redemption_desk, locked, AMOUNT),
        skipped(waiting, State.REQUESTED),
        skipped(locked, State.PAID),
        skipped(2**256 - 1, State.NONE),
    ]
    assert redemption_desk.escrow() == AMOUNT


def test_confirm_paid__what_has_ended__is_skipped(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, enforcer: Any, receiver: Any
) -> None:
    ids = [ask(token, redemption_desk, holder) for _ in range(3)]
    redemption_desk.withdraw(ids[0], sender=holder)
    redemption_desk.reject(ids[1], "", sender=redeemer)
    redemption_desk.lock([ids[2]], sender=redeemer)
    redemption_desk.seize(ids[2], receiver, AMOUNT, ORDER, AMOUNT, sender=enforcer)
    receipt = redemption_desk.confirmPaid(ids, PAYMENT, sender=redeemer)
    states = (State.WITHDRAWN, State.REJECTED, State.SEIZED)
    expected = [skipped(*pair) for pair in zip(ids, states, strict=True)]
    assert logged(receipt, redemption_desk, token) == expected


def test_confirm_paid__after_pay_by_before_the_withdrawal__is_paid(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, locked: int
) -> None:
    pay_by = redemption_desk.requestOf(locked).time
    at(pay_by + DAY)
    receipt = redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    assert logged(receipt, redemption_desk, token)[0] == paid_event(locked)
    with reverts(redemption_desk.NotPossible, token, id=locked, state=3, time=pay_by):
        redemption_desk.withdraw(locked, sender=holder)


def test_confirm_paid__after_the_withdrawal__is_skipped(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, locked: int
) -> None:
    at(redemption_desk.requestOf(locked).time)
    redemption_desk.withdraw(locked, sender=holder)
    supply = token.totalSupply()
    receipt = redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [skipped(locked, State.WITHDRAWN)]
    assert token.totalSupply() == supply


@pytest.mark.parametrize("how", ["blocked", "frozen"])
def test_confirm_paid__requester_under_an_order__is_paid(
    redemption_desk: Any, token: Any, redeemer: Any, compliance: Any, holder: Any, locked: int,
    how: str,
) -> None:  # fmt: skip
    """The payment was on its way when the order came."""
    if how == "blocked":
        token.blockAccount(holder, sender=compliance)
    else:
        token.setFrozenTokens(holder, 2**72 - 1, sender=compliance)
    redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    assert whole(redemption_desk, locked)[2:] == (
        State.PAID, redemption_desk.requestOf(locked).time, b"\x9a" * 32, True,
    )  # fmt: skip


@pytest.mark.parametrize("flag", [1, 2, 4, 8, PAUSE_FLAGS])
def test_confirm_paid__paused__is_recorded_and_burned_later_by_anyone(
    redemption_desk: Any, token: Any, redeemer: Any, pauser: Any, unpauser: Any, locked: int,
    outsider: Any, flag: int,
) -> None:  # fmt: skip
    token.pause(flag, sender=pauser)
    receipt = redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    if not flag & BURNING:
        assert logged(receipt, redemption_desk, token) == [
            paid_event(locked),
            *burned(redemption_desk, locked, AMOUNT),
        ]
        return
    assert logged(receipt, redemption_desk, token) == [
        paid_event(locked),
        ("BurnDeferred", {"id": locked}),
    ]
    assert whole(redemption_desk, locked)[5] is False
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == AMOUNT
    with bubbles(token.OperationPaused, redemption_desk, flags=BURNING):
        redemption_desk.burnPaid([locked], sender=outsider)
    token.unpause(flag, sender=unpauser)
    receipt = redemption_desk.burnPaid([locked], sender=outsider)
    assert logged(receipt, redemption_desk, token) == burned(redemption_desk, locked, AMOUNT)
    assert whole(redemption_desk, locked)[2] == State.PAID
    assert whole(redemption_desk, locked)[5] is True
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_confirm_paid__desk_is_cut__is_deferred_until_it_is_not(
    redemption_desk: Any, token: Any, redeemer: Any, guardian: Any, issuance_admin: Any,
    outsider: Any, locked: int,
) -> None:  # fmt: skip
    token.cutIssuer(redemption_desk, sender=guardian)
    receipt = redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    assert logged(receipt, redemption_desk, token)[-1] == ("BurnDeferred", {"id": locked})
    with bubbles(token.BurnNotAllowed, redemption_desk, account=redemption_desk):
        redemption_desk.burnPaid([locked], sender=outsider)
    token.setIssuer(redemption_desk, 0, 0, True, sender=issuance_admin)
    redemption_desk.burnPaid([locked], sender=outsider)
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_confirm_paid__in_a_deficit_with_a_queue__burns_what_is_paid(
    redemption_desk: Any, token: Any, redeemer: Any, attest: Any, holder: Any, holder_b: Any
) -> None:
    """The supply falls with the backing; who waits goes on waiting, and may leave."""
    queue = [ask(token, redemption_desk, who) for who in (holder, holder_b, holder)]
    attest(500 * 100, as_of=None)
    assert token.solvency().supply == 1_000 * SOM
    redemption_desk.lock(queue[:2], sender=redeemer)
    redemption_desk.confirmPaid(queue[:1], PAYMENT, sender=redeemer)
    solvency = token.solvency()
    assert (solvency.supply, solvency.backing) == (900 * SOM, 400 * SOM)
    at(redemption_desk.requestOf(queue[1]).time)
    for number, who in ((queue[1], holder_b), (queue[2], holder)):
        redemption_desk.withdraw(number, sender=who)
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_confirm_paid__after_an_upgrade_during_the_clock__burns(
    system: Any, redemption_desk: Any, token: Any, redeemer: Any, auditors: Any, relayer: Any,
    upgrader: Any, deployer: Any, locked: int,
) -> None:  # fmt: skip
    later = deployer.deploy(project.KGSTLogicV2Mock, 30 * DAY)
    approve(system, approval(system, later), auditors, relayer)
    token.upgradeToAndCall(later, b"", sender=upgrader)
    token.setDelegateAll(True, sender=upgrader)
    redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    assert whole(redemption_desk, locked)[5] is True
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_burn_paid__everything_else__is_skipped(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, outsider: Any, paid: int
) -> None:
    waiting, second = (ask(token, redemption_desk, holder) for _ in range(2))
    redemption_desk.lock([second], sender=redeemer)
    receipt = redemption_desk.burnPaid([paid, waiting, second, 0, 9], sender=outsider)
    states = (State.PAID, State.REQUESTED, State.LOCKED, State.NONE, State.NONE)
    pairs = zip((paid, waiting, second, 0, 9), states, strict=True)
    assert logged(receipt, redemption_desk, token) == [skipped(*pair) for pair in pairs]
    assert redemption_desk.escrow() == 2 * AMOUNT


def test_burn_paid__twice_in_one_list__burns_once(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, pauser: Any, unpauser: Any,
    outsider: Any, locked: int,
) -> None:  # fmt: skip
    ask(token, redemption_desk, holder)
    token.pause(BURNING, sender=pauser)
    redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    token.unpause(BURNING, sender=unpauser)
    receipt = redemption_desk.burnPaid([locked, locked], sender=outsider)
    assert logged(receipt, redemption_desk, token) == [
        *burned(redemption_desk, locked, AMOUNT),
        skipped(locked, State.PAID),
    ]
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == AMOUNT


def test_returned__paid__stays_open_and_is_paid_again_without_a_burn(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, paid: int
) -> None:
    other = ask(token, redemption_desk, holder)
    before = whole(redemption_desk, paid)
    receipt = redemption_desk.returned(paid, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [("Returned", {"id": paid})]
    assert whole(redemption_desk, paid) == (*before[:2], State.RETURNED, *before[3:])
    supply = token.totalSupply()
    receipt = redemption_desk.confirmPaid([paid], ORDER, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [paid_event(paid, ORDER)]
    assert whole(redemption_desk, paid) == before
    assert token.totalSupply() == supply
    assert redemption_desk.escrow() == AMOUNT
    assert state_of(redemption_desk, other) == State.REQUESTED
    redemption_desk.returned(paid, sender=redeemer)
    assert state_of(redemption_desk, paid) == State.RETURNED


def test_returned__before_its_burn__is_burned_in_either_state(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, pauser: Any, unpauser: Any,
    outsider: Any, locked: int,
) -> None:  # fmt: skip
    """Its payment came back and went out again; the tokens of both go with the first."""
    second = ask(token, redemption_desk, holder)
    redemption_desk.lock([second], sender=redeemer)
    token.pause(BURNING, sender=pauser)
    redemption_desk.confirmPaid([locked, second], PAYMENT, sender=redeemer)
    redemption_desk.returned(locked, sender=redeemer)
    redemption_desk.returned(second, sender=redeemer)
    receipt = redemption_desk.confirmPaid([second], ORDER, sender=redeemer)
    assert logged(receipt, redemption_desk, token) == [paid_event(second, ORDER)]
    token.unpause(BURNING, sender=unpauser)
    receipt = redemption_desk.burnPaid([locked, second], sender=outsider)
    assert logged(receipt, redemption_desk, token) == [
        *burned(redemption_desk, locked, AMOUNT),
        *burned(redemption_desk, second, AMOUNT),
    ]
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == 0


def test_returned__in_every_other_state__reverts(
    redemption_desk: Any, token: Any, redeemer: Any, holder: Any, sent_back: int
) -> None:
    waiting, second, withdrawn = (ask(token, redemption_desk, holder) for _ in range(3))
    redemption_desk.lock([second], sender=redeemer)
    redemption_desk.withdraw(withdrawn, sender=holder)
    states = {
        sent_back: State.RETURNED, waiting: State.REQUESTED, second: State.LOCKED,
        withdrawn: State.WITHDRAWN, 99: State.NONE,
    }  # fmt: skip
    for number, state in states.items():
        time = redemption_desk.requestOf(number).time
        with reverts(redemption_desk.NotPossible, token, id=number, state=int(state), time=time):
            redemption_desk.returned(number, sender=redeemer)
