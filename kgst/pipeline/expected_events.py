"""Events that a mined transaction must have logged: proof of what it did, whatever others did since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kgst.events import event_topic
from kgst.node import NodeError, get_receipt

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.deployment.system import System

__all__ = ["ExpectedEvent", "key_used", "missing", "order_executed", "transferred"]

_TRANSFER: Final = "Transfer(address,address,uint256)"
_ORDER_EXECUTED: Final = "OrderExecuted(bytes32,address,uint256)"
_AUTHORIZATION_USED: Final = "AuthorizationUsed(address,bytes32)"
_ZERO: Final = "0x" + 40 * "0"


@dataclass(frozen=True)
class ExpectedEvent:
    """One event.

    Attributes:
        what: For people: `minted to treasury: 5.00 som`.
        address: Of the contract that logs it.
        topics: The event's and those of its indexed arguments, 32 bytes each.
        data: Its other arguments, ABI-encoded.
    """

    what: str
    address: str
    topics: tuple[bytes, ...]
    data: bytes

    @property
    def key(self) -> tuple[int, tuple[bytes, ...], bytes]:
        """Equal for equal events."""
        return int(self.address, 16), self.topics, self.data


def transferred(
    system: System, sender: str | None, receiver: str | None, value: int, what: str
) -> ExpectedEvent:
    """The token's `Transfer` of `value` base units; None for the zero address: minted, burned."""
    topics = (event_topic(_TRANSFER), _word(sender or _ZERO), _word(receiver or _ZERO))
    return ExpectedEvent(what, system.token.address, topics, value.to_bytes(32))


def order_executed(
    system: System, order_hash: bytes, account: str, value: int, what: str
) -> ExpectedEvent:
    """The token's `OrderExecuted` on `account`, of `value` base units."""
    topics = (event_topic(_ORDER_EXECUTED), order_hash, _word(account))
    return ExpectedEvent(what, system.token.address, topics, value.to_bytes(32))


def key_used(system: System, caller: str, key: bytes, what: str) -> ExpectedEvent:
    """The token's `AuthorizationUsed` of the caller's own nonce `key`, 32 bytes."""
    topics = (event_topic(_AUTHORIZATION_USED), _word(caller), key)
    return ExpectedEvent(what, system.token.address, topics, b"")


def missing(
    provider: ProviderAPI, hashes: Iterable[str], expected: Sequence[ExpectedEvent]
) -> list[ExpectedEvent]:
    """Those of `expected` that the transactions did not log, as often as they are expected.

    Raises:
        NodeError: the node failed, or has no receipt of a transaction.
    """
    found: Counter[tuple[int, tuple[bytes, ...], bytes]] = Counter()
    for transaction in hashes:
        receipt = get_receipt(provider, transaction)
        if receipt is None:
            raise NodeError(
                f"{transaction} is final, but this node has no receipt of it; give the same command again later."
            )
        for log in receipt["logs"]:
            topics = tuple(bytes(topic) for topic in log["topics"])
            found[int(log["address"], 16), topics, bytes(log["data"])] += 1
    lacking = []
    for event in expected:
        if found[event.key]:
            found[event.key] -= 1
        else:
            lacking.append(event)
    return lacking


def _word(address: str) -> bytes:
    return int(address, 16).to_bytes(32)
