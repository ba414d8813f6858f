"""The deployed contracts, and what each is created with and grants: what a deployment does and a check compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from eth_utils.abi import function_signature_to_4byte_selector

from kgst.abi import interface
from kgst.attestation import Domain
from kgst.chain import contract_at, token_at
from kgst.node import connected
from kgst.policy import Policy
from kgst.record import Record
from kgst.roles import FUNCTIONS, Role

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

__all__ = [
    "FEED_DECIMALS",
    "GUARDED_ROLES",
    "RULED",
    "Deployment",
    "Quota",
    "function_names",
    "initialization",
    "quotas_of",
    "selectors",
]

FEED_DECIMALS: Final = 8
"""Of both feeds, as Chainlink's feeds of fiat have."""

# ADMIN's guardian is fixed by OpenZeppelin; guardians do not guard themselves. Nor an UNPAUSER: whoever may cancel each
# unpause keeps a pause for as long as ADMIN waits, and who lifts a needed one is answered by pausing again.
GUARDED_ROLES: Final = tuple(r for r in Role if r not in (Role.ADMIN, Role.GUARDIAN, Role.UNPAUSER))
"""Roles whose scheduled operations a GUARDIAN may cancel."""

RULED: Final = {
    "token": "KGST",
    "manager": "KGSTAccessManager",
    "revoker": "Revoker",
    "redemption_desk": "RedemptionDesk",
    "mint_desk": "MintDesk",
}
"""By step, the contracts whose functions the AccessManager gives to roles."""


class Quota(NamedTuple):
    """What an issuer is given. capacity: base units; refill_per_second: base units."""

    capacity: int
    refill_per_second: int
    may_burn: bool
    desk: bool


def quotas_of(policy: Policy, at: Mapping[str, str]) -> dict[str, Quota]:
    """By checksummed address, every issuer: the policy's, and the two desks.

    Args:
        policy: What should be true.
        at: By step, where the desks are.
    """
    mint = policy.desks.mint
    return {
        policy.address(one.member): Quota(
            one.capacity, one.refill_per_second, one.may_burn, one.desk
        )
        for one in policy.issuers
    } | {
        at["redemption_desk"]: Quota(0, 0, True, True),
        at["mint_desk"]: Quota(mint.capacity, mint.refill_per_second, False, False),
    }


@dataclass(frozen=True)
class Deployment:
    """A deployed system.

    Attributes:
        token: Read through `IKGST`: everything that can be called at the token's address.
        domain: The token's EIP-712 domain.
    """

    policy: Policy
    record: Record
    manager: ContractInstance
    logic: ContractInstance
    token: ContractInstance
    feed: ContractInstance
    backing_feed: ContractInstance
    revoker: ContractInstance
    redemption_desk: ContractInstance
    mint_desk: ContractInstance
    domain: Domain

    @classmethod
    def of(cls, policy: Policy, record: Record) -> Deployment:
        """The deployment that `record` tells of, on the connected chain."""
        manager = contract_at("KGSTAccessManager", record.manager.address)
        logic = contract_at("KGSTLogic", record.logic.address)
        token = token_at(record.token.address)
        feed = contract_at("ReserveFeed", record.feed.address)
        backing_feed = contract_at("BackingFeed", record.backing_feed.address)
        revoker = contract_at("Revoker", record.revoker.address)
        redemption_desk = contract_at("RedemptionDesk", record.redemption_desk.address)
        mint_desk = contract_at("MintDesk", record.mint_desk.address)
        _tell_ape(manager, logic, token, feed, backing_feed, revoker, redemption_desk, mint_desk)
        return cls(
            policy=policy,
            record=record,
            manager=manager,
            logic=logic,
            token=token,
            feed=feed,
            backing_feed=backing_feed,
            revoker=revoker,
            redemption_desk=redemption_desk,
            mint_desk=mint_desk,
            domain=Domain(record.chain_id, record.token.address),
        )

    @property
    def ruled(self) -> dict[str, ContractInstance]:
        """By step, the contracts whose functions the AccessManager gives to roles."""
        return {step: getattr(self, step) for step in RULED}

    @property
    def quotas(self) -> dict[str, Quota]:
        """By checksummed address, what every issuer should have."""
        return quotas_of(
            self.policy, {step: contract.address for step, contract in self.ruled.items()}
        )

    def named(self, address: str) -> str:
        """The policy's name of `address`, the deployment's own contracts included."""
        for contract, entry in self.record.contracts.items():
            if int(entry.address, 16) == int(address, 16):
                return contract
        return self.policy.named(address)


def selectors(role: Role, contract: str = "KGST") -> list[bytes]:
    """The four bytes of each function of `contract` that is given to `role`."""
    functions = FUNCTIONS.get(contract, {}).get(role, ())
    return [function_signature_to_4byte_selector(signature) for signature in functions]


def function_names(contract: str) -> dict[bytes, str]:
    """By four bytes, each function of `contract` that is given to a role."""
    return {
        function_signature_to_4byte_selector(signature): signature
        for functions in FUNCTIONS.get(contract, {}).values()
        for signature in functions
    }


def _tell_ape(*instances: ContractInstance) -> None:
    """Let ape decode these contracts' errors when they are called through it.

    Only on ape's own development networks, where ape keeps types in memory; elsewhere it would write them to the user's
    home folder and believe them for ever.
    """
    from ape import chain

    if connected().network.is_dev:
        for instance in instances:
            chain.contracts.contract_types[instance.address] = instance.contract_type


def initialization(policy: Policy, manager: str) -> bytes:
    """The call of `initialize` that the token's constructor makes."""
    terms = policy.token
    struct = (
        manager,
        policy.auditor_addresses,
        policy.auditors.threshold,
        terms.max_age,
        terms.max_increase_bps,
        terms.margin_bps,
    )
    # Encoded by the interface: there is no address to call yet.
    abi = interface("IKGST").mutable_methods["initialize"]
    ecosystem = connected().network.ecosystem
    return bytes(function_signature_to_4byte_selector(abi.selector)) + bytes(
        ecosystem.encode_calldata(abi, struct)
    )
