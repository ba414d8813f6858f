"""Deploy KGST as a policy says, and compare what stands there with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgst.console import (
    Answer,
    KgstCommand,
    KgstGroup,
    LocalPath,
    json_option,
    operator_options,
    policy_option,
    yes_option,
)

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from kgst.deploy.documents import (
        DeployApplyDocument,
        DeployPlanDocument,
        DeployPublishDocument,
        DeployResumeDocument,
        DeployVerifyDocument,
    )


@click.group(cls=KgstGroup, short_help="Deploy the token as its policy says; verify it")
def cli() -> None:
    """Deploy the token as deployments/<network>/policy.yaml says, and verify it."""


@cli.command(cls=KgstCommand)
@operator_options
@policy_option
@json_option
def plan(
    policy_path: Path | None, account: AccountAPI | None, json_output: bool
) -> Answer[DeployPlanDocument]:
    """Show what would be sent, and what it would cost. Sends nothing."""
    from kgst.deploy import commands

    return commands.plan(policy_path, account)


@cli.command(cls=KgstCommand)
@operator_options
@policy_option
@click.option("--new", is_flag=True, help="Start over; keep the old record and journal aside.")
@yes_option
@json_option
def apply(
    policy_path: Path | None,
    account: AccountAPI | None,
    new: bool,
    yes: bool,
    json_output: bool,
) -> Answer[DeployApplyDocument]:
    """Deploy. The deployer ends with no power."""
    from kgst.deploy import commands

    return commands.apply(policy_path, account, yes=yes, new=new, quiet=json_output)


@cli.command(cls=KgstCommand)
@operator_options
@policy_option
@yes_option
@json_option
def resume(
    policy_path: Path | None, account: AccountAPI | None, yes: bool, json_output: bool
) -> Answer[DeployResumeDocument]:
    """Continue a deployment that was interrupted. Never sends a step twice."""
    from kgst.deploy import commands

    return commands.resume(policy_path, account, yes=yes, quiet=json_output)


@cli.command(cls=KgstCommand)
@policy_option
@json_option
def verify(policy_path: Path | None, json_output: bool) -> Answer[DeployVerifyDocument]:
    """Compare the chain with policy and record. Exits 3 on drift."""
    from kgst.deploy import commands

    return commands.verify(policy_path)


@cli.command(cls=KgstCommand)
@click.option("--contract", "names", multiple=True, help="Only this one; may be repeated.")
@click.option(
    "--api-url",
    default="https://api.etherscan.io/v2/api",
    show_default=True,
    help="An Etherscan-style API; its key is read from the environment variable KGST_EXPLORER_KEY.",
)
@click.option("--only-files", is_flag=True, help="Write and compare; ask no explorer.")
@click.option(
    "--out",
    "folder",
    type=LocalPath(file_okay=False),
    help="Where the files go; by default build/verification.",
)
@policy_option
@json_option
def publish(
    names: tuple[str, ...],
    api_url: str,
    only_files: bool,
    folder: Path | None,
    policy_path: Path | None,
    json_output: bool,
) -> Answer[DeployPublishDocument]:
    """Verify the contracts' sources on an explorer, after comparing them with what was deployed.

    Exits 1 when an explorer did not verify one of them; the files for doing it by hand are kept.
    """
    from kgst.deploy import publish as publishing

    return publishing.publish(
        policy_path, names, api_url, only_files=only_files, folder=folder, quiet=json_output
    )
