"""Four epochs of validators that come and go, as headers that were never on a chain, and a node that serves them.

Four validators of the first set, five of the other one, which have two blocks in a row: behind the first block of an
epoch the set before still seals three blocks, or six.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.proving import CHAIN, LENGTH, Member, as_json, block, members, named, votes

from kgst.history.partitions import Epochs, Index, Manifest, Partition
from kgst.history.rows import BlockRow, EpochRow, write
from kgst.proofs import Header

__all__ = [
    "FIRST",
    "LAST",
    "NEW",
    "OLD",
    "START",
    "STRANGER",
    "ServingNode",
    "empty",
    "epoch",
    "honest",
    "kept",
]

START = 60_000_000
OLD, NEW = members(4), members(5, first=3)
STRANGER = members(1, first=90)[0]
FIRST, LAST = START + 1_500, START + 3_500
"""Blocks of the index."""

_SETS = ((OLD, 1), (NEW, 2), (OLD, 1), (NEW, 2))


def epoch(
    at: int,
    by: Member | None = None,
    names: Sequence[Member] | None = None,
    voters: Sequence[Member] | None = None,
    child_by: Member | None = None,
    **other: Any,
) -> list[Header]:
    """The first block of epoch `at`, from 0, and its child with votes for it.

    Args:
        at: Which of the four.
        by: Who sealed it: of the set whose time it was, unless given.
        names: The set that it names.
        voters: Who voted, all of the set whose time it was unless given; empty for no votes.
        child_by: Who sealed the child.
        other: Of `support.proving.votes`.
    """
    due, turn = _SETS[at]
    sealing = _SETS[max(at - 1, 0)][0]
    body = named(due if names is None else names, turn)
    header = block(START + at * LENGTH, by or sealing[0], body=body)
    source = block(header.number - 1, sealing[1])
    who = sealing if voters is None else voters
    said = votes(who, sealing, source, header, **other) if who else b""
    return [header, block(header.number + 1, child_by or sealing[1], header, said)]


def honest() -> list[Header]:
    """All that an index keeps of the four."""
    return [epoch(0)[0], *epoch(1), *epoch(2), *epoch(3)]


class ServingNode:
    """A node that has these headers, the first of each number."""

    def __init__(self, headers: Sequence[Header], name: str = "a.example") -> None:
        self.name = name
        self.headers = {header.number: header for header in reversed(headers)}
        self.asked: list[int] = []

    def ask_all(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        numbers = [int(params[0], 16) for _, params in questions]
        self.asked += numbers
        return [as_json(self.headers[number]) for number in numbers]


def empty(folder: Path, last: int = LAST) -> tuple[Index, Manifest]:
    """An index of blocks without an event."""
    index = Index(folder)
    manifest = Manifest(
        chain_id=CHAIN,
        genesis="0x" + 64 * "0",
        contracts={"KGST": "0x" + 40 * "1"},
        first_block=FIRST,
        known_block=FIRST,
        partitions=(Partition(first=FIRST, last=last, last_hash="0x" + 64 * "1", agreed=1),),
    )
    with index.writing():
        index.save(manifest)
    return index, manifest


def kept(
    folder: Path, epochs: Sequence[Header], blocks: Sequence[Header], chain_id: int = CHAIN
) -> tuple[Index, Manifest]:
    """An index of these headers of epochs, and of these blocks with events."""
    index, manifest = empty(folder)
    with index.writing():
        rows = [EpochRow(h.number, h.hash, h.rlp) for h in epochs]
        file = write(folder, "epochs", rows[0].number, rows[-1].number, rows)
        with_events = [
            BlockRow(h.number, h.hash, h.parent_hash, h.timestamp, h.rlp, None) for h in blocks
        ]
        part = manifest.partitions[0]
        if with_events:
            events = write(
                folder, "blocks", with_events[0].number, with_events[-1].number, with_events
            )
            part = part.model_copy(update={"files": (events,)})
        last = max(h.number for h in epochs if not h.number % 100)
        manifest = manifest.model_copy(
            update={
                "chain_id": chain_id,
                "partitions": (part,),
                "epochs": Epochs(first=rows[0].number, last=last, files=(file,)),
            }
        )
        index.save(manifest)
    return index, manifest
