"""``approve``"""

from typing import Any

import pytest
from support.events import events
from support.payments import MAX_72, MAX_256, SOM, ZERO, approved
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


@pytest.mark.parametrize("value", [0, 1, 500 * SOM, MAX_72 + 1, MAX_256 - 1, MAX_256])
def test_approve__any_value__is_stored_and_logged(
    token: Any, holder: Any, spender: Any, value: int
) -> None:
    receipt = token.approve(spender, value, sender=holder)
    assert token.allowance(holder, spender) == value
    assert token.allowance(spender, holder) == 0
    assert events(receipt, token) == [approved(holder, spender, value)]


def test_approve__any_value__returns_true(token: Any, holder: Any, spender: Any) -> None:
    assert token.approve.call(spender, 1, sender=holder) is True
    assert token.approve.call(spender, 0, sender=holder) is True


def test_approve__again__replaces(token: Any, holder: Any, spender: Any) -> None:
    for value in (MAX_256, 1, 2, 0):
        receipt = token.approve(spender, value, sender=holder)
        assert token.allowance(holder, spender) == value
        assert events(receipt, token) == [approved(holder, spender, value)]


def test_approve__another_spender__leaves_the_first(
    token: Any, holder: Any, spender: Any, outsider: Any
) -> None:
    token.approve(spender, 1, sender=holder)
    token.approve(outsider, 2, sender=holder)
    assert (token.allowance(holder, spender), token.allowance(holder, outsider)) == (1, 2)


def test_approve__oneself_or_the_token__is_stored(token: Any, holder: Any) -> None:
    for spender in (holder.address, token.address):
        token.approve(spender, 1, sender=holder)
        assert token.allowance(holder, spender) == 1


@pytest.mark.parametrize("value", [0, 1, MAX_256])
def test_approve__zero_address__reverts(token: Any, holder: Any, value: int) -> None:
    with reverts(token.ERC20InvalidSpender, spender=ZERO):
        token.approve(ZERO, value, sender=holder)


@pytest.mark.parametrize("value", [1, MAX_256])
def test_approve__above_zero_by_blocked__reverts(
    token: Any, holder: Any, spender: Any, compliance: Any, value: int
) -> None:
    token.approve(spender, 500 * SOM, sender=holder)
    token.blockAccount(holder, sender=compliance)
    with reverts(token.ERC7943CannotSend, account=holder):
        token.approve(spender, value, sender=holder)


def test_approve__zero_by_blocked__withdraws_the_grant(
    token: Any, holder: Any, spender: Any, compliance: Any
) -> None:
    token.approve(spender, 500 * SOM, sender=holder)
    token.blockAccount(holder, sender=compliance)
    receipt = token.approve(spender, 0, sender=holder)
    assert token.allowance(holder, spender) == 0
    assert events(receipt, token) == [approved(holder, spender, 0)]


def test_approve__blocked_spender__is_stored(
    token: Any, holder: Any, spender: Any, compliance: Any
) -> None:
    token.blockAccount(spender, sender=compliance)
    token.approve(spender, 1, sender=holder)
    assert token.allowance(holder, spender) == 1


def test_approve__frozen_owner__is_stored(
    token: Any, holder: Any, spender: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, MAX_72, sender=compliance)
    token.approve(spender, 1, sender=holder)
    assert token.allowance(holder, spender) == 1


def test_approve__everything_paused__is_stored(
    token: Any, holder: Any, spender: Any, pauser: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.approve(spender, 1, sender=holder)
    assert token.allowance(holder, spender) == 1


def test_approve__delegate_all_set__behaves_the_same(
    token: Any, holder: Any, spender: Any, upgrader: Any
) -> None:
    token.setDelegateAll(True, sender=upgrader)
    receipt = token.approve(spender, 1, sender=holder)
    assert token.allowance(holder, spender) == 1
    assert events(receipt, token) == [approved(holder, spender, 1)]
