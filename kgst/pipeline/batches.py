"""Many operations, each in a transaction of its own, one after the other; killed at any point, the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.console import Answer, console
from kgst.errors import ExitCode, RefusedError
from kgst.node import chain_id
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.documents import OperationDocument
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.logbook import subject_of
from kgst.pipeline.operation import Operation
from kgst.pipeline.permission import Permission, PermissionStatus, permission
from kgst.pipeline.results import Result, Step
from kgst.pipeline.simulation import simulate
from kgst.pipeline.views import print_preview, print_result
from kgst.pipeline.work import Work
from kgst.quantities import format_duration
from kgst.roles import Role

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["Batch", "perform_batch", "send_each"]


@dataclass(frozen=True)
class Batch:
    """What is to become so, however many transactions that takes.

    Attributes:
        name: Short, for the journal's file.
        title: For people: `block 120 accounts of sanctions.csv`.
        role: Whose members may.
        key: What makes a run of it this run, besides chain and caller.
        reference: What it is about, for the journal.
        operations: Those that are left to do; asked once nothing is in flight. Names differ.
    """

    name: str
    title: str
    role: Role
    key: tuple[object, ...]
    reference: str
    operations: Callable[[], list[Operation]]


def perform_batch(system: System, batch: Batch, run: Run) -> Answer[WriteDocument]:
    """Carry out what is left of `batch`, as far as it is possible now.

    Raises:
        As `perform`.
    """
    out = console(stderr=run.json)
    template = Operation(batch.name, batch.title, system.token.address, b"", role=batch.role)
    if run.give_up:
        return give_up(system, run, [template])
    actor = choose_actor(system, [template], run)
    work = Work(system, actor, run, out)
    with work.alone():
        return _performed(work, batch)


def _performed(work: Work, batch: Batch) -> Answer[OperationDocument]:
    system = work.system
    subject = subject_of(chain_id(system.provider), work.actor.caller, batch.name, *batch.key)
    begun = work.actor.account is not None and work.logbook.begun(subject)
    work.settle(subject, batch.name, batch.reference, by_chain=True)
    operations = batch.operations()
    if operations:
        found = require_at_once(work, operations)
        for operation in operations:
            simulate(system, operation.name, work.actor.caller, operation.to, operation.data)
        pairs = list(zip(operations, found, strict=True))
        print_preview(work.out, system, work.actor, pairs, None)
        result = send_each(work, subject, batch.name, operations, batch.reference)
    else:
        if begun:
            work.close(subject, batch.name, batch.reference)
        result = Result(already=True)
    result.resumed = begun

    def show(console: Console) -> None:
        print_result(console, system, work.actor, operations, result)
        if result.already:
            console.print(f"  {batch.title}", markup=False)

    document = OperationDocument.of(system, work.actor, operations, result)
    return Answer(document, show, result.exit_code)


def send_each(
    work: Work,
    subject: str,
    name: str,
    operations: Sequence[Operation],
    reference: str,
) -> Result:
    """Ask, send each of `operations`, wait, read back.

    Args:
        work: The run.
        subject: Of the journal.
        name: For the journal's file.
        operations: In order; names differ.
        reference: For the journal.
    """
    steps = [Step(o.name, o.to, o.data) for o in operations]
    result = work.carry_out(subject, name, steps, operations, reference=reference)
    if result.exit_code is ExitCode.DONE:
        work.read_back(operations, result)
    return result


def require_at_once(work: Work, operations: Sequence[Operation]) -> list[Permission]:
    """What the caller may do now; asked once for each function.

    Raises:
        RefusedError: it may not, or only after a delay.
    """
    by_function: dict[bytes, Permission] = {}
    for operation in operations:
        if operation.selector in by_function:
            continue
        found = permission(work.system, operation, work.actor.caller)
        if found.status is not PermissionStatus.AT_ONCE:
            raise RefusedError(
                f"{operation.title}: {work.system.named(work.actor.caller)} has a delay of "
                f"{format_duration(found.delay)} for this, and a batch is sent at once; give a member without a delay "
                "with --account."
            )
        by_function[operation.selector] = found
    return [by_function[operation.selector] for operation in operations]
