"""Events of a contract over its whole life, from nodes that limit what one question may ask.

A node that shows no event may have none, may no longer have them, or may lag: where it matters that there is none,
`require_events` first has it show one that is known to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.history.both import PRUNED, Asked, Sources
from kgst.history.errors import GoneError
from kgst.history.ranges import Ranges
from kgst.node import NodeError, NodeRefusedError, PrunedError, connected, rpc

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.record import Record

__all__ = [
    "address_topic",
    "event_topic",
    "forget_sources",
    "look_also_in",
    "no_known_event",
    "read_logs",
    "require_events",
    "topic_at",
    "uint_topic",
]

_MOST_QUESTIONS: Final = 2_000
"""More than this for one reading is no way to go on: 10 million blocks (52 days) at 5,000 are within it."""

_SOURCES: Final = "kgst_sources"

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
    provider = connected()
    if to_block is None:
        with rpc("ask for the last block"):
            to_block = int(provider.web3.eth.block_number)
    addresses = [address] if isinstance(address, str) else list(address)
    asked = Asked(
        tuple(bytes.fromhex(one[2:]) for one in addresses),
        tuple(map(event_topic, events)),
        None if about is None else int(about, 16).to_bytes(32),
        from_block,
        to_block,
    )
    scan = _Scan(provider, addresses, asked)
    sources: Sources | None = vars(provider.web3).get(_SOURCES)
    if sources is None or not sources.contracts.issuperset(asked.addresses):
        yield from scan.shown(None)
        return
    sources.require_same_chain(provider)
    try:
        shown = list(scan.shown(sources))
    except GoneError:
        raise
    except NodeRefusedError as error:
        raise sources.gone(asked, str(error)) from error
    yield from sources.together(provider, asked, scan.begun, shown)


def look_also_in(provider: ProviderAPI, record: Record, folder: Path) -> None:
    """From now on events of the deployment of `record` are looked for in the index in `folder`, too.

    On the connection itself, so that another one begins anew.
    """
    contracts = [entry.address for entry in record.contracts.values()]
    vars(provider.web3)[_SOURCES] = Sources.of(
        folder, record.configuration.block_number, contracts, record.chain_id, record.genesis, record.token.address
    )  # fmt: skip


def forget_sources(provider: ProviderAPI) -> None:
    """Undo `look_also_in`: for who deploys again on the same connection, where a fork may have the same addresses."""
    vars(provider.web3).pop(_SOURCES, None)


class _Scan:
    """A node's answers to one question for events.

    Attributes:
        begun: The first block that the node serves.
    """

    def __init__(self, provider: ProviderAPI, addresses: Sequence[str], asked: Asked) -> None:
        self._eth: Any = provider.web3.eth
        self._addresses, self._asked = list(addresses), asked
        self._named = " and ".join(addresses)
        self.begun = asked.first

    def shown(self, sources: Sources | None) -> Iterator[dict[str, Any]]:
        """What the node shows, oldest first; where it has pruned, from `begun` on.

        Raises:
            As `read_logs`.
        """
        asked = self._asked
        ranges, served = Ranges(asked.first, asked.last), False
        while ranges:
            first, last = ranges.take()
            try:
                try:
                    found = self._ask(first, last)
                except PrunedError:
                    raise
                except NodeRefusedError as error:
                    ranges.refused(first, last, error)
                    if sources is not None and self._leaves_the_rest(sources, ranges):
                        ranges = Ranges(self.begun, asked.last, ranges.size)
                        continue
                    _require_sense(error, ranges.size, ranges.left)
                    if not served:
                        # Public nodes of BSC say "limit exceeded" of any range, and of one block too.
                        _require_service(self._ask, first)
                    served = True
                    continue
            except PrunedError as error:
                if sources is None:
                    raise
                self._begin_after(first, sources, error)
                ranges, served = Ranges(self.begun, asked.last, ranges.size), True
                continue
            ranges.answered(first, last, len(found))
            yield from (dict(log) for log in found)

    def _ask(self, first: int, last: int) -> list[Any]:
        topics: list[Any] = [["0x" + topic.hex() for topic in self._asked.topics]]
        if self._asked.about is not None:
            topics.append("0x" + self._asked.about.hex())
        asked: Any = {
            "address": self._addresses if len(self._addresses) > 1 else self._addresses[0],
            "fromBlock": first, "toBlock": last, "topics": topics,
        }  # fmt: skip
        with rpc(f"read the logs of {self._named} in blocks {first} to {last}"):
            return list(self._eth.get_logs(asked))

    def _begin_after(self, pruned: int, sources: Sources, error: PrunedError) -> None:
        """`begun` is the first block after `pruned` that the node serves, if the index has what comes before.

        Raises:
            GoneError: it has not.
        """
        reach = sources.reach(self._asked)
        low, high = pruned, reach + 1
        if reach < pruned or (high <= self._asked.last and not self._serves(high)):
            raise sources.gone(self._asked, f"{str(error).rstrip('.')}: {PRUNED}") from error
        while high - low > 1:
            middle = (low + high) // 2
            if self._serves(middle):
                high = middle
            else:
                low = middle
        self.begun = high

    def _leaves_the_rest(self, sources: Sources, ranges: Ranges) -> bool:
        """Whether the index has what would take too many questions: the node is asked for what is newer."""
        begin = self._asked.last - ranges.size * _MOST_QUESTIONS + 1
        if begin <= self.begun or sources.reach(self._asked) < begin - 1:
            return False
        self.begun = begin
        return True

    def _serves(self, block: int) -> bool:
        try:
            self._ask(block, block)
        except PrunedError:
            return False
        return True


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
