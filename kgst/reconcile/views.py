"""A reconciliation for people, and its breaks as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kgst.reconcile.documents import BreakPart, ReconcileDocument
from kgst.reserves.format import som
from kgst.reserves.owed_views import CATEGORY_WORDS, KIND_WORDS, signed_som
from kgst.reserves.views import safe
from kgst.settling.model import Kind
from kgst.tables import facts, table
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["COLUMNS", "WORDS", "breaks_csv", "print_all"]

COLUMNS: Final = ("side", "kind", "reference", "day", "amount_som", "where", "says")

WORDS: Final[dict[str, str]] = {
    **{kind.value: words for kind, words in KIND_WORDS.items()},
    "mint_without_deposit": "minted, and no deposit names it; or it is in an earlier statement: add that",
    "mint_differs": "another amount was deposited than minted: deposited less minted",
    "taken_back": "the bank took back what had come in",
    "settled_differs": "attested less what the entries show",
    "discontinuous": "of these statements one is missing, or contradicts itself",
}


def print_all(out: Console, found: ReconcileDocument) -> None:
    """What agrees, what does not, what waits."""
    since = f"after {found.since}" if found.since else "from the first entry"
    rows = facts(f"Reconciled, {safe(since)} to {safe(found.closing)}")
    if found.epoch is not None:
        rows.add_row("of the attestation", f"epoch {found.epoch}")
    rows.add_row("redemptions settled", f"{found.settled:d}, {som(found.settled_tyiyn)}")
    if found.reopened:
        rows.add_row("open again", safe("\n".join(found.reopened)))
    rows.add_row("mints with their deposits", f"{found.minted:d}")
    for kind, tyiyn in found.moved.items():
        rows.add_row(safe(CATEGORY_WORDS[kind]), signed_som(int(tyiyn)))
    if found.attested_settled is not None:
        rows.add_row("settled, attested", format_som(found.attested_settled))
    out.print(rows)
    if found.open:
        waiting = table(
            "Open", "what", "reference", "since", "days", "amount", right=["days", "amount"]
        )
        for one in found.open:
            what = "owed" if one.side == "redemption" else "deposited, not minted"
            waiting.add_row(
                what + (f"\n[yellow]{safe(one.says)}[/yellow]" if one.says else ""),
                safe(one.reference),
                safe(one.day),
                f"{one.age_days:d}",
                format_som(one.base_units),
            )
        out.print(waiting)
    if not found.breaks:
        out.print("[green]✓[/green] Nothing disagrees.")
        return
    rows = table(
        "1 break" if len(found.breaks) == 1 else f"{len(found.breaks):d} breaks",
        "what",
        "amount",
        "reference",
        "day",
        "where",
        right=["amount"],
    )
    for broken in found.breaks:
        says = f" ({safe(broken.says)})" if broken.says else ""
        rows.add_row(
            f"[red]{safe(WORDS[broken.kind])}[/red]{says}",
            _amount(broken),
            safe("\n".join(broken.references) or "–"),
            safe(broken.day),
            safe(broken.where),
        )
    out.print(rows)


def _amount(broken: BreakPart) -> str:
    return "?" if broken.base_units is None else format_som(int(broken.base_units))


def breaks_csv(breaks: Sequence[BreakPart]) -> bytes:
    """RFC 4180 in UTF-8, a row for each break; no cell is a formula for a spreadsheet."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for one in breaks:
        amount = "" if one.base_units is None else format_som(int(one.base_units))
        plain = amount.removesuffix(" som").replace(" ", "")
        kind = one.kind.value if isinstance(one.kind, Kind) else one.kind
        rows.writerow(
            [
                one.side,
                kind,
                _cell(" ".join(one.references)),
                one.day,
                plain,
                _cell(one.where),
                _cell(one.says),
            ]
        )
    return text.getvalue().encode()


def _cell(text: str) -> str:
    """Foreign text: one line, and nothing that a spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line
