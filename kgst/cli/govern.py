"""Roles: who holds them, what differs from the policy, carrying that out, rotating keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from ape.cli import AccountAliasPromptChoice

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
    sign_options,
    write_options,
)

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from kgst.govern.documents import (
        GovernMatrixDocument,
        GovernPendingDocument,
        GovernPlanDocument,
    )
    from kgst.govern.offline_documents import GovernSignDocument
    from kgst.pipeline.documents import OperationDocument, WriteDocument
    from kgst.pipeline.options import Run


@click.group(cls=KgstGroup, short_help="Roles: matrix, plan, apply, pending, rotate, sign")
def cli() -> None:
    """Roles: who holds them, what differs from the policy, carrying that out, rotating keys."""


@cli.command(cls=KgstCommand)
@policy_option
@json_option
def matrix(policy_path: Path | None, json_output: bool) -> Answer[GovernMatrixDocument]:
    """Show who holds which role on the chain, with what delay, and what deserves a second look."""
    from kgst.deployment.system import open_system
    from kgst.govern import matrix

    return matrix.answer(open_system(policy_path, quiet=json_output))


@cli.command(cls=KgstCommand)
@policy_option
@json_option
def plan(policy_path: Path | None, json_output: bool) -> Answer[GovernPlanDocument]:
    """Compare policy and chain: what would be granted, revoked, altered, and by whom. Sends nothing.

    Exits 0 when nothing differs, 3 when something does.
    """
    from kgst.deployment.system import open_system
    from kgst.govern import plan

    return plan.answer(open_system(policy_path, quiet=json_output))


@cli.command(cls=KgstCommand)
@write_options
def apply(run: Run) -> Answer[WriteDocument]:
    """Carry out what plan shows, as far as the given account or Safe may.

    What needs a delay is scheduled (exit 5); the same command executes it when it is due. Exits 5 too when something
    is left for others, and says for whom.
    """
    from kgst.govern.apply import apply

    return apply(_system(run), run)


@cli.command(cls=KgstCommand)
@policy_option
@json_option
def pending(policy_path: Path | None, json_output: bool) -> Answer[GovernPendingDocument]:
    """List the operations that wait out their delay: what, by whom, from when, until when."""
    from kgst.deployment.system import open_system
    from kgst.govern import scheduled

    return scheduled.answer(open_system(policy_path, quiet=json_output))


@cli.command(cls=KgstCommand)
@click.argument("operation", required=False, metavar="[ID]")
@write_options
def execute(operation: str | None, run: Run) -> Answer[WriteDocument]:
    """Execute what the account has scheduled: the operation with this ID (its first digits), or all that are due."""
    from kgst.govern.scheduled import execute

    return execute(_system(run), operation, run)


@cli.command(cls=KgstCommand)
@click.argument("operation", metavar="ID")
@write_options
def cancel(operation: str, run: Run) -> Answer[WriteDocument]:
    """Cancel a scheduled operation: a guardian of its role, whoever scheduled it, or ADMIN."""
    from kgst.govern.scheduled import cancel

    return cancel(_system(run), operation, run)


@cli.command(cls=KgstCommand)
@click.argument("old")
@click.argument("new")
@click.option(
    "--new-account",
    type=AccountAliasPromptChoice(),
    metavar="ACCOUNT",
    help="NEW's account, if its key is here: signs the proof, sends nothing.",
)
@click.option(
    "--signature", metavar="HEX", help="NEW's signature over the challenge, made elsewhere."
)
@click.option(
    "--challenge",
    "challenge_path",
    type=FILE,
    help="Write what NEW has to sign to this file, for `govern sign`, while the key is not proved.",
)
@click.option(
    "--proof",
    "proof_path",
    type=FILE,
    help="NEW's signature, in the file that `govern sign` wrote.",
)
@click.option(
    "--write-policy", is_flag=True, help="Once it is done, put NEW for OLD into the policy's roles."
)
@write_options
def rotate(
    old: str,
    new: str,
    new_account: AccountAPI | None,
    signature: str | None,
    challenge_path: Path | None,
    proof_path: Path | None,
    write_policy: bool,
    run: Run,
) -> Answer[WriteDocument]:
    """Move every role from OLD to NEW: grant, prove that NEW's key works, revoke.

    OLD and NEW are labels of the policy. Give the same command again after a delay or an interruption: it goes on
    where it stands.
    """
    from kgst.govern.rotate import rotate

    return rotate(
        _system(run),
        old,
        new,
        run,
        new_account=new_account,
        signature=_bytes(signature),
        proof_path=proof_path,
        challenge_path=challenge_path,
        write_policy=write_policy,
    )


@cli.command(cls=KgstCommand)
@click.argument("old")
@click.argument("new")
@write_options
def prove(old: str, new: str, run: Run) -> Answer[OperationDocument]:
    """Sign, as NEW, what a rotation from OLD asks for. Sends nothing."""
    from kgst.govern.rotate import prove_key

    return prove_key(_system(run), old, new, run)


@cli.command(cls=OfflineCommand)
@sign_options
def sign(file: Path, **options: Any) -> Answer[GovernSignDocument]:
    """Sign the challenge FILE of a rotation, as the new holder. Touches no network."""
    from kgst.govern import offline

    return offline.sign(file, **options)


def _system(run: Run) -> Any:
    from kgst.deployment.system import open_system

    return open_system(run.policy_path, quiet=run.json)


def _bytes(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise click.BadParameter(
            "write 0x and hexadecimal digits", param_hint="--signature"
        ) from None
