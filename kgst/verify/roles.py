"""The AccessManager's side of a verification: members, delays, guardians, and which function needs which role."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from kgst.checks import Check
from kgst.deployment.contracts import GUARDED_ROLES, RULED, Deployment, function_names
from kgst.moments import format_time
from kgst.quantities import format_duration
from kgst.roles import Role, role_name
from kgst.snapshot.powers import Access, RoleReads
from kgst.snapshot.state import State
from kgst.snapshot.traces import ADMIN_DELAY, GRANT_DELAY

__all__ = ["guardian_of", "role_checks", "wanted_delay"]

_CALLED: Final = {
    "manager": "the AccessManager",
    "revoker": "the Revoker",
    "redemption_desk": "the redemption desk",
    "mint_desk": "the mint desk",
}
_WHOSE: Final = {"token": ""} | {step: f"{called}'s " for step, called in _CALLED.items()}

_same = partial(Check.same, "roles")


def role_checks(deployment: Deployment, state: State) -> Iterator[Check]:
    """Roles, exactly: a member whom the policy does not name is a drift."""
    roles = state.roles
    if state.traces.gap:
        yield Check.open(
            "roles", "role members that nobody names", state.traces.gap, waits=state.traces.waits
        )
    for (role, account), access in roles.members.items():
        delay = wanted_delay(deployment, role, account)
        yield _same(
            f"role {role_name(role)}, {deployment.named(account)}",
            "no member" if delay is None else f"member, delay {format_duration(delay)}",
            _found(access, state.head.time),
        )
    for role in Role:
        guardian, admin = roles.guardian[role].value, roles.admin[role].value
        set_later = state.traces.coming(GRANT_DELAY, int(role), state.head.time)
        delay_found = _settling(roles.grant_delay[role].value, set_later)
        yield _same(f"guardian of role {role.name}", guardian_of(role).name, role_name(guardian))
        yield _same(f"admin of role {role.name}", "ADMIN", role_name(admin))
        yield _same(f"grant delay of role {role.name}", "0 seconds", delay_found)
    yield from _function_checks(deployment, roles)
    for label, admin_delay in roles.admin_delay.items():
        set_later = state.traces.coming(ADMIN_DELAY, int(roles.targets[label], 16), state.head.time)
        delay_found = _settling(admin_delay.value, set_later)
        yield _same(f"{label} closed", False, roles.closed[label].value)
        yield _same(f"admin delay of the {label}", "0 seconds", delay_found)


def _function_checks(deployment: Deployment, roles: RoleReads) -> Iterator[Check]:
    for step, functions in roles.functions.items():
        names = function_names(RULED[step])
        for selector, (role, found) in functions.items():
            name = names.get(selector, "0x" + selector.hex())
            yield _same(f"role of {_WHOSE[step]}{name}", role.name, role_name(found.value))
    manager = deployment.record.manager.address
    for step, authority in roles.authority.items():
        yield _same(f"authority of {_CALLED[step]}", manager, authority.value)


def guardian_of(role: Role) -> Role:
    """Who may cancel what members of `role` have scheduled."""
    return Role.GUARDIAN if role in GUARDED_ROLES else Role.ADMIN


def wanted_delay(deployment: Deployment, role: int, account: str) -> int | None:
    """Seconds of delay that `account` shall have in `role`; None when it shall be no member.

    The policy says so; and the Revoker is an ADMIN that acts at once, since its code can only take roles away.
    """
    policy = deployment.policy
    if int(account, 16) == int(deployment.record.revoker.address, 16):
        return 0 if role == Role.ADMIN else None
    if role in tuple(Role):
        for member in policy.roles[Role(role)]:
            if int(policy.address(member.member), 16) == int(account, 16):
                return member.delay
    return None


def _settling(delay: int, coming: tuple[int, int] | None) -> str:
    """A delay that holds now, with the one that comes days after it was set, of which no getter tells."""
    text = format_duration(delay)
    if coming is not None and coming[0] != delay:
        text += f", changing to {format_duration(coming[0])} at {coming[1]}"
    return text


def _found(access: Access, now: int) -> str:
    if access.since == 0:
        return "no member"
    text = f"member, delay {format_duration(access.delay)}"
    if access.since > now:
        text += f", only from {access.since} on"
    if access.effect:
        text += f", changing to {format_duration(access.pending)} at {format_time(access.effect)}"
    return text
