"""Orders for a bank, for people and as a document.

A treasurer sees which request gets how much, at which bank, and the last digits of the account: enough to compare with
what the bank shows. Names, whole accounts, INNs and the ids that tie a payment to a wallet stand in the bank's file and
in the batch beside it, which nobody else can read, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.moments import both_times
from kgst.paying.making import Made
from kgst.paying.register import Register
from kgst.redemptions.documents import OrderedPart, OrderPart
from kgst.snapshot.requests import Request
from kgst.tables import table
from kgst.terminal import markup
from kgst.units import TYIYN, format_som

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Written", "part_of", "print_cautions", "print_payments", "print_written"]

_LONG = 4_000


@dataclass(frozen=True)
class Written:
    """The order of a lock, and where it is kept."""

    made: Made
    batch_path: Path
    bank_path: Path

    @property
    def there(self) -> bool:
        """Whether an order of the lock was written here before; whether it is this one, the writer says."""
        return self.batch_path.exists()


def print_payments(
    out: Console, one: Written, register: Register, stands: Sequence[Request]
) -> None:
    """What is to be paid, and the total, before anything is written."""
    batch = one.made.batch
    title = f"To be paid from {batch.debtor.account}"
    rows = table(
        markup(title), "request", "amount", "bank", "account", "state", right=("request", "amount")
    )
    for payment in sorted(batch.payments, key=lambda one: one.request):
        payee = register.payees[payment.reference]
        rows.add_row(
            markup(str(payment.request)), format_som(payment.tyiyn * TYIYN), markup(payee.bank),
            markup(_end(payee.account)), markup(stands[payment.request - 1].stage.name.lower()),
        )  # fmt: skip
    rows.add_row(
        "",
        f"[bold]{format_som(batch.tyiyn * TYIYN)}[/bold]",
        f"[bold]{batch.count} in all[/bold]",
        "",
        "",
    )
    out.print(rows)


def print_written(
    out: Console, written: Sequence[Written], there: Sequence[Written], late: Sequence[Written]
) -> None:
    """What to do with the files."""
    if not written:
        out.print(
            "Nothing is locked that is not paid; `ape run redemptions list` shows what is open."
        )
    for one in written:
        batch = one.made.batch
        out.print(f"Order {batch.id}, for the bank: {one.bank_path}", soft_wrap=True, markup=False)
        if one in there:
            out.print("  It was written before, and is the same; the bank may have it already.")
        if one in late:
            out.print(
                f"[bold red]Too late:[/bold red] from {markup(both_times(batch.needed_by))} on it may be withdrawn; do "
                "not give the order to the bank any more.",
                soft_wrap=True,
            )
    if written:
        out.print(
            "Give each file to the bank once; it takes one order by each id. Then hold its answers against the chain: "
            "`ape run redemptions confirm FILE...`",
            soft_wrap=True, markup=False,
        )  # fmt: skip


def print_cautions(out: Console, cautions: Iterable[str]) -> None:
    """Of the register."""
    for one in cautions:
        out.print(f"[yellow]Caution:[/yellow] {markup(one, _LONG)}", soft_wrap=True)


def part_of(one: Written, register: Register, *, there: bool, too_late: bool) -> OrderPart:
    """The order in a document."""
    batch = one.made.batch
    return OrderPart(
        id=batch.id,
        lock=batch.lock,
        locked_at=batch.created,
        pay_by=batch.needed_by,
        layout=batch.layout,
        count=batch.count,
        tyiyn=batch.tyiyn,
        bank_file=str(one.bank_path),
        bank_file_sha256=batch.bank_file_sha256,
        batch_file=str(one.batch_path),
        written_before=there,
        too_late=too_late,
        payments=[
            OrderedPart(
                request=payment.request,
                tyiyn=payment.tyiyn,
                bank=register.payees[payment.reference].bank,
                account_end=_end(register.payees[payment.reference].account),
            )
            for payment in sorted(batch.payments, key=lambda one: one.request)
        ],
    )


def _end(account: str) -> str:
    return f"…{account[-4:]}"
