"""Each fact that a check reads of the chain, altered: one value of one answer at a time, by the types of the interface.

The answers are those of an honest run. Nothing here knows what the facts mean; whoever uses it says which of them may
change unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import EncodingError

__all__ = ["Fact", "facts_of"]


@dataclass(frozen=True)
class Fact:
    """One value of one answer, with another in its place.

    Attributes:
        what: The read, as messages name it: `KGST.pauseFlags()`.
        target: The contract, in small letters.
        data: Call data.
        at: Which of the answer's values: `0`, `0 far` for a far larger one, `2.1`, `0.more` and `0.less` of a list.
        answer: What the contract answers instead.
    """

    what: str
    target: str
    data: bytes
    at: str
    answer: bytes

    @property
    def name(self) -> str:
        """For people."""
        arguments = self.data[4:].hex().lstrip("0")
        return f"{self.what.replace('()', '')}({arguments[-48:]}) at {self.target[:8]}, value {self.at}"


def facts_of(
    what: str, target: str, data: bytes, types: tuple[str, ...], answer: bytes
) -> Iterator[Fact]:
    """Every way in which one value of the answer is another."""
    for at, altered in _altered(decode(types, answer)):
        try:
            yield Fact(what, target.lower(), data, at, encode(types, altered))
        except EncodingError:  # more than the type holds
            continue


def _altered(values: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each value another."""
    for index, value in enumerate(values):
        for at, other in _others(value):
            yield f"{index}{at}", (*values[:index], other, *values[index + 1 :])


def _others(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple | list):
        items = tuple(value)
        for at, altered in _altered(items):
            yield f".{at}", altered
        # Of a struct neither can be encoded.
        if items:
            yield ".less", items[:-1]
        yield ".more", (*items, f"0x{2**100:040x}")
        return
    if isinstance(value, bool):
        yield "", not value
    elif isinstance(value, int):
        yield "", value + 1 if value < 2**31 else value - 1
        yield " far", 2**47
    elif isinstance(value, bytes):
        yield "", bytes([value[0] ^ 1]) + value[1:] if value else b"\1"
    elif isinstance(value, str) and value.startswith("0x"):
        yield "", f"0x{(int(value, 16) ^ 1) or 2:040x}"
    else:
        yield "", value + "x"
