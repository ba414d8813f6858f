"""The one form of tables for people: cells are folded and never cut, since a cell may be the one thing to look at.

`kgst.rows` says how, and what becomes of a table that is too wide.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.text import Text

    from kgst.rows import Rows

__all__ = ["facts", "table"]


def table(title: str | Text | None = None, *columns: str, right: Collection[str] = ()) -> Rows:
    """A table; columns may be added.

    Args:
        title: Markup of this package's own, or text.
        columns: Names of the first ones.
        right: Those of them that are flushed right.
    """
    from rich.text import Text

    made = _empty(title)
    for name in columns:
        justify: Literal["left", "right"] = "right" if name in right else "left"
        made.add_column(Text(name), overflow="fold", justify=justify)
    return made


def facts(title: str) -> Rows:
    """A table of names and values; its title is markup of this package's own."""
    made = _empty(title)
    made.show_header = False
    made.add_column(style="bold", overflow="fold")
    made.add_column(overflow="fold")
    return made


def _empty(title: str | Text | None) -> Rows:
    from rich.box import SIMPLE_HEAD

    from kgst.rows import Rows

    return Rows(title=title, box=SIMPLE_HEAD, pad_edge=False)
