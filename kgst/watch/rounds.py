"""Rounds: look, remember, tell. A round that fails is itself an alert, and the next one follows."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kgst.interruption import held
from kgst.watch.advancing import Seen, advanced
from kgst.watch.looking import Look, Terms, look, of_opening, trouble_of
from kgst.watch.receivers import Heartbeat, Receiver, names

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.watch.memory import Memory, Message
    from kgst.watch.metrics import Board

__all__ = ["Round", "Watch"]


@dataclass(frozen=True)
class Round:
    """How a round went.

    Attributes:
        raised: What is new to be told.
        good: Everything was looked at.
        refused: Receivers that took nothing, by name.
        heard: Whether the heartbeat was heard; None when none was sent.
    """

    look: Look
    raised: Sequence[Message]
    good: bool
    refused: Sequence[str]
    heard: bool | None


@dataclass
class Watch:
    """What goes round.

    Attributes:
        open: Opens the deployment; again after each round that failed.
        patience: Seconds that trouble with looking has to last before it is told.
    """

    memory: Memory
    open: Callable[[], System]
    terms: Terms
    patience: int
    receivers: Sequence[Receiver]
    heartbeat: Heartbeat | None
    board: Board
    _system: System | None = field(default=None, init=False)

    def round(self) -> Round:
        """One; whatever fails is in what it found."""
        try:
            return self._round()
        except OSError as error:
            # What cannot be remembered is not told: /health and the heartbeat's silence say so.
            return Round(Look(trouble=[trouble_of(error)]), (), False, (), None)

    def _round(self) -> Round:
        found = self._look()
        good = found.conditions is not None and not found.trouble and found.cursor is not None
        seen = Seen(found.conditions, found.trouble, found.happenings, found.cursor, found.unknown)
        after, raised = advanced(
            self.memory.content, seen, int(time.time()), self.patience, names(self.receivers)
        )
        if self.receivers:
            self.memory.keep(after)
            refused = self.deliver()
        else:
            self.memory.suppose(after)
            refused = []
        system = self._system
        if good:
            self.board.good_at = time.time()
        else:
            # Whatever is wrong with the connection, the next round makes its own.
            self._system = None
        self.board.show(system, found.status, self.memory.content)
        # What is not delivered is told by the silence of the heartbeat.
        beats = good and not refused and self.heartbeat is not None
        heard = self.heartbeat.beat() if beats and self.heartbeat else None
        return Round(found, raised, good, refused, heard)

    def deliver(self) -> list[str]:
        """Tell what is pending, the oldest first; names of receivers that did not take it, to be asked again later."""
        refused: list[str] = []
        known = {one.name for one in self.receivers}
        for message in self.memory.content.pending:
            for name in message.left:
                if name not in known:  # it is a receiver no more
                    self.memory.keep(self.memory.content.taken(message, name))
        for receiver in self.receivers:
            for message in self.memory.content.pending:
                if receiver.name not in message.left:
                    continue
                # Between the two a signal would have it told twice.
                with held():
                    if not receiver.take(message):
                        refused.append(receiver.name)
                        break
                    self.memory.keep(self.memory.content.taken(message, receiver.name))
        return refused

    def _look(self) -> Look:
        try:
            if self._system is None:
                self._system = self.open()
        except Exception as error:
            return Look(trouble=[of_opening(error)])
        try:
            return look(self._system, self.terms, self.memory.content.cursor)
        except Exception as error:
            return Look(trouble=[trouble_of(error)])
