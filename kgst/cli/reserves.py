"""Attest the reserves: draft, sign, collect, submit; show them; halt minting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgst.console import (
    Answer,
    KgstCommand,
    KgstGroup,
    OfflineCommand,
    json_option,
    policy_option,
)
from kgst.pipeline.emergency import EmergencyCommand
from kgst.pipeline.options import (
    FILE,
    collect_options,
    force_option,
    orders_option,
    sign_options,
    valid_for_option,
    write_options,
)

if TYPE_CHECKING:
    from datetime import datetime

    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.reserves.documents import (
        ReservesCollectDocument,
        ReservesDraftDocument,
        ReservesOrderDocument,
        ReservesShowDocument,
        ReservesSignDocument,
    )


@click.group(
    cls=KgstGroup, short_help="Attest the reserves: draft, sign, collect, submit, show, halt"
)
def cli() -> None:
    """Attest the reserves. sign and collect need no network."""


@cli.command(cls=KgstCommand)
@click.argument("statements", nargs=-1, required=True, type=FILE)
@click.option("--report", required=True, type=FILE, help="Where to write the report to publish.")
@click.option(
    "--out", type=FILE, help="The draft; default: attestation-<epoch>.json beside the report."
)
@click.option(
    "--settled",
    metavar="AMOUNT|CSV",
    help="By hand, what no bank can show: all that was ever settled, like '40 000.00 som'; or a CSV file "
    "(reference,amount) of redemptions. Needs --reason. Default: what the statements' entries show.",
)
@click.option(
    "--reason", metavar="TEXT", help="Why --settled is given by hand. Shown to everybody who signs."
)
@orders_option
@click.option(
    "--closing",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DAY",
    help="Attest this day, like 2026-03-04, although a bank's last closing is of an earlier one, because it had a "
    "holiday. Shown to everybody who signs. Default: the day on which all accounts closed.",
)
@click.option(
    "--previous",
    type=FILE,
    help="The last attested report: its hash is compared with the chain's, and no day since then may be missing.",
)
@click.option(
    "--because",
    metavar="TEXT",
    help="Why reserves fall by a tenth or more, or an account of the last report is gone. Shown to everybody who "
    "signs.",
)
@valid_for_option("12 hours; at most the token's maximal age")
@policy_option
@force_option
@json_option
def draft(
    statements: tuple[Path, ...],
    report: Path,
    out: Path | None,
    settled: str | None,
    reason: str | None,
    orders: tuple[Path, ...],
    closing: datetime | None,
    previous: Path | None,
    because: str | None,
    valid_for: str | None,
    policy_path: Path | None,
    force: bool,
    json_output: bool,
) -> Answer[ReservesDraftDocument]:
    """Write the next attestation, from bank STATEMENTS of one closed day and the final state of the chain."""
    from kgst.reserves import commands

    given = commands.Given(
        policy_path,
        statements,
        report,
        out,
        settled,
        reason,
        orders,
        valid_for,
        closing=closing.date() if closing else None,
        previous=previous,
        because=because,
    )
    return commands.draft(given, force=force, quiet=json_output)


@cli.command(cls=KgstCommand, short_help="Write the order by which a bank pays what is owed")
@click.option("--out", required=True, type=FILE, help="Where to write the order; keep it.")
@click.option(
    "--previous", type=FILE, help="The last attested report, its annex beside it: what is open."
)
@policy_option
@force_option
@json_option
def order(
    out: Path,
    previous: Path | None,
    policy_path: Path | None,
    force: bool,
    json_output: bool,
) -> Answer[ReservesOrderDocument]:
    """Write the order by which a bank pays every open redemption, each by its reference. Sends nothing."""
    from kgst.reserves import ordering

    return ordering.order(policy_path, previous, out, force=force, quiet=json_output)


@cli.command(cls=OfflineCommand)
@click.option("--report", type=FILE, help="The published report: its hash and total are compared.")
@click.option(
    "--statement",
    "statements",
    multiple=True,
    type=FILE,
    help="A bank statement: the total is recomputed.",
)
@click.option(
    "--replacing",
    metavar="HASH",
    help="The report's hash of what you have signed for this epoch before, if these figures are to replace it.",
)
@sign_options
def sign(
    file: Path,
    report: Path | None,
    statements: tuple[Path, ...],
    replacing: str | None,
    **options: Any,
) -> Answer[ReservesSignDocument]:
    """Sign the draft FILE as an auditor. Touches no network."""
    from kgst.reserves import offline

    return offline.sign(file, report=report, statements=statements, replacing=replacing, **options)


@cli.command(cls=OfflineCommand)
@collect_options
def collect(
    file: Path, signatures: tuple[Path, ...], **options: Any
) -> Answer[ReservesCollectDocument]:
    """Put SIGNATURES on the draft FILE together. Touches no network. Exits 5 while some are missing."""
    from kgst.reserves import offline

    return offline.collect(file, signatures, **options)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@write_options
def submit(file: Path, run: Run) -> Answer[WriteDocument]:
    """Submit the signed attestation FILE. Anyone may."""
    from kgst.reserves import commands

    return commands.submit(file, run)


@cli.command(cls=KgstCommand)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=FILE,
    help="Compare a published report with the chain; give all of them, and the chain of reports is verified from the "
    "first to the last. Exits 3 if one differs.",
)
@click.option(
    "--signed",
    type=FILE,
    help="The signed attestation that was submitted last: which of its signers fetched which statement from the bank.",
)
@policy_option
@json_option
def show(
    reports: tuple[Path, ...],
    signed: Path | None,
    policy_path: Path | None,
    json_output: bool,
) -> Answer[ReservesShowDocument]:
    """Show the last attestation, its age, backing, headroom, auditors."""
    from kgst.reserves import commands

    return commands.show(policy_path, reports, signed, quiet=json_output)


@cli.command(cls=EmergencyCommand)
@write_options
def halt(run: Run) -> Answer[WriteDocument]:
    """Stop minting, as an auditor. Only an attestation that is signed after it ends it.

    Its --reason is logged on the chain, too, for everyone to read.
    """
    from kgst.reserves import commands

    if run.reason is None:
        raise click.UsageError("Missing option '--reason': it is logged on the chain.")
    return commands.halt(run.reason, run)
