"""`doctor` as a table for people and as a document for programs (docs/schemas/doctor.json)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.console import Answer
from kgst.decoding.calls import format_time
from kgst.doctor.diagnosis import Diagnosis, diagnose
from kgst.doctor.fix import FixPlan, write_fix_plan
from kgst.doctor.node import Row, State
from kgst.quantities import format_duration
from kgst.terminal import plain

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["doctor"]

_LONG: Final = 4_000
_STYLE: Final = {
    State.OK: "green",
    State.DRIFT: "bold red",
    State.WARNING: "yellow",
    State.NOT_CHECKED: "yellow",
}


def doctor(policy_path: Path | None, fix_plan: Path | None, *, every: bool, quiet: bool) -> Answer:
    """Look at everything; write what would undo the drift, if that is asked.

    Args:
        policy_path: None for the network's own.
        fix_plan: Where the batch goes; None writes none.
        every: Show people each check that is in order, not only how many.
        quiet: Stdout belongs to a JSON document.
    """
    diagnosis = diagnose(policy_path, quiet=quiet)
    plan = None
    if fix_plan is not None and diagnosis.system is not None and diagnosis.state is not None:
        plan = write_fix_plan(fix_plan, diagnosis.system, diagnosis.state)

    def show(out: Console) -> None:
        _print(out, diagnosis, every=every)
        if fix_plan is not None:
            _print_plan(out, diagnosis, plan)

    document = _document(diagnosis)
    if fix_plan is not None:
        document["fix_plan"] = _plan_document(diagnosis, plan)
    return Answer(document, show, diagnosis.exit_code)


def _document(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "chain_id": diagnosis.chain_id,
        "block": {
            "number": diagnosis.head.number,
            "time": diagnosis.head.time,
            "hash": diagnosis.head.hash,
        },
        "token": diagnosis.system.record.token.address if diagnosis.system else None,
        "summary": {state.name.lower(): len(diagnosis.of(state)) for state in State},
        "checks": [
            {
                "area": row.area,
                "item": row.item,
                "state": row.state.name.lower(),
                "expected": row.expected,
                "found": row.found,
            }
            for row in diagnosis.rows
        ],
    }


def _plan_document(diagnosis: Diagnosis, plan: FixPlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "batches": [
            {
                "file": str(batch.path),
                "role": batch.role.name,
                "by": {"label": diagnosis.policy.label(batch.member), "address": batch.member},
                "is_member": batch.is_member,
                "delay": batch.delay,
                "changes": [
                    {
                        "summary": change.summary,
                        "target": change.target,
                        "data": "0x" + change.data.hex(),
                        "loosens": change.loosens,
                    }
                    for change in batch.changes
                ],
            }
            for batch in plan.batches
        ],
        "by_hand": list(plan.by_hand),
    }


def _print(out: Console, diagnosis: Diagnosis, *, every: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    head = diagnosis.head
    out.print(
        Text.assemble(
            f"chain {diagnosis.chain_id}, ",
            (f"block {head.number} of {format_time(head.time)}", "bold"),
        )
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("", "check", "found", "expected"):
        table.add_column(name, overflow="fold")
    for row in diagnosis.rows if every else _shortened(diagnosis.rows):
        style = _STYLE[row.state]
        differs = row.state is not State.OK or row.area == "node"
        table.add_row(
            Text(row.state, style=style),
            Text(plain(f"{row.area}: {row.item}")),
            Text(plain(row.found, _LONG)),
            Text(plain(row.expected or "", _LONG) if differs else ""),
        )
    out.print(table)
    counts = ", ".join(
        f"{len(diagnosis.of(state))} {state}" for state in State if diagnosis.of(state)
    )
    out.print(Text(counts + ("" if every else " (--all shows each)")))


def _shortened(rows: list[Row]) -> list[Row]:
    """What is in order beyond the node is one line an area."""
    shown: list[Row] = []
    for area in dict.fromkeys(row.area for row in rows):
        of_area = [row for row in rows if row.area == area]
        fine = [row for row in of_area if row.state is State.OK]
        if area in ("node", "chain") or len(fine) < 2:
            shown += of_area
            continue
        shown.append(Row(area, f"{len(fine)} checks", State.OK, "as policy and record say"))
        shown += [row for row in of_area if row.state is not State.OK]
    return shown


def _print_plan(out: Console, diagnosis: Diagnosis, plan: FixPlan | None) -> None:
    from rich.text import Text

    if plan is None:
        out.print("No batch was written: the deployment could not be read.")
        return
    if not plan.batches:
        out.print("No batch was written: nothing that a call can undo.")
    for batch in plan.batches:
        who = diagnosis.policy.named(batch.member)
        then = f", to be executed {format_duration(batch.delay)} later" if batch.delay else ""
        out.print(Text(f"{batch.path}: by {who} as {batch.role.name}{then}; nothing was sent"))
        if not batch.is_member:
            out.print(
                Text(f"! {who} is no member of {batch.role.name} on the chain now", style="yellow")
            )
        for change in batch.changes:
            out.print(Text(f"  {'loosens' if change.loosens else 'tightens'}: {change.summary}"))
    for text in plan.by_hand:
        out.print(Text(f"by hand: {text}"))
