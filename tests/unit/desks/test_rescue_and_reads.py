"""``rescueTokens`` of the redemption desk, and what it tells."""

from __future__ import annotations

from typing import Any

from ape import project
from support.at_the_desks import AMOUNT, MINIMUM, PAYMENT, SOM, State, ask, logged, moved, whole
from support.bubbling import bubbles
from support.payments import BURNING, MAX_256, TRANSFERS, ZERO
from support.reverts import reverts


def rescued(token: Any, to: Any, amount: int) -> tuple[str, dict[str, Any]]:
    return "TokensRescued", {"token": token, "to": to, "amount": amount}


def test_rescue_tokens__stray_kgst__never_touches_escrow(
    redemption_desk: Any, token: Any, admin: Any, holder: Any, receiver: Any, requested: int
) -> None:
    token.transfer(redemption_desk, 7, sender=holder)
    error = redemption_desk.EscrowNotRescuable
    for amount in (8, AMOUNT, AMOUNT + 7, MAX_256):
        with reverts(error, token, rescuable=7, amount=amount):
            redemption_desk.rescueTokens(token, receiver, amount, sender=admin)
    receipt = redemption_desk.rescueTokens(token, receiver, 7, sender=admin)
    assert logged(receipt, redemption_desk, token) == [
        rescued(token, receiver, 7),
        moved(redemption_desk, receiver, 7),
    ]
    with reverts(error, token, rescuable=0, amount=1):
        redemption_desk.rescueTokens(token, receiver, 1, sender=admin)
    redemption_desk.withdraw(requested, sender=holder)
    assert token.balanceOf(redemption_desk) == 0


def test_rescue_tokens__paid_and_not_burned__is_escrow(
    redemption_desk: Any, token: Any, admin: Any, redeemer: Any, pauser: Any, receiver: Any,
    locked: int,
) -> None:  # fmt: skip
    """Else the burn could never follow."""
    token.pause(BURNING, sender=pauser)
    redemption_desk.confirmPaid([locked], PAYMENT, sender=redeemer)
    with reverts(redemption_desk.EscrowNotRescuable, token, rescuable=0, amount=1):
        redemption_desk.rescueTokens(token, receiver, 1, sender=admin)
    token.pause(TRANSFERS, sender=pauser)
    with bubbles(token.OperationPaused, redemption_desk, flags=TRANSFERS):
        redemption_desk.rescueTokens(token, receiver, 0, sender=admin)


def test_rescue_tokens__of_another_kind__sends_them(
    redemption_desk: Any, token: Any, admin: Any, deployer: Any, receiver: Any, requested: int
) -> None:
    """As many as there are: none of them is escrow."""
    other = deployer.deploy(project.TokenMock, redemption_desk, 2 * AMOUNT)
    receipt = redemption_desk.rescueTokens(other, receiver, 2 * AMOUNT, sender=admin)
    [first, *_] = receipt.decode_logs(redemption_desk.TokensRescued)
    assert dict(first.event_arguments) == rescued(other, receiver, 2 * AMOUNT)[1]
    assert other.balanceOf(receiver) == 2 * AMOUNT
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == AMOUNT


def test_requests_of__any_range__gives_ones_own_in_order(
    redemption_desk: Any, token: Any, holder: Any, holder_b: Any, outsider: Any
) -> None:
    for who in (holder, holder_b, holder, holder, holder_b):
        ask(token, redemption_desk, who, MINIMUM)
    ranges = {
        (0, MAX_256): [1, 3, 4], (1, 5): [1, 3, 4], (0, 0): [], (2, 3): [3], (3, 3): [3], (4, 3): [],
        (5, 9): [], (6, MAX_256): [], (MAX_256, MAX_256): [], (0, 1): [1], (4, 4): [4], (1, 4): [1, 3, 4],
    }  # fmt: skip
    for (first, last), expected in ranges.items():
        assert list(redemption_desk.requestsOf(holder, first, last)) == expected
    assert list(redemption_desk.requestsOf(holder_b, 0, MAX_256)) == [2, 5]
    assert list(redemption_desk.requestsOf(outsider, 0, MAX_256)) == []
    assert list(redemption_desk.requestsOf(ZERO, 0, MAX_256)) == []


def test_request_of__none__is_all_zero(redemption_desk: Any, requested: int) -> None:
    for number in (0, requested + 1, MAX_256):
        assert whole(redemption_desk, number) == (ZERO, 0, State.NONE, 0, bytes(32), False)


def test_two_desks__same_ids__do_not_meddle(
    redemption_desk: Any, second_desk: Any, token: Any, holder: Any, holder_b: Any, redeemer: Any,
    guardian: Any,
) -> None:  # fmt: skip
    """Each id is burned once at each; what one is cut off from the other goes on doing."""
    desks = (redemption_desk, second_desk)
    for desk, who in zip(desks, (holder, holder_b), strict=True):
        assert ask(token, desk, who) == 1
    redemption_desk.lock([1], sender=redeemer)
    redemption_desk.confirmPaid([1], PAYMENT, sender=redeemer)
    assert [desk.requestOf(1).burned for desk in desks] == [True, False]
    with reverts(second_desk.NotRequester, token, caller=holder, requester=holder_b):
        second_desk.withdraw(1, sender=holder)
    token.cutIssuer(redemption_desk, sender=guardian)
    second_desk.lock([1], sender=redeemer)
    second_desk.confirmPaid([1], PAYMENT, sender=redeemer)
    assert [desk.requestOf(1).burned for desk in desks] == [True, True]
    assert [desk.escrow() for desk in desks] == [0, 0]
    assert token.totalSupply() == 1_000 * SOM - 2 * AMOUNT
