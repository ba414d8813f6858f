"""The calls that hand roles over: what the new holder lacks is granted, what the old one has is revoked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kgst.errors import RefusedError
from kgst.govern.holders import Holders
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.quantities import format_duration
from kgst.roles import Role, role_name

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.snapshot.powers import Access

__all__ = ["grants", "revokes"]


def grants(system: System, holders: Holders, held: dict[int, Access], new: str) -> list[Operation]:
    """What `new` still lacks of what the old holder has."""
    operations = []
    for role, access in held.items():
        delay = _to_come(access)
        has = holders.in_role(role, new)
        if has.since and _to_come(has) == delay:
            continue
        title = f"grant {role_name(role)} to {system.named(new)}, delay {format_duration(delay)}"
        data = call_data(system.manager.grantRole, role, new, delay)
        shown = partial(_shown, system.named(new), role)
        operations.append(
            _admin(system, "grant", title, data, Readback(
                role_name(role), (True, delay), partial(_membership, system, role, new), shown,
            ))
        )  # fmt: skip
    return operations


def revokes(
    system: System, holders: Holders, held: dict[int, Access], old: str, new: str
) -> list[Operation]:
    """What the old holder loses; ADMIN last, since it may be the caller."""
    operations = []
    for role in sorted(held, reverse=True):  # ADMIN is 0
        if new not in holders.of(role):
            raise RefusedError(
                f"{system.named(new)} does not hold {role_name(role)}, so nothing was revoked; give the command again."
            )
        title = f"take {role_name(role)} from {system.named(old)}"
        data = call_data(system.manager.revokeRole, role, old)
        shown = partial(_shown, system.named(old), role)
        operations.append(
            _admin(system, "revoke", title, data, Readback(
                role_name(role), (False, 0), partial(_membership, system, role, old), shown,
            ))
        )  # fmt: skip
    return operations


def _admin(system: System, name: str, title: str, data: bytes, readback: Readback) -> Operation:
    return Operation(
        name=name,
        title=title,
        to=system.manager.address,
        data=data,
        role=Role.ADMIN,
        readbacks=(readback,),
        repeatable=True,
    )


def _membership(system: System, role: int, account: str) -> tuple[bool, int]:
    since, delay, pending, effect = system.manager.getAccess(role, account)
    return bool(since), int(pending if effect else delay)


def _shown(name: str, role: int, value: tuple[bool, int]) -> str:
    member, delay = value
    return f"{name}, delay {format_duration(delay)}" if member else f"{name} holds it no more"


def _to_come(access: Access) -> int:
    return access.pending if access.effect else access.delay
