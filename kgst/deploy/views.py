"""Plans, deployments and verifications as tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgst.checks import Check, State, in_words, print_checks
from kgst.deploy.plan import GAS_BASIS, Plan
from kgst.deployment.applying import STEPS
from kgst.policy import Policy
from kgst.quantities import (
    bnb_cost,
    bnb_held,
    format_duration,
    format_gwei,
    format_refill,
)
from kgst.record import Record
from kgst.sending import Event, Stage
from kgst.tables import table
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "print_event",
    "print_plan",
    "print_record",
    "print_verification",
]

_LONG = 4_000
NOTICE = "Testnet reference implementation, not affiliated with the issuer of any listed token."


def print_plan(console: Console, plan: Plan, policy: Policy) -> None:
    """The plan, and who will have which power."""
    console.print(f"[dim]{NOTICE}[/dim]")
    steps = table(f"Deployment to chain {plan.chain_id}")
    steps.add_column("step", style="bold")
    steps.add_column("what")
    steps.add_column("gas, estimate", justify="right")
    for step in plan.steps:
        what = markup(step.summary) + (f"\n{markup(step.address)}" if step.address else "")
        steps.add_row(markup(step.name), what, f"{step.gas:,}")
    console.print(steps)

    powers = table("Powers afterwards")
    powers.add_column("power", style="bold")
    powers.add_column("who")
    powers.add_column("terms")
    for role, members in policy.roles.items():
        for member in members:
            terms = f"after {format_duration(member.delay)}" if member.delay else "at once"
            powers.add_row(markup(role.name), _whole(policy, member.member), terms)
    for issuer in policy.issuers:
        powers.add_row(
            "issuer",
            _whole(policy, issuer.member),
            f"{format_som(issuer.capacity)}, refill {format_refill(issuer.refill_per_second)}, "
            + ("may burn" if issuer.may_burn else "may not burn")
            + (", a desk" if issuer.desk else ""),
        )
    for label in policy.desks.mint.destinations:
        powers.add_row("destination", _whole(policy, label), "of the mint desk")
    for auditor in policy.auditors.members:
        count = f"{policy.auditors.threshold} of {len(policy.auditors.members)}"
        powers.add_row("auditor", _whole(policy, auditor), count)
    revoker = next((step.address for step in plan.steps if step.name == "revoker"), None)
    powers.add_row("ADMIN", f"the Revoker\n{markup(revoker or '')}", "takes at once, gives nothing")
    powers.add_row("none", f"deployer\n{markup(plan.deployer)}", "gives up ADMIN in the last step")
    console.print(powers)
    console.print(
        f"Estimate: {plan.gas:,} gas at {format_gwei(plan.gas_price)} = "
        f"[bold]{bnb_cost(plan.cost)}[/bold]; the deployer has {bnb_held(plan.balance)}."
    )
    console.print(f"[dim]Estimate: {GAS_BASIS}.[/dim]")


def _whole(policy: Policy, label: str) -> str:
    return f"{markup(label)}\n{markup(policy.address(label))}"


def print_event(console: Console, event: Event) -> None:
    """One line as a step is sent, one as it ends."""
    number = f"{STEPS.index(event.step) + 1}/{len(STEPS)}" if event.step in STEPS else ""
    if event.stage is Stage.SENT:
        console.print(f"[dim]{number} {markup(event.step)}: sent {markup(event.transaction)}[/dim]")
    elif event.stage is Stage.DONE and event.outcome is not None:
        outcome = event.outcome
        sign = "[green]✓[/green]" if outcome.succeeded else "[red]✗[/red]"
        console.print(
            f"{sign} {number} [bold]{markup(event.step)}[/bold] {markup(outcome.contract or '')} "
            f"block {outcome.block_number}, {outcome.gas_used:,} gas"
        )
    elif event.note is not None:
        console.print(
            f"[yellow]{number} {markup(event.step)}: {markup(event.note)}[/yellow]", soft_wrap=True
        )


def print_record(console: Console, record: Record) -> None:
    """Where everything is."""
    rows = table(f"Deployed on chain {record.chain_id}")
    rows.add_column("contract", style="bold")
    rows.add_column("address")
    rows.add_column("block", justify="right")
    for name, contract in record.contracts.items():
        rows.add_row(markup(name), markup(contract.address), str(contract.transaction.block_number))
    console.print(rows)


def print_verification(console: Console, checks: Sequence[Check]) -> None:
    """Every drift, and what could not be looked at."""
    amiss = [check for check in checks if check.state is not State.OK]
    if not amiss:
        console.print(f"[green]✓[/green] verified: {len(checks)} checks, no drift.")
        return
    print_checks(console, amiss, "The chain against policy and record")
    console.print(markup(f"{in_words(checks)}."))
