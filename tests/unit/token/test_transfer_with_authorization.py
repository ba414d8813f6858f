"""``transferWithAuthorization`` (EIP-3009), by ``v, r, s`` and by ``bytes``: who signs, when, and which nonce.

What the payment itself may and may not do is in ``test_authorized_payments.py``, with ``receiveWithAuthorization``.
"""

from typing import Any

import pytest
from ape import chain
from support.events import events
from support.payments import (
    FLAWED,
    FORMS,
    MAX_256,
    SOM,
    ZERO,
    alterations,
    cancellation,
    flawed,
    receive_authorization,
    transfer_authorization,
    transferred,
    used,
    word,
)
from support.reverts import reverts


def test_transfer_with_authorization__signed__pays_and_logs(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, route: str
) -> None:
    call = transfer_authorization(holder, receiver, 400 * SOM, nonce=7)
    receipt = token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (600 * SOM, 400 * SOM)
    assert token.balanceOf(relayer) == 0
    assert token.authorizationState(holder, word(7))
    assert token.nonces(holder) == 0
    assert events(receipt, token) == [used(holder, 7), transferred(holder, receiver, 400 * SOM)]


def test_transfer_with_authorization__by_payer_or_payee__pays(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, form: str
) -> None:
    for nonce, submitter in enumerate((holder, receiver)):
        call = transfer_authorization(holder, receiver, 1, nonce=nonce)
        token.transferWithAuthorization(*call.signed(holder, domain, form), sender=submitter)
    assert token.balanceOf(receiver) == 2


@pytest.mark.parametrize("seconds", [-1, 0])
def test_transfer_with_authorization__until_valid_after__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any,
    route: str, seconds: int,
) -> None:  # fmt: skip
    after = chain.pending_timestamp + 1_000
    call = transfer_authorization(holder, receiver, 1, after=after)
    chain.pending_timestamp = after + seconds
    with reverts(token.AuthorizationNotYetValid, validAfter=after):
        token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)


def test_transfer_with_authorization__between_its_times__pays(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, route: str
) -> None:
    # The shortest window there is: one second.
    after = chain.pending_timestamp + 1_000
    call = transfer_authorization(holder, receiver, 1, after=after, before=after + 2)
    chain.pending_timestamp = after + 1
    receipt = token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)
    assert receipt.timestamp == after + 1
    assert token.balanceOf(receiver) == 1


@pytest.mark.parametrize("seconds", [0, 1])
def test_transfer_with_authorization__from_valid_before__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any,
    route: str, seconds: int,
) -> None:  # fmt: skip
    before = chain.pending_timestamp + 1_000
    call = transfer_authorization(holder, receiver, 1, before=before)
    chain.pending_timestamp = before + seconds
    with reverts(token.AuthorizationExpired, validBefore=before):
        token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)


def test_transfer_with_authorization__never_valid__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, form: str
) -> None:
    call = transfer_authorization(holder, receiver, 1, after=MAX_256)
    with reverts(token.AuthorizationNotYetValid, validAfter=MAX_256):
        token.transferWithAuthorization(*call.signed(holder, domain, form), sender=relayer)
    call = transfer_authorization(holder, receiver, 1, before=0)
    with reverts(token.AuthorizationExpired, validBefore=0):
        token.transferWithAuthorization(*call.signed(holder, domain, form), sender=relayer)


def test_transfer_with_authorization__replayed__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, route: str
) -> None:
    call = transfer_authorization(holder, receiver, 1, nonce=7)
    token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)
    # Neither in the other form nor as another payment.
    for again in FORMS:
        for replay in (call, call.but(value=2)):
            with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(7)):
                token.transferWithAuthorization(
                    *replay.signed(holder, domain, again), sender=relayer
                )


# 0 and 255 share a word of the bitmap, 256 is in the next; 2^248 is where a narrower word index would wrap.
@pytest.mark.parametrize("nonce", [0, 255, 256, 2**248, 2**255, MAX_256])
def test_transfer_with_authorization__nonce__uses_up_no_other(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, nonce: int
) -> None:
    call = transfer_authorization(holder, receiver, 1, nonce=nonce)
    token.transferWithAuthorization(*call.signed(holder, domain), sender=relayer)
    for bit in (0, 7, 8, 248, 255):
        assert not token.authorizationState(holder, word(nonce ^ 1 << bit)), bit
    assert token.authorizationState(holder, word(nonce))
    assert not token.authorizationState(receiver, word(nonce))
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(nonce)):
        token.transferWithAuthorization(*call.signed(holder, domain), sender=relayer)


