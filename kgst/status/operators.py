"""Who of the policy's people can do something now, by the chain's word: the policy says what should be, not what is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.multicall import Read, ReadError, Reads
from kgst.roles import Role
from kgst.snapshot.powers import Access, access

if TYPE_CHECKING:
    from kgst.deployment.contracts import Deployment

__all__ = ["Operator", "OperatorReads"]


@dataclass(frozen=True)
class Operator:
    """Someone who sends transactions, and so needs BNB.

    Attributes:
        powers: `PAUSER`, `issuer`, `auditor`, `owner of treasury`: as the chain has them.
        balance: Wei.
    """

    address: str
    powers: tuple[str, ...]
    balance: int


class OperatorReads:
    """What the chain is asked about the policy's people who are no Safes."""

    def __init__(self, reads: Reads, deployment: Deployment) -> None:
        policy = deployment.policy
        people = [address for label, address in policy.people.items() if label not in policy.safes]
        self._balances = {address: reads.balance(address) for address in people}
        self._access: dict[tuple[str, Role], Read[Access]] = {
            (address, role): access(reads, deployment.manager, role, address)
            for address in people
            for role in Role
        }
        self._owners: dict[str, Read[list[str]]] = {
            label: reads.view(policy.address(label), "getOwners()", ["address[]"])
            for label in policy.safes
        }

    def found(
        self, now: int, auditors: Collection[str], issuers: Collection[str]
    ) -> Iterator[Operator]:
        """Those who have a power at the second `now`.

        Args:
            now: Of the block.
            auditors: Checksummed addresses, on the chain.
            issuers: Likewise.
        """
        owners = {label: _members(read) for label, read in self._owners.items()}
        for address, balance in self._balances.items():
            powers = [
                role.name for role in Role if 0 < self._access[address, role].value.since <= now
            ]
            powers += ["auditor"] * (address in auditors) + ["issuer"] * (address in issuers)
            powers += [
                f"owner of {label}" for label, members in owners.items() if address in members
            ]
            if powers:
                yield Operator(address, tuple(powers), balance.value)


def _members(read: Read[list[str]]) -> frozenset[str]:
    """Empty where there is no Safe: `doctor` says so."""
    try:
        return frozenset(read.value)
    except ReadError:
        return frozenset()
