"""The pause drill as a table, and as a report to keep."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.checks import print_checks
from kgst.console import Answer, console
from kgst.drill.documents import DrillDocument
from kgst.drill.running import Drill, run_drill
from kgst.errors import ExitCode
from kgst.flags import flags_in_words
from kgst.fork.system import forked_system
from kgst.moments import format_time
from kgst.quantities import format_duration
from kgst.storing import write_new
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["answer", "markdown"]

CLOCK_NOTE: Final = (
    "The fork mines at once. On BSC add the wait for a block (0.45 s) and for finality (about 2 s), and the time in "
    "which a person decides, finds the key, and a Safe's owners sign."
)


def answer(policy_path: Path | None, report: Path | None, *, quiet: bool) -> Answer[DrillDocument]:
    """Run the drill on a fork of the connected network, which gets nothing of it."""
    begun, out = time.monotonic(), console(stderr=True)

    def tell(what: str) -> None:
        out.print(f"[dim]{time.monotonic() - begun:5.1f} s  {markup(what)} …[/dim]")

    tell("making a copy of the chain")
    with forked_system(policy_path, quiet=quiet) as (system, fork):
        ready = time.monotonic() - begun
        drill = run_drill(system, fork, tell)
    drill.seconds_to_fork, drill.seconds_in_all = ready, time.monotonic() - begun
    if report is not None:
        write_new([(report, markdown(system, drill).encode())], force=True)
    return Answer(
        DrillDocument.of(system, drill, report),
        lambda out: show(out, system, drill, report),
        ExitCode.DONE if drill.passed else ExitCode.REFUSED,
    )


def show(out: Console, system: System, drill: Drill, report: Path | None) -> None:
    """For people."""
    title = f"Pause drill: chain {system.record.chain_id}, {_where(drill)}"
    print_checks(out, drill.checks, title)
    for what, value in _facts(system, drill):
        out.print(f"  {markup(what)}: [bold]{markup(value)}[/bold]")
    out.print(f"[dim]{CLOCK_NOTE}[/dim]")
    said = "[green]✓[/green] passed" if drill.passed else "[red]✗[/red] failed"
    out.print(f"{said}; nothing was sent to the network.")
    if report is not None:
        out.print(f"Report: {report}", markup=False, soft_wrap=True)


def markdown(system: System, drill: Drill) -> str:
    """The report."""
    lines = [
        f"# Pause drill, {format_time(drill.started_at)}",
        "",
        f"Chain {system.record.chain_id}, token `{system.token.address}`, on {_where(drill)}. "
        f"**{'Passed' if drill.passed else 'FAILED'}.** Nothing was sent to the network.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {what} | {_cell(value)} |" for what, value in _facts(system, drill)),
        "",
        CLOCK_NOTE,
        "",
        "| | what | found |",
        "|---|---|---|",
        *(
            f"| {check.state} | {check.area}: {_cell(check.item)} | {_cell(check.found)} |"
            for check in drill.checks
        ),
        "",
    ]
    return "\n".join(lines)


def _facts(system: System, drill: Drill) -> list[tuple[str, str]]:
    facts = [
        ("paused by", system.named(drill.pauser)),
        ("decision to mined", f"{drill.seconds_to_mined:.2f} s"),
        ("decision to proof", f"{drill.seconds_to_proof:.2f} s"),
        (
            "the drill in all",
            f"{drill.seconds_in_all:.1f} s, of which {drill.seconds_to_fork:.1f} s for the copy of the chain, which a "
            "real pause does not need",
        ),
        ("resumed by", system.named(drill.unpauser)),
        ("delay of resuming", format_duration(drill.unpause_delay)),
    ]
    if drill.paused_before:
        facts.append(
            (
                "paused on the chain",
                f"{flags_in_words(drill.paused_before)}; the fork pretended not",
            )
        )
    return facts


def _where(drill: Drill) -> str:
    return f"a fork at block {drill.block}" if drill.block is not None else "a chain of its own"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
