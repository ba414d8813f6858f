"""``request`` and ``requestWithPermit``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain, project
from support.at_the_desks import (
    AMOUNT,
    MINIMUM,
    PAYEE,
    REDEEM_WITHIN,
    SOM,
    TYIYN,
    State,
    ask,
    at,
    logged,
    moved,
    whole,
)
from support.bubbling import bubbles, overflows
from support.payments import MAX_72, MAX_256, TRANSFERS, approved, permission
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


def asked(number: int, requester: Any, amount: int, deadline: int) -> tuple[str, dict[str, Any]]:
    said = {
        "id": number,
        "requester": requester,
        "amount": amount,
        "payeeHash": PAYEE,
        "deadline": deadline,
    }
    return "Requested", said


def test_request__approved__is_in_escrow_and_logged(
    redemption_desk: Any, token: Any, holder: Any, holder_b: Any
) -> None:
    token.approve(redemption_desk, AMOUNT, sender=holder)
    token.approve(redemption_desk, MINIMUM, sender=holder_b)
    for number, requester, amount in ((1, holder, AMOUNT), (2, holder_b, MINIMUM)):
        before = token.balanceOf(requester)
        receipt = redemption_desk.request(amount, PAYEE, sender=requester)
        deadline = receipt.timestamp + REDEEM_WITHIN
        assert logged(receipt, redemption_desk, token) == [
            asked(number, requester, amount, deadline),
            moved(requester, redemption_desk, amount),
        ]
        assert whole(redemption_desk, number) == (
            requester, amount, State.REQUESTED, deadline, PAYEE, False,
        )  # fmt: skip
        assert before - token.balanceOf(requester) == amount
    escrow = AMOUNT + MINIMUM
    assert redemption_desk.escrow() == token.balanceOf(redemption_desk) == escrow
    assert redemption_desk.requestCount() == 2


@pytest.mark.parametrize(
    "amount",
    [0, TYIYN, MINIMUM - TYIYN, MINIMUM - 1, MINIMUM + 1, MINIMUM + TYIYN - 1, MAX_72 + 1, MAX_256],
)
def test_request__amount_that_is_none__reverts(
    redemption_desk: Any, token: Any, holder: Any, amount: int
) -> None:
    token.approve(redemption_desk, MAX_256, sender=holder)
    with reverts(redemption_desk.InvalidAmount, token, amount=amount, minimum=MINIMUM):
        redemption_desk.request(amount, PAYEE, sender=holder)


def test_request__2_72_in_whole_tyiyn__reverts(
    redemption_desk: Any, token: Any, holder: Any
) -> None:
    """The amount that fits no 72 bits although it is whole, and the greatest that does."""
    above = (MAX_72 // TYIYN + 1) * TYIYN
    with reverts(redemption_desk.InvalidAmount, token, amount=above, minimum=MINIMUM):
        redemption_desk.request(above, PAYEE, sender=holder)
    token.approve(redemption_desk, MAX_256, sender=holder)
    most, held = MAX_72 // TYIYN * TYIYN, token.balanceOf(holder)
    error = token.ERC20InsufficientBalance
    with bubbles(error, redemption_desk, sender=holder, balance=held, needed=most):
        redemption_desk.request(most, PAYEE, sender=holder)


def test_request__more_than_escrow_can_hold__reverts(
    redemption_desk: Any, token: Any, holder: Any
) -> None:
    token.approve(redemption_desk, MAX_256, sender=holder)
    redemption_desk.request(AMOUNT, PAYEE, sender=holder)
    with overflows(redemption_desk, token):
        redemption_desk.request(MAX_72 // TYIYN * TYIYN, PAYEE, sender=holder)


def test_request__no_payee__reverts(redemption_desk: Any, token: Any, holder: Any) -> None:
    token.approve(redemption_desk, AMOUNT, sender=holder)
    with reverts(redemption_desk.InvalidPayeeHash, token):
        redemption_desk.request(AMOUNT, bytes(32), sender=holder)


def test_request__allowance_or_balance_too_small__reverts(
    redemption_desk: Any, token: Any, holder: Any
) -> None:
    token.approve(redemption_desk, AMOUNT - 1, sender=holder)
    error, spender = token.ERC20InsufficientAllowance, redemption_desk
    with bubbles(error, redemption_desk, spender=spender, allowance=AMOUNT - 1, needed=AMOUNT):
        redemption_desk.request(AMOUNT, PAYEE, sender=holder)


@pytest.mark.parametrize("flags", [TRANSFERS, PAUSE_FLAGS])
def test_request__transfers_paused__reverts(
    redemption_desk: Any, token: Any, holder: Any, pauser: Any, flags: int
) -> None:
    token.approve(redemption_desk, AMOUNT, sender=holder)
    token.pause(flags, sender=pauser)
    with bubbles(token.OperationPaused, redemption_desk, flags=TRANSFERS):
        redemption_desk.request(AMOUNT, PAYEE, sender=holder)


def test_request__other_pauses__are_none_of_its_business(
    redemption_desk: Any, token: Any, holder: Any, pauser: Any
) -> None:
    token.pause(PAUSE_FLAGS & ~TRANSFERS, sender=pauser)
    assert ask(token, redemption_desk, holder) == 1


def test_request__blocked_requester__reverts(
    redemption_desk: Any, token: Any, holder: Any, compliance: Any
) -> None:
    token.approve(redemption_desk, AMOUNT, sender=holder)
    token.blockAccount(holder, sender=compliance)
    with bubbles(token.ERC7943CannotSend, redemption_desk, account=holder):
        redemption_desk.request(AMOUNT, PAYEE, sender=holder)


def test_request__frozen_part__reverts(
    redemption_desk: Any, token: Any, holder: Any, compliance: Any
) -> None:
    token.approve(redemption_desk, AMOUNT, sender=holder)
    free = AMOUNT - 1
    token.setFrozenTokens(holder, token.balanceOf(holder) - free, sender=compliance)
    error = token.ERC7943InsufficientUnfrozenBalance
    with bubbles(error, redemption_desk, account=holder, amount=AMOUNT, unfrozen=free):
        redemption_desk.request(AMOUNT, PAYEE, sender=holder)


def test_request__desk_that_is_cut__is_closed(
    redemption_desk: Any, token: Any, holder: Any, guardian: Any, issuance_admin: Any
) -> None:
    token.approve(redemption_desk, AMOUNT, sender=holder)
    token.cutIssuer(redemption_desk, sender=guardian)
    with reverts(redemption_desk.DeskClosed, token):
        redemption_desk.request(AMOUNT, PAYEE, sender=holder)
    token.setIssuer(redemption_desk, 5, 5, False, sender=issuance_admin)
    with reverts(redemption_desk.DeskClosed, token):
        redemption_desk.request(AMOUNT, PAYEE, sender=holder)
    token.setIssuer(redemption_desk, 0, 0, True, sender=issuance_admin)
    redemption_desk.request(AMOUNT, PAYEE, sender=holder)


def test_request__issuer_that_is_no_desk__is_closed(
    redemption_desk: Any, manager: Any, token: Any, holder: Any, deployer: Any, issuance_admin: Any
) -> None:
    desk = deployer.deploy(project.RedemptionDesk, manager, token, 60, 60, 0)
    token.approve(desk, AMOUNT, sender=holder)
    with reverts(desk.DeskClosed, token):
        desk.request(AMOUNT, PAYEE, sender=holder)
    token.setIssuer(desk, 0, 0, True, sender=issuance_admin)
    with reverts(desk.DeskClosed, token):
        desk.request(AMOUNT, PAYEE, sender=holder)
    token.setDesk(desk, sender=issuance_admin)
    desk.request(AMOUNT, PAYEE, sender=holder)


def test_request_with_permit__own_permit__needs_no_allowance(
    redemption_desk: Any, token: Any, domain: Any, holder: Any
) -> None:
    signed = permission(holder, redemption_desk, AMOUNT).signed(holder, domain)
    receipt = redemption_desk.requestWithPermit(AMOUNT, PAYEE, *signed[3:], sender=holder)
    assert logged(receipt, redemption_desk, token) == [
        approved(holder, redemption_desk, AMOUNT),
        asked(1, holder, AMOUNT, receipt.timestamp + REDEEM_WITHIN),
        moved(holder, redemption_desk, AMOUNT),
    ]
    assert token.allowance(holder, redemption_desk) == 0


def test_request_with_permit__submitted_first_by_a_stranger__goes_through(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, outsider: Any
) -> None:
    signed = permission(holder, redemption_desk, AMOUNT).signed(holder, domain)
    token.permit(*signed, sender=outsider)
    receipt = redemption_desk.requestWithPermit(AMOUNT, PAYEE, *signed[3:], sender=holder)
    assert logged(receipt, redemption_desk, token) == [
        asked(1, holder, AMOUNT, receipt.timestamp + REDEEM_WITHIN),
        moved(holder, redemption_desk, AMOUNT),
    ]


def test_request_with_permit__of_another__takes_nothing_from_him(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, outsider: Any
) -> None:
    """Who submits a permit that is another's has only his own allowance, which is none."""
    signed = permission(holder, redemption_desk, AMOUNT).signed(holder, domain)
    error = token.ERC20InsufficientAllowance
    with bubbles(error, redemption_desk, spender=redemption_desk, allowance=0, needed=AMOUNT):
        redemption_desk.requestWithPermit(AMOUNT, PAYEE, *signed[3:], sender=outsider)


