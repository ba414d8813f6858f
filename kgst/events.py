"""Events of a contract over its whole life, from nodes that limit what one question may ask.

A node that shows no event may have none, may no longer have them, or may lag: where it matters that there is none,
`require_events` first has it show one that is known to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.history.ranges import Ranges
from kgst.node import NodeError, NodeRefusedError, PrunedError, connected, rpc

if TYPE_CHECKING:
    from kgst.record import Record

__all__ = [
    "address_topic",
    "event_topic",
    "no_known_event",
    "read_logs",
    "require_events",
    "topic_at",
    "uint_topic",
]

_MOST_QUESTIONS: Final = 2_000
"""More than this for one reading is no way to go on: 10 million blocks (52 days) at 5,000 are within it."""

_GRANTED: Final = "RoleGranted(uint64,address,uint32,uint48,bool)"


def read_logs(
    address: str | list[str],
    events: tuple[str, ...],
    from_block: int,
    to_block: int | None = None,
    *,
    about: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Logs of `events` (signatures) at `address` since `from_block`, oldest first.

    Asks for everything at once, and for less when the node says that it is too much. The last block is always a
    number: some nodes count `latest` as further than any limit.

    Args:
        address: The contract, or several.
        events: Any of these.
        from_block: First block.
        to_block: Last block; None for the latest.
        about: Only with this address as the first indexed argument.

    Raises:
        PrunedError: the node no longer has events of so long ago.
        NodeRefusedError: the node serves no events, or too few at once.
        NodeError: no answer came.
    """
    eth = connected().web3.eth
    topics: list[Any] = [["0x" + event_topic(event).hex() for event in events]]
    if about is not None:
        topics.append("0x" + int(about, 16).to_bytes(32).hex())
    if to_block is None:
        with rpc("ask for the last block"):
            to_block = int(eth.block_number)
    named = address if isinstance(address, str) else " and ".join(address)

    def ask(first: int, last: int) -> list[Any]:
        with rpc(f"read the logs of {named} in blocks {first} to {last}"):
            return list(
                eth.get_logs(
                    {"address": address, "fromBlock": first, "toBlock": last, "topics": topics}
                )
            )

    ranges, served = Ranges(from_block, to_block), False
    while ranges:
        first, last = ranges.take()
        try:
            found = ask(first, last)
        except PrunedError:
            raise
        except NodeRefusedError as error:
            ranges.refused(first, last, error)
            _require_sense(error, ranges.size, ranges.left)
            if not served:
                # Public nodes of BSC say "limit exceeded" of any range, and of one block too.
                _require_service(ask, first)
            served = True
            continue
        ranges.answered(first, last, len(found))
        yield from (dict(log) for log in found)


def require_events(record: Record) -> None:
    """Have the node show the event that the deployment's last transaction made in the AccessManager.

    Raises:
        NodeError: it does not, so that nothing follows from it showing no other.
    """
    last = record.configuration.block_number
    if not list(read_logs(record.manager.address, (_GRANTED,), last, last)):
        raise NodeError(no_known_event(last))


def no_known_event(block: int) -> str:
    """Why the absence of events on a node means nothing."""
    return (
        f"the node shows no event of block {block}, in which the deployment gave its roles: it no longer has events of "
        "that time (BSC's nodes keep them for some days), or lags, so that others may be missing too. Use a node "
        "that serves eth_getLogs since the deployment."
    )


def _require_service(ask: Callable[[int, int], object], block: int) -> None:
    """The node serves the events of one block at least."""
    try:
        ask(block, block)
    except PrunedError:
        raise
    except NodeRefusedError as error:
        raise NodeRefusedError(
            f"{str(error).rstrip('.')}: it refuses even the events of a single block, so it serves none. Use a node "
            "that serves eth_getLogs.",
            code=error.code,
            said=error.said,
        ) from error


def _require_sense(error: NodeRefusedError, size: int, left: int) -> None:
    """What is left does not take for ever."""
    if left > size * _MOST_QUESTIONS:
        raise NodeRefusedError(
            f"{str(error).rstrip('.')}: at {size} blocks a question, {left} blocks would take "
            f"{left // size:,} questions. Use a node that serves eth_getLogs for more at once.",
            code=error.code,
            said=error.said,
        ) from error


def event_topic(signature: str) -> bytes:
    """Topic 0 of the event with this signature."""
    return keccak(text=signature)


def topic_at(log: dict[str, Any], index: int) -> bytes:
    """An indexed argument, 32 bytes.

    Raises:
        NodeError: the event has none there, which no contract's event of this name lacks: the node made it up.
    """
    topics = log["topics"]
    if len(topics) <= index or len(bytes(topics[index])) != 32:
        raise NodeError(
            f"the node shows an event of {log['address']} that lacks what every such event names, so its events cannot "
            "be relied on; use another node."
        )
    return bytes(topics[index])


def uint_topic(log: dict[str, Any], index: int, bits: int = 256) -> int:
    """An indexed number of so many bits.

    Raises:
        NodeError: as `topic_at`, or it has more.
    """
    return _within(log, int.from_bytes(topic_at(log, index)), bits)


def address_topic(log: dict[str, Any], index: int) -> str:
    """An indexed address, checksummed.

    Raises:
        NodeError: as `topic_at`, or it is none.
    """
    value = _within(log, int.from_bytes(topic_at(log, index)), 160)
    return to_checksum_address(value.to_bytes(20))


def _within(log: dict[str, Any], value: int, bits: int) -> int:
    if value >= 2**bits:
        raise NodeError(
            f"the node shows an event of {log['address']} with a value that its contract cannot log, so its events "
            "cannot be relied on; use another node."
        )
    return value
