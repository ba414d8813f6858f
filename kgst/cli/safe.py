"""A Safe's transactions as files: list, show, sign, collect, execute, reject."""

from __future__ import annotations

from functools import partial
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
from kgst.pipeline.options import (
    FILE,
    collect_options,
    sign_options,
    write_options,
)

if TYPE_CHECKING:
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.proposals.documents import (
        SafeCollectDocument,
        SafeListDocument,
        SafeShowDocument,
        SafeSignDocument,
    )


@click.group(
    cls=KgstGroup, short_help="A Safe's transactions as files: list, show, sign, execute, reject"
)
def cli() -> None:
    """Transactions that commands with --via safe:LABEL have written down for the Safe's owners.

    Signatures lie in files of their own beside FILE, <its name>.….sig.json, or in FILE itself.
    """


@cli.command(cls=OfflineCommand)
@click.argument("file", type=FILE)
@policy_option
@json_option
def show(file: Path, policy_path: Path | None, json_output: bool) -> Answer[SafeShowDocument]:
    """Show what FILE does, its hashes, and whose signatures it has. Needs no network; believes nothing it says."""
    from kgst.proposals import offline

    return offline.show(file, policy_path)


@cli.command(cls=OfflineCommand)
@partial(sign_options, policy=policy_option)
def sign(file: Path, **options: Any) -> Answer[SafeSignDocument]:
    """Write the signature of --account, an owner, beside FILE. Needs no network."""
    from kgst.proposals import offline

    return offline.sign(file, **options)


@cli.command(cls=OfflineCommand)
@partial(collect_options, policy=policy_option)
def collect(
    file: Path, signatures: tuple[Path, ...], **options: Any
) -> Answer[SafeCollectDocument]:
    """Put SIGNATURES on FILE together: files of them, other copies of FILE, and what lies in and beside FILE.

    Needs no network. Exits 5 while some are missing.
    """
    from kgst.proposals import offline

    return offline.collect(file, signatures, **options)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@write_options
def execute(file: Path, run: Run) -> Answer[WriteDocument | SafeShowDocument]:
    """Send FILE once enough owners have signed; any account may, and pays for the gas."""
    from kgst.deployment.system import open_system
    from kgst.pipeline import safe_execution

    return safe_execution.execute(open_system(run.policy_path, quiet=run.json), file, run)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@write_options
def reject(file: Path, run: Run) -> Answer[WriteDocument | SafeShowDocument]:
    """End FILE, as an owner: sign an empty transaction of its nonce, and send that once enough owners have.

    Each owner gives the same command. Whichever of the two is sent ends the other for ever.
    """
    from kgst.deployment.system import open_system
    from kgst.pipeline import safe_rejecting

    return safe_rejecting.reject(open_system(run.policy_path, quiet=run.json), file, run)


@cli.command("list", cls=KgstCommand)
@policy_option
@json_option
def list_(policy_path: Path | None, json_output: bool) -> Answer[SafeListDocument]:
    """List what waits for the policy's Safes in this checkout: who must sign, which nonce waits for which.

    Exits 3 when a Safe is not as the policy says, or a file cannot be used.
    """
    from kgst.deployment.system import open_system
    from kgst.pipeline.safe_listing import safes

    return safes(open_system(policy_path, quiet=json_output))
