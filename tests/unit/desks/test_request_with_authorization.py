"""``requestWithAuthorization``, by `v, r, s` and by bytes"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain, project
from support.at_the_desks import (
    AMOUNT,
    MINIMUM,
    PAYEE,
    REDEEM_WITHIN,
    SALT,
    State,
    at,
    authorization,
    key,
    logged,
    moved,
    nonce_of,
    told,
    whole,
)
from support.bubbling import bubbles
from support.payments import AUTHORIZATIONS, FORMS, TRANSFERS, cancellation
from support.reverts import reverts


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_request_with_authorization__by_a_relayer__is_the_requesters(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, relayer: Any, form: str
) -> None:
    """The relayer, whoever submits first, gets nothing by it."""
    signed = authorization(redemption_desk, holder).signed(holder, domain, form)
    receipt = redemption_desk.requestWithAuthorization(*told(signed), sender=relayer)
    deadline = receipt.timestamp + REDEEM_WITHIN
    nonce = nonce_of(redemption_desk, holder, AMOUNT, PAYEE, SALT)
    said = {
        "id": 1,
        "requester": holder,
        "amount": AMOUNT,
        "payeeHash": PAYEE,
        "deadline": deadline,
    }
    assert logged(receipt, redemption_desk, token) == [
        ("Requested", said),
        ("AuthorizationUsed", {"authorizer": holder, "nonce": nonce}),
        moved(holder, redemption_desk, AMOUNT),
    ]
    expected = holder, AMOUNT, State.REQUESTED, deadline, PAYEE, False
    assert whole(redemption_desk, 1) == expected


def test_authorization_nonce__binds_everything(
    redemption_desk: Any, second_desk: Any, holder: Any, holder_b: Any
) -> None:
    asked = [
        (desk, who, amount, payee, salt)
        for desk in (redemption_desk, second_desk)
        for who in (holder, holder_b)
        for amount in (AMOUNT, MINIMUM)
        for payee in (PAYEE, SALT)
        for salt in (SALT, PAYEE)
    ]
    nonces = [bytes(one.authorizationNonce(*rest)) for one, *rest in asked]
    assert nonces == [nonce_of(*one) for one in asked]
    assert len(set(nonces)) == len(asked)


def test_request_with_authorization__submitted_twice__reverts(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, relayer: Any, outsider: Any,
    form: str,
) -> None:  # fmt: skip
    """A front-runner submits the same first: the request stands, and the relayer's own submission fails."""
    signed = told(authorization(redemption_desk, holder).signed(holder, domain, form))
    redemption_desk.requestWithAuthorization(*signed, sender=outsider)
    nonce = nonce_of(redemption_desk, holder, AMOUNT, PAYEE, SALT)
    error = token.AuthorizationUsedOrCanceled
    with bubbles(error, redemption_desk, authorizer=holder, nonce=nonce):
        redemption_desk.requestWithAuthorization(*signed, sender=relayer)
    assert redemption_desk.requestCount() == 1


def test_request_with_authorization__with_another_salt__requests_the_same_again(
    redemption_desk: Any, domain: Any, holder: Any, relayer: Any, form: str
) -> None:
    for number, salt in enumerate((SALT, key(0), key(1)), 1):
        signed = authorization(redemption_desk, holder, salt=salt).signed(holder, domain, form)
        redemption_desk.requestWithAuthorization(*told(signed, salt=salt), sender=relayer)
        assert redemption_desk.requestCount() == number


def test_request_with_authorization__diverted__reverts(
    redemption_desk: Any, second_desk: Any, token: Any, domain: Any, holder: Any, holder_b: Any,
    outsider: Any, form: str,
) -> None:  # fmt: skip
    """Another amount, payee, salt, desk, time or requester than was signed."""
    signed = authorization(redemption_desk, holder).signed(holder, domain, form)
    good = told(signed)
    diverted = [
        (redemption_desk, holder, told(signed, amount=MINIMUM)),
        (redemption_desk, holder, told(signed, payee=SALT)),
        (redemption_desk, holder, told(signed, salt=PAYEE)),
        (redemption_desk, holder, (*good[:4], 1, *good[5:])),
        (redemption_desk, holder, (*good[:5], 2**255, *good[6:])),
        (redemption_desk, holder_b, (holder_b, *good[1:])),
        (second_desk, holder, good),
    ]
    for desk, requester, arguments in diverted:
        with bubbles(token.InvalidSignature, redemption_desk, second_desk, signer=requester):
            desk.requestWithAuthorization(*arguments, sender=outsider)
    redemption_desk.requestWithAuthorization(*good, sender=outsider)


