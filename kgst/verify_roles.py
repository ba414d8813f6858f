"""The AccessManager's side of a verification: members, delays, guardians, and which function needs which role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.deploy import GUARDED_ROLES, Deployment, selectors
from kgst.logs import address_topic, event_topic, read_logs, uint_topic
from kgst.node import NodeError, connected
from kgst.policy import Policy
from kgst.quantities import format_duration
from kgst.roles import ROLE_FUNCTIONS, Role

if TYPE_CHECKING:
    from kgst.verify import Comparison

__all__ = ["role_drifts"]

_GRANTED: Final = "RoleGranted(uint64,address,uint32,uint48,bool)"
_REVOKED: Final = "RoleRevoked(uint64,address)"
_MAPPED: Final = "TargetFunctionRoleUpdated(address,bytes4,uint64)"


def role_drifts(comparison: Comparison, deployment: Deployment) -> None:
    """Compare roles, exactly: a member whom the policy does not name is a drift."""
    policy, record, manager = deployment.policy, deployment.record, deployment.manager
    candidates: dict[int, set[str]] = {
        int(role): {policy.address(m.member) for m in policy.roles[role]} | {record.deployer}
        for role in Role
    }
    functions = {s: role for role in Role for s in selectors(role)}
    names = {
        s: name
        for role in Role
        for s, name in zip(selectors(role), ROLE_FUNCTIONS[role], strict=True)
    }
    own_selectors: set[bytes] = set()
    try:
        for log in read_logs(
            record.manager.address,
            (_GRANTED, _REVOKED, _MAPPED),
            record.manager.transaction.block_number,
        ):
            if bytes(log["topics"][0]) != event_topic(_MAPPED):
                candidates.setdefault(uint_topic(log, 1), set()).add(address_topic(log, 2))
            elif address_topic(log, 1) == record.token.address:
                functions.setdefault(bytes(log["data"])[:4], Role.ADMIN)
            elif address_topic(log, 1) == record.manager.address:
                own_selectors.add(bytes(log["data"])[:4])
    except NodeError as error:
        comparison.gaps.append(f"role members that nobody names: {error}")
        for members in candidates.values():
            members |= set(policy.people.values())

    now = int(connected().web3.eth.get_block("latest")["timestamp"])
    for role, accounts in sorted(candidates.items()):
        for account in sorted(accounts, key=lambda a: int(a, 16)):
            access = manager.getAccess(role, account)
            comparison.same(
                f"role {_name(role)}, {policy.named(account)}",
                _expected(policy, role, account),
                _found(access, now),
            )
    for role in Role:
        guardian = Role.GUARDIAN if role in GUARDED_ROLES else Role.ADMIN
        comparison.same(
            f"guardian of role {role.name}",
            guardian.name,
            _name(manager.getRoleGuardian(int(role))),
        )
        comparison.same(
            f"admin of role {role.name}", "ADMIN", _name(manager.getRoleAdmin(int(role)))
        )
        comparison.same(
            f"grant delay of role {role.name}",
            "0 seconds",
            format_duration(manager.getRoleGrantDelay(int(role))),
        )
    for selector, role in functions.items():
        comparison.same(
            f"role of {names.get(selector, '0x' + selector.hex())}",
            role.name,
            _name(manager.getTargetFunctionRole(record.token.address, selector)),
        )
    for selector in own_selectors:
        comparison.same(
            f"role of the AccessManager's own 0x{selector.hex()}",
            "ADMIN",
            _name(manager.getTargetFunctionRole(record.manager.address, selector)),
        )
    for label, address in (("token", record.token.address), ("manager", record.manager.address)):
        comparison.same(f"{label} closed", False, manager.isTargetClosed(address))
        comparison.same(
            f"admin delay of the {label}",
            "0 seconds",
            format_duration(manager.getTargetAdminDelay(address)),
        )


def _name(role: int) -> str:
    return Role(role).name if role in tuple(Role) else f"unknown role {role}"


def _expected(policy: Policy, role: int, account: str) -> str:
    if role in tuple(Role):
        for member in policy.roles[Role(role)]:
            if policy.address(member.member) == to_checksum_address(account):
                return f"member, delay {format_duration(member.delay)}"
    return "no member"


def _found(access: Any, now: int) -> str:
    since, delay, pending, effect = access
    if since == 0:
        return "no member"
    text = f"member, delay {format_duration(delay)}"
    if since > now:
        text += f", only from {since} on"
    if effect:
        text += f", changing to {format_duration(pending)} at {effect}"
    return text
