"""Who has which power: members of roles and issuers, asked one by one, since no getter lists them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kgst.deployment.contracts import REVOKE_SELECTOR, Deployment, selectors
from kgst.multicall import Read, Reads
from kgst.roles import Role
from kgst.snapshot.token import Issuer, TokenReads
from kgst.snapshot.traces import Traces

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

__all__ = ["Access", "IssuerReads", "RoleReads", "access"]


class Access(NamedTuple):
    """A member of a role, as `getAccess` gives it.

    Attributes:
        since: Second from which it is a member; 0 when it is none.
        delay: Seconds between scheduling and executing, now.
        pending: The delay that comes.
        effect: Second at which it comes; 0 when none comes.
    """

    since: int
    delay: int
    pending: int
    effect: int


def access(reads: Reads, manager: ContractInstance, role: int, account: str) -> Read[Access]:
    """What `account` has in `role`."""
    return reads.typed(Access, manager, "getAccess", role, account)


class IssuerReads:
    """Issuers' records: those of the policy, and whoever events name or might have been made one."""

    def __init__(self, reads: Reads, deployment: Deployment, traces: Traces) -> None:
        policy = deployment.policy
        accounts = {policy.address(i.member) for i in policy.issuers}
        accounts |= {deployment.record.deployer} | traces.issuers
        if traces.gap:
            accounts |= set(policy.people.values())
        token = TokenReads(reads, deployment.token)
        self._reads = {account: token.issuer(account) for account in _ascending(accounts)}

    @property
    def records(self) -> dict[str, Issuer]:
        """By address, ascending."""
        return {account: read.value for account, read in self._reads.items()}


class RoleReads:
    """What the AccessManager says: members, terms of the roles, which function needs which."""

    def __init__(self, reads: Reads, deployment: Deployment, traces: Traces) -> None:
        policy, record, manager = deployment.policy, deployment.record, deployment.manager
        ask = partial(reads.of, manager)
        candidates: dict[int, set[str]] = {role: set(m) for role, m in traces.members.items()}
        for role in Role:
            members = candidates.setdefault(int(role), set())
            members |= {policy.address(m.member) for m in policy.roles[role]} | {record.deployer}
        self.revoker = record.revoker.address
        candidates[Role.ADMIN].add(self.revoker)
        if traces.gap:
            for members in candidates.values():
                members |= set(policy.people.values())
        self._access = {
            (role, account): access(reads, manager, role, account)
            for role, members in sorted(candidates.items())
            for account in _ascending(members)
        }
        self.guardian = {role: ask("getRoleGuardian", int(role)) for role in Role}
        self.admin = {role: ask("getRoleAdmin", int(role)) for role in Role}
        self.grant_delay = {role: ask("getRoleGrantDelay", int(role)) for role in Role}

        token = record.token.address
        expected = {selector: role for role in Role for selector in selectors(role)}
        for selector in sorted(traces.functions):
            expected.setdefault(selector, Role.ADMIN)
        self.functions: dict[bytes, tuple[Role, Read[int]]] = {
            selector: (role, ask("getTargetFunctionRole", token, selector))
            for selector, role in expected.items()
        }
        """Of the token, by selector: the role it should need, and the one it needs."""
        self.own_functions: dict[bytes, Read[int]] = {
            selector: ask("getTargetFunctionRole", manager.address, selector)
            for selector in sorted(traces.own_functions)
        }
        self.revoker_authority: Read[str] = reads.of(deployment.revoker, "authority")
        self.revoker_functions = {
            selector: (
                Role.GUARDIAN if selector == REVOKE_SELECTOR else Role.ADMIN,
                ask("getTargetFunctionRole", self.revoker, selector),
            )
            for selector in sorted(traces.revoker_functions | {REVOKE_SELECTOR})
        }
        """Of the Revoker, as `functions`."""
        self.targets = {"token": token, "manager": manager.address, "revoker": self.revoker}
        """Addresses of what the AccessManager rules."""
        self.closed = {name: ask("isTargetClosed", at) for name, at in self.targets.items()}
        self.admin_delay = {
            name: ask("getTargetAdminDelay", at) for name, at in self.targets.items()
        }

    @property
    def members(self) -> dict[tuple[int, str], Access]:
        """By role and address, ascending; `since` is 0 for who is none."""
        return {key: read.value for key, read in self._access.items()}


def _ascending(addresses: Iterable[str]) -> list[str]:
    return sorted(addresses, key=lambda address: int(address, 16))
