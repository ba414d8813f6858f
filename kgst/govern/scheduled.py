"""Operations that wait out their delay: list them, execute them when they are due, cancel them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.decoding.pending import Pending, Scheduled, pending_operations
from kgst.errors import InputError, RefusedError
from kgst.govern.documents import GovernPendingDocument
from kgst.govern.ended import require_executed
from kgst.govern.holders import admin_role, read_holders, revived_by, role_call
from kgst.moments import format_span, format_time
from kgst.node import rpc
from kgst.pipeline.actor import choose_actor, test_account
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.pipeline.pipeline import perform
from kgst.pipeline.views import nothing_done
from kgst.roles import Role, role_name
from kgst.snapshot.traces import read_traces
from kgst.tables import table
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.documents import WriteDocument
    from kgst.pipeline.options import Run

__all__ = ["answer", "cancel", "execute"]

_SHORTEST_PREFIX = 4


def answer(system: System) -> Answer[GovernPendingDocument]:
    """What is scheduled and neither executed, cancelled nor expired.

    Raises:
        NodeError: the node refuses events, without which nothing is known.
    """
    found, now = pending_operations(system), system.now()
    return Answer(GovernPendingDocument.of(system, found, now), partial(_print, system, found, now))


def execute(system: System, prefix: str | None, run: Run) -> Answer[WriteDocument]:
    """Execute what the caller has scheduled: the operation with this id, or all that are due.

    Args:
        system: Opened by the command.
        prefix: Of the id, at least four digits; None for all.
        run: The command line.

    Raises:
        InputError: no operation, or several, begin so.
        RefusedError: somebody else scheduled it, or it would leave a role with nobody.
    """
    found = pending_operations(system)
    if prefix is not None:
        operation_id = _one(prefix, [o.operation_id for o in _ever(system)])
        found = [p for p in found if p.operation_id == operation_id]
        if not found:
            return nothing_done(system, require_executed(system, operation_id))
    actor = choose_actor(system, [], _with_account(system, run, [p.caller for p in found]))
    run = replace(run, account=actor.account)
    mine = [p for p in found if int(p.caller, 16) == int(actor.caller, 16)]
    if prefix is not None and not mine:
        raise RefusedError(
            f"{found[0].text} was scheduled by {system.named(found[0].caller)}, and nobody else can execute it; give "
            "that account with --account, or --via safe:LABEL."
        )
    if not mine:
        return nothing_done(system, f"nothing is scheduled by {system.named(actor.caller)}")
    _nobody_left_out(system, mine)
    _nothing_revived(system, mine)
    return perform(system, [_execution(system, p) for p in mine], run)


def cancel(system: System, prefix: str, run: Run) -> Answer[WriteDocument]:
    """Cancel the operation with this id: by whom scheduled it, a guardian of its role, or ADMIN.

    Raises:
        InputError: no operation, or several, begin so.
        RefusedError: the caller may not.
    """
    operations = {o.operation_id: o for o in _ever(system)}
    operation = operations[_one(prefix, list(operations))]
    texts = {p.operation_id: p.text for p in pending_operations(system)}
    may = _who_may_cancel(system, operation)
    actor = choose_actor(system, [], _with_account(system, run, list(may)))
    run = replace(run, account=actor.account)
    done = operation.operation_id not in texts

    def check() -> None:
        if int(actor.caller, 16) not in {int(a, 16) for a in may}:
            names = "; ".join(f"{system.named(a)} ({why})" for a, why in may.items())
            raise RefusedError(
                f"{system.named(actor.caller)} may not cancel it; these may: {names}. Give one of them with --account, "
                "or --via safe:LABEL."
            )

    text = texts.get(operation.operation_id, operation.operation_id)
    arguments = (operation.caller, operation.target, operation.data)
    cancellation = Operation(
        name="cancel",
        title=f"cancel {text}",
        to=system.manager.address,
        data=call_data(system.manager.cancel, *arguments),
        lines=(("scheduled by", system.named(operation.caller)), ("id", operation.operation_id)),
        readbacks=(_not_scheduled(system, operation.operation_id, text),),
        by=tuple(may),
        already=done,
        repeatable=True,
        check=check,
    )
    return perform(system, [cancellation], run)


def _with_account(system: System, run: Run, callers: Sequence[str]) -> Run:
    """On a development node: one of `callers`, if it is a test account and no account was given."""
    if run.account is None and run.via is None and system.is_dev:
        return replace(run, account=test_account(callers))
    return run


def _execution(system: System, pending: Pending) -> Operation:
    role = admin_role(system, pending.target, pending.data)
    if role not in tuple(Role):
        raise RefusedError(
            f"{pending.text} needs {role_name(role)}, which this deployment has no use for; see `ape run govern plan`."
        )
    return Operation(
        name="execute",
        title=pending.text,
        to=pending.target,
        data=pending.data,
        role=Role(role),
        lines=(
            ("id", pending.operation_id),
            ("until", format_time(pending.expires_at)),
        ),
        readbacks=(_not_scheduled(system, pending.operation_id, pending.text),),
        repeatable=True,
    )


def _not_scheduled(system: System, operation_id: str, text: str) -> Readback:
    return Readback(
        text,
        0,
        lambda: int(system.manager.getSchedule(operation_id)),
        lambda when: f"scheduled for {format_time(when)}" if when else "not scheduled any more",
    )


def _nobody_left_out(system: System, mine: Sequence[Pending]) -> None:
    """No role ends with nobody by what is due.

    Raises:
        RefusedError: one would.
    """
    due = [p for p in mine if p.ready_at <= system.now()]
    calls = [role_call(system.manager.address, p.target, p.data) for p in due]
    members = [c for c in calls if c is not None]
    if any(c.delay is None for c in members):
        empty = read_holders(system).emptied_by(members)
        if empty is not None:
            raise RefusedError(
                f"this would leave {empty.name} with nobody on the chain; grant it to somebody first, or cancel the "
                "operation."
            )


def _nothing_revived(system: System, mine: Sequence[Pending]) -> None:
    """Nobody is given a role by what is due while something is scheduled that the role would revive.

    Raises:
        RefusedError: somebody would.
    """
    due = [p for p in mine if p.ready_at <= system.now()]
    calls = [role_call(system.manager.address, p.target, p.data) for p in due]
    grants = {(c.role, c.account) for c in calls if c is not None and c.delay is not None}
    if not grants:
        return
    holders = read_holders(system, *{account for _, account in grants})
    new = {grant for grant in grants if not holders.in_role(*grant).since}
    for pending, role in revived_by(system, new, pending_operations(system)).items():
        raise RefusedError(
            f"{system.named(pending.caller)} would be given {role_name(role)}, and what it scheduled before it lost "
            f"that would be possible again: {pending.text}. Cancel that first: `ape run govern cancel "
            f"{pending.operation_id[:10]}`."
        )


def _ever(system: System) -> list[Scheduled]:
    """All that was ever scheduled, each once.

    Raises:
        NodeError: the node refuses events.
    """
    with rpc("ask for the last block"):
        last = int(system.provider.web3.eth.block_number)
    traces = read_traces(system.record, last)
    if traces.gap:
        raise traces.failure("scheduled operations")
    return list({o.operation_id: o for o in traces.scheduled}.values())


def _one(prefix: str, ids: Sequence[str]) -> str:
    """The only id that begins with `prefix`."""
    digits = prefix.lower().removeprefix("0x")
    if len(digits) < _SHORTEST_PREFIX or set(digits) - set("0123456789abcdef"):
        raise InputError(
            f"{prefix!r} is no id; give the first {_SHORTEST_PREFIX} digits or more of one that `ape run govern "
            "pending` shows."
        )
    found = [i for i in ids if i.startswith("0x" + digits)]
    if not found:
        raise InputError(
            f"nothing was ever scheduled with an id that begins with {prefix}; see `ape run govern pending`."
        )
    if len(found) > 1:
        raise InputError(f"{prefix} begins {len(found)} ids: {', '.join(found)}; give more digits.")
    return found[0]


def _who_may_cancel(system: System, operation: Scheduled) -> dict[str, str]:
    """By the AccessManager's rule (`_canCancel`): address to why."""
    manager = system.manager
    holders = read_holders(system)
    may = {operation.caller: "scheduled it"}
    with rpc("ask who guards the operation's role"):
        # For its own functions too it looks at this mapping, which has nothing but ADMIN.
        role = int(manager.getTargetFunctionRole(operation.target, operation.data[:4]))
        guardian = int(manager.getRoleGuardian(role))
    roles = {int(Role.ADMIN), guardian}
    if int(operation.target, 16) == int(manager.address, 16):
        roles.add(admin_role(system, operation.target, operation.data))
    for number in sorted(roles, reverse=True):
        for account in holders.of(number):
            may.setdefault(account, role_name(number))
    return may


def _print(system: System, found: Sequence[Pending], now: int, out: Console) -> None:
    if not found:
        out.print("[green]✓[/green] nothing is scheduled")
        return
    rows = table(f"Scheduled on chain {system.record.chain_id}; now {format_time(now)}")
    for column in ("id", "what", "by", "can be executed"):
        rows.add_column(column)
    for p in found:
        left = p.ready_at - now
        state = f"in {format_span(left)}" if left > 0 else "[bold]now[/bold]"
        when = f"{format_time(p.ready_at)}\n{state}, until {format_time(p.expires_at)}"
        rows.add_row(
            markup(p.operation_id[:14] + "…"),
            markup(p.text, None),
            markup(system.named(p.caller)),
            when,
        )
    out.print(rows)
    out.print(
        "`ape run govern execute ID`, `ape run govern cancel ID`; the first digits are enough."
    )
