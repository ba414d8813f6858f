"""What `watch` answers with `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from kgst.document import Address, ChainId, Count, Document, Part, Time
from kgst.snapshot.documents import BlockPart

if TYPE_CHECKING:
    from kgst.watch.memory import Message, Remembered
    from kgst.watch.rounds import Round

__all__ = ["WatchDocument"]


class _Block(BlockPart):
    """The one block that the state was read in."""


class _Standing(Part):
    """Something that stands.

    Attributes:
        kind: Of the catalogue in docs/watch.md.
        about: A flag, an address, a request's number; empty where there can be only one.
        text: How it is, for people only.
        since: When it was first seen.
        told: There is an alert of it; trouble with a node is told when it lasts.
    """

    kind: str
    about: str
    text: str
    since: Time
    told: bool


class _Alert(Part):
    """An alert, or the note of an end.

    Attributes:
        id: The same whenever it is sent again.
        kind: Of the catalogue in docs/watch.md.
        ended: What it is about stands no more.
        urgent: Somebody has to come at any hour.
        subject: For people only.
        body: For people only: what, and what to do.
    """

    id: str
    kind: str
    ended: bool
    urgent: bool
    subject: str
    body: str


class WatchDocument(Document):
    """How the last round went.

    Attributes:
        block: Null when the state could not be read.
        rounds: How many were made.
        good: Everything was looked at in the last round.
        cursor: Events up to this block were told; null before the first whole round.
        standing: What stands.
        raised: What the last round had to tell that is new.
        pending: Alerts that a receiver has not taken yet.
        receivers: Who is told, by the operator's own names.
        refused: Those of them that took nothing in the last round.
    """

    SCHEMA: ClassVar = "kgst/watch/1"

    chain_id: ChainId
    token: Address
    block: _Block | None
    rounds: Count
    good: bool
    cursor: Count | None
    standing: list[_Standing]
    raised: list[_Alert]
    pending: Count
    receivers: list[str]
    refused: list[str]

    @classmethod
    def of(
        cls, memory: Remembered, last: Round, rounds: int, receivers: Sequence[str]
    ) -> WatchDocument:
        """Of the last round, and what is remembered after it."""
        status = last.look.status
        return cls(
            chain_id=memory.chain_id,
            token=memory.token,
            block=_Block.taken_from(status.head) if status else None,
            rounds=rounds,
            good=last.good,
            cursor=memory.cursor,
            standing=[_Standing.taken_from(one) for one in memory.standing],
            raised=[_alert(one) for one in last.raised],
            pending=len(memory.pending),
            receivers=list(receivers),
            refused=list(last.refused),
        )


def _alert(message: Message) -> _Alert:
    return _Alert.taken_from(message)
