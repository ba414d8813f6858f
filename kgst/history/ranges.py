"""How many blocks to ask a node's logs for at once: less when it refuses, more again when it does not.

Nodes limit a question by blocks, by results or by time, and only some say by how much. The steps are the limits that
nodes of BSC are known to have, so that a node's own is met with few refusals; where it says a number, that is taken.
"""

from __future__ import annotations

import re
from bisect import insort
from typing import Final

from kgst.node import NodeRefusedError

__all__ = ["Ranges"]

_STEPS: Final = (1, 5, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000)
_MANY: Final = 5_000
"""Logs of one answer, of some 4 MB; several are under way."""
_USUAL: Final = 5_000
"""What public nodes of BSC serve; up to there larger steps are tried soon, until one is refused."""
_EAGER: Final = 2
_PATIENCE: Final = 8
"""Answers at one step before a larger one is tried; three times as many after each refusal of it."""

# How nodes and the proxies before them say "too much at once"; a number in it is the limit, if they tell.
_TOO_MUCH: Final = re.compile(
    r"block range|(max|maximum|large|wide|limited|exceed\w*|over|than) .*(range|results|blocks|logs|size|response)"
    r"|\branges? .*(exceed|limit|not supported|too)|limit exceeded|too many|timed? ?out|returned more than|too large"
)
_OF_RESULTS: Final = re.compile(r"results|\blogs\b|response size")
_NUMBER: Final = re.compile(r"\d[\d,]*")
_HEX: Final = re.compile(r"0x[0-9a-f]+")


class Ranges:
    """The ranges of blocks that are still to be asked for, in their order.

    Args:
        first: First block.
        last: Last block, inclusive.
        size: Blocks of the first range; all of them unless given.

    Attributes:
        served: Whether any range was answered yet.
    """

    def __init__(self, first: int, last: int, size: int | None = None) -> None:
        self._pieces = [(first, last)] if first <= last else []
        self._size = size or max(_STEPS[-1], last - first + 1)
        self._most: int | None = None
        """What the node said is its limit of blocks."""
        self._answers = 0
        self._patience = _PATIENCE
        self._was_refused = False
        self.served = False

    def __bool__(self) -> bool:
        return bool(self._pieces)

    @property
    def size(self) -> int:
        """Blocks of the next range at most."""
        return self._size

    @property
    def left(self) -> int:
        """Blocks that no range was taken of yet."""
        return sum(last - first + 1 for first, last in self._pieces)

    def take(self) -> tuple[int, int]:
        """The next range; it comes back by `refused`, or is done with `answered`."""
        first, last = self._pieces.pop(0)
        if last - first >= self._size:
            insort(self._pieces, (first + self._size, last))
            last = first + self._size - 1
        return first, last

    def answered(self, first: int, last: int, logs: int = 0) -> None:
        """The range was answered, with so many logs; after some that were as large as could be, a larger one is tried.

        Where an answer has very many, less is asked for, though the node served it: memory has an end, too.
        """
        self.served = True
        if logs > _MANY:
            self._size, self._answers = max(1, min(self._size, (last - first + 1) // 2)), 0
            return
        if logs > _MANY // 4:
            return
        if last - first + 1 < self._size:
            return
        self._answers += 1
        eager = self._size < _USUAL and not self._was_refused
        if self._answers >= (_EAGER if eager else self._patience):
            self._answers = 0
            larger = next((step for step in _STEPS if step > self._size), self._size)
            self._size = min(larger, self._most or larger)

    def refused(self, first: int, last: int, error: NodeRefusedError) -> None:
        """The range has to be asked for in smaller ones.

        Raises:
            NodeRefusedError: the given, when its reason is not that it was too much.
        """
        said, size = error.said.lower(), last - first + 1
        if not _TOO_MUCH.search(said) or size == 1:
            raise error
        insort(self._pieces, (first, last))
        # Of ranges that were under way together, those after the first say nothing of the size that is asked for now.
        if size <= self._size:
            self._size = self._below(said, size)
            self._patience *= 3 if self.served else 1
        self._answers, self._was_refused = 0, True

    def _below(self, said: str, size: int) -> int:
        told = [int(n.replace(",", "")) for n in _NUMBER.findall(_HEX.sub("", said))]
        limits = [number for number in told if 10 <= number < size]
        if limits and not _OF_RESULTS.search(said):
            self._most = min(limits)
            return self._most
        return next(step for step in reversed(_STEPS) if step < size)
