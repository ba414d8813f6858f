"""Every write goes through `perform`: permission, simulation, preview, consent, journal, send, finality, read back.

Run again, the same command finishes what was interrupted, goes on with what was scheduled, or adds the next owner's
signature to a Safe's transaction. It never does anything twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgst.console import Answer, console
from kgst.errors import RefusedError
from kgst.node import NodeError, chain_id
from kgst.pipeline.actor import Actor, choose_actor
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.logbook import subject_of
from kgst.pipeline.operation import Operation, holds
from kgst.pipeline.permission import Permission, PermissionStatus, as_call, permission
from kgst.pipeline.readback import after
from kgst.pipeline.results import Result, Step
from kgst.pipeline.simulation import simulate, simulate_execution
from kgst.pipeline.work import Work
from kgst.sending import UndecidedError
from kgst.terminal import markup

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.documents import OperationDocument, WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["carry_out", "perform"]


def perform(system: System, operations: Sequence[Operation], run: Run) -> Answer[WriteDocument]:
    """Carry out `operations`, all in one transaction, as far as it is possible now.

    Args:
        system: Opened by the command.
        operations: At least one; those that are `already` so are left out. Several need roles of the AccessManager,
            which takes them together.
        run: The command line.

    Returns:
        The answer; its exit code is WAITING while a delay or signatures of a Safe are waited for.

    Raises:
        InputError: the command line names no usable account or Safe.
        RefusedError: the caller may not, the simulation reverts, or a limit is exceeded; nothing was sent.
        UnconfirmedError: sent and not final; the same command again waits for it.
        DriftError: it is final, and the chain is not as it should be.
    """
    if run.give_up:
        return give_up(system, run, operations)
    return carry_out(system, operations, run)


def carry_out(
    system: System, operations: Sequence[Operation], run: Run
) -> Answer[OperationDocument]:
    """As `perform`, of a run that gives up nothing."""
    out = console(stderr=run.json)
    actor = choose_actor(system, operations, run)
    work = Work(system, actor, run, out, urgent=any(o.emergency for o in operations))
    with work.alone():
        return _performed(work, operations)


def _performed(work: Work, operations: Sequence[Operation]) -> Answer[OperationDocument]:
    system, actor = work.system, work.actor
    calls = [part for o in operations for part in (o.to, o.data)]
    references = [o.reference for o in operations if o.reference]
    subject = subject_of(chain_id(system.provider), actor.caller, *calls, *references)
    reference = "; ".join(references)
    if actor.account is not None and work.logbook.begun(subject):
        resumed = _resumed(work, operations, subject, reference)
        if resumed is not None:
            return work.answer(operations, resumed)

    left = [o for o in operations if not _is_so(work, o)]
    if not left:
        # What the account has in flight may undo it: an unblock is no success while a block is on its way.
        work.finish_others(subject)
        return work.answer(operations, Result(already=True))
    for operation in left:
        if operation.check is not None:
            operation.check()
    found = [permission(system, o, actor.caller) for o in left]
    step = _transaction(system, left, found)
    waiting = [p.ready_at or 0 for p in found if p.status is PermissionStatus.WAITING]
    if step is None:
        return work.answer(operations, Result(waits_until=max(waiting)))
    simulate(system, step.name, actor.caller, step.to, step.data)
    for operation, p in zip(left, found, strict=True):
        if p.status is PermissionStatus.TO_SCHEDULE and not simulate_execution(system, operation):
            work.out.print(
                "[dim]This node cannot simulate what is scheduled; that is seen when it is executed.[/dim]"
            )
    work.preview(left, found, subject)
    result = work.carry_out(
        subject,
        left[0].name,
        [step],
        left,
        irreversible=any(o.irreversible for o in left),
        reference=reference,
    )
    if result.proposal is None:
        with after(result):
            result.waits_until = _awaited(system, operations, actor)
    return work.answer(operations, result)


def _resumed(
    work: Work, operations: Sequence[Operation], subject: str, reference: str
) -> Result | None:
    """The end of an interrupted run of this; None when it is over without having done it."""
    name = operations[0].name
    if not work.logbook.in_flight(subject) and all(o.repeatable for o in operations):
        work.close(subject, name, reference)
        return None
    try:
        result = work.finish(subject, name, reference)
    except UndecidedError as error:
        try:
            done = _by_the_chain(operations, error)
        except RefusedError:
            work.settled_elsewhere(subject, name, reference, error.outcome)
            raise
        work.settled_elsewhere(subject, name, reference, error.outcome)
        if done is None:
            return None
        work.out.print(f"[yellow]It was carried out: {markup(done)}.[/yellow]")
        return Result(already=True)
    with after(result):
        result.waits_until = _awaited(work.system, operations, work.actor)
    return result


def _by_the_chain(operations: Sequence[Operation], error: UndecidedError) -> str | None:
    """Whether the chain shows `operations` to be carried out, where their interrupted run is undecided.

    Returns:
        By what, in words; None when they are to be done (again): their key is free, or twice is the same as once.

    Raises:
        UndecidedError: the chain does not show it either.
    """
    if all(operation.repeatable for operation in operations):
        return None
    [first, *more] = operations
    if more or first.carried_out is None:
        raise error
    try:
        return first.carried_out()
    except NodeError as silent:
        raise error from silent


def _is_so(work: Work, operation: Operation) -> bool:
    """Whether nothing has to be sent; in an emergency one node's word is not enough for that."""
    if not operation.already or not operation.emergency or work.system.is_dev:
        return operation.already
    if operation.fact is not None and any(holds(peer, operation.fact) for peer in work.peers()):
        return True
    work.out.print(
        "[yellow]One node says that it is so already, and no second one does: it is sent all the same.[/yellow]"
    )
    return False


def _awaited(system: System, operations: Sequence[Operation], actor: Actor) -> int | None:
    """The second at which the last of `operations` that still have to be executed can be; None when none has to."""
    times = []
    for operation in operations:
        if operation.role is None or operation.already:
            continue
        try:
            found = permission(system, operation, actor.caller)
        except RefusedError:  # it took the caller's role away
            continue
        if found.status in (PermissionStatus.WAITING, PermissionStatus.READY):
            times.append(found.ready_at or 0)
    return max(times, default=None)


def _transaction(
    system: System, operations: Sequence[Operation], found: Sequence[Permission]
) -> Step | None:
    """All that can be done now, as one transaction; None when everything waits."""
    if len(operations) == 1 and found[0].status is PermissionStatus.AT_ONCE:
        return Step(operations[0].name, operations[0].to, operations[0].data)
    if any(operation.role is None for operation in operations):
        raise RefusedError("several operations at once must be the AccessManager's.")
    calls = [
        call
        for operation, p in zip(operations, found, strict=True)
        if (call := as_call(system, operation, p)) is not None
    ]
    manager = system.manager
    if not calls:
        return None
    data = calls[0] if len(calls) == 1 else bytes(manager.multicall.encode_input(calls))
    return Step(operations[0].name, manager.address, data)
