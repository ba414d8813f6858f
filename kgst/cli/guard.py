"""Pause, block, freeze, seize."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kgst.console import Answer, KgstCommand, KgstGroup, LocalPath, json_option, policy_option
from kgst.pipeline.emergency import EmergencyCommand
from kgst.pipeline.options import Run, write_options

if TYPE_CHECKING:
    from kgst.guard.documents import GuardPresignDocument, GuardSendDocument, GuardShowDocument
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.operation import Operation


@click.group(cls=KgstGroup, short_help="Pause, block, freeze, seize")
def cli() -> None:
    """Pause and resume; block and freeze accounts; carry out orders."""


@cli.command(cls=EmergencyCommand)
@click.argument("flags", nargs=-1, metavar="[FLAG]...")
@click.option(
    "--presign",
    metavar="FILE",
    type=LocalPath(dir_okay=False),
    help="Sign it now for the account's next nonce, and write it to FILE instead of sending it.",
)
@write_options
def pause(
    flags: tuple[str, ...], presign: Path | None, run: Run
) -> Answer[WriteDocument | GuardPresignDocument]:
    """Pause TRANSFERS, AUTHORIZATIONS, MINTING, BURNING; all of them when no FLAG is named.

    Goes to every node of the policy (rpcs), past whatever else of the account is pending.
    """
    if presign is not None:
        from kgst.deployment.system import open_system
        from kgst.guard.presigning import presign as sign_now

        return sign_now(open_system(run.policy_path, quiet=run.json), flags, run, presign)
    return _perform("pause", run, flags)


@cli.command(cls=EmergencyCommand)
@click.argument("file", type=LocalPath(dir_okay=False))
@policy_option
@json_option
def send(file: Path, policy_path: Path | None, json_output: bool) -> Answer[GuardSendDocument]:
    """Send the pause that was signed beforehand in FILE (guard pause --presign). Needs no key.

    Does not ask: whoever has the file means it. Given again, it waits for the same transaction.
    """
    from kgst.deployment.system import open_system
    from kgst.guard.presigning import send_presigned

    run = Run(policy_path=policy_path, json=json_output)
    return send_presigned(open_system(policy_path, quiet=json_output), file, run)


@cli.command(cls=KgstCommand)
@click.argument("flags", nargs=-1, metavar="[FLAG]...")
@write_options
def unpause(flags: tuple[str, ...], run: Run) -> Answer[WriteDocument]:
    """Resume what is paused; all of it when no FLAG is named."""
    return _perform("unpause", run, flags)


@cli.command(cls=KgstCommand)
@click.argument("subject", metavar="ACCOUNT")
@policy_option
@json_option
def show(subject: str, policy_path: Path | None, json_output: bool) -> Answer[GuardShowDocument]:
    """Show everything about ACCOUNT, a label or an address: what it holds, what it may, who did what about it and why.

    Who, when and why come from this checkout's journals, Safes' files and index. Exits 3 when one is damaged.
    """
    from kgst.deployment.system import open_system
    from kgst.guard.showing import show as answer

    return answer(open_system(policy_path, quiet=json_output), subject)


@cli.command(cls=EmergencyCommand)
@click.argument("accounts", nargs=-1, required=True, metavar="ACCOUNT...")
@write_options
def block(accounts: tuple[str, ...], run: Run) -> Answer[WriteDocument]:
    """Block each ACCOUNT, a label or an address: it can neither send nor receive."""
    from kgst.guard.accounts import block as operation

    return _known(operation, run, accounts, reason="guard block")


@cli.command(cls=KgstCommand)
@click.argument("accounts", nargs=-1, required=True, metavar="ACCOUNT...")
@write_options
def unblock(accounts: tuple[str, ...], run: Run) -> Answer[WriteDocument]:
    """Let each ACCOUNT send and receive again; what is frozen stays frozen."""
    from kgst.guard.accounts import unblock as operation

    return _known(operation, run, accounts, reason="guard unblock")


@cli.command(cls=KgstCommand)
@click.argument("holder", metavar="ACCOUNT")
@click.argument("amount")
@write_options
def freeze(holder: str, amount: str, run: Run) -> Answer[WriteDocument]:
    """Make AMOUNT, like '500.00 som', what is frozen of ACCOUNT in all; '0 som' unfreezes.

    It may be more than the account holds: what comes in is frozen too, up to that amount.
    """
    from kgst.guard.accounts import freeze as operation

    return _known(operation, run, holder, amount, reason="guard freeze")


@cli.command(cls=KgstCommand)
@click.option(
    "--order",
    required=True,
    type=LocalPath(),
    help="The order: YAML or JSON, see docs/files.md.",
)
@write_options
def seize(order: Path, run: Run) -> Answer[WriteDocument]:
    """Carry out the order of a court or authority: take or destroy tokens. Asks even with --yes.

    Whose tokens, the order says; who receives them needs a label, or --allow-unknown. An order is carried out once.
    """
    from kgst.guard.seizing import seize as operation

    return _known(operation, run, order, run.document_sha256)


@cli.command(cls=KgstCommand)
@click.argument("file", type=LocalPath())
@click.option(
    "--exact", is_flag=True, help="Also unblock every account that is blocked and not in FILE."
)
@click.option(
    "--chunk",
    type=click.IntRange(1, 500),
    default=200,
    show_default=True,
    help="Accounts of one transaction.",
)
@write_options
def blocklist(file: Path, exact: bool, chunk: int, run: Run) -> Answer[WriteDocument]:
    """Block the accounts of FILE, a CSV with the column address (and reason); sends only what differs.

    Addresses need no label here, but a checksum. The format: docs/files.md.
    """
    from kgst.deployment.system import open_system
    from kgst.guard import batches

    system = open_system(run.policy_path, quiet=run.json)
    return batches.blocklist(system, file, chunk, run, exact=exact)


@cli.command(cls=KgstCommand)
@click.argument("file", type=LocalPath())
@click.option(
    "--chunk",
    type=click.IntRange(1, 500),
    default=200,
    show_default=True,
    help="Accounts of one transaction.",
)
@write_options
def freezes(file: Path, chunk: int, run: Run) -> Answer[WriteDocument]:
    """Freeze what FILE says, a CSV with the columns address and amount_som; sends only what differs.

    Accounts that FILE does not name stay as they are; an amount of 0 unfreezes. The format: docs/files.md.
    """
    from kgst.deployment.system import open_system
    from kgst.guard import batches

    system = open_system(run.policy_path, quiet=run.json)
    return batches.freezes(system, file, chunk, run)


@cli.command("cut-issuer", cls=EmergencyCommand)
@click.argument("issuer")
@write_options
def cut_issuer(issuer: str, run: Run) -> Answer[WriteDocument]:
    """End ISSUER's permission to mint and burn, at once."""
    from kgst.guard.cuts import cut_issuer as operation

    return _known(operation, run, issuer)


