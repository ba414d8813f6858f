"""What lists, aggregators and explorers are given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import Answer, KgstCommand, KgstGroup, LocalPath, json_option, policy_option

if TYPE_CHECKING:
    from kgst.publish.documents import PublishListingDocument


@click.group(cls=KgstGroup, short_help="Files for lists, aggregators, explorers")
def cli() -> None:
    """Write what others need to show the token. Sends nothing, and hands nothing in."""


@cli.command(cls=KgstCommand, short_help="Supply and reserves as files, entries of lists, a logo")
@click.option(
    "--site", required=True, metavar="URL", help="Where the folder will be served: https://…"
)
@click.option(
    "--out",
    "folder",
    type=LocalPath(file_okay=False),
    help="Where to write; default: build/listing.",
)
@click.option("--force", is_flag=True, help="Replace the files of an earlier block.")
@policy_option
@json_option
def listing(
    site: str, folder: Path | None, force: bool, policy_path: Path | None, json_output: bool
) -> Answer[PublishListingDocument]:
    """Write a folder to be served, from one final block: supply and reserves as plain numbers and JSON, a token list,
    Trust Wallet's entry, the mark, the message that an explorer has the deployer sign, and a checklist of the rest.

    The same block makes the same bytes. Every JSON of figures names its block.
    """
    from kgst.deployment.system import open_system
    from kgst.publish import commands

    return commands.listing(open_system(policy_path, quiet=json_output), site, folder, force=force)
