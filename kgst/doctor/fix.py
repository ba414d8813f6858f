"""What would undo the drift, as batches for Safe's Transaction Builder. Nothing is sent: people read, sign, send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.errors import InputError
from kgst.govern.changes import Change, by_hand, changes_of
from kgst.quantities import format_duration
from kgst.roles import Role
from kgst.safe.txbuilder import batch_document

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.verify.state import State

__all__ = ["FixPlan", "PlannedBatch", "write_fix_plan"]


@dataclass(frozen=True)
class PlannedBatch:
    """The changes that one member of a role makes.

    Attributes:
        path: The file.
        member: Checksummed address of who sends it.
        delay: Seconds; above zero the batch schedules, and each operation is executed after so long.
        is_member: Whether the chain has made it a member; if not, nobody of the policy can send this yet.
    """

    path: Path
    role: Role
    member: str
    delay: int
    is_member: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class FixPlan:
    """What was written, and what no batch undoes."""

    batches: tuple[PlannedBatch, ...]
    by_hand: tuple[str, ...]


def write_fix_plan(path: Path, system: System, state: State) -> FixPlan:
    """Write a batch to `path` that undoes what governance can undo.

    When several roles have to act, each has a file of its own: `fix-ADMIN.json`, `fix-GUARDIAN.json` for `fix.json`.

    Raises:
        InputError: a file is there already, or cannot be written; nothing was written then.
    """
    by_role: dict[Role, list[Change]] = {}
    for change in changes_of(system.deployment, state):
        by_role.setdefault(change.role, []).append(change)
    batches = []
    for role, changes in by_role.items():
        at = path if len(by_role) == 1 else path.with_stem(f"{path.stem}-{role.name}")
        batches.append(_batch(system, state, at, role, tuple(changes)))
    for batch in batches:
        if batch.path.exists():
            raise InputError(f"{batch.path} is there already; name another file, or remove it.")
    for batch in batches:
        text = json.dumps(_document(system, batch), indent=2, ensure_ascii=False) + "\n"
        try:
            batch.path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{batch.path} cannot be written: {error.strerror}.") from error
    return FixPlan(tuple(batches), tuple(by_hand(system.deployment, state)))


def _batch(
    system: System, state: State, path: Path, role: Role, changes: tuple[Change, ...]
) -> PlannedBatch:
    """By the member whom the chain lets act soonest; else by the policy's first."""
    policy, members = system.policy, state.roles.members
    addresses = [policy.address(member.member) for member in policy.roles[role]]
    able = [a for a in addresses if 0 < members[int(role), a].since <= state.head.time]
    chosen = min(able, key=lambda a: members[int(role), a].delay, default=addresses[0])
    delay = members[int(role), chosen].delay if able else 0
    return PlannedBatch(path, role, chosen, delay, bool(able), changes)


def _document(system: System, batch: PlannedBatch) -> dict[str, Any]:
    manager, label = system.manager, system.policy.label(batch.member)
    transactions = [
        (manager.address, bytes(manager.schedule.encode_input(c.target, c.data, 0)))
        if batch.delay
        else (c.target, c.data)
        for c in batch.changes
    ]
    lines = [f"{number}. {c.summary}" for number, c in enumerate(batch.changes, 1)]
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
