"""A payment order of what is owed: references and amounts, for the bank and for the day that it books one sum."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.deployment.system import open_system
from kgst.errors import InputError, RefusedError
from kgst.reserves.composing import Previous, life_of, read_previous
from kgst.reserves.desk import owed_again
from kgst.reserves.documents import OrderedPart, ReservesOrderDocument
from kgst.reserves.format import bishkek_day, som
from kgst.reserves.reading import final_enough, read_state
from kgst.reserves.views import safe
from kgst.settling.orders import MOST, OrderFile
from kgst.storing import as_bytes, require_apart, write_new
from kgst.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.reserves.files import ChainState

__all__ = ["order", "payable_of"]


def order(
    policy_path: Path | None, previous: Path | None, out_path: Path, *, force: bool, quiet: bool
) -> Answer[ReservesOrderDocument]:
    """Write the order that pays every redemption that is open and can be paid."""
    system = open_system(policy_path, quiet=quiet)
    state = read_state(system, final_enough(system))
    require_apart([out_path], [system.policy_path, *([previous] if previous else [])])
    made, left = payable_of(system, state, read_previous(previous, state))
    write_new([(out_path, as_bytes(made))], force=force)

    def show_it(out: Console) -> None:
        rows = table(f"Payment order {safe(made.id)}", "reference", "amount", right=["amount"])
        for one in made.payments:
            rows.add_row(safe(one.reference), som(one.tyiyn))
        rows.add_row("[bold]in all[/bold]", f"[bold]{som(made.tyiyn)}[/bold]")
        out.print(rows)
        for id_ in left:
            out.print(
                f"[yellow]Left out:[/yellow] {safe(id_)} has no key, or is of no whole tyiyn: no bank's line can "
                "name it."
            )
        out.print(
            "Ask the bank to book the payments singly (BtchBookg false), and to carry each reference as end-to-end id "
            "or in the purpose.",
            soft_wrap=True,
        )
        out.print(f"Order, to be kept: {out_path}", soft_wrap=True, markup=False)

    document = ReservesOrderDocument(
        order_file=str(out_path),
        id=made.id,
        count=made.count,
        tyiyn=made.tyiyn,
        payments=[OrderedPart(reference=one.reference, tyiyn=one.tyiyn) for one in made.payments],
        left_out=left,
    )
    return Answer(document, show_it)


def payable_of(
    system: System, state: ChainState, before: Previous | None
) -> tuple[OrderFile, list[str]]:
    """The order, and the ids of what is open and no bank can pay.

    Raises:
        InputError: which redemptions are open is not known.
        RefusedError: none can be paid; or more than an order has.
    """
    life = life_of(system, state, before.annex if before else None)
    if life.before is None:
        raise InputError(
            "which redemptions are open stands in the last report's annex: give the report with --previous, its annex "
            "beside it."
        )
    # What the desk burned was paid before: it is owed only when its money came back.
    desk = system.deployment.redemption_desk.address
    again = owed_again(system, life.burns, state.block.number)
    still = [
        one
        for one, burn in zip(life.redemptions, life.burns, strict=True)
        if one.id not in life.before and (burn.account != desk or burn.key in again)
    ]
    payable = [(one.id, one.tyiyn) for one in still if one.tyiyn and one.key is not None]
    left = [one.id for one in still if not one.tyiyn or one.key is None]
    if not payable:
        raise RefusedError(
            "no redemption is open that a bank could pay; there is nothing to order."
        )
    if len(payable) > MOST:
        raise RefusedError(
            f"{len(payable)} redemptions are open, and an order has at most {MOST}; have the bank pay the oldest, "
            "by a file of its own, first."
        )
    made = OrderFile.of(
        bishkek_day(state.block.timestamp), [(id_, tyiyn) for id_, tyiyn in payable if tyiyn]
    )
    return made, left
