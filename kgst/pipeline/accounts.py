"""What the token says of many accounts, asked for together and all in one block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kgst.multicall import Reads, ensure_multicall, latest

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["read_accounts"]

_AT_ONCE: Final = 500
"""Values in one request: far below what nodes let a call use."""


def read_accounts(system: System, accounts: Sequence[str], *methods: str) -> list[tuple[Any, ...]]:
    """For each of `accounts` what each of the token's `methods` of one address says: `isBlocked`, `balanceOf`.

    Raises:
        NodeError: the node failed.
    """
    if not accounts:
        return []
    ensure_multicall(system.provider)
    head = latest(system.provider)
    found: list[tuple[Any, ...]] = []
    size = max(1, _AT_ONCE // len(methods))
    for start in range(0, len(accounts), size):
        reads = Reads()
        asked = [
            [reads.of(system.token, method, account) for method in methods]
            for account in accounts[start : start + size]
        ]
        reads.fetch(system.provider, head, f"read {', '.join(methods)} of the accounts")
        found += [tuple(read.value for read in row) for row in asked]
    return found
