"""`doctor` as a table for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.checks import Summary, in_words, print_checks, summarized
from kgst.console import Answer
from kgst.doctor.diagnosis import Diagnosis, diagnose
from kgst.doctor.documents import Batch, Block, DoctorDocument, Examined, FixPlan, Sender
from kgst.doctor.fix import PlannedBatch, write_batches
from kgst.govern.documents import GovernPlanDocument
from kgst.govern.plan import print_plan
from kgst.govern.todo import Work, work_in
from kgst.moments import format_time
from kgst.node import NodeError
from kgst.quantities import format_duration

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["doctor"]


@dataclass(frozen=True)
class _FixPlan:
    """What `govern plan` says of the state that was examined, and the batches that were written of it.

    Attributes:
        gap: Why there is no plan.
    """

    system: System | None = None
    work: Work | None = None
    batches: list[PlannedBatch] = field(default_factory=list)
    gap: str = "the deployment could not be read."


def doctor(
    policy_path: Path | None, fix_plan: Path | None, *, every: bool, quiet: bool
) -> Answer[DoctorDocument]:
    """Look at everything; write what would undo the drift, if that is asked.

    Args:
        policy_path: None for the network's own.
        fix_plan: Where the batch goes; None writes none.
        every: Show people each check that is in order, not only how many.
        quiet: Stdout belongs to a JSON document.
    """
    diagnosis = diagnose(policy_path, quiet=quiet)
    plan = None if fix_plan is None else _plan(diagnosis, fix_plan)

    def show(out: Console) -> None:
        _print(out, diagnosis, every=every)
        if plan is not None:
            _print_plan(out, plan)

    document = _document(diagnosis)
    if plan is not None:
        document = document.model_copy(update={"fix_plan": _part(plan)})
    return Answer(document, show, diagnosis.exit_code)


def _plan(diagnosis: Diagnosis, path: Path) -> _FixPlan:
    system, state = diagnosis.system, diagnosis.state
    if system is None or state is None:
        return _FixPlan()
    try:
        work = work_in(system, state)
    except NodeError as error:
        return _FixPlan(gap=str(error))
    return _FixPlan(system, work, write_batches(path, system, work))


def _document(diagnosis: Diagnosis) -> DoctorDocument:
    return DoctorDocument(
        chain_id=diagnosis.chain_id,
        block=Block.taken_from(diagnosis.head),
        token=diagnosis.system.record.token.address if diagnosis.system else None,
        summary=Summary.of(diagnosis.checks),
        checks=Examined.all_of(diagnosis.checks),
    )


def _part(plan: _FixPlan) -> FixPlan | None:
    if plan.system is None or plan.work is None:
        return None
    places = {id(todo): place for place, todo in enumerate(plan.work.todos)}
    return FixPlan(
        plan=GovernPlanDocument.of(plan.system, plan.work),
        batches=[
            Batch.taken_from(
                batch,
                file=str(batch.path),
                role=batch.role.name,
                by=Sender(label=plan.system.policy.label(batch.member), address=batch.member),
                changes=[places[id(todo)] for todo in batch.todos],
            )
            for batch in plan.batches
        ],
    )


def _print(out: Console, diagnosis: Diagnosis, *, every: bool) -> None:
    from rich.text import Text

    head, checks = diagnosis.head, diagnosis.checks
    out.print(
        Text.assemble(
            f"chain {diagnosis.chain_id}, ",
            (f"block {head.number} of {format_time(head.time)}", "bold"),
        )
    )
    print_checks(out, checks if every else summarized(checks, whole=("node", "chain")))
    out.print(Text(in_words(checks) + ("" if every else " (--all shows each)")))


def _print_plan(out: Console, plan: _FixPlan) -> None:
    from rich.text import Text

    if plan.system is None or plan.work is None:
        out.print(Text(f"No batch was written: {plan.gap}"))
        return
    print_plan(plan.system, plan.work, out)
    if not plan.batches:
        out.print("No batch was written: nothing that a call can undo.")
    for batch in plan.batches:
        who = plan.system.policy.named(batch.member)
        then = f", to be executed {format_duration(batch.delay)} later" if batch.delay else ""
        count = f"{len(batch.todos)} of these changes"
        out.print(
            Text(f"{batch.path}: {count}, by {who} as {batch.role.name}{then}; nothing was sent")
        )
        if not batch.is_member:
            out.print(
                Text(f"! {who} is no member of {batch.role.name} on the chain now", style="yellow")
            )
