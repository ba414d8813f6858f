"""How far a step has come, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kgst.journal import Outcome

__all__ = ["Event", "Progress", "Stage"]


class Stage(StrEnum):
    """How far a step has come."""

    PREPARED = "prepared"
    SIGNED = "signed"
    REPLACED = "replaced"
    SENT = "sent"
    NOTICED = "noticed"
    MINED = "mined"
    DONE = "done"


@dataclass(frozen=True)
class Event:
    """A step reached a stage.

    Attributes:
        transaction: Its hash, from SIGNED on.
        outcome: There when DONE.
        note: For people: why something was REPLACED, what was NOTICED while waiting.
    """

    step: str
    stage: Stage
    transaction: str | None = None
    outcome: Outcome | None = None
    note: str | None = None


Progress = Callable[[Event], None]
