"""What the events of the AccessManager say that it has to say itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.index import queries
from kgst.index.claim import Ask, Claim
from kgst.multicall import Head, Read, Reads

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.history.database import History

__all__ = ["role_claims"]

_EXPIRATION: Final = 7 * 86_400
"""Seconds after which OpenZeppelin's AccessManager forgets an operation."""


def _is_member(system: System, role: int, account: str, reads: Reads) -> Read[bool]:
    return reads.typed(lambda member, delay: bool(member), system.manager, "hasRole", role, account)


def role_claims(system: System, history: History, head: Head) -> Iterator[Claim]:
    """Members, who rules a role, which function belongs to which role, and how often an operation was scheduled."""
    manager = system.manager

    def ask(method: str, *arguments: Any) -> Ask:
        return lambda reads: reads.of(manager, method, *arguments)

    for role, account, since in history.rows(
        "SELECT role_id, account, arg_max(since, place) FROM ("
        "SELECT (block_number, log_index) AS place, role_id, account, since::HUGEINT AS since FROM role_granted "
        "UNION ALL SELECT (block_number, log_index), role_id, account, -1 FROM role_revoked) "
        "GROUP BY role_id, account ORDER BY 1, 2"
    ):
        address = to_checksum_address(account)
        yield Claim(
            "roles",
            "members",
            f"{address} in role {role}",
            0 <= since <= head.time,
            partial(_is_member, system, int(role), address),
        )
    for role, admin, guardian, delay in history.rows(queries.ROLES, (head.time,)):
        about = f"role {role}"
        yield Claim("roles", "admins", about, int(admin), ask("getRoleAdmin", int(role)))
        yield Claim("roles", "guardians", about, int(guardian), ask("getRoleGuardian", int(role)))
        yield Claim("roles", "grant delays", about, int(delay), ask("getRoleGrantDelay", int(role)))
    for target, selector, role in history.rows(
        "SELECT target, selector, arg_max(role_id, (block_number, log_index)) FROM target_function_role_updated "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        address, four = to_checksum_address(target), bytes.fromhex(selector[2:])
        yield Claim(
            "roles",
            "functions",
            f"{selector} of {address}",
            int(role),
            ask("getTargetFunctionRole", address, four),
        )
    for target, closed in history.rows(queries.TARGETS):
        address = to_checksum_address(target)
        yield Claim("roles", "closed targets", address, closed, ask("isTargetClosed", address))
    for operation, nonce, due, is_open in history.rows(queries.OPERATIONS):
        key = bytes.fromhex(operation[2:])
        yield Claim("roles", "operations", operation, int(nonce), ask("getNonce", key))
        # One that nobody carried out in time is forgotten, without an event.
        expected = int(due) if is_open and due + _EXPIRATION > head.time else 0
        yield Claim("roles", "schedules", operation, expected, ask("getSchedule", key))
