"""The history of the token, kept and proven: read, look at, verify, hand on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import (
    Answer,
    KgstCommand,
    KgstGroup,
    LocalPath,
    OfflineCommand,
    json_option,
    nodes_option,
    policy_option,
)

if TYPE_CHECKING:
    from kgst.index.documents import (
        IndexCheckDocument,
        IndexExportDocument,
        IndexShowDocument,
        IndexSyncDocument,
        IndexVerifyDocument,
    )

FILE = LocalPath(dir_okay=False)
FOLDER = LocalPath(file_okay=False)


@click.group(cls=KgstGroup, short_help="The token's history: read, verify, hand on")
def cli() -> None:
    """Keep every event with its proof, for when nodes no longer have it. All but sync need no network."""


@cli.command(cls=KgstCommand, short_help="Read what is new, with its proofs")
@nodes_option
@click.option(
    "--headers",
    is_flag=True,
    help="Read the header of every block too: then no event can be missing. Slow: one answer a block.",
)
@click.option(
    "--anew", is_flag=True, help="Begin again at the deployment; what is there is put aside."
)
@policy_option
@json_option
def sync(
    nodes: tuple[str, ...],
    headers: bool,
    anew: bool,
    policy_path: Path | None,
    json_output: bool,
) -> Answer[IndexSyncDocument]:
    """Read all events since the last time, up to the last final block, with the proofs that they happened.

    Killed at any point, the same command goes on. Afterwards the events are compared with the state of the chain.
    Exits 3 when an event is missing, 1 when nodes differ.
    """
    from kgst.index import commands

    return commands.sync(policy_path, nodes, headers=headers, anew=anew, quiet=json_output)


@cli.command(cls=OfflineCommand, short_help="What an index holds")
@click.argument("folder", type=FOLDER)
@json_option
def show(folder: Path, json_output: bool) -> Answer[IndexShowDocument]:
    """Show what the index in FOLDER holds: deployments/<network>/index."""
    from kgst.index import offline

    return offline.show(folder)


@cli.command(cls=OfflineCommand, short_help="Check a whole index; asks nobody")
@click.argument("folder", type=FOLDER)
@click.option(
    "--checkpoint",
    metavar="NUMBER:HASH",
    help="The first block of an epoch, as you know it: from it the sets of BSC's validators are carried forward, and "
    "each block with an event has to be signed by one of them. Half a second an epoch.",
)
@json_option
def verify(folder: Path, checkpoint: str | None, json_output: bool) -> Answer[IndexVerifyDocument]:
    """Check the whole index in FOLDER: files, blocks, proofs, and what its events say of one another.

    Believes nobody, and asks nobody. Exits 3 when something does not hold.
    """
    from kgst.index import offline

    return offline.verify(folder, checkpoint, quiet=json_output)


@cli.command(cls=OfflineCommand, short_help="Write one transaction's events as a proof")
@click.argument("folder", type=FOLDER)
@click.option("--transaction", required=True, metavar="HASH", help="Whose events.")
@click.option("--out", type=FILE, help="Default: proof-<first digits>.json in the present folder.")
@click.option("--force", is_flag=True, help="Replace a file of other content.")
@json_option
def export(
    folder: Path, transaction: str, out: Path | None, force: bool, json_output: bool
) -> Answer[IndexExportDocument]:
    """Write the proof of one transaction's events into a file, for somebody who has nothing else."""
    from kgst.index import offline

    return offline.export(folder, transaction, out, force=force)


@cli.command(cls=OfflineCommand, short_help="Check such a proof, and show what it proves")
@click.argument("file", type=FILE)
@json_option
def check(file: Path, json_output: bool) -> Answer[IndexCheckDocument]:
    """Check the proof in FILE, and show the events that it proves."""
    from kgst.index import offline

    return offline.check(file)
