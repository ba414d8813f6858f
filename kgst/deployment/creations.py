"""What each step of a deployment sends: which contract is created with which arguments, and who is then given what.

A deployment sends it; a check computes it anew and compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kgst.build import constructor_arguments
from kgst.chain import contract_at, token_at
from kgst.deployment.contracts import (
    FEED_DECIMALS,
    GUARDED_ROLES,
    RULED,
    initialization,
    quotas_of,
    selectors,
)
from kgst.policy import Policy
from kgst.roles import Role

__all__ = ["CONTRACT_OF", "DESKS", "arguments_of", "configuration_of", "desk_arguments"]

DESKS: Final = {"redemption_desk": "RedemptionDesk", "mint_desk": "MintDesk"}
"""By step, the two desks."""

CONTRACT_OF: Final = {
    "manager": "KGSTAccessManager",
    "logic": "KGSTLogic",
    "token": "KGST",
    "feed": "ReserveFeed",
    "backing_feed": "BackingFeed",
    "revoker": "Revoker",
    **DESKS,
}
"""By step, in order, the contract that it creates."""


def arguments_of(step: str, policy: Policy, deployer: str, at: Mapping[str, str]) -> bytes:
    """The constructor's arguments of the contract that `step` creates, ABI-encoded.

    Args:
        step: Of `CONTRACT_OF`.
        policy: What is deployed.
        deployer: Checksummed address.
        at: By step, where the contracts before this one are.
    """
    match step:
        case "manager":
            arguments: tuple[Any, ...] = (deployer,)
        case "logic":
            arguments = (policy.token.recovery_delay,)
        case "token":
            arguments = (at["logic"], initialization(policy, at["manager"]))
        case "revoker":
            arguments = (at["manager"],)
        case "redemption_desk" | "mint_desk":
            arguments = desk_arguments(step, policy, at)
        case _:
            arguments = (at["token"], FEED_DECIMALS)
    return constructor_arguments(CONTRACT_OF[step], *arguments)


def desk_arguments(step: str, policy: Policy, at: Mapping[str, str]) -> tuple[Any, ...]:
    """The constructor's arguments of the desk that `step` creates."""
    ruled = at["manager"], at["token"]
    if step == "redemption_desk":
        terms = policy.desks.redemption
        return (*ruled, terms.redeem_within, terms.pay_within, terms.minimum)
    limits = policy.desks.mint
    return (*ruled, limits.mint_limit, limits.day_limit, limits.delay)


def configuration_of(policy: Policy, deployer: str, at: Mapping[str, str]) -> bytes:
    """The one call by which the deployer tells the AccessManager everything; its own power goes last.

    Args:
        policy: What is deployed.
        deployer: Checksummed address.
        at: By step, where the contracts are.
    """
    manager, token, mint_desk = at["manager"], at["token"], at["mint_desk"]
    access, instance = contract_at("KGSTAccessManager", manager), token_at(token)
    calls: list[Any] = []
    # While no role has them, functions belong to ADMIN, who is the deployer.
    for account, quota in quotas_of(policy, at).items():
        grant = instance.setIssuer.encode_input(account, *quota[:3])
        calls.append(access.execute.encode_input(token, grant))
        if quota.desk:
            desk = instance.setDesk.encode_input(account)
            calls.append(access.execute.encode_input(token, desk))
    for label in policy.desks.mint.destinations:
        allow = contract_at("MintDesk", mint_desk).allowDestination
        allowed = allow.encode_input(policy.address(label))
        calls.append(access.execute.encode_input(mint_desk, allowed))
    for role in Role:
        if role is not Role.ADMIN:  # its label is fixed
            calls.append(access.labelRole.encode_input(int(role), role.name))
        for step, contract in RULED.items():
            if functions := selectors(role, contract):
                assign = access.setTargetFunctionRole.encode_input
                calls.append(assign(at[step], functions, int(role)))
        if role in GUARDED_ROLES:
            calls.append(access.setRoleGuardian.encode_input(int(role), int(Role.GUARDIAN)))
        for member in policy.roles[role]:
            address = policy.address(member.member)
            calls.append(access.grantRole.encode_input(int(role), address, member.delay))
    calls.append(access.grantRole.encode_input(int(Role.ADMIN), at["revoker"], 0))
    calls.append(access.renounceRole.encode_input(int(Role.ADMIN), deployer))
    return bytes(access.multicall.encode_input([bytes(call) for call in calls]))
