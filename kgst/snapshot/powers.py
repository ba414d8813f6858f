"""Who has which power: members of roles and issuers, asked one by one, since no getter lists them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from kgst.deployment.contracts import RULED, Deployment, selectors
from kgst.multicall import Read, Reads
from kgst.roles import Role
from kgst.snapshot.token import Issuer, TokenReads
from kgst.snapshot.traces import Traces

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

__all__ = ["AUTHORITIES", "Access", "IssuerReads", "RoleReads", "access"]

AUTHORITIES: Final = ("revoker", "redemption_desk", "mint_desk")
"""Contracts with an authority of their own, besides the token."""


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
        accounts = set(deployment.quotas) | {deployment.record.deployer} | traces.issuers
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

        self.targets = {step: contract.address for step, contract in deployment.ruled.items()}
        """Addresses of what the AccessManager rules, by step."""
        self.functions: dict[str, dict[bytes, tuple[Role, Read[int]]]] = {
            step: {
                selector: (role, ask("getTargetFunctionRole", self.targets[step], selector))
                for selector, role in _wanted(contract, traces.functions.get(step, set())).items()
            }
            for step, contract in RULED.items()
        }
        """By step and selector: the role that the function should need, and the one that it needs."""
        self.authority: dict[str, Read[str]] = {
            step: reads.of(getattr(deployment, step), "authority") for step in AUTHORITIES
        }
        """By step, the AccessManager that the contract obeys; the token's is among its getters."""
        self.closed = {name: ask("isTargetClosed", at) for name, at in self.targets.items()}
        self.admin_delay = {
            name: ask("getTargetAdminDelay", at) for name, at in self.targets.items()
        }

    @property
    def members(self) -> dict[tuple[int, str], Access]:
        """By role and address, ascending; `since` is 0 for who is none."""
        return {key: read.value for key, read in self._access.items()}


def _wanted(contract: str, given: set[bytes]) -> dict[bytes, Role]:
    """The role that each function should need: that of the table; ADMIN's, what was given besides."""
    table = {selector: role for role in Role for selector in selectors(role, contract)}
    return table | dict.fromkeys(sorted(given - set(table)), Role.ADMIN)


def _ascending(addresses: Iterable[str]) -> list[str]:
    return sorted(addresses, key=lambda address: int(address, 16))
