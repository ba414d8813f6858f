"""``setDelegateAll`` and ``delegateAll``"""

from __future__ import annotations

from typing import Any

from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000


def test_set_delegate_all__on_and_off__is_logged_and_leaves_the_rest(
    system: Any, token: Any, upgrader: Any, pauser: Any
) -> None:
    token.pause(2 | 8, sender=pauser)
    for enabled in (True, False):
        receipt = token.setDelegateAll(enabled, sender=upgrader)
        assert events(receipt, token) == [("DelegateAllSet", {"delegateAll": enabled})]
        assert token.delegateAll() is enabled
        assert token.pauseFlags() == 10
        assert token.implementation() == system.logic


def test_set_delegate_all__as_it_was__logs_nothing(token: Any, upgrader: Any) -> None:
    assert events(token.setDelegateAll(False, sender=upgrader), token) == []
    token.setDelegateAll(True, sender=upgrader)
    assert events(token.setDelegateAll(True, sender=upgrader), token) == []
    assert token.delegateAll() is True


def test_set_delegate_all__on__pauses_still_work_and_leave_it_set(
    funded: Any, token: Any, upgrader: Any, pauser: Any, unpauser: Any, issuer: Any, holder: Any,
    receiver: Any,
) -> None:  # fmt: skip
    token.setDelegateAll(True, sender=upgrader)
    token.transfer(receiver, SOM, sender=holder)
    receipt = token.pause(PAUSE_FLAGS, sender=pauser)
    assert events(receipt, token) == [
        ("PauseFlagsChanged", {"previousFlags": 0, "newFlags": PAUSE_FLAGS})
    ]
    with reverts(token.OperationPaused, flags=1):
        token.transfer(receiver, SOM, sender=holder)
    with reverts(token.OperationPaused, flags=4):
        token.mint(receiver, SOM, sender=issuer)
    token.unpause(PAUSE_FLAGS, sender=unpauser)
    assert token.delegateAll() is True
    token.transfer(receiver, SOM, sender=holder)
    token.mint(receiver, SOM, sender=issuer)
    assert token.balanceOf(receiver) == 3 * SOM


def test_set_delegate_all__on__balances_and_allowances_are_the_same(
    funded: Any, token: Any, upgrader: Any, holder: Any, spender: Any, receiver: Any
) -> None:
    token.approve(spender, 5 * SOM, sender=holder)
    token.setDelegateAll(True, sender=upgrader)
    token.transferFrom(holder, receiver, 2 * SOM, sender=spender)
    token.setDelegateAll(False, sender=upgrader)
    assert token.allowance(holder, spender) == 3 * SOM
    assert token.balanceOf(holder) == 998 * SOM
    assert token.balanceOf(receiver) == 2 * SOM


def test_set_delegate_all__by_others__reverts(
    token: Any, pauser: Any, admin: Any, outsider: Any
) -> None:
    for sender in (pauser, admin, outsider):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.setDelegateAll(True, sender=sender)
