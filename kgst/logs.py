"""Events of a contract over its whole life, from nodes that limit what one question may ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.node import NodeError, connected, rpc

__all__ = ["address_topic", "event_topic", "read_logs", "uint_topic"]

_SMALLEST_RANGE: Final = 250


def read_logs(
    address: str | list[str], events: tuple[str, ...], from_block: int, to_block: int | None = None
) -> Iterator[dict[str, Any]]:
    """Logs of `events` (signatures) at `address` since `from_block`, oldest first.

    Asks for everything at once, and for less when the node refuses.

    Args:
        address: The contract, or several.
        events: Any of these.
        from_block: First block.
        to_block: Last block; None for the latest.

    Raises:
        NodeError: the node refuses even small ranges; many public ones do.
    """
    eth = connected().web3.eth
    topics = ["0x" + event_topic(event).hex() for event in events]
    if to_block is None:
        with rpc("ask for the last block"):
            to_block = int(eth.block_number)
    last = to_block
    named = address if isinstance(address, str) else " and ".join(address)
    first, size = from_block, max(1, last - from_block + 1)
    while first <= last:
        to = min(first + size - 1, last)
        try:
            with rpc(f"read the logs of {named} in blocks {first} to {to}"):
                found = eth.get_logs(
                    {"address": address, "fromBlock": first, "toBlock": to, "topics": [topics]}
                )
        except NodeError:
            if size <= _SMALLEST_RANGE:
                raise
            size = max(_SMALLEST_RANGE, min(size // 2, 50_000))
            continue
        yield from (dict(log) for log in found)
        first = to + 1


def event_topic(signature: str) -> bytes:
    """Topic 0 of the event with this signature."""
    return keccak(text=signature)


def uint_topic(log: dict[str, Any], index: int) -> int:
    """An indexed unsigned integer."""
    return int.from_bytes(bytes(log["topics"][index]))


def address_topic(log: dict[str, Any], index: int) -> str:
    """An indexed address, checksummed."""
    return to_checksum_address(bytes(log["topics"][index])[12:])
