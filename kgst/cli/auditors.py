"""Change the auditors: draft, sign, collect, submit a rotation; propose, accept, cancel a recovery."""

from __future__ import annotations

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
    force_option,
    sign_options,
    valid_for_option,
    write_options,
)

if TYPE_CHECKING:
    from kgst.auditors.documents import (
        AuditorsCollectDocument,
        AuditorsDraftDocument,
        AuditorsShowDocument,
        AuditorsSignDocument,
    )
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run


@click.group(cls=KgstGroup, short_help="Change the auditors: rotation, recovery")
def cli() -> None:
    """Change the auditors to those of the policy. sign and collect need no network."""


@cli.command(cls=KgstCommand)
@policy_option
@json_option
def show(policy_path: Path | None, json_output: bool) -> Answer[AuditorsShowDocument]:
    """Show the auditors, who is suspended, a proposed recovery, and whether the policy says so."""
    from kgst.auditors import commands

    return commands.show(policy_path, quiet=json_output)


@cli.command(cls=KgstCommand)
@click.option("--out", type=FILE, help="Default: rotation-<version>.json beside the policy.")
@valid_for_option("3 days; at most 30")
@policy_option
@force_option
@json_option
def draft(
    out: Path | None,
    valid_for: str | None,
    policy_path: Path | None,
    force: bool,
    json_output: bool,
) -> Answer[AuditorsDraftDocument]:
    """Write the rotation to the policy's auditors; to the same ones, it ends their suspensions."""
    from kgst.auditors import commands

    return commands.draft(policy_path, out, valid_for, force=force, quiet=json_output)


@cli.command(cls=OfflineCommand)
@sign_options
def sign(file: Path, **options: Any) -> Answer[AuditorsSignDocument]:
    """Sign the draft FILE as an auditor in office. Touches no network."""
    from kgst.auditors import offline

    return offline.sign(file, **options)


@cli.command(cls=OfflineCommand)
@collect_options
def collect(
    file: Path, signatures: tuple[Path, ...], **options: Any
) -> Answer[AuditorsCollectDocument]:
    """Put SIGNATURES on the draft FILE together. Touches no network. Exits 5 while some are missing."""
    from kgst.auditors import offline

    return offline.collect(file, signatures, **options)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@write_options
def submit(file: Path, run: Run) -> Answer[WriteDocument]:
    """Submit the signed rotation FILE. Anyone may."""
    from kgst.auditors import commands

    return commands.submit(file, run)


@cli.command(cls=KgstCommand)
@write_options
def propose(run: Run) -> Answer[WriteDocument]:
    """Propose the policy's auditors, as a RESERVE_ADMIN: for lost keys. Any attestation ends it."""
    from kgst.auditors import commands

    return commands.propose(run)


@cli.command(cls=KgstCommand)
@write_options
def accept(run: Run) -> Answer[WriteDocument]:
    """Complete the proposed recovery, once its delay has passed. Anyone may. Exits 5 before."""
    from kgst.auditors import commands

    return commands.accept(run)


@cli.command(cls=KgstCommand)
@write_options
def cancel(run: Run) -> Answer[WriteDocument]:
    """End the proposed recovery, as a GUARDIAN."""
    from kgst.auditors import commands

    return commands.cancel(run)
