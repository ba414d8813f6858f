"""``permit`` (ERC-2612), by ``v, r, s`` and by ``bytes``."""

from typing import Any

import pytest
from ape import chain
from support.events import events
from support.payments import (
    AUTHORIZATIONS,
    BURNING,
    FLAWED,
    FORMS,
    MAX_256,
    MINTING,
    SOM,
    TRANSFERS,
    ZERO,
    alterations,
    approved,
    flawed,
    permission,
    transfer_authorization,
)
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


def test_permit__signed__approves_counts_and_logs(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, form: str
) -> None:
    call = permission(holder, spender, 500 * SOM)
    receipt = token.permit(*call.signed(holder, domain, form), sender=relayer)
    assert token.allowance(holder, spender) == 500 * SOM
    assert token.nonces(holder) == 1
    assert token.nonces(spender) == token.nonces(relayer) == 0
    assert events(receipt, token) == [approved(holder, spender, 500 * SOM)]


@pytest.mark.parametrize("value", [0, 1, MAX_256 - 1, MAX_256])
def test_permit__any_value__replaces_the_allowance(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, value: int
) -> None:
    token.approve(spender, 500 * SOM, sender=holder)
    call = permission(holder, spender, value)
    token.permit(*call.signed(holder, domain), sender=relayer)
    assert token.allowance(holder, spender) == value


def test_permit__then_transfer_from__moves(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    call = permission(holder, spender, 500 * SOM)
    token.permit(*call.signed(holder, domain), sender=spender)
    token.transferFrom(holder, receiver, 500 * SOM, sender=spender)
    assert token.balanceOf(receiver) == 500 * SOM
    assert (token.balanceOf(holder), token.nonces(holder)) == (500 * SOM, 1)


def test_permit__many__nonces_count_up(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, form: str
) -> None:
    for nonce in range(3):
        call = permission(holder, spender, nonce + 1, nonce=nonce)
        token.permit(*call.signed(holder, domain, form), sender=relayer)
        assert token.allowance(holder, spender) == nonce + 1
        assert token.nonces(holder) == nonce + 1


def test_permit__replayed__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, form: str
) -> None:
    call = permission(holder, spender, 500 * SOM)
    token.permit(*call.signed(holder, domain, form), sender=relayer)
    # A replay in the other form is as dead as in the same.
    for again in FORMS:
        with reverts(token.ERC2612InvalidSignature, owner=holder):
            token.permit(*call.signed(holder, domain, again), sender=relayer)


def test_permit__future_nonce__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any
) -> None:
    call = permission(holder, spender, 1, nonce=1)
    with reverts(token.ERC2612InvalidSignature, owner=holder):
        token.permit(*call.signed(holder, domain), sender=relayer)


@pytest.mark.parametrize("seconds", [-1, 0])
def test_permit__until_the_deadline__approves(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, form: str, seconds: int
) -> None:
    deadline = chain.pending_timestamp + 1_000
    call = permission(holder, spender, 1, deadline=deadline)
    chain.pending_timestamp = deadline + seconds
    receipt = token.permit(*call.signed(holder, domain, form), sender=relayer)
    assert receipt.timestamp == deadline + seconds
    assert token.allowance(holder, spender) == 1


def test_permit__a_second_after_the_deadline__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, form: str
) -> None:
    deadline = chain.pending_timestamp + 1_000
    call = permission(holder, spender, 1, deadline=deadline)
    chain.pending_timestamp = deadline + 1
    with reverts(token.ERC2612ExpiredSignature, deadline=deadline):
        token.permit(*call.signed(holder, domain, form), sender=relayer)


@pytest.mark.parametrize(("form", "flaw"), FLAWED)
def test_permit__flawed_signature__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, outsider: Any,
    form: str, flaw: str,
) -> None:  # fmt: skip
    call = permission(holder, spender, 1)
    signature = flawed(flaw, call, domain, holder, outsider)
    with reverts(token.ERC2612InvalidSignature, owner=holder):
        token.permit(*call.carrying(signature, form), sender=relayer)


def test_permit__any_field_altered__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, outsider: Any, form: str
) -> None:
    deadline = chain.pending_timestamp + 1_000
    call = permission(holder, spender, 500 * SOM, deadline=deadline)
    for altered in alterations(call, outsider):
        signature = altered.signature(holder, domain)
        with reverts(token.ERC2612InvalidSignature, owner=holder):
            token.permit(*call.carrying(signature, form), sender=relayer)
    token.permit(*call.signed(holder, domain, form), sender=relayer)


