"""Pause, block, freeze, seize."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kgst.console import Answer, KgstCommand
from kgst.operator.options import write_options

if TYPE_CHECKING:
    from kgst.operator.options import Run


@click.group(short_help="Pause, block, freeze, seize")
def cli() -> None:
    """Pause and resume; block and freeze accounts; carry out orders."""


@cli.command(cls=KgstCommand)
@click.argument("flags", nargs=-1, metavar="[FLAG]...")
@write_options
def pause(flags: tuple[str, ...], run: Run) -> Answer:
    """Pause TRANSFERS, AUTHORIZATIONS, MINTING, BURNING; all of them when no FLAG is named."""
    return _perform("pause", run, flags)


@cli.command(cls=KgstCommand)
@click.argument("flags", nargs=-1, metavar="[FLAG]...")
@write_options
def unpause(flags: tuple[str, ...], run: Run) -> Answer:
    """Resume what is paused; all of it when no FLAG is named."""
    return _perform("unpause", run, flags)


def _perform(name: str, run: Run, *arguments: Any) -> Answer:
    from kgst.guard import pauses
    from kgst.operator.pipeline import perform
    from kgst.operator.system import open_system

    system = open_system(run.policy_path, quiet=run.json)
    return perform(system, [getattr(pauses, name)(system, *arguments)], run)
