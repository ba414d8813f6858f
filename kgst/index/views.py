"""What the commands of `index` show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kgst.console import console
from kgst.terminal import markup, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from kgst.index.documents import Held, Told

__all__ = ["bar", "print_held", "print_told"]


@contextmanager
def bar(what: str) -> Iterator[Bar]:
    """Progress with the time left, on stderr, while the block runs."""
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        yield Bar(progress, what)


class Bar:
    """One line of progress."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=None, note="")

    def __call__(self, done: int, of: int | None = None, note: str = "") -> None:
        """Show how far it is."""
        self._progress.update(self._task, completed=done, total=of, note=plain(note))


def print_held(out: Console, held: Held) -> None:
    """What an index holds."""
    out.print(f"Index [bold]{markup(held.folder)}[/bold], chain {held.chain_id}", soft_wrap=True)
    out.print(f"  blocks {held.first_block:,} to {held.last_block:,}")
    out.print(f"  {held.events:,} events in {held.blocks:,} blocks, {held.bytes / 1e6:,.1f} MB")
    if held.epochs:
        first, last = held.epochs
        out.print(f"  headers of epochs from block {first:,} to {last:,}")
    if held.unproven:
        out.print(
            f"  [yellow]{held.unproven:,} blocks without proof[/yellow]: no node had their receipts any more"
        )


def print_told(out: Console, events: Sequence[Told]) -> None:
    """Events, one below the other."""
    for event in events:
        out.print(f"  {plain(event.words)}", soft_wrap=True, markup=False)
        out.print(
            f"    at {markup(event.address)}, log {markup(event.log_index)} of its transaction",
            style="dim",
        )