def test_permit__signature_of_another_type__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any
) -> None:
    other = transfer_authorization(holder, spender, 1).signature(holder, domain)
    with reverts(token.ERC2612InvalidSignature, owner=holder):
        token.permit(*permission(holder, spender, 1).carrying(other, "vrs"), sender=relayer)


def test_permit__zero_address_as_owner__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, form: str
) -> None:
    call = permission(ZERO, spender, 1)
    for signature in (bytes(65), call.signature(holder, domain)):
        with reverts(token.ERC7943CannotSend, account=ZERO):
            token.permit(*call.carrying(signature, form), sender=relayer)


def test_permit__zero_address_as_spender__reverts(
    token: Any, domain: Any, holder: Any, relayer: Any, form: str
) -> None:
    for value in (0, 1):
        call = permission(holder, ZERO, value)
        with reverts(token.ERC20InvalidSpender, spender=ZERO):
            token.permit(*call.signed(holder, domain, form), sender=relayer)


@pytest.mark.parametrize("value", [0, 1])
def test_permit__blocked_owner__reverts(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, compliance: Any,
    form: str, value: int,
) -> None:  # fmt: skip
    token.blockAccount(holder, sender=compliance)
    call = permission(holder, spender, value)
    with reverts(token.ERC7943CannotSend, account=holder):
        token.permit(*call.signed(holder, domain, form), sender=relayer)


def test_permit__unblocked_again__approves_by_the_same_signature(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, compliance: Any
) -> None:
    arguments = permission(holder, spender, 1).signed(holder, domain)
    token.blockAccount(holder, sender=compliance)
    with reverts(token.ERC7943CannotSend, account=holder):
        token.permit(*arguments, sender=relayer)
    token.unblockAccount(holder, sender=compliance)
    token.permit(*arguments, sender=relayer)
    assert token.allowance(holder, spender) == 1


def test_permit__blocked_relayer_and_spender__approves(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, compliance: Any, form: str
) -> None:
    token.blockAccounts([relayer, spender], sender=compliance)
    token.permit(*permission(holder, spender, 1).signed(holder, domain, form), sender=relayer)
    assert token.allowance(holder, spender) == 1


@pytest.mark.parametrize("flags", [AUTHORIZATIONS, TRANSFERS | AUTHORIZATIONS, PAUSE_FLAGS])
def test_permit__paused__reverts_with_its_own_flag(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, pauser: Any,
    form: str, flags: int,
) -> None:  # fmt: skip
    token.pause(flags, sender=pauser)
    call = permission(holder, spender, 1)
    with reverts(token.OperationPaused, flags=AUTHORIZATIONS):
        token.permit(*call.signed(holder, domain, form), sender=relayer)


def test_permit__other_functions_paused__approves(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any, pauser: Any, form: str
) -> None:
    token.pause(TRANSFERS | MINTING | BURNING, sender=pauser)
    token.permit(*permission(holder, spender, 1).signed(holder, domain, form), sender=relayer)
    assert token.allowance(holder, spender) == 1


def test_permit__contract_as_owner__approves_by_its_word(
    token: Any, domain: Any, wallet: Any, spender: Any, relayer: Any, outsider: Any, form: str
) -> None:
    call = permission(wallet, spender, 1)
    receipt = token.permit(*call.signed(outsider, domain, form), sender=relayer)
    assert token.allowance(wallet, spender) == 1
    assert token.nonces(wallet) == 1
    assert events(receipt, token) == [approved(wallet, spender, 1)]


@pytest.mark.parametrize(("form", "flaw"), FLAWED)
def test_permit__contract_refuses__reverts(
    token: Any, domain: Any, wallet: Any, holder: Any, spender: Any, relayer: Any,
    outsider: Any, form: str, flaw: str,
) -> None:  # fmt: skip
    call = permission(wallet, spender, 1)
    signature = flawed(flaw, call, domain, outsider, holder)
    with reverts(token.ERC2612InvalidSignature, owner=wallet):
        token.permit(*call.carrying(signature, form), sender=relayer)


def test_permit__contract_that_knows_no_signatures__reverts(
    system: Any, token: Any, domain: Any, spender: Any, relayer: Any, outsider: Any, form: str
) -> None:
    call = permission(system.manager, spender, 1)
    with reverts(token.ERC2612InvalidSignature, owner=system.manager):
        token.permit(*call.signed(outsider, domain, form), sender=relayer)


def test_permit__owner_with_delegated_code__approves_by_its_own_key(
    token: Any, domain: Any, delegating_holder: Any, spender: Any, relayer: Any, form: str
) -> None:
    call = permission(delegating_holder, spender, 1)
    token.permit(*call.signed(delegating_holder, domain, form), sender=relayer)
    assert token.allowance(delegating_holder, spender) == 1
