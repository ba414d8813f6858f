"""``receiveWithAuthorization`` (EIP-3009), by ``v, r, s`` and by ``bytes``: who submits, who signs, when.

What the payment itself may and may not do is in ``test_authorized_payments.py``, with ``transferWithAuthorization``.
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


def test_receive_with_authorization__by_payee__pays_and_logs(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, route: str
) -> None:
    call = receive_authorization(holder, receiver, 400 * SOM, nonce=7)
    receipt = token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=receiver)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (600 * SOM, 400 * SOM)
    assert token.authorizationState(holder, word(7))
    assert events(receipt, token) == [used(holder, 7), transferred(holder, receiver, 400 * SOM)]


def test_receive_with_authorization__by_anyone_else__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, route: str
) -> None:
    call = receive_authorization(holder, receiver, 1)
    for caller in (relayer, holder):
        with reverts(token.CallerNotPayee, caller=caller, payee=receiver):
            token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=caller)


def test_receive_with_authorization__payee_is_a_contract__only_it_may_submit(
    funded: Any, token: Any, domain: Any, holder: Any, wallet: Any, outsider: Any, form: str
) -> None:
    call = receive_authorization(holder, wallet, 3)
    arguments = call.signed(holder, domain, form)
    with reverts(token.CallerNotPayee, caller=outsider, payee=wallet):
        token.receiveWithAuthorization(*arguments, sender=outsider)
    receipt = wallet.execute(
        token, token.receiveWithAuthorization.encode_input(*arguments), sender=outsider
    )
    assert token.balanceOf(wallet) == 3
    assert events(receipt, token) == [used(holder, 0), transferred(holder, wallet, 3)]


@pytest.mark.parametrize("seconds", [-1, 0])
def test_receive_with_authorization__until_valid_after__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, route: str, seconds: int
) -> None:
    after = chain.pending_timestamp + 1_000
    call = receive_authorization(holder, receiver, 1, after=after)
    chain.pending_timestamp = after + seconds
    with reverts(token.AuthorizationNotYetValid, validAfter=after):
        token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=receiver)


def test_receive_with_authorization__between_its_times__pays(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, route: str
) -> None:
    # The shortest window there is: one second.
    after = chain.pending_timestamp + 1_000
    call = receive_authorization(holder, receiver, 1, after=after, before=after + 2)
    chain.pending_timestamp = after + 1
    receipt = token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=receiver)
    assert receipt.timestamp == after + 1
    assert token.balanceOf(receiver) == 1


@pytest.mark.parametrize("seconds", [0, 1])
def test_receive_with_authorization__from_valid_before__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, route: str, seconds: int
) -> None:
    before = chain.pending_timestamp + 1_000
    call = receive_authorization(holder, receiver, 1, before=before)
    chain.pending_timestamp = before + seconds
    with reverts(token.AuthorizationExpired, validBefore=before):
        token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=receiver)


def test_receive_with_authorization__replayed__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, route: str
) -> None:
    call = receive_authorization(holder, receiver, 1, nonce=MAX_256)
    token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=receiver)
    for again in FORMS:
        with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(MAX_256)):
            token.receiveWithAuthorization(*call.signed(holder, domain, again), sender=receiver)


def test_receive_with_authorization__nonce_of_a_transfer__is_the_same(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, form: str
) -> None:
    spent = transfer_authorization(holder, receiver, 1, nonce=7)
    token.transferWithAuthorization(*spent.signed(holder, domain), sender=receiver)
    call = receive_authorization(holder, receiver, 1, nonce=7)
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(7)):
        token.receiveWithAuthorization(*call.signed(holder, domain, form), sender=receiver)


def test_receive_with_authorization__canceled_nonce__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any, form: str
) -> None:
    token.cancelAuthorization(*cancellation(holder, 7).signed(holder, domain), sender=relayer)
    call = receive_authorization(holder, receiver, 1, nonce=7)
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=holder, nonce=word(7)):
        token.receiveWithAuthorization(*call.signed(holder, domain, form), sender=receiver)


@pytest.mark.parametrize(("form", "flaw"), FLAWED)
def test_receive_with_authorization__flawed_signature__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, outsider: Any,
    form: str, flaw: str,
) -> None:  # fmt: skip
    call = receive_authorization(holder, receiver, 1)
    signature = flawed(flaw, call, domain, holder, outsider)
    with reverts(token.InvalidSignature, signer=holder):
        token.receiveWithAuthorization(*call.carrying(signature, form), sender=receiver)


def test_receive_with_authorization__any_field_altered__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, outsider: Any, route: str
) -> None:
    call = receive_authorization(holder, receiver, 1, after=1)
    for altered in alterations(call, outsider):
        signature = altered.signature(holder, domain)
        with reverts(token.InvalidSignature, signer=holder):
            token.receiveWithAuthorization(*call.carrying(signature, route), sender=receiver)
    token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=receiver)


def test_receive_with_authorization__signed_for_transfer__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, form: str
) -> None:
    call = transfer_authorization(holder, receiver, 1)
    with reverts(token.InvalidSignature, signer=holder):
        token.receiveWithAuthorization(*call.signed(holder, domain, form), sender=receiver)


def test_receive_with_authorization__zero_address_as_payer__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, form: str
) -> None:
    call = receive_authorization(ZERO, receiver, 0)
    for signature in (bytes(65), call.signature(holder, domain)):
        with reverts(token.InvalidSignature, signer=ZERO):
            token.receiveWithAuthorization(*call.carrying(signature, form), sender=receiver)


def test_receive_with_authorization__contract_as_payer__pays_by_its_word(
    funded: Any, token: Any, domain: Any, holder: Any, wallet: Any, receiver: Any,
    outsider: Any, route: str,
) -> None:  # fmt: skip
    token.transfer(wallet, 3, sender=holder)
    call = receive_authorization(wallet, receiver, 3)
    with reverts(token.InvalidSignature, signer=wallet):
        token.receiveWithAuthorization(*call.signed(holder, domain, route), sender=receiver)
    receipt = token.receiveWithAuthorization(*call.signed(outsider, domain, route), sender=receiver)
    assert events(receipt, token) == [used(wallet, 0), transferred(wallet, receiver, 3)]


def test_receive_with_authorization__payer_with_delegated_code__pays_by_its_own_key(
    token: Any, domain: Any, delegating_holder: Any, receiver: Any, route: str
) -> None:
    call = receive_authorization(delegating_holder, receiver, 1)
    arguments = call.signed(delegating_holder, domain, route)
    token.receiveWithAuthorization(*arguments, sender=receiver)
    assert token.balanceOf(receiver) == 1
