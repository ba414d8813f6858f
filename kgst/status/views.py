"""`status` as one screen for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kgst.flags import flag_names
from kgst.moments import format_span, format_time
from kgst.quantities import bnb_held, format_duration, format_refill
from kgst.status.alerts import names, warnings
from kgst.tables import table
from kgst.terminal import plain
from kgst.units import TYIYN, format_som

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from kgst.deployment.system import System
    from kgst.status.reading import Status

__all__ = ["print_status"]

_LONG: Final = 4_000


def print_status(out: Console, system: System, status: Status) -> None:
    """One screen."""
    from rich.text import Text

    head = status.head
    out.print(
        Text.assemble(
            ("KGST ", "bold"),
            f"{system.record.token.address}, chain {system.record.chain_id}, ",
            (f"block {head.number} of {format_time(head.time)}", "bold"),
        ),
        soft_wrap=True,
    )
    figures = _grid()
    for name, text in _figures(system, status):
        figures.add_row(Text(name, style="bold"), Text(plain(text, None)))
    out.print(figures)

    issuers = table(
        None, "issuer", "may mint now", "of", "refill", "burn", right=("may mint now", "of")
    )
    for address, record in status.issuers.items():
        issuers.add_row(
            Text(system.named(address)),
            format_som(record.available),
            format_som(record.capacity),
            format_refill(record.refill_per_second),
            "yes" if record.may_burn else "no",
        )
    out.print(issuers if status.issuers else Text("issuers: none"))

    if status.pending:
        pending = table(None, "pending operation", "by", "can be executed")
        for operation in status.pending:
            wait = operation.ready_at - head.time
            when = (
                f"in {format_span(wait)}"
                if wait > 0
                else f"now, until {format_time(operation.expires_at)}"
            )
            pending.add_row(
                Text(plain(operation.text, None)), Text(plain(system.named(operation.caller))), when
            )
        out.print(pending)

    operators = table(None, "operator", "powers", "BNB", right=("BNB",))
    for operator in status.operators:
        low = operator.balance < system.policy.limits.min_balance
        operators.add_row(
            Text(system.named(operator.address)),
            Text(", ".join(operator.powers)),
            Text(
                bnb_held(operator.balance).removesuffix(" BNB"),
                style="red" if low else "",
            ),
        )
    out.print(operators)
    for warning in warnings(system, status):
        out.print(Text.assemble(("! ", "bold yellow"), plain(warning, _LONG)), soft_wrap=True)
    for gap in status.gaps:
        out.print(Text.assemble(("Not checked: ", "yellow"), plain(gap, _LONG)), soft_wrap=True)


def _figures(system: System, status: Status) -> Iterator[tuple[str, str]]:
    now, attested = status.head.time, status.attestation
    yield "supply", format_som(status.supply)
    yield "backing", format_som(status.backing)
    yield "headroom", format_som(status.headroom)
    if status.shortfall:
        yield "shortfall", format_som(status.shortfall)
    if attested.epoch:
        yield (
            "attestation",
            f"number {attested.epoch}: {format_som(attested.reserves * TYIYN)} on "
            f"{format_time(attested.as_of)}, {format_span(status.age)} ago of at most "
            f"{format_duration(status.max_age)}",
        )
        end = f"ended {format_span(now - status.valid_until)} ago" if status.expired else (
            f"ends in {format_span(status.valid_until - now)}"
        )  # fmt: skip
        yield "minting", f"{end}, {format_time(status.valid_until)}"
    else:
        yield "attestation", "none"
    for number, line in enumerate(status.redemptions.figures()):
        yield "" if number else "redemptions", line
    yield "auditors", f"{status.threshold} of {names(system, status.auditors)}"
    yield "paused", flag_names(status.flags)
    if status.pending is not None and not status.pending:
        yield "pending", "none"


def _grid() -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid
