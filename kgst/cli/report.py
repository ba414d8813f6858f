"""Reports of a period, for auditors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgst.console import Answer, KgstGroup, LocalPath, OfflineCommand, json_option
from kgst.pipeline.options import offline_policy_option, sign_options

if TYPE_CHECKING:
    from kgst.report.certificate_documents import ReportSignDocument, ReportVerifyDocument
    from kgst.report.certifying import OfficerRole
    from kgst.report.control_documents import ReportControlsDocument
    from kgst.report.documents import ReportPeriodDocument
    from kgst.report.period import Days

FILE = LocalPath(dir_okay=False)
FOLDER = LocalPath(file_okay=False)


@click.group(cls=KgstGroup, short_help="A period's report, for an auditor")
def cli() -> None:
    """Make reports of a period from the files of a deployment. Asks nobody."""


def _days(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--from DAY --to DAY --days`: the parameters `first`, `last` and `days`."""
    for option in reversed(
        (
            click.option(
                "--from", "first", required=True, metavar="DAY", help="First day, like 2026-03-01."
            ),
            click.option(
                "--to", "last", required=True, metavar="DAY", help="Last day, and with it."
            ),
            click.option(
                "--days",
                type=click.Choice(["bishkek", "utc"]),
                default="bishkek",
                show_default=True,
                help="Whose days these are.",
            ),
        )
    ):
        function = option(function)
    return function


@cli.command(cls=OfflineCommand, short_help="Tokens, assets, coverage, redemptions of a period")
@click.argument("folder", type=FOLDER)
@click.argument("reports", nargs=-1, type=FILE)
@_days
@click.option(
    "--out", "out_path", type=FOLDER, help="Where to write; default: FOLDER/reports/<from>_<to>."
)
@offline_policy_option
@json_option
def period(
    folder: Path,
    reports: tuple[Path, ...],
    first: str,
    last: str,
    days: Days,
    out_path: Path | None,
    policy_path: Path | None,
    json_output: bool,
) -> Answer[ReportPeriodDocument]:
    """Write the report of a period, and its page, by the index and journals in FOLDER: deployments/<network>.

    REPORTS are the reports that were attested (report.json of `reserves draft`): at least that of the period's last
    day, which has the composition of the assets. Exits 3 when something is missing without which figures cannot be
    relied on. A report that is there is never replaced.
    """
    from kgst.report import commands
    from kgst.report.asked import Asked

    # Only the command's class looks at it.
    del json_output
    return commands.period(Asked(folder, first, last, days, policy_path), reports, out_path)


@cli.command(cls=OfflineCommand, short_help="The evidence that controls were kept")
@click.argument("folder", type=FOLDER)
@_days
@click.option(
    "--evidence",
    multiple=True,
    metavar="FILE",
    type=FILE,
    help="What doctor, drill or reconcile printed with --json; may be given several times.",
)
@click.option("--out", "out_path", metavar="FILE", type=FILE, help="Write it to this file as well.")
@offline_policy_option
@json_option
def controls(
    folder: Path,
    first: str,
    last: str,
    days: Days,
    evidence: tuple[Path, ...],
    out_path: Path | None,
    policy_path: Path | None,
    json_output: bool,
) -> Answer[ReportControlsDocument]:
    """Collect who held which power when, each use of one with its signers and its delay, and runs of other checks.

    By the index, journals and Safes' files in FOLDER. Exits 3 when a power was used and no journal says by whom, when
    powers that belong apart were in one hand, or when a kind of evidence is missing or not in order.
    """
    from kgst.report import controls as collecting
    from kgst.report.asked import Asked

    # Only the command's class looks at it.
    del json_output
    return collecting.controls(Asked(folder, first, last, days, policy_path), evidence, out_path)


@cli.command(cls=OfflineCommand, short_help="An officer certifies a period's report")
@sign_options
@click.option(
    "--role",
    type=click.Choice(["CEO", "CFO"]),
    required=True,
    help="As whom; the policy's officers say whose key that is.",
)
def sign(file: Path, role: OfficerRole, **options: Any) -> Answer[ReportSignDocument]:
    """Sign the report FILE (report.json of `report period`) as an officer of the policy. Touches no network."""
    from kgst.report import offline

    return offline.sign(file, role=role, **options)


@cli.command(cls=OfflineCommand, short_help="Whether both officers signed a period's report")
@click.argument("file", type=FILE)
@click.argument("signatures", nargs=-1, required=True, type=FILE)
@offline_policy_option
@json_option
def verify(
    file: Path, signatures: tuple[Path, ...], policy_path: Path | None, json_output: bool
) -> Answer[ReportVerifyDocument]:
    """Check that FILE is a report as it was written, its page the same, and both officers' SIGNATURES on it.

    Exits 5 while one of the two is missing.
    """
    from kgst.report import offline

    # Only the command's class looks at it.
    del json_output
    return offline.verify(file, signatures, policy_path=policy_path)
