"""Reports of a period, for auditors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstGroup, LocalPath, OfflineCommand, json_option
from kgst.pipeline.options import offline_policy_option

if TYPE_CHECKING:
    from kgst.report.documents import ReportPeriodDocument
    from kgst.report.period import Days

FILE = LocalPath(dir_okay=False)
FOLDER = LocalPath(file_okay=False)


@click.group(cls=KgstGroup, short_help="A period's report, for an auditor")
def cli() -> None:
    """Make reports of a period from the files of a deployment. Asks nobody."""


@cli.command(cls=OfflineCommand, short_help="Tokens, assets, coverage, redemptions of a period")
@click.argument("folder", type=FOLDER)
@click.argument("reports", nargs=-1, type=FILE)
@click.option("--from", "first", required=True, metavar="DAY", help="First day, like 2026-03-01.")
@click.option("--to", "last", required=True, metavar="DAY", help="Last day, and with it.")
@click.option(
    "--days",
    type=click.Choice(["bishkek", "utc"]),
    default="bishkek",
    show_default=True,
    help="Whose days these are.",
)
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

    # Only the command's class looks at it.
    del json_output
    return commands.period(
        commands.Asked(folder, first, last, days, policy_path), reports, out_path
    )
