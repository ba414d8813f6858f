"""Several nodes asked at once, without waiting for one that hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Any, Final

from kgst.node.errors import NoAnswerError, NodeError
from kgst.node.patience import tell_of

__all__ = ["Member", "collect"]

_GRACE: Final = 2.0
"""Seconds that the others are waited for once enough have answered."""
_SLOW_GRACE: Final = 0.05


class Member:
    """One node, asked one thing at a time.

    Attributes:
        slow: It was waited for in vain; the others are not held up by it again.
    """

    def __init__(self, node: Any) -> None:
        self.node, self.name, self.slow = node, node.name, False
        self._busy = threading.Lock()

    def begin(
        self, ask: Callable[[Any], list[Any]], reports: SimpleQueue[tuple[Member, Any]]
    ) -> bool:
        """Ask, in a thread of its own; False while it still owes the answer before."""
        if not self._busy.acquire(blocking=False):
            return False
        context = copy_context()

        def work() -> None:
            try:
                answer: Any = context.run(ask, self.node)
            except Exception as error:
                answer = error
            finally:
                self._busy.release()
            reports.put((self, answer))

        threading.Thread(target=work, name=f"ask {self.name}", daemon=True).start()
        return True


def collect(
    members: Sequence[Member], enough: int, ask: Callable[[Any], list[Any]]
) -> dict[Member, Any]:
    """What each said, or its error, of those that answered in time, in their order.

    Args:
        members: All are asked at once.
        enough: When so many have answered, the others are waited for a moment only.
        ask: A node's results.
    """
    reports: SimpleQueue[tuple[Member, Any]] = SimpleQueue()
    waiting = {member for member in members if member.begin(ask, reports)}
    found: dict[Member, Any] = {}
    good, until = 0, float("inf")
    while waiting:
        left = until - time.monotonic()
        try:
            member, answer = reports.get(timeout=None if left == float("inf") else max(left, 0.001))
        except Empty:
            break
        waiting.discard(member)
        if isinstance(answer, Exception) and not isinstance(answer, NodeError):
            raise answer
        found[member] = answer
        member.slow = isinstance(answer, NoAnswerError)
        good += not isinstance(answer, NodeError)
        if good >= enough and until == float("inf"):
            slow = all(one.slow for one in waiting)
            until = time.monotonic() + (_SLOW_GRACE if slow else _GRACE)
    for member in waiting:
        if not member.slow:
            tell_of(f"{member.name}: no answer yet; the others are enough")
        member.slow = True
    return {member: found[member] for member in members if member in found}
