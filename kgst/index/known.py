"""The events of this project's contracts, and one of them in words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from eth_abi.abi import decode
from eth_utils.address import to_checksum_address

from kgst.abi import interface
from kgst.history.database import Event
from kgst.moments import format_time
from kgst.units import TYIYN, format_som

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kgst.proofs import Log

__all__ = [
    "CONTRACTS",
    "decoded",
    "event_of",
    "in_words",
    "known_events",
    "named_in",
    "worded",
]

CONTRACTS: Final = (
    "IKGST",
    "KGSTAccessManager",
    "ReserveFeed",
    "BackingFeed",
    "Revoker",
    "RedemptionDesk",
    "MintDesk",
)
"""Whose events an index has: everything that is emitted at the token's address is in IKGST's ABI."""

_AMOUNTS: Final = ("value", "amount", "capacity", "settled", "backing", "shortfall", "left")
_TIMES: Final = ("readyAt", "expiresAt", "payBy", "deadline")
_TYIYN: Final = ("reserves",)
_MOST: Final = 200


@cache
def known_events() -> tuple[Event, ...]:
    """Each event of the contracts once."""
    found: dict[bytes, Event] = {}
    for contract in CONTRACTS:
        for abi in interface(contract).events:
            inputs = tuple((i.name or "", i.canonical_type, bool(i.indexed)) for i in abi.inputs)
            event = Event(abi.name, inputs)
            found.setdefault(event.topic, event)
    return tuple(found.values())


def event_of(topics: Sequence[bytes]) -> Event | None:
    """The event that a log is of; None for a stranger's."""
    known = {event.topic: event for event in known_events()}
    return known.get(topics[0]) if topics else None


def in_words(log: Log) -> str:
    """`Transfer(from=0x…, to=0x…, value=10.00 som)`; what cannot be decoded is said to be so."""
    event = event_of(log.topics)
    if event is None:
        return "an event that is not in the ABI"
    try:
        values = decoded(event, log)
    except Exception:  # bytes from anywhere break decoders in many ways
        return f"{event.name}, with data that are not its own"
    told = ", ".join(f"{name}={worded(name, value)}" for name, value in values)
    return f"{event.name}({told})"


def named_in(log: Log) -> set[str]:
    """Every address that an event names, checksummed; none of what cannot be decoded."""
    event = event_of(log.topics)
    try:
        values = decoded(event, log) if event else []
    except Exception:  # bytes from anywhere break decoders in many ways
        return set()
    kinds = {name: kind for name, kind, _ in event.inputs} if event else {}
    found: set[str] = set()
    for name, value in values:
        if kinds[name] in ("address", "address[]"):
            found.update([value] if kinds[name] == "address" else value)
    return found


def decoded(event: Event, log: Log) -> list[tuple[str, Any]]:
    """Names and values of an event's parameters, in its ABI's order; addresses checksummed.

    Raises:
        Exception: of any kind: bytes from anywhere break decoders in many ways.
    """
    indexed = [(name, kind) for name, kind, is_indexed in event.inputs if is_indexed]
    others = [(name, kind) for name, kind, is_indexed in event.inputs if not is_indexed]
    if len(indexed) != len(log.topics) - 1:
        raise ValueError("other topics")
    found = {
        name: decode([kind], topic)[0]
        for (name, kind), topic in zip(indexed, log.topics[1:], strict=True)
    }
    values = decode([kind for _, kind in others], log.data)
    found |= {name: value for (name, _), value in zip(others, values, strict=True)}
    kinds = {name: kind for name, kind, _ in event.inputs}
    return [(name, _shaped(kinds[name], found[name])) for name, _, _ in event.inputs]


def _shaped(kind: str, value: Any) -> Any:
    if kind == "address":
        return to_checksum_address(value)
    if kind == "address[]":
        return [to_checksum_address(one) for one in value]
    return value


def worded(name: str, value: Any) -> str:
    """A parameter's value for people: amounts in som, times as such."""
    if isinstance(value, bytes):
        return ("0x" + value.hex())[:_MOST]
    if isinstance(value, int) and not isinstance(value, bool):
        if name in _AMOUNTS and value < 2**128:
            return f"{format_som(value)}"
        if name in _TIMES:
            return format_time(value)
        if name in _TYIYN:
            return f"{format_som(value * TYIYN)}"
    return str(value)[:_MOST]
