"""What was settled, what is owed, and what somebody has to look at, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kgst.reserves.format import som
from kgst.reserves.views import safe
from kgst.settling.model import BREAKS, Category, Kind
from kgst.tables import facts, table
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.reserves.annex import Named
    from kgst.reserves.report import Report

__all__ = [
    "AGE_WORDS",
    "CATEGORY_WORDS",
    "KIND_WORDS",
    "print_named",
    "print_owed",
]

KIND_WORDS: Final = {
    Kind.RETURNED: "the payment came back: the redemption is open again",
    Kind.PROBABLE: "fits an open redemption by its amount alone: not settled",
    Kind.AMBIGUOUS: "fits several: not settled",
    Kind.PAID_TWICE: "paid twice: settled once",
    Kind.WRONG_AMOUNT: "another amount than was redeemed: not settled",
    Kind.UNMATCHED: "pays nothing known",
    Kind.TO_ITSELF: "by a redemption's reference, to an account of the issuer's: not settled",
    Kind.NO_ORDER: "several payments in one sum, and their order was not given (--order): not settled",
    Kind.ORDER_DIFFERS: "several payments in one sum, and the order is another: not settled",
    Kind.DETAILS_DIFFER: "the payments of the entry do not add up to it: not settled",
    Kind.RETURNED_UNPAID: "more came back than was paid",
    Kind.RETURN_UNASSIGNED: "came back, and names no payment: settled is less by it",
}

CATEGORY_WORDS: Final = {
    Category.FEE: "fees of the banks",
    Category.INTEREST: "interest",
    Category.TAX: "tax",
    Category.OWN_TRANSFER: "between reserve accounts",
    Category.TOP_UP: "from other accounts of the issuer",
    Category.WITHDRAWAL: "to other accounts of the issuer",
}

AGE_WORDS: Final = {
    0: "burned on the closing day or later",
    1: "1 or 2 days before",
    3: "3 to 7 days before",
    8: "8 to 30 days before",
    31: "more than 30 days before",
}


def print_owed(out: Console, report: Report) -> None:
    """What was settled, what is owed by age, and what moved besides."""
    owed = report.owed
    rows = facts("Redemptions")
    rows.add_row("settled by this report", format_som(owed.settled_now))
    if owed.reopened_now:
        rows.add_row("open again", f"[bold yellow]{format_som(owed.reopened_now)}[/bold yellow]")
    if owed.unassigned:
        rows.add_row("came back, unnamed", f"[bold red]{format_som(owed.unassigned)}[/bold red]")
    rows.add_row("owed", format_som(owed.burned - owed.settled))
    if owed.ages is None:
        rows.add_row("", "which redemptions are open is not known: the last figure was by hand")
    for one in owed.ages or ():
        if one.count:
            rows.add_row(
                "", f"{AGE_WORDS[one.from_days]}: {one.count}, {format_som(one.base_units)}"
            )
    for kind, tyiyn in report.moved.items():
        sign = "−" if tyiyn.startswith("-") else "+"
        rows.add_row(CATEGORY_WORDS[kind], f"{sign}{som(abs(int(tyiyn)))}")
    out.print(rows)


def print_named(out: Console, named: Sequence[Named]) -> None:
    """Each movement that somebody has to look at, where it stands and what about it."""
    if not named:
        return
    rows = table("To be looked at", "what", "amount", "redemption", "where", right=["amount"])
    for one in named:
        words = KIND_WORDS[one.kind] + (f" ({one.says})" if one.says else "")
        colour = "red" if one.kind in BREAKS else "yellow"
        rows.add_row(
            f"[{colour}]{safe(words)}[/{colour}]",
            "?" if one.tyiyn is None else signed_som(int(one.tyiyn)),
            safe("\n".join(one.redemptions) or "–"),
            safe(one.leg.where),
        )
    out.print(rows)


def signed_som(tyiyn: int) -> str:
    """Tyiyn in som, a negative amount with a minus."""
    return f"−{som(-tyiyn)}" if tyiyn < 0 else som(tyiyn)
