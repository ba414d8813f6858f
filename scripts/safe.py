"""A Safe's transactions as files: show, sign, execute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import (
    Answer,
    KgstCommand,
    KgstGroup,
    OfflineCommand,
    json_option,
    operator_options,
    policy_option,
    yes_option,
)
from kgst.pipeline.options import write_options

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.pipeline.safe_documents import SafeShowDocument, SafeSignDocument

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group(cls=KgstGroup, short_help="A Safe's transactions as files: show, sign, execute")
def cli() -> None:
    """Transactions that commands with --via safe:LABEL have written down for the Safe's owners."""


@cli.command(cls=OfflineCommand)
@_file
@policy_option
@json_option
def show(file: Path, policy_path: Path | None, json_output: bool) -> Answer[SafeShowDocument]:
    """Show what FILE does, its hashes, and whose signatures it has. Needs no network; believes nothing it says."""
    from kgst.pipeline import safe_files

    return safe_files.show(file, policy_path)


@cli.command(cls=OfflineCommand)
@_file
@operator_options
@policy_option
@yes_option
@json_option
def sign(
    file: Path,
    account: AccountAPI | None,
    policy_path: Path | None,
    yes: bool,
    json_output: bool,
) -> Answer[SafeSignDocument]:
    """Add the signature of --account, an owner, to FILE. Needs no network."""
    from kgst.pipeline import safe_files

    return safe_files.sign(file, policy_path, account, yes=yes, quiet=json_output)


@cli.command(cls=KgstCommand)
@_file
@write_options
def execute(file: Path, run: Run) -> Answer[WriteDocument | SafeShowDocument]:
    """Send FILE once enough owners have signed; any account may, and pays for the gas."""
    from kgst.deployment.system import open_system
    from kgst.pipeline import safe_files

    return safe_files.execute(open_system(run.policy_path, quiet=run.json), file, run)
