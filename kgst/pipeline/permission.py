"""What a caller may do now, by the AccessManager's own word: at once, by schedule, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode
from eth_utils.abi import function_signature_to_4byte_selector

from kgst.errors import RefusedError
from kgst.node import rpc
from kgst.pipeline.operation import Operation, call_data
from kgst.roles import Role

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

    from kgst.deployment.system import System

__all__ = ["Permission", "PermissionStatus", "as_call", "permission"]

# `_getAdminRestrictions` of the AccessManager: those that add the target's own delay.
_OF_TARGET: Final = tuple(
    function_signature_to_4byte_selector(signature)
    for signature in (
        "updateAuthority(address,address)",
        "setTargetClosed(address,bool)",
        "setTargetFunctionRole(address,bytes4[],uint64)",
    )
)


class PermissionStatus(StrEnum):
    """How far an operation is for its caller."""

    AT_ONCE = "at once"
    TO_SCHEDULE = "to schedule"
    WAITING = "waiting"
    READY = "ready"


@dataclass(frozen=True)
class Permission:
    """What the AccessManager says.

    Attributes:
        delay: Seconds between scheduling and executing; 0 acts at once.
        ready_at: Second from which the scheduled operation can be executed; None when it is not scheduled.
        operation_id: The AccessManager's id, 32 bytes; None when nothing is scheduled for it to name.
    """

    status: PermissionStatus
    delay: int = 0
    ready_at: int | None = None
    operation_id: bytes | None = None


def permission(system: System, operation: Operation, caller: str) -> Permission:
    """How `caller` may carry out `operation` now.

    Raises:
        RefusedError: it may not.
    """
    if operation.role is None:
        return Permission(PermissionStatus.AT_ONCE)
    manager = system.manager
    with rpc(f"ask what {system.named(caller)} may do"):
        if int(operation.to, 16) == int(manager.address, 16):
            member, delay = manager.hasRole(int(operation.role), caller)
            delay = max(delay, _of_target(manager, operation)) if member else 0
            at_once = member and delay == 0
        else:
            at_once, delay = manager.canCall(caller, operation.to, operation.selector)
        if at_once:
            return Permission(PermissionStatus.AT_ONCE)
        if delay == 0:
            raise RefusedError(_not_allowed(system, operation.title, operation.role, caller))
        operation_id = bytes(manager.hashOperation(caller, operation.to, operation.data))
        ready_at = int(manager.getSchedule(operation_id))
    if ready_at == 0:
        return Permission(PermissionStatus.TO_SCHEDULE, int(delay), None, operation_id)
    status = PermissionStatus.READY if ready_at <= system.now() else PermissionStatus.WAITING
    return Permission(status, int(delay), ready_at, operation_id)


def _of_target(manager: ContractInstance, operation: Operation) -> int:
    """Seconds that the AccessManager wants of any ADMIN before it changes the terms of that target."""
    if operation.selector not in _OF_TARGET:
        return 0
    (target,) = decode(["address"], operation.data[4:36])
    return int(manager.getTargetAdminDelay(target))


def as_call(system: System, operation: Operation, found: Permission) -> bytes | None:
    """What the AccessManager is asked to do for it; None while it waits."""
    manager = system.manager
    if found.status is PermissionStatus.TO_SCHEDULE:
        # When: 0 asks for the earliest time.
        return call_data(manager.schedule, operation.to, operation.data, 0)
    if found.status is PermissionStatus.WAITING:
        return None
    if found.status is PermissionStatus.AT_ONCE and int(operation.to, 16) == int(
        manager.address, 16
    ):
        return operation.data
    return call_data(manager.execute, operation.to, operation.data)


def _not_allowed(system: System, title: str, role: Role, caller: str) -> str:
    members = ", ".join(m.member for m in system.policy.roles[role])
    return (
        f"{title}: {system.named(caller)} is no member of {role.name} on the chain; by the policy "
        f"its members are {members}. Give one of them with --account, or --via safe:LABEL."
    )
