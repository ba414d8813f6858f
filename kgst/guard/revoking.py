"""Taking a role away at once, through the Revoker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kgst.errors import InputError, RefusedError
from kgst.node import rpc
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.quantities import format_duration
from kgst.roles import Role

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.policy import Policy

__all__ = ["revoke_role"]

_KEPT: Final = (Role.ADMIN, Role.UNPAUSER, Role.GUARDIAN)
"""What the Revoker refuses: ADMIN takes these away, with its delay."""


def revoke_role(system: System, role: str, account: str, *, allow_unknown: bool) -> Operation:
    """Take `role` from `account`; only ADMIN gives it again.

    Args:
        system: Whose roles.
        role: Its name, in any case.
        account: A label or an address.
        allow_unknown: The address needs no label.

    Raises:
        InputError: there is no such role or account.
    """
    taken = _role_named(role)
    address = system.require_known(account, allow_unknown=allow_unknown)
    name, manager, revoker = system.named(address), system.manager, system.deployment.revoker
    with rpc(f"ask who holds {taken.name}"):
        is_member, _ = manager.hasRole(int(taken), address)

    def check() -> None:
        if taken in _KEPT:
            raise RefusedError(
                f"{taken.name} is ADMIN's to take away, with its delay: put it out of the policy and run `ape run "
                "govern apply`. What an ADMIN schedules, another ADMIN cancels (`ape run govern cancel`)."
            )

    return Operation(
        name="revoke-role",
        title=f"take {taken.name} from {name}",
        to=revoker.address,
        data=call_data(revoker.revokeRole, int(taken), address),
        role=Role.GUARDIAN,
        lines=_lines(system.policy, taken, name, address),
        readbacks=(
            Readback(
                f"{name} holds {taken.name}",
                False,
                lambda: bool(manager.hasRole(int(taken), address)[0]),
            ),
        ),
        already=not is_member and taken not in _KEPT,
        repeatable=True,
        emergency=True,
        check=check,
    )


def _role_named(name: str) -> Role:
    names = {role.name: role for role in Role}
    if name.upper() not in names:
        raise InputError(f"there is no role {name}; roles: {', '.join(names)}.")
    return names[name.upper()]


def _lines(policy: Policy, taken: Role, name: str, address: str) -> tuple[tuple[str, str], ...]:
    """What the preview shows besides the title: who stays in the role, and the way back."""
    others = [m.member for m in policy.roles[taken] if policy.address(m.member) != address]
    undo = ", ".join(
        f"{m.member} after {format_duration(m.delay)}" for m in policy.roles[Role.ADMIN]
    )
    return (
        ("role", taken.name),
        ("account", f"{name}\n{address}"),
        ("others in the role, by the policy", ", ".join(others) or "nobody"),
        (
            "it stops",
            "what this account does in the role; what it has scheduled waits, and cannot be executed",
        ),
        ("undone by", f"a new grant (`ape run govern apply`) from an ADMIN: {undo}"),
    )
