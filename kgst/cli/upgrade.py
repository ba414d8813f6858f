"""Upgrade the token: check, deploy, the auditors' consent, schedule, execute, cancel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgst.console import (
    Answer,
    KgstCommand,
    KgstGroup,
    LocalPath,
    OfflineCommand,
    json_option,
    policy_option,
)
from kgst.pipeline.options import (
    collect_options,
    sign_options,
    valid_for_option,
    write_options,
)

if TYPE_CHECKING:
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run
    from kgst.upgrade.documents import (
        UpgradeCheckDocument,
        UpgradeCollectDocument,
        UpgradeConsentDocument,
        UpgradeDeployDocument,
    )

# Whether a file is there and usable is said by the command, with what to do.
FILE: Any = LocalPath()


def data_option(function: Any) -> Any:
    """`--data`: the parameter `data`."""
    return click.option(
        "--data",
        default="0x",
        metavar="0x…",
        help="A call that the upgrade makes of the new implementation at once: its ABI encoding.",
    )(function)


def changes_option(function: Any) -> Any:
    """`--changes`: the parameter `changes`."""
    return click.option(
        "--changes",
        multiple=True,
        metavar="CALL=ANSWER",
        help="A getter that answers otherwise afterwards on purpose; may be given several times. Auditors see it.",
    )(function)


@click.group(cls=KgstGroup, short_help="Upgrade the token, with the auditors' consent")
def cli() -> None:
    """Upgrade the token: check, deploy, consent, collect, submit-consent, schedule, execute; or cancel."""


@cli.command(cls=KgstCommand)
@click.argument("contract", default="KGSTLogic")
@data_option
@changes_option
@policy_option
@json_option
def check(
    contract: str, data: str, changes: tuple[str, ...], policy_path: Path | None, json_output: bool
) -> Answer[UpgradeCheckDocument]:
    """Compare the storage layout of CONTRACT with the deployed one; upgrade to it on a fork. Sends nothing.

    Exits 4 when a field was moved, removed or retyped, or anything else is not as it must be. The node must keep the
    state of its latest block for a few minutes, as archive nodes do.
    """
    from kgst.upgrade import commands

    return commands.check(policy_path, contract, data, changes, quiet=json_output)


@cli.command(cls=KgstCommand)
@click.argument("contract")
@data_option
@changes_option
@click.option(
    "--out", type=FILE, help="The file; by default upgrades/<code hash>.json beside the policy."
)
@valid_for_option("3 days, at most 30; the same file again keeps its deadline")
@write_options
def deploy(
    contract: str,
    data: str,
    changes: tuple[str, ...],
    out: Path | None,
    valid_for: str | None,
    run: Run,
) -> Answer[UpgradeDeployDocument]:
    """Deploy CONTRACT as a future implementation, and write the file that auditors sign. Anyone may."""
    from kgst.upgrade import commands

    return commands.deploy(contract, data, run, out, valid_for, changes)


@cli.command(cls=OfflineCommand)
@click.option(
    "--contract",
    default="KGSTLogic",
    show_default=True,
    help="What you reviewed; its code is built here, and that is what you sign.",
)
@sign_options
def consent(file: Path, contract: str, **options: Any) -> Answer[UpgradeConsentDocument]:
    """Build the code, compare it with FILE, and sign the consent to it as an auditor. Touches no network."""
    from kgst.upgrade import commands

    return commands.consent(file, contract, **options)


@cli.command(cls=OfflineCommand)
@collect_options
def collect(
    file: Path, signatures: tuple[Path, ...], **options: Any
) -> Answer[UpgradeCollectDocument]:
    """Put SIGNATURES on the upgrade in FILE together. Touches no network. Exits 5 while some are missing."""
    from kgst.upgrade import commands

    return commands.collect(file, signatures, **options)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@click.argument("signatures", nargs=-1, type=FILE)
@write_options
def submit_consent(file: Path, signatures: tuple[Path, ...], run: Run) -> Answer[WriteDocument]:
    """Record the auditors' consent: FILE as `collect` wrote it, or FILE of the upgrade and SIGNATURES. Anyone may."""
    from kgst.upgrade import commands

    return commands.submit_consent(file, signatures, run)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@write_options
def schedule(file: Path, run: Run) -> Answer[WriteDocument]:
    """Schedule the upgrade in FILE, as an UPGRADER; its delay begins."""
    from kgst.upgrade import commands

    return commands.schedule(file, run)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@write_options
def execute(file: Path, run: Run) -> Answer[WriteDocument]:
    """Execute the upgrade in FILE once its delay has passed; compare every getter; record it."""
    from kgst.upgrade import commands

    return commands.execute(file, run)


@cli.command(cls=KgstCommand)
@click.argument("file", type=FILE)
@write_options
def cancel(file: Path, run: Run) -> Answer[WriteDocument]:
    """Cancel the scheduled upgrade in FILE, as a GUARDIAN or as whoever scheduled it."""
    from kgst.upgrade import commands

    return commands.cancel(file, run)
