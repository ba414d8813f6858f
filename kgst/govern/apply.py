"""Carrying out the plan: what one account or Safe may do of it, in an order that never leaves a role with nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from kgst.console import Answer, console
from kgst.errors import ExitCode, RefusedError
from kgst.govern.holders import Holders, RoleCall
from kgst.govern.plan import who
from kgst.govern.todo import SETTLING, Todo, what_differs
from kgst.moments import format_time
from kgst.pipeline import documents
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.operation import Operation, Readback
from kgst.pipeline.permission import Permission, PermissionStatus, permission
from kgst.pipeline.pipeline import carry_out
from kgst.pipeline.views import nothing_done
from kgst.pipeline.work import Work
from kgst.roles import Role, role_name
from kgst.sending.public_keys import require_own_keys
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import OperationDocument, WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["Left", "Ready", "apply", "in_order", "safe_part", "without_revivals"]


_NAME: Final = "govern"
"""Of its runs."""


@dataclass(frozen=True)
class Ready:
    """A change that the caller may make."""

    todo: Todo
    operation: Operation
    found: Permission


@dataclass(frozen=True)
class Left:
    """A change that is not made in this run.

    Attributes:
        why: Who has to make it, or what it waits for.
    """

    summary: str
    why: str


def apply(system: System, run: Run) -> Answer[WriteDocument]:
    """Make those of the differing changes that the caller may make; say what is left and for whom.

    Raises:
        RefusedError: the caller may make none of them; the message says who may.
        NodeError: the node failed, or refuses events.
    """
    if run.give_up:
        return give_up(system, run)
    require_own_keys(system.policy.people, system.provider)
    work = what_differs(system)
    if not work.todos:
        _put_away(system, run)
        return _with_left(nothing_done(system, "nothing differs"), [], work.by_hand)
    remaining = _Remaining(system)
    operations = {id(t): _operation(t, remaining) for t in work.todos}
    actor = choose_actor(system, [operations[id(work.todos[0])]], run)
    run = replace(run, account=actor.account)
    mine: list[Ready] = []
    left: list[Left] = []
    for todo in work.todos:
        operation = operations[id(todo)]
        if todo.settles_at:
            why = f"was made and takes effect at {format_time(todo.settles_at)}; again would start anew"
            left.append(Left(todo.change.summary, why))
            continue
        try:
            mine.append(Ready(todo, operation, permission(system, operation, actor.caller)))
        except RefusedError:
            left.append(Left(todo.change.summary, f"{todo.change.role.name}: {who(system, todo)}"))
    mine, revived = without_revivals(work.todos, mine)
    chosen, held = safe_part(in_order(mine, actor.caller), work.holders, actor.caller)
    left += revived + held
    if not chosen:
        if all(t.settles_at for t in work.todos):
            nothing = nothing_done(system, "everything is done and takes effect later")
            return _with_left(nothing, left, work.by_hand)
        reasons = "\n".join(f"{item.summary}: {item.why}" for item in left)
        raise RefusedError(
            f"{system.named(actor.caller)} can do nothing of what differs; give --account or --via safe:LABEL:\n"
            f"{reasons}"
        )
    answer = carry_out(system, [ready.operation for ready in chosen], run)
    return _with_left(answer, left, work.by_hand)


def _put_away(system: System, run: Run) -> None:
    """End the runs of the account that were cut off, and that the chain shows to be done."""
    if run.account is None:
        return
    work = Work(system, choose_actor(system, [], run), run, console(stderr=run.json))
    with work.alone():
        work.end_all(_NAME)


def without_revivals(
    todos: Sequence[Todo], mine: Sequence[Ready]
) -> tuple[list[Ready], list[Left]]:
    """`mine` without the roles that would revive something scheduled which `mine` does not cancel."""
    cancelled = {id(ready.todo) for ready in mine}
    waiting = {todo.change.before for todo in todos if id(todo) not in cancelled}
    kept: list[Ready] = []
    left: list[Left] = []
    for ready in mine:
        call = ready.todo.call
        if call is not None and (call.role, call.account) in waiting:
            why = "waits until what it had scheduled is cancelled: a role would revive it"
            left.append(Left(ready.todo.change.summary, why))
        else:
            kept.append(ready)
    return kept, left


def in_order(mine: Sequence[Ready], caller: str) -> list[Ready]:
    """Grants before revokes, ADMIN after the others, the caller's own branch last."""

    def place(ready: Ready) -> int:
        call = ready.todo.call
        if call is None:
            return 0
        own = call.role == Role.ADMIN and int(call.account, 16) == int(caller, 16)
        if call.delay is None:
            return 6 if own else 4 if call.role == Role.ADMIN else 3
        # A delay of its own would hold up whatever the caller does after it.
        return 5 if own else 1 if ready.todo.sign == "+" else 2

    return sorted(mine, key=place)


