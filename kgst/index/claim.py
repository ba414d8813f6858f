"""A value that the events of an index say a getter has to give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kgst.multicall import Read, Reads

__all__ = ["Ask", "Claim"]

Ask = Callable[[Reads], Read[Any]]
"""Adds a getter to some reads."""


def _same(expected: Any, found: Any) -> bool:
    return bool(expected == found)


@dataclass(frozen=True)
class Claim:
    """One value.

    Attributes:
        area: `token` or `roles`.
        what: In words; claims of one area and words are one check.
        about: Whom or what.
        expected: What events say.
        ask: Adds the getter to some reads.
        holds: Whether what was found agrees; by default when it is the same.
    """

    area: str
    what: str
    about: str
    expected: Any
    ask: Ask
    holds: Callable[[Any, Any], bool] = _same

    def agrees(self, found: Any) -> bool:
        """Whether the chain says what the events say."""
        return self.holds(self.expected, found)

    @staticmethod
    def worded(value: Any) -> str:
        """A value in a line."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, bytes):
            return "0x" + value.hex()
        return str(value)
