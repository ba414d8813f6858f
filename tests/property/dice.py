"""Choices from a short string of random bytes: one cheap draw a rule, one byte a choice.

Zero is the plainest choice everywhere, so that shrinking, which turns bytes into zeros one by one, makes stories plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
FULL = (1 << 256) - 1
FIELD = (1 << 72) - 1
MOST_ROWS = 500


class Dice:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = 0

    def byte(self) -> int:
        self._next += 1
        return self._data[self._next - 1] if self._next <= len(self._data) else 0

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.byte() % len(choices)]

    def rarely(self, out_of: int = 8) -> bool:
        """True once in ``out_of``."""
        return self.byte() % out_of == out_of - 1

    def some(self, choices: Sequence[T], at_least: int = 0) -> list[T]:
        """A sublist in the same order."""
        mask = self.byte() | self.byte() << 8
        chosen = [c for i, c in enumerate(choices) if mask >> i & 1]
        missing = [c for c in choices if c not in chosen][: max(0, at_least - len(chosen))]
        return [c for c in choices if c in chosen or c in missing]

    def between(self, low: int, high: int) -> int:
        """An end of the range, or somewhere within."""
        kind = self.byte() % 8
        if kind < 2:
            return (low, high)[kind]
        return low + (high - low) * (self.byte() << 8 | self.byte()) // 65_535

    def rows(self) -> int:
        """How many of something in one call: mostly a few, at times hundreds."""
        kind = self.byte() % 64
        if kind < 60:
            return kind % 5
        return MOST_ROWS if kind == 60 else self.byte() * MOST_ROWS // 255

    def amount(self, limit: int) -> int:
        """Mostly a part of ``limit``, else its edges and the edges of the number types."""
        kind = self.byte() % 22
        if kind < 12:
            return limit * (self.byte() + 1) // 256
        edges = (
            limit, limit, limit - 1, limit + 1, 0, 1, FIELD, FIELD + 1, FULL, FULL - limit,
        )  # fmt: skip
        return max(0, edges[kind - 12])
