"""Upgrades as tables for people and as documents for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kgst.checks import Check, print_checks
from kgst.deployment.code import arguments_in_words
from kgst.deployment.layout import WORDS_NOTE
from kgst.moments import both_times
from kgst.tables import table
from kgst.terminal import markup
from kgst.upgrade.operations import call_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.upgrade.checking import Candidate
    from kgst.upgrade.consenting import Comparison
    from kgst.upgrade.deploying import Proposed
    from kgst.upgrade.files import UpgradeFile

__all__ = [
    "print_check",
    "print_comparison",
    "print_deployed",
]

_LONG: Final = 4_000


def print_check(
    out: Console,
    system: System,
    candidate: Candidate,
    tried: list[Check] | None,
    block: int | None,
) -> None:
    """What the candidate is, and everything that was looked at."""
    head = table(f"Chain {system.record.chain_id}, token {markup(system.token.address)}")
    head.add_column("candidate", style="bold")
    head.add_column("")
    head.add_row("contract", f"{markup(candidate.contract)} ({markup(candidate.source)})")
    head.add_row("constructor", arguments_in_words("0x" + candidate.arguments.hex()))
    head.add_row("layout compared with", markup(candidate.compared_with))
    out.print(head)
    print_checks(out, candidate.checks, "Code and storage")
    for problem in candidate.problems:
        out.print(f"  {problem}", style="red", markup=False, soft_wrap=True)
    out.print(f"[dim]{WORDS_NOTE}[/dim]")
    if tried is None:
        out.print("[yellow]The smoke test was not run:[/yellow] put the above right first.")
        return
    where = f"a fork at block {block}" if block is not None else "a chain of its own"
    print_checks(out, tried, f"Upgraded on {where}; consent, quota and reserves pretended")


def print_deployed(out: Console, proposed: Proposed) -> None:
    """Where it stands, and what comes next."""
    file = proposed.file
    said = "deployed" if proposed.outcome else "it stands there already, nothing was sent"
    out.print(f"[green]✓[/green] {said}: {markup(file.contract)} at {markup(file.implementation)}")
    out.print(f"  code hash {markup(file.code_hash)}", soft_wrap=True)
    out.print(f"  consent number {file.nonce}, to be submitted until {both_times(file.deadline)}")
    if proposed.path is not None:
        out.print(f"For the auditors: {proposed.path}", markup=False, soft_wrap=True)
        out.print(
            "Each runs `ape run upgrade consent FILE --account …` on a checkout that they reviewed."
        )


def print_comparison(
    out: Console, file: UpgradeFile, compared: Comparison, warnings: Sequence[Check]
) -> None:
    """What would be consented to, and what this machine found out about it."""
    rows = table(f"Consent number {file.nonce} of {markup(file.token)} on chain {file.chain_id}")
    rows.add_column("", style="bold")
    rows.add_column("", overflow="fold")
    rows.add_row("contract, built here", markup(compared.contract))
    rows.add_row("code hash, built here", markup(compared.code_hash))
    rows.add_row("stands at", markup(file.implementation))
    rows.add_row("immutables", arguments_in_words(file.constructor_args))
    rows.add_row("the upgrade then runs", markup(call_in_words(compared.contract, file.call), None))
    rows.add_row("hash of that call", markup(file.data_hash))
    for call, answer in file.changes.items():
        rows.add_row("changes on purpose", markup(f"{call} answers {answer} afterwards", None))
    rows.add_row("halts known of", f"{file.halts:d}")
    rows.add_row("auditors' version", str(file.version))
    rows.add_row("deadline", both_times(file.deadline))
    out.print(rows)
    for one in compared.agrees:
        out.print(f"[green]✓[/green] {markup(one, _LONG)}")
    for one in compared.open:
        out.print(f"[yellow]Not checked:[/yellow] {markup(one, _LONG)}")
    for warning in warnings:
        out.print(f"[bold yellow]Warning:[/bold yellow] {markup(warning.found, _LONG)}")
