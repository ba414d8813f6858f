"""The deployed contracts, and what each is created with and grants: what a deployment does and a check compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_utils.abi import function_signature_to_4byte_selector

from kgst.abi import interface
from kgst.attestation import Domain
from kgst.chain import contract_at, token_at
from kgst.node import connected
from kgst.policy import Policy
from kgst.record import Record
from kgst.roles import FUNCTIONS, REVOKE, Role

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

__all__ = [
    "FEED_DECIMALS",
    "GUARDED_ROLES",
    "REVOKE_SELECTOR",
    "Deployment",
    "initialization",
    "selectors",
]

FEED_DECIMALS: Final = 8
"""Of both feeds, as Chainlink's feeds of fiat have."""

# ADMIN's guardian is fixed by OpenZeppelin; guardians do not guard themselves. Nor an UNPAUSER: whoever may cancel each
# unpause keeps a pause for as long as ADMIN waits, and who lifts a needed one is answered by pausing again.
GUARDED_ROLES: Final = tuple(r for r in Role if r not in (Role.ADMIN, Role.GUARDIAN, Role.UNPAUSER))
"""Roles whose scheduled operations a GUARDIAN may cancel."""

REVOKE_SELECTOR: Final = function_signature_to_4byte_selector(REVOKE)
"""The one function of the Revoker that a role may call."""


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
        _tell_ape(manager, logic, token, feed, backing_feed, revoker)
        return cls(
            policy=policy,
            record=record,
            manager=manager,
            logic=logic,
            token=token,
            feed=feed,
            backing_feed=backing_feed,
            revoker=revoker,
            domain=Domain(record.chain_id, record.token.address),
        )

    def named(self, address: str) -> str:
        """The policy's name of `address`, the deployment's own contracts included."""
        for contract, entry in self.record.contracts.items():
            if int(entry.address, 16) == int(address, 16):
                return contract
        return self.policy.named(address)


def selectors(role: Role, contract: str = "KGST") -> list[bytes]:
    """The four bytes of each function that `role` may call of `contract`."""
    functions = FUNCTIONS[contract].get(role, ())
    return [function_signature_to_4byte_selector(signature) for signature in functions]


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
