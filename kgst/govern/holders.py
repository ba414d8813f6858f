"""Who holds which role on the chain now, and what calls of the AccessManager would make of that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from kgst.multicall import Read, Reads
from kgst.roles import Role
from kgst.snapshot.powers import Access, access
from kgst.snapshot.state import State, read_state
from kgst.snapshot.traces import Traces

if TYPE_CHECKING:
    from kgst.decoding.pending import Pending
    from kgst.deployment.system import System

__all__ = [
    "Holders",
    "RoleCall",
    "admin_role",
    "holders_of",
    "read_holders",
    "revived_by",
    "role_call",
]

_NEVER: Final = Access(0, 0, 0, 0)


@dataclass(frozen=True)
class RoleCall:
    """A call that makes a member, changes its delay, or removes it.

    Attributes:
        delay: Seconds; None when it removes.
    """

    role: int
    account: str
    delay: int | None


@dataclass(frozen=True)
class Holders:
    """Members of the roles in one block.

    Attributes:
        now: Time of that block, in seconds.
        access: By role and checksummed address.
        grant_delay: Seconds until a grant takes effect, by role.
        admin: The role whose members grant and revoke it, by role.
        revoker: The contract that is an ADMIN and only takes roles away at a guardian's word; it does not count among
            those who can act.
        gap: Why members whom nobody names may be missing; None when none are.
    """

    now: int
    access: dict[tuple[int, str], Access]
    grant_delay: dict[int, int]
    admin: dict[int, int]
    revoker: str
    gap: str | None = None

    def of(self, role: int) -> dict[str, int]:
        """Who can act in `role` now, each with its delay in seconds."""
        return {
            account: access.delay
            for (number, account), access in self.access.items()
            if number == role and 0 < access.since <= self.now and account != self.revoker
        }

    def in_role(self, role: int, account: str) -> Access:
        """What `account` has in `role`; `since` is 0 for nothing."""
        return self.access.get((role, account), _NEVER)

    def roles_of(self, account: str) -> dict[int, Access]:
        """Roles that were given to `account`, by number."""
        return {
            role: access
            for (role, member), access in sorted(self.access.items())
            if int(member, 16) == int(account, 16) and access.since
        }

    def emptied_by(self, calls: Iterable[RoleCall]) -> Role | None:
        """The first of the deployment's roles that `calls`, one after the other, leave with nobody; None for none."""
        active = {int(role): set(self.of(role)) for role in Role}
        for call in calls:
            members = active.setdefault(call.role, set())
            if call.delay is None:
                members.discard(call.account)
                if not members and call.role in tuple(Role):
                    return Role(call.role)
            elif not self.grant_delay.get(call.role, 0):
                members.add(call.account)
        return None


def read_holders(system: System, *accounts: str) -> Holders:
    """The members of the roles in the latest block.

    Args:
        system: Whose AccessManager.
        accounts: Asked about in every role, whether or not events name them.

    Raises:
        NodeError: the node failed.
    """
    asked: dict[tuple[int, str], Read[Access]] = {}

    def ask(reads: Reads, _: Traces) -> None:
        for role in Role:
            for account in accounts:
                asked[int(role), account] = access(reads, system.manager, int(role), account)

    state = read_state(system.deployment, system.provider, extra=ask)
    return holders_of(state, {key: read.value for key, read in asked.items()})


def holders_of(state: State, extra: dict[tuple[int, str], Access] | None = None) -> Holders:
    """The members of the roles in a state that was read already."""
    roles = state.roles
    return Holders(
        state.head.time,
        {**roles.members, **(extra or {})},
        {int(role): read.value for role, read in roles.grant_delay.items()},
        {int(role): read.value for role, read in roles.admin.items()},
        roles.revoker,
        state.traces.gap,
    )


def role_call(manager: str, to: str, data: bytes) -> RoleCall | None:
    """What `data` does to a role's members; None when it is another call.

    Args:
        manager: Address of the AccessManager.
        to: Whom the call is for.
        data: The call's bytes.
    """
    if int(to, 16) != int(manager, 16):
        return None
    grant, revoke = _selectors()
    if data[:4] == grant:
        role, account, delay = decode(["uint64", "address", "uint32"], data[4:])
        return RoleCall(int(role), to_checksum_address(account), int(delay))
    if data[:4] == revoke:
        role, account = decode(["uint64", "address"], data[4:])
        return RoleCall(int(role), to_checksum_address(account), None)
    return None


def admin_role(system: System, to: str, data: bytes) -> int:
    """The number of the role whose members may make this call of the token or the AccessManager."""
    from kgst.node import rpc

    manager = system.manager
    with rpc("ask which role a call needs"):
        if int(to, 16) != int(manager.address, 16):
            return int(manager.getTargetFunctionRole(to, data[:4]))
        call = role_call(manager.address, to, data)
        return int(manager.getRoleAdmin(call.role)) if call else int(Role.ADMIN)


def revived_by(
    system: System, grants: Collection[tuple[int, str]], pending: Iterable[Pending]
) -> dict[Pending, int]:
    """Those of `pending` that a role would make possible again for who scheduled them, with that role.

    The AccessManager keeps what a member has scheduled through a revocation.

    Args:
        system: Whose AccessManager.
        grants: Roles and whom they are to be given to, who has them not.
        pending: What is scheduled.
    """
    accounts = {account for _, account in grants}
    found = {p: admin_role(system, p.target, p.data) for p in pending if p.caller in accounts}
    return {p: role for p, role in found.items() if (role, p.caller) in grants}


@cache
def _selectors() -> tuple[bytes, bytes]:
    signatures = ("grantRole(uint64,address,uint32)", "revokeRole(uint64,address)")
    grant, revoke = (function_signature_to_4byte_selector(signature) for signature in signatures)
    return grant, revoke
