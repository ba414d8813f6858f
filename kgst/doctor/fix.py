"""The plan of `govern plan` as batches for Safe's Transaction Builder. Nothing is sent: people read, sign, send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.errors import InputError
from kgst.quantities import format_duration
from kgst.regularfile import write_regular
from kgst.roles import Role
from kgst.safe.txbuilder import batch_document

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.govern.todo import Todo, Work

__all__ = ["PlannedBatch", "write_batches"]


@dataclass(frozen=True)
class PlannedBatch:
    """The changes of a plan that one member of a role makes.

    Attributes:
        path: The file.
        member: Checksummed address of who sends it.
        delay: Seconds; above zero the batch schedules, and each operation is executed after so long.
        is_member: Whether the chain has made it a member; if not, nobody of the policy can send this yet.
        todos: In the plan's order.
    """

    path: Path
    role: Role
    member: str
    delay: int
    is_member: bool
    todos: tuple[Todo, ...]


def write_batches(path: Path, system: System, work: Work) -> list[PlannedBatch]:
    """Write to `path` what makes the changes of `work`, but for those that were made and have yet to take effect.

    When several roles have to act, each has a file of its own: `fix-ADMIN.json`, `fix-GUARDIAN.json` for `fix.json`.

    Raises:
        InputError: a file is there already, or cannot be written; nothing was written then.
    """
    by_role: dict[Role, list[Todo]] = {}
    for todo in work.todos:
        if todo.settles_at is None:
            by_role.setdefault(todo.change.role, []).append(todo)
    batches = []
    for role, todos in by_role.items():
        at = path if len(by_role) == 1 else path.with_stem(f"{path.stem}-{role.name}")
        batches.append(_batch(system, work, at, role, todos))
    for batch in batches:
        # A link that leads nowhere is there as well.
        if batch.path.exists() or batch.path.is_symlink():
            raise InputError(f"{batch.path} is there already; name another file, or remove it.")
    for batch in batches:
        text = json.dumps(_document(system, batch), indent=2, ensure_ascii=False) + "\n"
        try:
            write_regular(batch.path, text.encode())
        except OSError as error:
            raise InputError(f"{batch.path} cannot be written: {error.strerror}.") from error
    return batches


def _batch(system: System, work: Work, path: Path, role: Role, todos: list[Todo]) -> PlannedBatch:
    """By the member whom policy and chain let act soonest; else by the policy's first."""
    policy, able = system.policy, work.holders.of(role)
    named = [policy.address(member.member) for member in policy.roles[role]]
    chosen = min((a for a in named if a in able), key=lambda a: able[a], default=named[0])
    return PlannedBatch(path, role, chosen, able.get(chosen, 0), chosen in able, tuple(todos))


def _document(system: System, batch: PlannedBatch) -> dict[str, Any]:
    manager, label = system.manager, system.policy.label(batch.member)
    changes = [todo.change for todo in batch.todos]
    transactions = [
        (manager.address, bytes(manager.schedule.encode_input(c.target, c.data, 0)))
        if batch.delay
        else (c.target, c.data)
        for c in changes
    ]
    lines = [f"{number}. {c.summary}" for number, c in enumerate(changes, 1)]
    if batch.delay:
        lines.insert(
            0,
            f"Schedules; {format_duration(batch.delay)} later each can be executed (ape run govern execute).",
        )
    return batch_document(
        chain_id=system.record.chain_id,
        safe=batch.member if label in system.policy.safes else None,
        name=f"KGST: back to the policy, by {batch.role.name}",
        description="\n".join(lines),
        transactions=transactions,
    )
