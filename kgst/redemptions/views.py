"""Requests at the redemption desk, for people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.moments import both_times, format_span, format_time
from kgst.redemptions.documents import RedemptionsListDocument, RedemptionsShowDocument
from kgst.snapshot.requests import Stage, read_desk
from kgst.tables import facts, table
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.snapshot.requests import Desk, Request

__all__ = ["list_requests", "show_requests"]

D = TypeVar("D", RedemptionsListDocument, RedemptionsShowDocument)


def list_requests(
    system: System, *, everything: bool, of: str | None
) -> Answer[RedemptionsListDocument]:
    """What is open at the desk, or all; exit 3 when something is overdue.

    Args:
        system: Whose desk.
        everything: What has ended too.
        of: Only of this requester, a label or an address.
    """
    account = None if of is None else system.require_known(of, allow_unknown=True)
    desk = read_desk(system)
    shown = [
        one
        for one in desk.requests
        if (everything or one.is_open()) and account in (None, one.requester)
    ]
    return _answer(system, desk, shown, RedemptionsListDocument, _table)


def show_requests(system: System, ids: Sequence[int]) -> Answer[RedemptionsShowDocument]:
    """Each of the requests in full; exit 3 when one is overdue."""
    desk = read_desk(system, ids)
    return _answer(system, desk, desk.requests, RedemptionsShowDocument, _each)


def _answer(
    system: System,
    desk: Desk,
    shown: Sequence[Request],
    shape: type[D],
    view: Callable[[Console, System, Desk], None],
) -> Answer[D]:
    chosen = replace(desk, requests=tuple(shown))
    code = ExitCode.DRIFT if chosen.overdue else ExitCode.DONE
    document = shape.of(system, chosen)
    return Answer(document, lambda out: view(out, system, chosen), exit_code=code)


def _table(out: Console, system: System, desk: Desk) -> None:
    title = f"Redemption desk, block {desk.head.number}, {format_time(desk.head.time)}"
    columns = ("id", "requester", "amount", "state", "clock")
    rows = table(title, *columns, right=("id", "amount"))
    for one in desk.requests:
        style = "bold red" if one.is_overdue(desk.head.time) else None
        rows.add_row(
            markup(str(one.id)), markup(system.named(one.requester)), format_som(one.amount),
            markup(one.stage.name.lower()), markup(_when(one, desk.head.time)), style=style,
        )  # fmt: skip
    if desk.requests:
        out.print(rows)
    due = [one for one in desk.requests if one.is_due(desk.head.time)]
    out.print(
        f"{desk.count} request(s) so far, {format_som(desk.escrow)} in escrow; {len(due)} due, "
        f"{format_som(sum(one.amount for one in due))}; {len(desk.overdue)} overdue.",
        markup=False, soft_wrap=True,
    )  # fmt: skip


def _each(out: Console, system: System, desk: Desk) -> None:
    for one in desk.requests:
        rows = facts(markup(f"Request {one.id}"))
        rows.add_row("requester", f"{markup(system.named(one.requester))}\n{markup(one.requester)}")
        rows.add_row("amount", format_som(one.amount))
        burned = ", its tokens are burned" if one.burned else ""
        rows.add_row("state", markup(one.stage.name.lower() + burned))
        rows.add_row("payee", markup("0x" + one.payee_hash.hex()))
        if one.stage is Stage.REQUESTED:
            until = both_times(one.time) if one.time else "no more: its holder withdraws it"
            rows.add_row("to be locked until", markup(until))
        elif one.time:
            rows.add_row("to be paid before", markup(both_times(one.time)))
        if one.is_overdue(desk.head.time):
            rows.add_row("overdue", markup(_when(one, desk.head.time)), style="bold red")
        out.print(rows)


def _when(one: Request, now: int) -> str:
    """What the clock says of it."""
    if one.stage is Stage.RETURNED:
        return "the money came back: pay again, or mint back"
    if one.stage is Stage.REQUESTED and not one.time:
        return "an order took a part; the holder withdraws the rest"
    if one.stage is Stage.REQUESTED:
        left = one.time - now
        return (
            f"lock within {format_span(left)}"
            if left >= 0
            else f"not locked, {format_span(-left)} late"
        )
    if one.stage is Stage.LOCKED:
        left = one.time - now
        return (
            f"pay within {format_span(left)}"
            if left > 0
            else f"not paid, {format_span(-left)} late"
        )
    return "not burned yet: burnPaid" if one.stage is Stage.PAID and not one.burned else ""
