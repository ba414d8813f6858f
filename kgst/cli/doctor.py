"""Everything that can be wrong with a node and a deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, LocalPath, json_option, policy_option

if TYPE_CHECKING:
    from kgst.doctor.documents import DoctorDocument


@click.command(
    cls=KgstCommand, short_help="Check node and deployment against the policy; exit 3 on drift"
)
@policy_option
@click.option(
    "--fix-plan",
    type=LocalPath(dir_okay=False),
    metavar="FILE",
    help="Write what would undo the drift, for Safe's Transaction Builder. Sends nothing.",
)
@click.option("--all", "every", is_flag=True, help="Show each check, also those in order.")
@json_option
def cli(
    policy_path: Path | None, fix_plan: Path | None, every: bool, json_output: bool
) -> Answer[DoctorDocument]:
    """Check the node (answers, chain, events, finality), code, roles, auditors, limits, issuers, Safes, operators.

    Exits 3 when anything is not as policy and record say, and names it; 1 when something could not be checked.
    """
    from kgst.doctor.views import doctor

    return doctor(policy_path, fix_plan, every=every, quiet=json_output)