def test_request_with_permit__expired__reverts_for_want_of_an_allowance(
    redemption_desk: Any, token: Any, domain: Any, holder: Any
) -> None:
    deadline = chain.pending_timestamp + 10
    signed = permission(holder, redemption_desk, AMOUNT, deadline=deadline).signed(holder, domain)
    at(deadline + 1)
    error = token.ERC20InsufficientAllowance
    with bubbles(error, redemption_desk, spender=redemption_desk, allowance=0, needed=AMOUNT):
        redemption_desk.requestWithPermit(AMOUNT, PAYEE, *signed[3:], sender=holder)


def test_constructor__terms__are_bounded(
    redemption_desk: Any, manager: Any, token: Any, deployer: Any
) -> None:
    longest = 31 * 86_400
    for period in (59, longest + 1, 0, 2**256 - 1):
        for terms in ((period, 60), (60, period)):
            with bubbles(redemption_desk.PeriodOutOfRange, period=period):
                deployer.deploy(project.RedemptionDesk, manager, token, *terms, SOM)
    for periods, minimum in (((60, longest), 0), ((longest, 60), TYIYN - 1)):
        desk = deployer.deploy(project.RedemptionDesk, manager, token, *periods, minimum)
        assert (desk.redeemWithin(), desk.payWithin(), desk.minimum()) == (*periods, TYIYN)
    desk = deployer.deploy(project.RedemptionDesk, manager, token, 60, 61, TYIYN + 1)
    assert (desk.minimum(), desk.token(), desk.authority()) == (TYIYN + 1, token, manager)
