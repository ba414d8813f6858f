"""Previews and results of writes, as tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import Answer
from kgst.decoding.calls import addresses_in
from kgst.journal import Outcome
from kgst.moments import format_span, format_time
from kgst.pipeline.documents import OperationDocument
from kgst.pipeline.permission import Permission, PermissionStatus
from kgst.quantities import format_duration
from kgst.sending import Event, Stage
from kgst.signing.own import print_read
from kgst.tables import table
from kgst.terminal import markup, markup_lines

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.actor import Actor
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.results import Result
    from kgst.proposals.files import Proposal

__all__ = [
    "nothing_done",
    "print_preview",
    "print_progress",
    "print_result",
]

_FEW: Final = 8


def print_preview(
    out: Console,
    system: System,
    actor: Actor,
    work: Sequence[tuple[Operation, Permission]],
    last_done: tuple[Path, Outcome] | None,
) -> None:
    """What would be done, by whom and how."""
    rows = table(f"Chain {system.record.chain_id}, token {markup(system.token.address)}")
    # An address is never cut short: it may be the one thing to look at.
    rows.add_column("what", style="bold", overflow="fold")
    rows.add_column("", overflow="fold")
    for operation, found in work:
        # What is to be agreed to is never cut.
        rows.add_row(markup(operation.title, None), _manner(found))
        for label, text in operation.lines:
            rows.add_row(f"  {markup(label)}", markup_lines(text, None))
        for address in _not_whole(system, operation):
            rows.add_row("  address", f"{markup(system.named(address))}\n{markup(address)}")
    rows.add_row("by", f"{markup(actor.named(system))}\n{markup(actor.caller)}")
    if actor.account is not None and actor.safe is not None:
        rows.add_row("signs and pays", markup(system.named(actor.account.address)))
    out.print(rows)
    print_read(out, system.policy, system.policy_path)
    if last_done is not None:
        path, outcome = last_done
        out.print(
            f"[yellow]The very same was done before, in transaction {markup(outcome.hash)} "
            f"({markup(path.name)}).[/yellow]"
        )


def _not_whole(system: System, operation: Operation) -> list[str]:
    """Addresses that the call is about and nothing shows whole: of a cut one the rest can be anything.

    Of a long list none: its rows stand in the file that it was read from.
    """
    contracts = {entry.address for entry in system.record.contracts.values()}
    said = " ".join([operation.title, *(text for _, text in operation.lines)])
    found = addresses_in(system, operation.to, operation.data)
    left = sorted(one for one in found - contracts if one not in said)
    return left if len(left) <= _FEW else []


def _manner(found: Permission) -> str:
    if found.status is PermissionStatus.TO_SCHEDULE:
        return f"schedules; can be executed after {format_duration(found.delay)}"
    if found.status is PermissionStatus.READY:
        return "executes what was scheduled"
    if found.status is PermissionStatus.WAITING:
        return f"waits until {format_time(found.ready_at or 0)}"
    return "at once"


def print_progress(out: Console, event: Event) -> None:
    """One line as a step is sent, one as it ends."""
    if event.stage is Stage.SENT:
        out.print(f"[dim]{markup(event.step)}: sent {markup(event.transaction)}[/dim]")
    elif event.stage is Stage.DONE and event.outcome is not None:
        outcome = event.outcome
        sign = "[green]✓[/green]" if outcome.succeeded else "[red]✗[/red]"
        out.print(
            f"{sign} [bold]{markup(event.step)}[/bold] final in block {outcome.block_number}, {outcome.gas_used:,} gas"
        )
    elif event.note is not None:
        out.print(f"[yellow]{markup(event.step)}: {markup(event.note)}[/yellow]", soft_wrap=True)


def print_result(
    out: Console, system: System, actor: Actor, operations: Sequence[Operation], result: Result
) -> None:
    """What is done, or what it waits for and how to go on."""
    if result.proposal is not None:
        _print_proposal(out, system, actor, result.proposal, result)
        return
    if result.waits_until:
        left = max(0, result.waits_until - system.now())
        out.print(
            f"[yellow]Scheduled.[/yellow] It can be executed from [bold]{format_time(result.waits_until)}[/bold] on, "
            f"in {format_span(left)}: give the same command again then. Until then it can be cancelled "
            "(`ape run govern pending`, `ape run govern cancel`)."
        )
        return
    for what, value in result.values:
        out.print(f"  {what}: {value}", markup=False)
    said = "already so, nothing was sent" if result.already else "done"
    out.print(f"[green]✓[/green] {said}: {markup('; '.join(o.title for o in operations), None)}")


def _print_proposal(
    out: Console, system: System, actor: Actor, proposal: Proposal, result: Result
) -> None:
    assert actor.safe is not None  # noqa: S101 # a proposal is a Safe's
    valid = {one.signer for one in proposal.claims}
    missing = [markup(system.named(o)) for o in actor.safe.owners if o not in valid]
    out.print(f"\n  domain hash   [bold]{markup(proposal.domain_hash)}[/bold]")
    out.print(f"  message hash  [bold]{markup(proposal.message_hash)}[/bold]")
    out.print(
        f"  safeTxHash    [bold]{markup(proposal.safe_tx_hash)}[/bold]  (nonce {proposal.nonce})\n"
    )
    for line in proposal.decoded:
        out.print(f"  {line}", markup=False)
    if result.missing_signatures:
        out.print(
            f"[yellow]{len(valid)} of {actor.safe.threshold} signatures.[/yellow] Another owner gives the same command "
            f"with --account; not signed yet: {', '.join(missing)}."
        )
    else:
        out.print("There are enough signatures; give the same command with --account to send it.")
    for why in result.left_out:
        out.print(f"[yellow]Does not count:[/yellow] {markup(why, None)}")
    if result.proposal_path is not None:
        out.print(
            f"Share {markup(result.proposal_path)} and the .sig.json beside it (Safe's Transaction Builder reads the "
            ".tx-builder.json there)."
        )


def nothing_done(system: System, said: str) -> Answer[OperationDocument]:
    """The answer of a writing command that found nothing to do, before anybody had to act."""
    return Answer(
        OperationDocument.of_nothing(system),
        lambda out: out.print(f"[green]✓[/green] {markup(said)}; nothing was sent"),
    )
