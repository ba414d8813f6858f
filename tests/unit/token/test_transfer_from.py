"""``transferFrom``: from the token's own code and, under DELEGATE_ALL, from the implementation."""

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
    transferred,
)
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

pytestmark = pytest.mark.usefixtures("delegate_all")


@pytest.fixture
def allowed(funded: Any, token: Any, holder: Any, spender: Any) -> int:
    """``holder`` lets ``spender`` have 500 som of its 1,000."""
    token.approve(spender, 500 * SOM, sender=holder)
    return 500 * SOM


@pytest.fixture
def unlimited(funded: Any, token: Any, holder: Any, spender: Any) -> int:
    """``holder`` lets ``spender`` have all there will ever be."""
    token.approve(spender, MAX_256, sender=holder)
    return MAX_256


def test_transfer_from__within_allowance__moves_counts_down_and_logs(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    receipt = token.transferFrom(holder, receiver, 400 * SOM, sender=spender)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (600 * SOM, 400 * SOM)
    assert token.balanceOf(spender) == 0
    assert token.allowance(holder, spender) == 100 * SOM
    assert events(receipt, token) == [transferred(holder, receiver, 400 * SOM)]


def test_transfer_from__within_allowance__returns_true(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    assert token.transferFrom.call(holder, receiver, allowed, sender=spender) is True


def test_transfer_from__whole_allowance__leaves_none(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    token.transferFrom(holder, receiver, allowed, sender=spender)
    assert token.allowance(holder, spender) == 0
    with reverts(token.ERC20InsufficientAllowance, spender=spender, allowance=0, needed=1):
        token.transferFrom(holder, receiver, 1, sender=spender)


def test_transfer_from__unlimited_allowance__is_not_counted_down(
    unlimited: int, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    receipt = token.transferFrom(holder, receiver, 400 * SOM, sender=spender)
    assert token.balanceOf(receiver) == 400 * SOM
    assert token.allowance(holder, spender) == unlimited
    assert events(receipt, token) == [transferred(holder, receiver, 400 * SOM)]


def test_transfer_from__one_below_unlimited__is_counted_down(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    token.approve(spender, MAX_256 - 1, sender=holder)
    token.transferFrom(holder, receiver, 1, sender=spender)
    assert token.allowance(holder, spender) == MAX_256 - 2


@pytest.mark.parametrize("needed", [500 * SOM + 1, MAX_72 + 1, MAX_256])
def test_transfer_from__beyond_allowance__reverts(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any, needed: int
) -> None:
    with reverts(
        token.ERC20InsufficientAllowance, spender=spender, allowance=allowed, needed=needed
    ):
        token.transferFrom(holder, receiver, needed, sender=spender)


def test_transfer_from__own_account_without_allowance__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    with reverts(token.ERC20InsufficientAllowance, spender=holder, allowance=0, needed=1):
        token.transferFrom(holder, receiver, 1, sender=holder)


def test_transfer_from__allowance_of_another_spender__reverts(
    allowed: int, token: Any, holder: Any, receiver: Any, outsider: Any
) -> None:
    with reverts(token.ERC20InsufficientAllowance, spender=outsider, allowance=0, needed=1):
        token.transferFrom(holder, receiver, 1, sender=outsider)


def test_transfer_from__zero_without_allowance__logs(
    funded: Any, token: Any, holder: Any, receiver: Any, outsider: Any
) -> None:
    receipt = token.transferFrom(holder, receiver, 0, sender=outsider)
    assert events(receipt, token) == [transferred(holder, receiver, 0)]
    assert token.balanceOf(holder) == 1_000 * SOM


def test_transfer_from__to_the_owner_itself__spends_allowance_only(
    allowed: int, token: Any, holder: Any, spender: Any
) -> None:
    receipt = token.transferFrom(holder, holder, allowed, sender=spender)
    assert token.balanceOf(holder) == 1_000 * SOM
    assert token.allowance(holder, spender) == 0
    assert events(receipt, token) == [transferred(holder, holder, allowed)]


@pytest.mark.parametrize("needed", [1_000 * SOM + 1, MAX_72 + 1, MAX_256])
def test_transfer_from__beyond_balance__reverts(
    unlimited: int, token: Any, holder: Any, receiver: Any, spender: Any, needed: int
) -> None:
    with reverts(token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=needed):
        token.transferFrom(holder, receiver, needed, sender=spender)


def test_transfer_from__frozen_part__reverts(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, 600 * SOM, sender=compliance)
    with reverts(
        token.ERC7943InsufficientUnfrozenBalance,
        account=holder,
        amount=400 * SOM + 1,
        unfrozen=400 * SOM,
    ):
        token.transferFrom(holder, receiver, 400 * SOM + 1, sender=spender)
    token.transferFrom(holder, receiver, 400 * SOM, sender=spender)
    assert token.balanceOf(holder) == token.getFrozenTokens(holder) == 600 * SOM


@pytest.mark.parametrize("frozen", [1_000 * SOM + 1, MAX_72])
def test_transfer_from__frozen_beyond_balance__reverts_without_wrapping(
    unlimited: int, token: Any, holder: Any, receiver: Any, spender: Any, compliance: Any,
    frozen: int,
) -> None:  # fmt: skip
    token.setFrozenTokens(holder, frozen, sender=compliance)
    with reverts(token.ERC7943InsufficientUnfrozenBalance, account=holder, amount=1, unfrozen=0):
        token.transferFrom(holder, receiver, 1, sender=spender)
    wrapping = 2**256 - frozen
    with reverts(
        token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=wrapping
    ):
        token.transferFrom(holder, receiver, wrapping, sender=spender)


def test_transfer_from__frozen_spender__moves_what_is_not_its_own(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any, compliance: Any
) -> None:
    token.setFrozenTokens(spender, MAX_72, sender=compliance)
    token.transferFrom(holder, receiver, allowed, sender=spender)
    assert token.balanceOf(receiver) == allowed


@pytest.mark.parametrize("grant", [500 * SOM, MAX_256])
@pytest.mark.parametrize("value", [0, 1])
def test_transfer_from__by_blocked_spender__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any, compliance: Any,
    grant: int, value: int,
) -> None:  # fmt: skip
    token.approve(spender, grant, sender=holder)
    token.blockAccount(spender, sender=compliance)
    with reverts(token.ERC7943CannotSend, account=spender):
        token.transferFrom(holder, receiver, value, sender=spender)


def test_transfer_from__of_blocked_owner__reverts(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any, compliance: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    for value in (0, 1):
        with reverts(token.ERC7943CannotSend, account=holder):
            token.transferFrom(holder, receiver, value, sender=spender)


def test_transfer_from__to_blocked__reverts(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any, compliance: Any
) -> None:
    token.blockAccount(receiver, sender=compliance)
    for value in (0, 1):
        with reverts(token.ERC7943CannotReceive, account=receiver):
            token.transferFrom(holder, receiver, value, sender=spender)


def test_transfer_from__to_zero_address_or_token__reverts(
    allowed: int, token: Any, holder: Any, spender: Any
) -> None:
    for reserved in (ZERO, token.address):
        for value in (0, 1):
            with reverts(token.ERC20InvalidReceiver, receiver=reserved):
                token.transferFrom(holder, reserved, value, sender=spender)


def test_transfer_from__of_zero_address_or_token__reverts(
    funded: Any, token: Any, receiver: Any, spender: Any
) -> None:
    for reserved in (ZERO, token.address):
        with reverts(token.ERC7943CannotSend, account=reserved):
            token.transferFrom(reserved, receiver, 0, sender=spender)


@pytest.mark.parametrize("flags", [TRANSFERS, TRANSFERS | AUTHORIZATIONS, PAUSE_FLAGS])
def test_transfer_from__paused__reverts_with_its_own_flag(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any, pauser: Any, flags: int
) -> None:
    token.pause(flags, sender=pauser)
    with reverts(token.OperationPaused, flags=TRANSFERS):
        token.transferFrom(holder, receiver, 1, sender=spender)


def test_transfer_from__other_functions_paused__moves(
    allowed: int, token: Any, holder: Any, receiver: Any, spender: Any, pauser: Any
) -> None:
    token.pause(AUTHORIZATIONS | MINTING | BURNING, sender=pauser)
    token.transferFrom(holder, receiver, 1, sender=spender)
    assert token.balanceOf(receiver) == 1
