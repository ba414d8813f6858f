"""Requests at the redemption desk: what is due, and what is done with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from kgst.console import Answer, KgstCommand, KgstGroup, json_option, policy_option
from kgst.errors import InputError, RefusedError
from kgst.pipeline.options import FILE, write_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run
    from kgst.redemptions.documents import (
        RedemptionsConfirmDocument,
        RedemptionsListDocument,
        RedemptionsPayDocument,
        RedemptionsShowDocument,
    )


def register_option(*, required: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--register`: the parameter `register`."""
    return click.option(
        "--register",
        required=required,
        type=FILE,
        help="The issuer's register of payees; confidential.",
    )


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
@register_option(required=False)
@write_options
def lock(
    ids: tuple[int, ...], due: str | None, register: Path | None, run: Run
) -> Answer[WriteDocument]:
    """Lock the requests ID that the bank is about to be told to pay: their holders cannot withdraw meanwhile.

    At most 100 at a time. With --register what no bank can pay is refused, or with --due passed over. Left out by the
    desk, with an event: who is blocked, or has more frozen than he holds.
    """
    from kgst.deployment.system import open_system
    from kgst.paying.register import read_register
    from kgst.pipeline.pipeline import perform
    from kgst.redemptions.operations import chosen, unpayable
    from kgst.redemptions.operations import lock as operation
    from kgst.snapshot.requests import read_desk
    from kgst.units import parse_amount

    if bool(ids) == (due is not None):
        raise InputError("name requests, or give --due with an amount: one of the two.")
    system = open_system(run.policy_path, quiet=run.json)
    desk = read_desk(system, ids or None)
    wrong = unpayable(system, read_register(register), desk.requests) if register else {}
    if ids and wrong:
        raise RefusedError("\n".join(f"request {id_}: {why}." for id_, why in wrong.items()))
    found = ids if due is None else chosen(desk, parse_amount(due), wrong)
    if not found:
        raise InputError(
            f"nothing that is due fits into {due}; `ape run redemptions list` shows what is open."
        )
    return perform(system, [operation(system, found)], run)


@cli.command(cls=KgstCommand)
@register_option(required=True)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["pain.001.001.09", "pain.001.001.03", "1c"]),
    default="pain.001.001.09",
    show_default=True,
    help="How the bank's file is written.",
)
@click.option(
    "--lock",
    "locks",
    multiple=True,
    metavar="HASH",
    help="Only of this transaction of `lock`; repeatable. Default: of each that has something locked.",
)
@click.option(
    "--without",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="ID",
    help="Leave the request ID out, which cannot be paid; repeatable.",
)
@click.option(
    "--bank-needs",
    default="6 hours",
    show_default=True,
    metavar="TIME",
    help="Until the bank has booked and you have confirmed; what may be withdrawn sooner is refused.",
)
@policy_option
@json_option
def pay(
    register: Path,
    layout: str,
    locks: tuple[str, ...],
    without: tuple[int, ...],
    bank_needs: str,
    policy_path: Path | None,
    json_output: bool,
) -> Answer[RedemptionsPayDocument]:
    """Write the file by which a bank pays what is locked: one for each transaction that locked something.

    Sends nothing. Given again, from any checkout, it is the same file, with an id that the bank takes once.
    """
    from kgst.paying.batch import layout_of
    from kgst.redemptions import pay as command

    needs = command.needs_of(bank_needs)
    given = command.Given(policy_path, register, layout_of(layout), locks, without, needs)
    return command.pay(given, quiet=json_output)


@cli.command(cls=KgstCommand)
@click.argument("files", nargs=-1, type=FILE, metavar="[FILE]...")
@register_option(required=False)
@click.option(
    "--by-hand",
    "ids",
    multiple=True,
    type=click.IntRange(min=1),
    metavar="ID",
    help="Instead of FILEs: the request ID, whose payment no file of a bank can show; repeatable. Needs --payment-hash "
    "and --reason.",
)
@click.option(
    "--payment-hash",
    metavar="HASH",
    help="With --by-hand: salted hash of the bank's booked line, 0x and 64 digits; it stands on the chain for ever.",
)
@click.option(
    "--again",
    is_flag=True,
    help="With --by-hand: also requests whose money came back, and which were paid anew.",
)
@write_options
def confirm(
    files: tuple[Path, ...],
    register: Path | None,
    ids: tuple[int, ...],
    payment_hash: str | None,
    again: bool,
    run: Run,
) -> Answer[RedemptionsConfirmDocument | WriteDocument]:
    """Confirm what the bank has booked by its FILEs, and burn the tokens of that. Asks even with --yes.

    FILEs: camt.053, camt.054, pain.002 and every other statement that is read, in any order, given once or again. What
    was rejected, came back or is doubtful is named, with the next step; then it exits 3. With --register the accounts
    that were paid are compared, too.
    """
    if bool(files) == bool(ids):
        raise InputError("name the bank's files, or requests by --by-hand: one of the two.")
    if files:
        if payment_hash is not None or again:
            raise InputError("--payment-hash and --again go with --by-hand, and not with files.")
        from kgst.redemptions.confirming import confirm_from_files

        return confirm_from_files(files, register, run)
    if not re.fullmatch(r"0x[0-9a-fA-F]{64}", payment_hash or ""):
        raise InputError(
            f"--payment-hash: found {payment_hash!r}; write 0x and 64 hexadecimal digits."
        )
    if run.reason is None:
        raise InputError(
            "by hand, tokens burn on your word alone: say with --reason why no file of the bank shows the payment."
        )
    from kgst.redemptions.operations import confirm as operation

    return _perform(run, lambda system: operation(system, ids, str(payment_hash), again=again))


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
