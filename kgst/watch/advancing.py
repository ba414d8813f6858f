"""From what was remembered and what is seen to what is remembered now, with the messages of the difference."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kgst.moments import format_span, format_time
from kgst.terminal import plain
from kgst.watch.catalogue import CATALOGUE, NODE, PATIENT
from kgst.watch.conditions import Condition
from kgst.watch.happenings import Happening
from kgst.watch.memory import Message, Remembered, Standing

__all__ = ["Seen", "advanced"]

_LONG = 4_000


@dataclass(frozen=True)
class Seen:
    """What one round saw.

    Attributes:
        conditions: Of the chain; None when its state could not be read, so that what stood stands.
        trouble: With looking.
        happenings: Since the cursor.
        cursor: Events up to this block are among them; None when events could not be read.
        unknown: Kinds of which nothing is known in this round, whatever else is: what stood of them stands.
    """

    conditions: Sequence[Condition] | None
    trouble: Sequence[Condition]
    happenings: Sequence[Happening]
    cursor: int | None
    unknown: frozenset[str] = frozenset()


def advanced(
    before: Remembered, seen: Seen, now: int, patience: int, receivers: Sequence[str]
) -> tuple[Remembered, list[Message]]:
    """What is remembered after a round, and what is new to be told.

    Args:
        before: What was remembered.
        seen: By this round.
        now: Seconds since 1970.
        patience: Seconds that trouble with looking has to last before it is told.
        receivers: Names of those who are told.
    """
    raised: list[Message] = []

    def tell(kind: str, identity: str, lines: Iterable[str], *, ended: bool = False) -> None:
        raised.append(_message(before, kind, identity, lines, now, tuple(receivers), ended=ended))

    for one in seen.happenings:
        tell(one.kind, one.identity, [one.text, *_advice(one.kind, one.command)])
    standing: list[Standing] = []
    known = {(one.kind, one.about): one for one in before.standing}
    for condition in _present(before, seen):
        old = known.pop((condition.kind, condition.about), None)
        since, told = (old.since, old.told) if old else (now, False)
        if not told and (condition.kind not in PATIENT or now - since >= patience):
            told = True
            lasting = [f"For {format_span(now - since)}."] if now > since else []
            tell(
                condition.kind,
                f"{condition.about} {since}",
                [condition.text, *lasting, *_advice(condition.kind)],
            )
        kind, about, text = condition.kind, condition.about, plain(condition.text, _LONG)
        standing.append(Standing(kind=kind, about=about, text=text, since=since, told=told))
    for gone in known.values():
        if gone.told:
            lasted = f"It lasted {format_span(now - gone.since)}, since {format_time(gone.since)}."
            lines = [f"this no longer stands: {gone.text}", lasted]
            tell(gone.kind, f"{gone.about} {gone.since} ended", lines, ended=True)
    after = before.model_copy(
        update={
            "cursor": before.cursor if seen.cursor is None else seen.cursor,
            "standing": tuple(standing),
            "pending": (*before.pending, *(one for one in raised if one.left)),
        }
    )
    return after, raised


def _present(before: Remembered, seen: Seen) -> list[Condition]:
    """What stands now; of what could not be looked at, what stood."""
    stood = [
        Condition(one.kind, one.about, one.text)
        for one in before.standing
        if one.kind not in NODE and (seen.conditions is None or one.kind in seen.unknown)
    ]
    return [*(seen.conditions or ()), *stood, *seen.trouble]


def _advice(kind: str, command: str = "") -> list[str]:
    entry = CATALOGUE[kind]
    return [f"What to do: {entry.todo}", f"Begin with: ape run {command or entry.command}"]


def _message(
    before: Remembered, kind: str, identity: str, lines: Iterable[str], now: int, left: tuple[str, ...], *, ended: bool
) -> Message:  # fmt: skip
    about = f"{before.chain_id} {before.token} {kind} {identity}"
    id_ = hashlib.sha256(about.encode()).hexdigest()[:16]
    entry = CATALOGUE[kind]
    end = "ended: " if ended else ""
    told = [plain(line, _LONG) for line in lines]
    foot = f"KGST {before.token}, chain {before.chain_id}; {format_time(now)}; alert {id_}"
    return Message(
        id=id_,
        kind=kind,
        ended=ended,
        urgent=entry.urgent and not ended,
        subject=f"KGST, chain {before.chain_id}: {end}{entry.title}",
        body="\n\n".join([f"What: {told[0].rstrip('.')}.", *told[1:], foot]),
        time=now,
        left=left,
    )
