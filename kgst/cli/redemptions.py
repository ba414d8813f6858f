"""Requests at the redemption desk: what is due, and what is done with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, KgstGroup, json_option, policy_option
from kgst.errors import InputError
from kgst.pipeline.options import write_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run
    from kgst.redemptions.documents import RedemptionsListDocument, RedemptionsShowDocument


@click.group(cls=KgstGroup, short_help="Requests at the redemption desk")
def cli() -> None:
    """Show what holders asked to have redeemed, lock what is paid, record how it ended."""


@cli.command("list", cls=KgstCommand)
@click.option("--all", "everything", is_flag=True, help="Also what has ended.")
@click.option("--of", metavar="ACCOUNT", help="Only of this requester, a label or an address.")
@policy_option
@json_option
def list_(
    everything: bool, of: str | None, policy_path: Path | None, json_output: bool
) -> Answer[RedemptionsListDocument]:
    """List what is open at the desk, oldest first. Exits 3 when something is overdue."""
    from kgst.deployment.system import open_system
    from kgst.redemptions.views import list_requests

    system = open_system(policy_path, quiet=json_output)
    return list_requests(system, everything=everything, of=of)


@cli.command(cls=KgstCommand)
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(min=1), metavar="ID...")
@policy_option
@json_option
def show(
    ids: tuple[int, ...], policy_path: Path | None, json_output: bool
) -> Answer[RedemptionsShowDocument]:
    """Show each request ID in full. Exits 3 when one is overdue."""
    from kgst.deployment.system import open_system
    from kgst.redemptions.views import show_requests

    return show_requests(open_system(policy_path, quiet=json_output), ids)


@cli.command(cls=KgstCommand)
@click.argument("ids", nargs=-1, type=click.IntRange(min=1), metavar="[ID]...")
@click.option(
    "--due",
    metavar="AMOUNT",
    help="Instead of IDs: the oldest that are due, up to AMOUNT in all, like '500 000.00 som'.",
)
@write_options
def lock(ids: tuple[int, ...], due: str | None, run: Run) -> Answer[WriteDocument]:
    """Lock the requests ID that the bank is about to be told to pay: their holders cannot withdraw meanwhile.

    At most 100 at a time. Left out by the desk, with an event: who is blocked, or has more frozen than he holds.
    """
    from kgst.deployment.system import open_system
    from kgst.pipeline.pipeline import perform
    from kgst.redemptions.operations import chosen
    from kgst.redemptions.operations import lock as operation
    from kgst.redemptions.reading import read_desk
    from kgst.units import parse_amount

    if bool(ids) == (due is not None):
        raise InputError("name requests, or give --due with an amount: one of the two.")
    system = open_system(run.policy_path, quiet=run.json)
    found = ids if due is None else chosen(read_desk(system), parse_amount(due))
    if not found:
        raise InputError(
            f"nothing that is due fits into {due}; `ape run redemptions list` shows what is open."
        )
    return perform(system, [operation(system, found)], run)


@cli.command(cls=KgstCommand)
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(min=1), metavar="ID...")
@click.option(
    "--payment-hash",
    metavar="HASH",
    required=True,
    help="Salted hash of the bank's booked line, 0x and 64 digits; it stands on the chain for ever.",
)
@click.option(
    "--again", is_flag=True, help="Also requests whose money came back, and which were paid anew."
)
@write_options
def confirm(
    ids: tuple[int, ...], payment_hash: str, again: bool, run: Run
) -> Answer[WriteDocument]:
    """Record that the requests ID were paid, from booked debits, and burn their tokens. Asks even with --yes."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{64}", payment_hash):
        raise InputError(
            f"--payment-hash: found {payment_hash!r}; write 0x and 64 hexadecimal digits."
        )
    from kgst.redemptions.operations import confirm as operation

    return _perform(run, lambda system: operation(system, ids, payment_hash, again=again))


@cli.command(cls=KgstCommand)
@click.argument("id_", type=click.IntRange(min=1), metavar="ID")
@write_options
def returned(id_: int, run: Run) -> Answer[WriteDocument]:
    """Record that the bank sent the money of the paid request ID back: it is owed again."""
    from kgst.redemptions.operations import returned as operation

    return _perform(run, lambda system: operation(system, id_))


@cli.command(cls=KgstCommand)
@click.argument("id_", type=click.IntRange(min=1), metavar="ID")
@click.option(
    "--why", required=True, metavar="TEXT", help="The reason; everyone reads it on the chain."
)
@write_options
def reject(id_: int, why: str, run: Run) -> Answer[WriteDocument]:
    """Refuse the request ID, which is not locked; its tokens go back to the requester."""
    from kgst.redemptions.operations import reject as operation

    return _perform(run, lambda system: operation(system, id_, why))


def _perform(run: Run, operation: Callable[[System], Operation]) -> Answer[WriteDocument]:
    from kgst.deployment.system import open_system
    from kgst.pipeline.pipeline import perform

    system = open_system(run.policy_path, quiet=run.json)
    return perform(system, [operation(system)], run)
