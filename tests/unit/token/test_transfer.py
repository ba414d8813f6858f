"""``transfer``: from the token's own code and, under DELEGATE_ALL, from the implementation."""

from typing import Any

import pytest
from support.events import events
from support.payments import (
    AUTHORIZATIONS,
    BURNING,
    MAX_72,
    MAX_256,
    MINTING,
    SOM,
    TRANSFERS,
    ZERO,
    permission,
    transferred,
)
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

pytestmark = pytest.mark.usefixtures("delegate_all")


def test_transfer__within_balance__moves_and_logs(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    receipt = token.transfer(receiver, 400 * SOM, sender=holder)
    assert token.balanceOf(holder) == 600 * SOM
    assert token.balanceOf(receiver) == 400 * SOM
    assert token.totalSupply() == 1_000 * SOM
    assert events(receipt, token) == [transferred(holder, receiver, 400 * SOM)]


def test_transfer__within_balance__returns_true(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    assert token.transfer.call(receiver, 400 * SOM, sender=holder) is True


def test_transfer__whole_balance__leaves_nothing(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    token.transfer(receiver, 1_000 * SOM, sender=holder)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (0, 1_000 * SOM)


def test_transfer__to_self__changes_nothing_and_logs(funded: Any, token: Any, holder: Any) -> None:
    receipt = token.transfer(holder, 1_000 * SOM, sender=holder)
    assert token.balanceOf(holder) == 1_000 * SOM
    assert events(receipt, token) == [transferred(holder, holder, 1_000 * SOM)]


def test_transfer__to_self_beyond_balance__reverts(funded: Any, token: Any, holder: Any) -> None:
    needed = 1_000 * SOM + 1
    with reverts(token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=needed):
        token.transfer(holder, needed, sender=holder)


def test_transfer__zero_by_one_who_has_nothing__logs(
    funded: Any, token: Any, outsider: Any, receiver: Any
) -> None:
    receipt = token.transfer(receiver, 0, sender=outsider)
    assert events(receipt, token) == [transferred(outsider, receiver, 0)]
    assert token.balanceOf(receiver) == 0


@pytest.mark.parametrize("needed", [1_000 * SOM + 1, MAX_72, MAX_72 + 1, MAX_256])
def test_transfer__beyond_balance__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, needed: int
) -> None:
    with reverts(token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=needed):
        token.transfer(receiver, needed, sender=holder)


def test_transfer__unfrozen_part__moves(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, 300 * SOM, sender=compliance)
    token.transfer(receiver, 700 * SOM, sender=holder)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (300 * SOM, 700 * SOM)
    assert token.getFrozenTokens(holder) == 300 * SOM


def test_transfer__one_unit_into_the_frozen_part__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, 300 * SOM, sender=compliance)
    needed = 700 * SOM + 1
    with reverts(
        token.ERC7943InsufficientUnfrozenBalance,
        account=holder,
        amount=needed,
        unfrozen=700 * SOM,
    ):
        token.transfer(receiver, needed, sender=holder)


@pytest.mark.parametrize("frozen", [1_000 * SOM, 1_000 * SOM + 1, MAX_72])
def test_transfer__all_frozen_or_more__only_zero_moves(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any, frozen: int
) -> None:
    token.setFrozenTokens(holder, frozen, sender=compliance)
    with reverts(token.ERC7943InsufficientUnfrozenBalance, account=holder, amount=1, unfrozen=0):
        token.transfer(receiver, 1, sender=holder)
    token.transfer(receiver, 0, sender=holder)


@pytest.mark.parametrize("frozen", [1, 300 * SOM, MAX_72])
def test_transfer__value_that_would_wrap_with_the_frozen_amount__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any, frozen: int
) -> None:
    token.setFrozenTokens(holder, frozen, sender=compliance)
    # value + frozen is 2^256, and 2^256 + balance: both wrap to what the balance would cover.
    for needed in (2**256 - frozen, (2**256 - frozen + 1_000 * SOM) % 2**256):
        if needed <= 1_000 * SOM:
            continue
        with reverts(
            token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=needed
        ):
            token.transfer(receiver, needed, sender=holder)


def test_transfer__the_greatest_supply__stays_in_its_field(
    funded: Any, token: Any, attest: Any, issuance_admin: Any, issuer: Any, compliance: Any,
    holder: Any, receiver: Any, spender: Any, domain: Any,
) -> None:  # fmt: skip
    attest(MAX_72 // 10_000)
    token.setIssuer(issuer, MAX_72, 0, True, sender=issuance_admin)
    supply = MAX_72 // 10_000 * 10_000
    token.mint(holder, supply - 1_000 * SOM, sender=issuer)
    # The neighbours of the receiver's balance in its word.
    token.setFrozenTokens(receiver, MAX_72, sender=compliance)
    token.permit(*permission(receiver, spender, 1).signed(receiver, domain), sender=spender)

    token.transfer(receiver, supply, sender=holder)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (0, supply)
    assert token.totalSupply() == supply
    assert token.getFrozenTokens(receiver) == MAX_72
    assert token.nonces(receiver) == 1
    assert not token.isBlocked(receiver)


def test_transfer__by_blocked__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    for value in (0, 1, MAX_256):
        with reverts(token.ERC7943CannotSend, account=holder):
            token.transfer(receiver, value, sender=holder)


def test_transfer__to_blocked__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    token.blockAccount(receiver, sender=compliance)
    for value in (0, 1):
        with reverts(token.ERC7943CannotReceive, account=receiver):
            token.transfer(receiver, value, sender=holder)


def test_transfer__unblocked_again__moves(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    for account in (holder, receiver):
        token.blockAccount(account, sender=compliance)
        token.unblockAccount(account, sender=compliance)
    token.transfer(receiver, 1, sender=holder)
    assert token.balanceOf(receiver) == 1


def test_transfer__to_zero_address_or_token__reverts(funded: Any, token: Any, holder: Any) -> None:
    for reserved in (ZERO, token.address):
        for value in (0, 1):
            with reverts(token.ERC20InvalidReceiver, receiver=reserved):
                token.transfer(reserved, value, sender=holder)


@pytest.mark.parametrize("flags", [TRANSFERS, TRANSFERS | AUTHORIZATIONS, PAUSE_FLAGS])
def test_transfer__paused__reverts_with_its_own_flag(
    funded: Any, token: Any, holder: Any, receiver: Any, pauser: Any, flags: int
) -> None:
    token.pause(flags, sender=pauser)
    for value in (0, 1):
        with reverts(token.OperationPaused, flags=TRANSFERS):
            token.transfer(receiver, value, sender=holder)


def test_transfer__other_functions_paused__moves(
    funded: Any, token: Any, holder: Any, receiver: Any, pauser: Any
) -> None:
    token.pause(AUTHORIZATIONS | MINTING | BURNING, sender=pauser)
    token.transfer(receiver, 1, sender=holder)
    assert token.balanceOf(receiver) == 1
