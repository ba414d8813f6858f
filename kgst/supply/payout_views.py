"""A payout for people and programs: what is to come, how far it is, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from kgst.console import Answer
from kgst.pipeline.operation import Operation
from kgst.pipeline.views import print_progress, print_result
from kgst.quantities import bnb_cost, format_gwei
from kgst.sending import Event, Stage
from kgst.supply.documents import SupplyPayoutDocument
from kgst.supply.payout_file import Chunk, Paid
from kgst.tables import table
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from kgst.pipeline.results import Result
    from kgst.pipeline.work import Work
    from kgst.supply.payout_checks import Cost

__all__ = ["ProgressBar", "answer", "print_plan", "print_voiding"]

_SHOWN: Final = 20


class ProgressBar:
    """One line that fills as transactions end; appears with the first."""

    def __init__(self, out: Console, what: str, total: int, *, shown: bool) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=out, transient=True, disable=not shown,
        )  # fmt: skip
        self._task = self._progress.add_task(what, total=total)

    def advance(self) -> None:
        """One more."""
        self._progress.start()
        self._progress.advance(self._task)

    def on(self, event: Event) -> None:
        """Called by the sender."""
        if event.stage is Stage.SENT:
            self._progress.start()
        elif event.stage is Stage.DONE:
            self.advance()
        elif event.note is not None:
            print_progress(self._progress.console, event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()


def print_plan(work: Work, paid: Paid, left: Sequence[Chunk], funds: int, cost: Cost) -> None:
    """What would be paid, and what it costs."""
    total = sum(chunk.total for chunk in left)
    rows = _grid(work, paid)
    rows.add_row("to pay now", _amount(left))
    _add_actor(rows, work)
    rows.add_row("its free balance", f"{format_som(funds)} → {format_som(funds - total)}")
    rows.add_row("gas", _gas(cost))
    if work.run.via is None:
        rows.add_row("if it is interrupted", "give the same command again")
    work.out.print(rows)


def print_voiding(work: Work, paid: Paid, left: Sequence[Chunk], cost: Cost) -> None:
    """What would be given up, and what it costs."""
    rows = _grid(work, paid)
    rows.add_row("to give up", f"{_amount(left)}: a transaction for each declares its key void")
    _add_actor(rows, work)
    rows.add_row("gas", f"at most {_gas(cost)}")
    work.out.print(rows)


def _grid(work: Work, paid: Paid) -> Table:
    file, system = paid.file, work.system
    rows = table(f"Chain {system.record.chain_id}, token {markup(system.token.address)}")
    rows.add_column("what", style="bold")
    rows.add_column("", overflow="fold")
    rows.add_row("file", f"{markup(file.name)}\nSHA-256 {markup(file.sha256)}")
    rows.add_row("in it", f"{len(file.payments)} payments, {format_som(file.total)}")
    if paid.round > 1:
        rows.add_row("round", f"{paid.round:d}: these very payments were begun before")
    rows.add_row("first key", markup("0x" + paid.keys[paid.chunks[0].name].hex()))
    if paid.outcomes:
        others = f", {len(paid.others)} of them by another run" if paid.others else ""
        rows.add_row(
            "paid before",
            f"{format_som(paid.total)}, in {len(paid.outcomes)} transactions{others}",
        )
    return rows


def _amount(chunks: Sequence[Chunk]) -> str:
    count, total = sum(len(c.payments) for c in chunks), sum(c.total for c in chunks)
    return f"{count} payments, {format_som(total)}, in {len(chunks)} transactions"


def _add_actor(rows: Table, work: Work) -> None:
    system, actor = work.system, work.actor
    label = system.policy.label(actor.caller)
    rows.add_row("by", (f"{markup(actor.named(system))}\n" if label else "") + markup(actor.caller))
    if actor.account is not None and actor.safe is not None:
        rows.add_row("signs and pays gas", markup(system.named(actor.account.address)))


def _gas(cost: Cost) -> str:
    return f"{cost.gas:,} at {format_gwei(cost.price)}: {bnb_cost(cost.gas * cost.price)}"


def answer(
    work: Work,
    paid: Paid,
    operations: Sequence[Operation],
    result: Result,
    rest: Path | None = None,
) -> Answer[SupplyPayoutDocument]:
    """How far it is, for people and for programs."""
    system, actor = work.system, work.actor

    def show(out: Console) -> None:
        if result.proposal is not None:
            print_result(out, system, actor, operations, result)
            waiting = len(paid.chunks) - len(paid.outcomes) - len(paid.void)
            out.print(
                f"{waiting} of {len(paid.chunks)} transactions wait for signatures; each owner's command signs all of "
                "them."
            )
            return
        for chunk in paid.chunks[:_SHOWN]:
            outcome = paid.outcomes.get(chunk.name)
            if outcome is not None:
                by = " (by another run)" if chunk.name in paid.others else ""
                out.print(
                    f"[green]✓[/green] [bold]{markup(chunk.name)}[/bold] {format_som(chunk.total)}, block "
                    f"{outcome.block_number}, {markup(outcome.hash)}{by}"
                )
        if (more := len(paid.chunks) - _SHOWN) > 0:
            out.print(f"… {more} more transactions; --json has them all")
        if paid.complete:
            out.print(f"[green]✓[/green] paid: {markup(paid.reference)}", highlight=False)
        elif rest is not None:
            out.print(
                f"Given up. {format_som(paid.total)} of {format_som(paid.file.total)} were paid. What is not can no "
                f"longer be paid by this file; it stands in {markup(rest)}: correct that and pay it as a file of its "
                "own."
            )

    return Answer(SupplyPayoutDocument.of(work, paid, result, rest), show, result.exit_code)