def test_request_with_authorization__given_to_the_token_itself__reverts(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, outsider: Any, form: str
) -> None:
    """Else the tokens would come to the desk without a request."""
    signed = authorization(redemption_desk, holder).signed(holder, domain, form)
    with reverts(token.CallerNotPayee, redemption_desk, caller=outsider, payee=redemption_desk):
        token.receiveWithAuthorization(*signed, sender=outsider)
    with reverts(token.InvalidSignature, redemption_desk, signer=holder):
        token.transferWithAuthorization(*signed, sender=outsider)
    redemption_desk.requestWithAuthorization(*told(signed), sender=outsider)


def test_request_with_authorization__canceled_by_its_signer__reverts(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, relayer: Any, form: str
) -> None:
    signed = authorization(redemption_desk, holder).signed(holder, domain, form)
    nonce = nonce_of(redemption_desk, holder, AMOUNT, PAYEE, SALT)
    withdrawn = cancellation(holder, int.from_bytes(nonce, "big")).signed(holder, domain)
    token.cancelAuthorization(*withdrawn, sender=relayer)
    error = token.AuthorizationUsedOrCanceled
    with bubbles(error, redemption_desk, authorizer=holder, nonce=nonce):
        redemption_desk.requestWithAuthorization(*told(signed), sender=relayer)


def test_request_with_authorization__in_time__one_second_decides(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, relayer: Any, form: str
) -> None:
    before = chain.pending_timestamp + 100
    call = authorization(redemption_desk, holder, before=before)
    arguments = told(call.signed(holder, domain, form))
    at(before)
    with bubbles(token.AuthorizationExpired, redemption_desk, validBefore=before):
        redemption_desk.requestWithAuthorization(*arguments, sender=relayer)


@pytest.mark.parametrize("flag", [TRANSFERS, AUTHORIZATIONS])
def test_request_with_authorization__paused__reverts(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, relayer: Any, pauser: Any,
    form: str, flag: int,
) -> None:  # fmt: skip
    arguments = told(authorization(redemption_desk, holder).signed(holder, domain, form))
    token.pause(flag, sender=pauser)
    with bubbles(token.OperationPaused, redemption_desk, flags=flag):
        redemption_desk.requestWithAuthorization(*arguments, sender=relayer)


def test_request_with_authorization__what_request_refuses__reverts(
    redemption_desk: Any, token: Any, domain: Any, holder: Any, relayer: Any, guardian: Any,
    form: str,
) -> None:  # fmt: skip
    def submit(amount: int = AMOUNT, payee: bytes = PAYEE) -> None:
        call = authorization(redemption_desk, holder, amount, payee=payee)
        arguments = told(call.signed(holder, domain, form), payee=payee)
        redemption_desk.requestWithAuthorization(*arguments, sender=relayer)

    with reverts(redemption_desk.InvalidAmount, token, amount=AMOUNT + 1, minimum=MINIMUM):
        submit(AMOUNT + 1)
    with reverts(redemption_desk.InvalidPayeeHash, token):
        submit(payee=bytes(32))
    token.cutIssuer(redemption_desk, sender=guardian)
    with reverts(redemption_desk.DeskClosed, token):
        submit()


def test_request_with_authorization__wallet_with_code__by_bytes(
    redemption_desk: Any, token: Any, domain: Any, deployer: Any, holder: Any, outsider: Any,
    relayer: Any,
) -> None:  # fmt: skip
    """ERC-1271: its owner's key signs, it is the requester, and it withdraws by its own call."""
    wallet = deployer.deploy(project.ERC1271WalletMock, outsider)
    token.transfer(wallet, AMOUNT, sender=holder)
    call = authorization(redemption_desk, wallet)
    with bubbles(token.InvalidSignature, redemption_desk, signer=wallet):
        redemption_desk.requestWithAuthorization(
            *told(call.signed(holder, domain, "bytes")), sender=relayer
        )
    redemption_desk.requestWithAuthorization(
        *told(call.signed(outsider, domain, "bytes")), sender=relayer
    )
    assert redemption_desk.requestOf(1).requester == wallet
    with reverts(redemption_desk.NotRequester, token, caller=outsider, requester=wallet):
        redemption_desk.withdraw(1, sender=outsider)
    data = redemption_desk.withdraw.encode_input(1)
    wallet.execute(redemption_desk, data, sender=outsider)
    assert token.balanceOf(wallet) == AMOUNT
