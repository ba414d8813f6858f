"""``blockAccounts`` and ``unblockAccounts``"""

from __future__ import annotations

from typing import Any

from support.events import events
from support.reverts import reverts

ZERO = "0x0000000000000000000000000000000000000000"


def test_block_accounts__several__blocks_and_logs_each_once(
    token: Any, compliance: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    token.blockAccount(receiver, sender=compliance)
    receipt = token.blockAccounts([holder, receiver, spender, holder], sender=compliance)
    assert events(receipt, token) == [
        ("Blocked", {"account": holder}),
        ("Blocked", {"account": spender}),
    ]
    assert all(token.isBlocked(a) for a in (holder, receiver, spender))


def test_block_accounts__none__does_nothing(token: Any, compliance: Any) -> None:
    assert events(token.blockAccounts([], sender=compliance), token) == []


def test_block_accounts__by_an_outsider__reverts(token: Any, outsider: Any, holder: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.blockAccounts([holder], sender=outsider)


def test_unblock_accounts__several__frees_and_logs_each_once(
    token: Any, compliance: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    token.blockAccounts([holder, spender], sender=compliance)
    receipt = token.unblockAccounts([holder, receiver, spender, holder], sender=compliance)
    assert events(receipt, token) == [
        ("Unblocked", {"account": holder}),
        ("Unblocked", {"account": spender}),
    ]
    assert not any(token.isBlocked(a) for a in (holder, receiver, spender))


def test_unblock_accounts__a_reserved_address_among_them__undoes_all(
    token: Any, compliance: Any, holder: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    for account in (ZERO, token.address):
        with reverts(token.ReservedAddress, account=account):
            token.unblockAccounts([holder, account], sender=compliance)


def test_unblock_accounts__by_an_outsider__reverts(
    token: Any, outsider: Any, compliance: Any, holder: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.unblockAccounts([holder], sender=outsider)
