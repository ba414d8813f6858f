"""Events of a contract over its whole life, from nodes that limit what one question may ask.

A node that shows no event may have none, may no longer have them, or may lag: where it matters that there is none,
`require_events` first has it show one that is known to be there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.node import NodeError, NodeRefusedError, PrunedError, connected, rpc

if TYPE_CHECKING:
    from kgst.record import Record

__all__ = [
    "address_topic",
    "event_topic",
    "no_known_event",
    "read_logs",
    "require_events",
    "uint_topic",
]

_MOST_QUESTIONS: Final = 2_000
"""More than this for one reading is no way to go on: 10 million blocks (52 days) at 5,000 are within it."""

# How nodes and the proxies before them say "too much at once"; a number in it is the limit, if they tell.
_TOO_MUCH: Final = re.compile(
    r"block range|(max|maximum|large|wide|limited|exceed\w*|over|than) .*(range|results|blocks|logs|size|response)"
    r"|\branges? .*(exceed|limit|not supported|too)|limit exceeded|too many|timed? ?out|returned more than|too large"
)
_NUMBER: Final = re.compile(r"\d[\d,]*")
_HEX: Final = re.compile(r"0x[0-9a-f]+")

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

    first, size, served = from_block, max(1, to_block - from_block + 1), False
    while first <= to_block:
        last = min(first + size - 1, to_block)
        try:
            found = ask(first, last)
        except PrunedError:
            raise
        except NodeRefusedError as error:
            size = _smaller(error, last - first + 1, to_block - first + 1)
            if not served:
                # Public nodes of BSC say "limit exceeded" of any range, and of one block too.
                _require_service(ask, first)
            served = True
            continue
        yield from (dict(log) for log in found)
        first = last + 1


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


def _smaller(error: NodeRefusedError, size: int, left: int) -> int:
    """How many blocks to ask for, after `size` at once were refused.

    Raises:
        NodeRefusedError: it is not their number, or asking for less would take for ever.
    """
    said = error.said.lower()
    if not _TOO_MUCH.search(said) or size == 1:
        raise error
    told = [int(n.replace(",", "")) for n in _NUMBER.findall(_HEX.sub("", said))]
    limits = [number for number in told if 10 <= number < size]
    smaller = min(limits) if limits else max(1, min(size // 2, 50_000))
    if left > smaller * _MOST_QUESTIONS:
        raise NodeRefusedError(
            f"{str(error).rstrip('.')}: at {smaller} blocks a question, {left} blocks would take "
            f"{left // smaller:,} questions. Use a node that serves eth_getLogs for more at once.",
            code=error.code,
            said=error.said,
        ) from error
    return smaller


def event_topic(signature: str) -> bytes:
    """Topic 0 of the event with this signature."""
    return keccak(text=signature)


def uint_topic(log: dict[str, Any], index: int) -> int:
    """An indexed unsigned integer."""
    return int.from_bytes(bytes(log["topics"][index]))


def address_topic(log: dict[str, Any], index: int) -> str:
    """An indexed address, checksummed."""
    return to_checksum_address(bytes(log["topics"][index])[12:])
