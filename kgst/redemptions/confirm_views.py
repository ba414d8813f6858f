"""What banks answered, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgst.redemptions.verdicts import Verdict
from kgst.tables import table
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_answers"]

_LONG = 4_000


def print_answers(out: Console, verdicts: Sequence[Verdict]) -> None:
    """A row for each request of which something is to be said."""
    rows = table(
        "What the bank answers",
        "request",
        "amount",
        "bank",
        "what it means",
        right=("request", "amount"),
    )
    for one in verdicts:
        style = "bold red" if one.trouble else "green" if one.confirms else None
        where = f"\n[dim]{markup(one.where, _LONG)}[/dim]" if one.where and one.trouble else ""
        rows.add_row(
            markup(str(one.request)), format_som(one.amount), markup(one.bank.value, _LONG),
            markup(one.text, _LONG) + where, style=style,
        )  # fmt: skip
    if verdicts:
        out.print(rows)
