"""A bar while large statements are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kgst.statements.opened import Progress
from kgst.terminal import markup

__all__ = ["reading_shown"]

_LARGE = 4 * 2**20
"""Smaller files are read in the blink of an eye."""


@contextmanager
def reading_shown(*, quiet: bool) -> Iterator[Progress]:
    """What readers of statements tell how far they are; shown on a terminal's standard error only."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda *_: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Bar(*columns, console=console, transient=True) as bar:
        tasks = {}

        def tell(name: str, done: int, whole: int) -> None:
            if whole < _LARGE:
                return
            if name not in tasks:
                tasks[name] = bar.add_task(markup(name, 60), total=whole)
            bar.update(tasks[name], completed=done)

        yield tell
