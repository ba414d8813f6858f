"""The pause drill, on a fork of the connected network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, LocalPath, json_option, policy_option

if TYPE_CHECKING:
    from kgst.drill.documents import DrillDocument


@click.command(cls=KgstCommand, short_help="Pause on a fork, timed; sends nothing")
@click.option("--report", type=LocalPath(), help="Write a report in Markdown to this file.")
@policy_option
@json_option
def cli(report: Path | None, policy_path: Path | None, json_output: bool) -> Answer[DrillDocument]:
    """Drill the emergency pause on a fork: who may, how long it takes, what stops, what goes on, how it ends.

    Sends nothing to the network. Exits 4 when anything was not as it must be. The node must keep the state of its
    latest block for a minute or two, as archive nodes do.
    """
    from kgst.drill import views

    return views.answer(policy_path, report, quiet=json_output)
