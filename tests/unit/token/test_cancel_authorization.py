"""``cancelAuthorization`` (EIP-3009), by ``v, r, s`` and by ``bytes``."""

from typing import Any

import pytest
from support.events import events
from support.payments import (
    FLAWED,
    FORMS,
    MAX_72,
    MAX_256,
    ZERO,
    alterations,
    canceled,
    cancellation,
    flawed,
    transfer_authorization,
    word,
)
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


@pytest.mark.parametrize("nonce", [0, 255, 256, MAX_256])
def test_cancel_authorization__signed__uses_up_the_nonce_and_logs(
    token: Any, domain: Any, holder: Any, relayer: Any, form: str, nonce: int
) -> None:
    call = cancellation(holder, nonce)
    receipt = token.cancelAuthorization(*call.signed(holder, domain, form), sender=relayer)
    assert token.authorizationState(holder, word(nonce))
    assert not token.authorizationState(holder, word(nonce ^ 1))
    assert not token.authorizationState(relayer, word(nonce))
    assert events(receipt, token) == [canceled(holder, nonce)]


def test_cancel_authorization__canceled__reverts(
    token: Any, domain: Any, holder: Any, relayer: Any, form: str
) -> None:
    call = cancellation(holder, 7)
    token.cancelAuthorization(*call.signed(holder, domain, form), sender=relayer)
    for again in FORMS:
        with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(7)):
            token.cancelAuthorization(*call.signed(holder, domain, again), sender=relayer)


def test_cancel_authorization__used__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, form: str
) -> None:
    payment = transfer_authorization(holder, receiver, 1, nonce=7)
    token.transferWithAuthorization(*payment.signed(holder, domain), sender=relayer)
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(7)):
        token.cancelAuthorization(
            *cancellation(holder, 7).signed(holder, domain, form), sender=relayer
        )


@pytest.mark.parametrize(("form", "flaw"), FLAWED)
def test_cancel_authorization__flawed_signature__reverts(
    token: Any, domain: Any, holder: Any, relayer: Any, outsider: Any, form: str, flaw: str
) -> None:
    call = cancellation(holder)
    signature = flawed(flaw, call, domain, holder, outsider)
    with reverts(token.InvalidSignature, signer=holder):
        token.cancelAuthorization(*call.carrying(signature, form), sender=relayer)


def test_cancel_authorization__any_field_altered__reverts(
    token: Any, domain: Any, holder: Any, relayer: Any, outsider: Any, form: str
) -> None:
    call = cancellation(holder)
    for altered in alterations(call, outsider):
        signature = altered.signature(holder, domain)
        with reverts(token.InvalidSignature, signer=holder):
            token.cancelAuthorization(*call.carrying(signature, form), sender=relayer)


def test_cancel_authorization__by_the_authorizer_without_a_signature__reverts(
    token: Any, holder: Any, form: str
) -> None:
    with reverts(token.InvalidSignature, signer=holder):
        token.cancelAuthorization(*cancellation(holder).carrying(bytes(65), form), sender=holder)


def test_cancel_authorization__signature_of_a_payment__reverts(
    token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, form: str
) -> None:
    signature = transfer_authorization(holder, receiver, 1).signature(holder, domain)
    with reverts(token.InvalidSignature, signer=holder):
        token.cancelAuthorization(*cancellation(holder).carrying(signature, form), sender=relayer)


def test_cancel_authorization__zero_address__reverts(
    token: Any, domain: Any, holder: Any, relayer: Any, form: str
) -> None:
    call = cancellation(ZERO)
    for signature in (bytes(65), call.signature(holder, domain)):
        with reverts(token.InvalidSignature, signer=ZERO):
            token.cancelAuthorization(*call.carrying(signature, form), sender=relayer)


def test_cancel_authorization__blocked_frozen_and_all_paused__still_works(
    token: Any, domain: Any, holder: Any, relayer: Any, compliance: Any, pauser: Any, form: str
) -> None:
    token.blockAccounts([holder, relayer], sender=compliance)
    token.setFrozenTokens(holder, MAX_72, sender=compliance)
    token.pause(PAUSE_FLAGS, sender=pauser)
    call = cancellation(holder, 7)
    receipt = token.cancelAuthorization(*call.signed(holder, domain, form), sender=relayer)
    assert token.authorizationState(holder, word(7))
    assert events(receipt, token) == [canceled(holder, 7)]


def test_cancel_authorization__delegate_all_set__behaves_the_same(
    token: Any, domain: Any, holder: Any, relayer: Any, upgrader: Any, form: str
) -> None:
    token.setDelegateAll(True, sender=upgrader)
    call = cancellation(holder, 7)
    receipt = token.cancelAuthorization(*call.signed(holder, domain, form), sender=relayer)
    assert events(receipt, token) == [canceled(holder, 7)]


def test_cancel_authorization__contract__cancels_by_its_word(
    token: Any, domain: Any, wallet: Any, holder: Any, relayer: Any, outsider: Any, form: str
) -> None:
    call = cancellation(wallet)
    with reverts(token.InvalidSignature, signer=wallet):
        token.cancelAuthorization(*call.signed(holder, domain, form), sender=relayer)
    receipt = token.cancelAuthorization(*call.signed(outsider, domain, form), sender=relayer)
    assert events(receipt, token) == [canceled(wallet, 0)]


def test_cancel_authorization__authorizer_with_delegated_code__cancels_by_its_own_key(
    token: Any, domain: Any, delegating_holder: Any, relayer: Any, form: str
) -> None:
    call = cancellation(delegating_holder)
    arguments = call.signed(delegating_holder, domain, form)
    receipt = token.cancelAuthorization(*arguments, sender=relayer)
    assert events(receipt, token) == [canceled(delegating_holder, 0)]