def test_transfer_with_authorization__nonces_in_any_order__pay(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, form: str
) -> None:
    for nonce in (5, MAX_256, 4, 256, 0, 255):
        call = transfer_authorization(holder, receiver, 1, nonce=nonce)
        token.transferWithAuthorization(*call.signed(holder, domain, form), sender=relayer)
    assert token.balanceOf(receiver) == 6


def test_transfer_with_authorization__canceled_nonce__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, form: str
) -> None:
    token.cancelAuthorization(*cancellation(holder, 7).signed(holder, domain), sender=relayer)
    call = transfer_authorization(holder, receiver, 1, nonce=7)
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(7)):
        token.transferWithAuthorization(*call.signed(holder, domain, form), sender=relayer)


@pytest.mark.parametrize(("form", "flaw"), FLAWED)
def test_transfer_with_authorization__flawed_signature__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any,
    outsider: Any, form: str, flaw: str,
) -> None:  # fmt: skip
    call = transfer_authorization(holder, receiver, 1)
    signature = flawed(flaw, call, domain, holder, outsider)
    with reverts(token.InvalidSignature, signer=holder):
        token.transferWithAuthorization(*call.carrying(signature, form), sender=relayer)


def test_transfer_with_authorization__any_field_altered__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any,
    outsider: Any, route: str,
) -> None:  # fmt: skip
    call = transfer_authorization(holder, receiver, 1, after=1)
    for altered in alterations(call, outsider):
        signature = altered.signature(holder, domain)
        with reverts(token.InvalidSignature, signer=holder):
            token.transferWithAuthorization(*call.carrying(signature, route), sender=relayer)
    token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)


def test_transfer_with_authorization__signed_for_receive__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, form: str
) -> None:
    call = receive_authorization(holder, receiver, 1)
    with reverts(token.InvalidSignature, signer=holder):
        token.transferWithAuthorization(*call.signed(holder, domain, form), sender=receiver)


def test_transfer_with_authorization__zero_address_as_payer__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, form: str
) -> None:
    call = transfer_authorization(ZERO, receiver, 0)
    for signature in (bytes(65), call.signature(holder, domain)):
        with reverts(token.InvalidSignature, signer=ZERO):
            token.transferWithAuthorization(*call.carrying(signature, form), sender=relayer)


def test_transfer_with_authorization__contract_as_payer__pays_by_its_word(
    funded: Any, token: Any, domain: Any, holder: Any, wallet: Any, receiver: Any, relayer: Any,
    outsider: Any, route: str,
) -> None:  # fmt: skip
    token.transfer(wallet, 3, sender=holder)
    call = transfer_authorization(wallet, receiver, 3)
    receipt = token.transferWithAuthorization(*call.signed(outsider, domain, route), sender=relayer)
    assert (token.balanceOf(wallet), token.balanceOf(receiver)) == (0, 3)
    assert events(receipt, token) == [used(wallet, 0), transferred(wallet, receiver, 3)]


@pytest.mark.parametrize(("form", "flaw"), FLAWED)
def test_transfer_with_authorization__contract_refuses__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, wallet: Any, receiver: Any, relayer: Any,
    outsider: Any, form: str, flaw: str,
) -> None:  # fmt: skip
    token.transfer(wallet, 3, sender=holder)
    call = transfer_authorization(wallet, receiver, 3)
    signature = flawed(flaw, call, domain, outsider, holder)
    with reverts(token.InvalidSignature, signer=wallet):
        token.transferWithAuthorization(*call.carrying(signature, form), sender=relayer)


def test_transfer_with_authorization__payer_with_delegated_code__pays_by_its_own_key(
    token: Any, domain: Any, delegating_holder: Any, receiver: Any, relayer: Any, route: str
) -> None:
    call = transfer_authorization(delegating_holder, receiver, 1)
    arguments = call.signed(delegating_holder, domain, route)
    receipt = token.transferWithAuthorization(*arguments, sender=relayer)
    assert events(receipt, token) == [
        used(delegating_holder, 0), transferred(delegating_holder, receiver, 1)
    ]  # fmt: skip


def test_transfer_with_authorization__payer_with_delegated_code__pays_by_that_code_too(
    token: Any, domain: Any, delegating_holder: Any, receiver: Any, relayer: Any,
    outsider: Any, form: str,
) -> None:  # fmt: skip
    call = transfer_authorization(delegating_holder, receiver, 1)
    token.transferWithAuthorization(*call.signed(outsider, domain, form), sender=relayer)
    assert token.balanceOf(receiver) == 1
