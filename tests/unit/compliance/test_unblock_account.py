"""``unblockAccount``"""

from __future__ import annotations

from typing import Any

from support.events import events
from support.reverts import reverts

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def test_unblock_account__blocked__pays_again_and_the_freeze_stays(
    funded: Any, token: Any, compliance: Any, holder: Any, receiver: Any
) -> None:
    token.setFrozenTokens(holder, 400 * SOM, sender=compliance)
    token.blockAccount(holder, sender=compliance)
    receipt = token.unblockAccount(holder, sender=compliance)
    assert events(receipt, token) == [("Unblocked", {"account": holder})]
    assert not token.isBlocked(holder)
    assert token.getFrozenTokens(holder) == 400 * SOM
    token.transfer(receiver, 600 * SOM, sender=holder)
    assert token.balanceOf(holder) == 400 * SOM


def test_unblock_account__not_blocked__logs_nothing(
    token: Any, compliance: Any, holder: Any
) -> None:
    assert events(token.unblockAccount(holder, sender=compliance), token) == []


def test_unblock_account__reserved__reverts(token: Any, compliance: Any) -> None:
    for account in (ZERO, token.address):
        with reverts(token.ReservedAddress, account=account):
            token.unblockAccount(account, sender=compliance)


def test_unblock_account__by_an_outsider__reverts(
    token: Any, outsider: Any, compliance: Any, holder: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    for sender in (outsider, holder):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.unblockAccount(holder, sender=sender)
