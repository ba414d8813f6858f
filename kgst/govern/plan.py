"""The policy against the chain, as a list of changes. Sends nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.errors import ExitCode
from kgst.govern.documents import GovernPlanDocument
from kgst.govern.todo import Todo, Work, what_differs
from kgst.moments import format_time
from kgst.quantities import format_duration
from kgst.tables import table
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["answer", "print_plan", "who"]

_STYLES = {"+": "green", "-": "red", "~": "yellow"}


def answer(system: System) -> Answer[GovernPlanDocument]:
    """Every difference; the exit code is DRIFT when there is one.

    Raises:
        NodeError: the node failed, or refuses events.
    """
    work = what_differs(system)
    differs = bool(work.todos or work.by_hand)
    return Answer(
        GovernPlanDocument.of(system, work),
        partial(print_plan, system, work),
        ExitCode.DRIFT if differs else ExitCode.DONE,
    )


def who(system: System, todo: Todo) -> str:
    """`admin (0x7099…79C8), after 5 minutes`."""
    if not todo.by:
        return f"nobody holds {todo.change.role.name} on the chain"
    return "; ".join(
        f"{system.named(account)}, {f'after {format_duration(delay)}' if delay else 'at once'}"
        for account, delay in todo.by.items()
    )


def print_plan(system: System, work: Work, out: Console) -> None:
    """Each change, who may make it, and what no call undoes."""
    from rich.text import Text

    if not work.todos and not work.by_hand:
        out.print(
            f"[green]✓[/green] nothing differs: chain {system.record.chain_id}, block {work.block}"
        )
        return
    rows = table(f"What would make chain {system.record.chain_id} what the policy says")
    for column in ("", "change", "by", ""):
        rows.add_column(column)
    for todo in work.todos:
        effect = "loosens" if todo.change.loosens else "tightens"
        if todo.settles_at:
            effect += f"\ndone; takes effect {format_time(todo.settles_at)}"
        by = f"{todo.change.role.name}: {who(system, todo)}"
        style = _STYLES[todo.sign]
        rows.add_row(
            Text(todo.sign, style=style), markup(todo.change.summary, None), markup(by), effect
        )
    if work.todos:
        out.print(rows)
    for text in work.by_hand:
        out.print(f"[yellow]By hand:[/yellow] {markup(text, None)}")
    counts = ", ".join(
        f"{sum(t.sign == sign for t in work.todos)} to {verb}"
        for sign, verb in (("+", "give"), ("~", "change"), ("-", "take"))
    )
    out.print(f"[bold]{counts}.[/bold] `ape run govern apply --account …` carries it out.")
