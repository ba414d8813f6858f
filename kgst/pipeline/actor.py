"""Who acts: an account that signs and pays, for itself or as an owner of a Safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.console import account_of
from kgst.errors import DriftError, InputError
from kgst.pipeline.operation import Operation, eligible
from kgst.pipeline.options import Run
from kgst.safe.safes import Safe
from kgst.sending.public_keys import require_own_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ape.api import AccountAPI

    from kgst.deployment.system import System
    from kgst.policy import Policy

__all__ = ["Actor", "choose_actor", "safe_drifts", "safe_of", "test_account"]


@dataclass(frozen=True)
class Actor:
    """Who acts.

    Attributes:
        caller: Whom the contracts see: the account, or the Safe.
        account: Signs and pays; None when a Safe's transaction is only written down.
        label: Of the Safe; None for the account itself.
    """

    caller: str
    account: AccountAPI | None
    label: str | None = None
    safe: Safe | None = None

    def named(self, system: System) -> str:
        """For people: `ops (Safe 2/3)`."""
        name = system.named(self.caller)
        return f"{name} (Safe {self.safe.threshold}/{len(self.safe.owners)})" if self.safe else name


def choose_actor(system: System, operations: Sequence[Operation], run: Run) -> Actor:
    """Whom the command line names; on a development node whom the policy lets do it.

    Raises:
        InputError: no such Safe in the policy, or no account was given.
        RefusedError: everybody has the account's key, and the chain is a live one.
        DriftError: there is no Safe where the policy says, or not with the policy's owners and threshold.
    """
    if run.account is not None:
        require_own_key(run.account.address, system.provider)
    if run.via is not None:
        return _safe(system, run)
    account = run.account
    if account is None and system.is_dev and operations:
        account = test_account(eligible(system, operations[0]))
    account = account or account_of(None, system.provider)
    return Actor(account.address, account)


def test_account(addresses: Sequence[str]) -> AccountAPI | None:
    """The first of `addresses` that is one of ape's test accounts, whose keys everyone has."""
    from ape import accounts

    known = {account.address: account for account in accounts.test_accounts}
    return next((known[a] for a in addresses if a in known), None)


def safe_of(system: System, label: str) -> Safe:
    """The Safe with this label of the policy, as the chain has it.

    Raises:
        DriftError: there is none on which nobody acts but its owners.
        NodeError: the node failed.
    """
    policy = system.policy
    owners = map(policy.address, policy.safes[label].owners)
    return Safe.at(system.provider, policy.address(label), owners)


def safe_drifts(policy: Policy, label: str, safe: Safe) -> list[str]:
    """How the Safe on the chain differs from the policy's `safes.<label>`; empty when it does not."""
    terms = policy.safes[label]
    expected, found = {policy.address(owner) for owner in terms.owners}, set(safe.owners)
    differences = [f"{policy.named(owner)} is an owner" for owner in sorted(found - expected)]
    differences += [f"{policy.named(owner)} is no owner" for owner in sorted(expected - found)]
    if safe.threshold != terms.threshold:
        differences.append(f"{safe.threshold} must sign, not {terms.threshold}")
    return differences


def _safe(system: System, run: Run) -> Actor:
    label = run.via or ""
    if label not in system.policy.safes:
        known = ", ".join(system.policy.safes) or "none"
        raise InputError(
            f"the policy has no Safe {label!r} (it has: {known}); add it to people and safes in {system.policy_path}."
        )
    address = system.policy.address(label)
    safe = safe_of(system, label)
    if differences := safe_drifts(system.policy, label, safe):
        raise DriftError(
            f"the Safe {label} ({address}) is not as the policy says: {'; '.join(differences)}. If its owners meant "
            f"that, change safes.{label} in {system.policy_path}; else ask them who did it before anything is signed."
        )
    return Actor(address, run.account, label, safe)