@cli.command("revoke-role", cls=EmergencyCommand)
@click.argument("role")
@click.argument("member", metavar="ACCOUNT")  # `account` is --account
@write_options
def revoke_role(role: str, member: str, run: Run) -> Answer[WriteDocument]:
    """Take ROLE from ACCOUNT, at once; not ADMIN, GUARDIAN or UNPAUSER, which only ADMIN takes away."""
    from kgst.guard.revoking import revoke_role as operation

    return _known(operation, run, role, member)


@cli.command("suspend-auditor", cls=EmergencyCommand)
@click.argument("auditor")
@write_options
def suspend_auditor(auditor: str, run: Run) -> Answer[WriteDocument]:
    """Take AUDITOR's vote, at once; ends the attestation, so nobody mints until a new one."""
    from kgst.guard.cuts import suspend_auditor as operation

    return _known(operation, run, auditor)


def _perform(name: str, run: Run, *arguments: Any) -> Answer[WriteDocument]:
    from kgst.deployment.system import open_system
    from kgst.guard import pauses
    from kgst.pipeline.pipeline import perform

    system = open_system(run.policy_path, quiet=run.json)
    return perform(system, [getattr(pauses, name)(system, *arguments)], run)


def _known(
    operation: Callable[..., Operation], run: Run, *arguments: Any, reason: str | None = None
) -> Answer[WriteDocument]:
    """Carry out what `operation` makes of addresses that must be known; `reason` names what needs one."""
    from kgst.deployment.system import open_system
    from kgst.pipeline.pipeline import perform
    from kgst.pipeline.why import require_reason

    if reason is not None:
        require_reason(run, reason)

    system = open_system(run.policy_path, quiet=run.json)
    made = operation(system, *arguments, allow_unknown=run.allow_unknown)
    return perform(system, [made], run)