def safe_part(
    ordered: Sequence[Ready], holders: Holders, caller: str
) -> tuple[list[Ready], list[Left]]:
    """What can be done now without leaving a role with nobody, or the caller without power over what remains.

    Args:
        ordered: By `in_order`.
        holders: On the chain now.
        caller: Whose changes these are.
    """
    chosen: list[Ready] = []
    held: list[Left] = []
    effective: list[RoleCall] = []
    for ready in ordered:
        call, summary = ready.todo.call, ready.todo.change.summary
        now = ready.found.status in (PermissionStatus.AT_ONCE, PermissionStatus.READY)
        if call is not None and not now and ready.found.status is not PermissionStatus.WAITING:
            admin = holders.admin.get(call.role, int(Role.ADMIN))
            if admin != Role.ADMIN:
                held.append(Left(summary, f"waits until ADMIN, not {role_name(admin)}, may do it"))
                continue
        if call is not None and call.delay is None and now:
            if (empty := holders.emptied_by([*effective, call])) is not None:
                held.append(Left(summary, f"would leave {empty.name} with nobody; grant it first"))
                continue
            own = call.role == Role.ADMIN and int(call.account, 16) == int(caller, 16)
            if own and (held or any(_comes_later(r) for r in chosen)):
                held.append(Left(summary, "the caller's own power goes once the rest is done"))
                continue
        if call is not None and now:
            effective.append(call)
        chosen.append(ready)
    return chosen, held


def _comes_later(ready: Ready) -> bool:
    return ready.found.status in (PermissionStatus.TO_SCHEDULE, PermissionStatus.WAITING)


def _operation(todo: Todo, remaining: _Remaining) -> Operation:
    change = todo.change
    # What settles later still differs now: there is nothing to read back yet.
    settles = change.data[:4] in SETTLING
    readbacks = () if settles else (remaining.readback(change.summary, change.data),)
    return Operation(
        name=_NAME,
        title=change.summary,
        to=change.target,
        data=change.data,
        role=change.role,
        lines=(("effect", "loosens" if change.loosens else "tightens"),),
        readbacks=readbacks,
        repeatable=True,
    )


class _Remaining:
    """The differences that are left, read once after everything was sent."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._left: set[bytes] | None = None

    def readback(self, summary: str, data: bytes) -> Readback:
        """That this difference is gone."""
        return Readback(
            summary,
            False,
            lambda: data in self._read(),
            lambda differs: "still differs" if differs else "as the policy says",
        )

    def _read(self) -> set[bytes]:
        if self._left is None:
            self._left = {todo.change.data for todo in what_differs(self._system).todos}
        return self._left


def _with_left(
    answer: Answer[OperationDocument], left: Sequence[Left], by_hand: Sequence[str]
) -> Answer[OperationDocument]:
    """The answer, and what is still to be done; WAITING while others must act."""
    document = answer.content.model_copy(
        update={
            "left": [documents.Left(what=item.summary, why=item.why) for item in left],
            "by_hand": list(by_hand),
        }
    )
    code = answer.exit_code
    if code is ExitCode.DONE and left:
        code = ExitCode.WAITING
    return Answer(document, partial(_print, answer, left, by_hand), code)


def _print(
    answer: Answer[OperationDocument], left: Sequence[Left], by_hand: Sequence[str], out: Console
) -> None:
    answer.show(out)
    for item in left:
        out.print(f"[yellow]Left:[/yellow] {markup(item.summary, None)} – {markup(item.why, None)}")
    for text in by_hand:
        out.print(f"[yellow]By hand:[/yellow] {markup(text, None)}")
