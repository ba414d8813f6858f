"""Whatever a command prints, printed again on narrow terminals: no address is cut, no cell of a table lost."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from kgst.rows import Rows
from kgst.screen import Screen

__all__ = ["WIDTHS", "check_narrow", "lost"]

WIDTHS = (60, 80)
_WIDE = 30_000
_LONGEST_WHOLE = 42
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{40}\b")


def check_narrow(monkeypatch: pytest.MonkeyPatch) -> list[Rows]:
    """From now on each print is held to `lost`; gets the tables that were printed."""
    seen: list[Rows] = []
    show = Screen.print

    def print_(self: Screen, *objects: Any, **kwargs: Any) -> None:
        seen.extend(one for one in objects if isinstance(one, Rows))
        for width in WIDTHS:
            assert not (gone := lost(objects, kwargs, width)), f"lost in {width} columns: {gone}"
        show(self, *objects, **kwargs)

    monkeypatch.setattr(Screen, "print", print_)
    return seen


def lost(objects: tuple[Any, ...], kwargs: dict[str, Any], width: int) -> list[str]:
    """Words that a terminal of `width` columns does not show, and addresses that it cuts."""
    shown, whole = (_printed(objects, kwargs, columns) for columns in (width, _WIDE))
    words = set(shown.split())
    if not kwargs.get("soft_wrap") and any(len(line) > width for line in shown.split("\n")):
        return [line for line in shown.split("\n") if len(line) > width]
    gone = [at for at in _ADDRESS.findall(whole) if at not in shown]
    # The names of columns stand above a table only, or beside cells that say something.
    headers = {word for one in objects if isinstance(one, Rows) for word in _headers(one)}
    missing = dict.fromkeys(whole.split()).keys() - words - headers
    return gone + [word for word in sorted(missing) if set(word) - {"─"} and _gone(word, words)]


def _gone(word: str, words: set[str]) -> bool:
    """Whether it is not there in pieces, either: what is longer than an address may be folded."""
    if len(word) <= _LONGEST_WHOLE:
        return True
    reached = {0}
    for at in range(len(word)):
        if at in reached:
            reached |= {at + len(piece) for piece in words if word.startswith(piece, at)}
    return len(word) not in reached


def _headers(table: Rows) -> Iterator[str]:
    for column in table.columns:
        header = column.header
        yield from (header.plain if isinstance(header, Text) else str(header)).split()


def _printed(objects: tuple[Any, ...], kwargs: dict[str, Any], width: int) -> str:
    out = io.StringIO()
    console = Screen(width=width, file=out, highlight=False, emoji=False, color_system=None)
    Console.print(console, *objects, **kwargs)  # past what check_narrow puts there
    return out.getvalue()
