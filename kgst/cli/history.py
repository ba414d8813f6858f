"""Who did what, when and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, LocalPath, OfflineCommand, json_option
from kgst.pipeline.options import force_option, offline_policy_option

if TYPE_CHECKING:
    from kgst.chronicle.documents import HistoryDocument

FILE = LocalPath(dir_okay=False)
FOLDER = LocalPath(file_okay=False)


@click.command(cls=OfflineCommand, short_help="Who did what, when and why")
@click.argument("folder", type=FOLDER)
@click.option("--about", metavar="ACCOUNT", help="Only what names this account, also in a list.")
@click.option(
    "--contract",
    metavar="CONTRACT",
    help="Only what calls it: KGST, KGSTAccessManager, an address.",
)
@click.option("--role", metavar="ROLE", help="Only what members of this role can do.")
@click.option("--by", metavar="PERSON", help="Only what this person signed: a label or an address.")
@click.option("--since", metavar="DAY", help="From this day in Bishkek on, like 2026-03-04.")
@click.option("--until", metavar="DAY", help="Up to this day in Bishkek, and with it.")
@click.option("--csv", "csv_path", type=FILE, help="Write it to this file as well.")
@offline_policy_option
@force_option
@json_option
def cli(
    folder: Path,
    about: str | None,
    contract: str | None,
    role: str | None,
    by: str | None,
    since: str | None,
    until: str | None,
    csv_path: Path | None,
    policy_path: Path | None,
    force: bool,
    json_output: bool,
) -> Answer[HistoryDocument]:
    """Tell who did what, when and why, by the journals, Safes' files and index in FOLDER: deployments/<network>.

    Asks nobody and locks nothing. Exits 3 when a file is damaged, or a journal and the index contradict each other.
    """
    from kgst.chronicle.commands import Asked, history

    # Only the command's class looks at it.
    del json_output
    asked = Asked(about, contract, role, by, since, until)
    return history(folder, policy_path, asked, csv_path, force=force)
