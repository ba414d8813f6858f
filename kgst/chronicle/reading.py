"""The history of a deployment: everything that its folder knows, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.chronicle.chain import Seen, seen, with_chain
from kgst.chronicle.entry import Entry, State
from kgst.chronicle.journals import journal_entries, journals_of
from kgst.chronicle.safes import joined, proposal_entries, proposals_of
from kgst.journal import JournalError

if TYPE_CHECKING:
    from kgst.decoding.calls import Namer
    from kgst.files import Files

__all__ = ["Chronicle", "read_chronicle"]


@dataclass(frozen=True)
class Chronicle:
    """What a folder knows.

    Attributes:
        entries: In order of time.
        unreadable: What is to be said of files that cannot be used.
        index: What its index has; None when there is none.
        journals: How many were read.
        proposals: How many transactions of Safes were read.
    """

    entries: tuple[Entry, ...]
    unreadable: tuple[str, ...]
    index: Seen | None
    journals: int
    proposals: int

    @property
    def contradictions(self) -> list[Entry]:
        """Mints, burns and seizures that a journal has as done in a block in which the index has no event of them."""
        return [
            entry
            for entry in self.entries
            if entry.state is State.DONE and entry.emits and entry.in_index is False
        ]


def read_chronicle(files: Files, namer: Namer) -> Chronicle:
    """Read the journals, the Safes' files and the index of a deployment; locks and changes nothing.

    Raises:
        BrokenIndexError: the index cannot be read.
    """
    sent: list[Entry] = []
    bad: list[str] = []
    paths: list[Path] = journals_of(files)
    for path in paths:
        try:
            sent += journal_entries(namer, path)
        except JournalError as error:
            bad.append(str(error))
    proposals = proposals_of(files)
    proposed, worse = proposal_entries(namer, proposals)
    chain = seen(files)
    entries = with_chain(joined(sent, proposed), chain)
    in_order = sorted(entries, key=_place)
    return Chronicle(tuple(in_order), (*bad, *worse), chain, len(paths), len(proposals))


def _place(entry: Entry) -> tuple[int, int]:
    """By time, then by block; what nobody has sent is the newest, if nobody knows when it was signed."""
    unknown = 2**64 if entry.state is State.PROPOSED else 0
    return entry.at or unknown, entry.block or 2**64
