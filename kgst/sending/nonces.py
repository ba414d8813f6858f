"""The account's nonce, as several answers agree on it: one wrong answer must not decide what is signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kgst.node import NodeError, rpc

__all__ = ["FAR", "Count", "count"]

FAR: Final = 16
"""A gap of more nonces than this is nobody's slip but the node's."""

_ANSWERS: Final = 3
_MOST: Final = 2**48
"""More than any account has sent; a transaction may not have one above 2**64 - 2 (EIP-2681)."""


@dataclass(frozen=True)
class Count:
    """How many transactions the account has sent.

    Attributes:
        mined: In blocks.
        pending: And in the node's pool, in order.
    """

    mined: int
    pending: int


def count(eth: Any, address: str, *, answers: int = _ANSWERS) -> Count:
    """What the node says of `address`, the middle of `answers` answers; they may come from different backends.

    What is pending is asked once: a wrong answer to that only refuses what could have been sent.

    Raises:
        NodeError: the node failed, or contradicts itself.
    """
    with rpc(f"read the nonce of {address}"):
        mined = sorted(int(eth.get_transaction_count(address, "latest")) for _ in range(answers))
        pending = int(eth.get_transaction_count(address, "pending"))
    middle = answers // 2
    found = Count(mined[middle], max(mined[middle], pending))
    if found.pending > _MOST:
        raise NodeError(
            f"the node says that {address} has sent {found.pending} transactions, which nobody has; use another node. "
            "Nothing was signed."
        )
    if mined[-1] - mined[0] > FAR and answers > 2 and len(set(mined)) == answers:
        raise NodeError(
            f"the node contradicts itself: the nonce of {address} is {', '.join(map(str, mined))}; use another node. "
            "Nothing was signed."
        )
    return found
