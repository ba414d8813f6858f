"""One look: the index is brought up to date, one block is read, and what failed on the way is named."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from eth_utils.address import to_checksum_address
from hexbytes import HexBytes

from kgst.checks import failed
from kgst.errors import KgstError, RefusedError
from kgst.events import event_topic
from kgst.history.database import History
from kgst.history.errors import OtherForkError, OtherHistoryError
from kgst.history.partitions import Index, Manifest
from kgst.history.rows import LogRow
from kgst.index.commands import update
from kgst.moments import format_span, format_time
from kgst.multicall import Head, ensure_multicall, latest
from kgst.node import NoAnswerError, NodeError, PrunedError
from kgst.node.errors import DisagreementError
from kgst.node.pool import nodes_of
from kgst.reserves.reading import block_of, final_enough
from kgst.snapshot.traces import TRACED, Traces, traces_of
from kgst.status.reading import read_status
from kgst.terminal import lines
from kgst.watch.books import KINDS, Books
from kgst.watch.conditions import Condition, conditions
from kgst.watch.happenings import Happening, already_pending, events_after, happenings

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.status.reading import Status

__all__ = ["Look", "Terms", "look", "of_opening", "trouble_of"]

_TOPICS: Final = ", ".join(f"unhex('{event_topic(one).hex()}')" for one in TRACED)
_TRACED: Final = f"SELECT * FROM logs WHERE topic0 IN ({_TOPICS}) ORDER BY block_number, log_index"  # noqa: S608
_KEPT: Final = 60
"""Blocks behind the last final one of which any node still has the state: it keeps 128."""


@dataclass(frozen=True)
class Terms:
    """What is told, and when.

    Attributes:
        large_mint: Base units; None: the policy's `limits.mint_alone`, or no mint at all.
        deadline: Seconds before a redemption's last moment.
        patience: Seconds that a node may fail or stand still.
        nodes: Addresses of further nodes that have to show the same events.
        books: The banks' statements; None where the watch is given none.
    """

    large_mint: int | None
    deadline: int
    patience: int
    nodes: tuple[str, ...] = ()
    books: Books | None = None


@dataclass
class Look:
    """What was seen.

    Attributes:
        status: None when the state could not be read.
        cursor: Events up to this block are in `happenings`; None when there are none to be had.
        unknown: Kinds of which this look says nothing.
    """

    status: Status | None = None
    trouble: list[Condition] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    conditions: list[Condition] | None = None
    cursor: int | None = None
    unknown: frozenset[str] = KINDS


def look(system: System, terms: Terms, cursor: int | None) -> Look:
    """Look once.

    Args:
        system: What is watched.
        terms: What is told.
        cursor: Events up to this block were told; None: none yet, so that what lies before today is not.
    """
    found = Look()
    assert system.files is not None  # noqa: S101 - the command refuses a chain that ends with it
    index, read_to = Index(system.files.index), None
    with _Noting(found):
        done = update(system, index, nodes_of(system.provider, terms.nodes), quiet=True)
        read_to = done.manifest.last_block
        if wrong := failed(done.checks):
            said = "; ".join(str(one) for one in wrong[:3])
            found.trouble.append(Condition("contradicted", "", f"events and state differ: {said}"))
    manifest = index.manifest
    with _Noting(found):
        head = _head(system, terms.patience, read_to, found)
        traces = _traces(system, index, manifest) if manifest and manifest.partitions else None
        status = read_status(system, head, traces)
        found.conditions = conditions(system, status, terms.deadline)
        found.status = status
        if terms.books is not None:
            told = terms.books.compare(system, status, time.time())
            found.conditions += told
            broken = any(one.kind == "statements" for one in told)
            found.unknown = frozenset({"unmatched"} if broken else ())
    if manifest is not None and manifest.partitions:
        _happenings(system, index, manifest, terms, cursor, found)
    return found


class _Noting:
    """A block whose failure is trouble, and no more; the same is noted once."""

    def __init__(self, found: Look) -> None:
        self._found = found

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, KgstError):
            return False
        trouble = trouble_of(error)
        if trouble.kind not in {one.kind for one in self._found.trouble}:
            self._found.trouble.append(trouble)
        return True


def trouble_of(error: BaseException) -> Condition:
    """Which alert an error is."""
    kinds: Sequence[tuple[type[BaseException], str]] = (
        (PrunedError, "pruned"),
        (OtherForkError, "forked"),
        (OtherHistoryError, "contradicted"),
        (DisagreementError, "contradicted"),
        (NoAnswerError, "silent"),
        (NodeError, "refusing"),
    )
    kind = next((name for type_, name in kinds if isinstance(error, type_)), "failing")
    said = str(error) if isinstance(error, KgstError) else f"{type(error).__name__}: {error}"
    return Condition(kind, "", " ".join(lines(said).split("\n")))


def of_opening(error: BaseException) -> Condition:
    """Which alert an error is with which a deployment could not be opened: what it refuses is another chain."""
    found = trouble_of(error)
    return Condition("forked", "", found.text) if isinstance(error, RefusedError) else found


def _head(system: System, patience: int, read_to: int | None, found: Look) -> Head:
    """The block that is read, of which nothing can be undone; the latest where finality is far behind.

    That with which the index ends, while nodes keep its state, so that events and state are of one moment.
    """
    ensure_multicall(system.provider)
    newest, number = latest(system.provider), final_enough(system)
    kept = read_to is not None and 0 <= number - read_to <= _KEPT
    final = block_of(system, read_to if kept else number)
    if system.is_dev:
        return newest
    behind, age = newest.time - final.time, int(time.time()) - newest.time
    if max(behind, age) <= patience:
        return final
    what = (
        f"its latest block, {newest.number}, is of {format_time(newest.time)}, {format_span(age)} ago"
        if age > patience
        else f"its last final block, {final.number}, is {format_span(behind)} behind its latest"
    )
    found.trouble.append(Condition("stalled", "", what))
    return newest


def _traces(system: System, index: Index, manifest: Manifest) -> Traces:
    with History.open(index, manifest) as history:
        rows = [LogRow(*row) for row in history.rows(_TRACED)]
    return traces_of(
        system.record,
        (
            {
                "address": to_checksum_address(row.address),
                "topics": [HexBytes(topic) for topic in row.topics],
                "data": HexBytes(row.data),
            }
            for row in rows
        ),
    )


def _happenings(
    system: System, index: Index, manifest: Manifest, terms: Terms, cursor: int | None, found: Look
) -> None:
    """What the index has since the cursor; only with the state beside it, which tells what of it still stands."""
    status = found.status
    if status is None or found.conditions is None:
        return
    now = status.head.time
    if cursor is None:
        # The first round: what lies before it is history; what still waits is not.
        found.happenings = list(already_pending(status.pending or (), system, now))
        found.cursor = manifest.last_block
        return
    large = system.policy.limits.mint_alone if terms.large_mint is None else terms.large_mint
    standing = {(one.kind, one.about) for one in found.conditions}
    with History.open(index, manifest) as history:
        events = events_after(history, cursor)
    found.happenings = happenings(system, events, now, large, standing)
    found.cursor = max(cursor, manifest.last_block)
