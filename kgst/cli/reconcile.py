"""Mints against deposits, redemptions against payments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, json_option, policy_option
from kgst.pipeline.options import FILE, force_option, orders_option

if TYPE_CHECKING:
    from kgst.reconcile.documents import ReconcileDocument


@click.command(
    cls=KgstCommand, short_help="Hold the banks' entries against mints and burns; exit 3 on a break"
)
@click.argument("statements", nargs=-1, required=True, type=FILE)
@click.option(
    "--previous",
    type=FILE,
    help="An attested report, its annex beside it: what is after its closing is looked at. Default: every entry.",
)
@orders_option
@click.option(
    "--epoch",
    type=click.IntRange(min=1),
    help="As it stood at this attestation: entries up to its closing, burns and mints up to its block.",
)
@click.option("--csv", "csv_path", type=FILE, help="Write the breaks into this CSV file.")
@policy_option
@force_option
@json_option
def cli(
    statements: tuple[Path, ...],
    previous: Path | None,
    orders: tuple[Path, ...],
    epoch: int | None,
    csv_path: Path | None,
    policy_path: Path | None,
    force: bool,
    json_output: bool,
) -> Answer[ReconcileDocument]:
    """Hold bank STATEMENTS against the chain: mints against deposits, redemptions against payments. Sends nothing.

    Exits 3 when anything does not agree, and names it by reference, day and amount; what only waits is listed with its
    age.
    """
    from kgst.reconcile import commands

    given = commands.Given(policy_path, statements, previous, orders, epoch, csv_path)
    return commands.reconcile(given, force=force, quiet=json_output)
