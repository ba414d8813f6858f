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
    REVOKE_SELECTOR,
    initialization,
    selectors,
)
from kgst.policy import Policy
from kgst.roles import Role

__all__ = ["CONTRACT_OF", "arguments_of", "configuration_of"]

CONTRACT_OF: Final = {
    "manager": "KGSTAccessManager",
    "logic": "KGSTLogic",
    "token": "KGST",
    "feed": "ReserveFeed",
    "backing_feed": "BackingFeed",
    "revoker": "Revoker",
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
        case _:
            arguments = (at["token"], FEED_DECIMALS)
    return constructor_arguments(CONTRACT_OF[step], *arguments)


def configuration_of(policy: Policy, deployer: str, at: Mapping[str, str]) -> bytes:
    """The one call by which the deployer tells the AccessManager everything; its own power goes last.

    Args:
        policy: What is deployed.
        deployer: Checksummed address.
        at: By step, where the contracts are.
    """
    manager, token, revoker = at["manager"], at["token"], at["revoker"]
    access, instance = contract_at("KGSTAccessManager", manager), token_at(token)
    calls: list[Any] = []
    # While no role has setIssuer and setDesk they belong to ADMIN, who is the deployer.
    for issuer in policy.issuers:
        grant = instance.setIssuer.encode_input(
            policy.address(issuer.member),
            issuer.capacity,
            issuer.refill_per_second,
            issuer.may_burn,
        )
        calls.append(access.execute.encode_input(token, grant))
        if issuer.desk:
            desk = instance.setDesk.encode_input(policy.address(issuer.member))
            calls.append(access.execute.encode_input(token, desk))
    for role in Role:
        if role is not Role.ADMIN:  # its label is fixed
            calls.append(access.labelRole.encode_input(int(role), role.name))
        calls.append(access.setTargetFunctionRole.encode_input(token, selectors(role), int(role)))
        if role in GUARDED_ROLES:
            calls.append(access.setRoleGuardian.encode_input(int(role), int(Role.GUARDIAN)))
        for member in policy.roles[role]:
            address = policy.address(member.member)
            calls.append(access.grantRole.encode_input(int(role), address, member.delay))
    guardian = int(Role.GUARDIAN)
    calls.append(access.setTargetFunctionRole.encode_input(revoker, [REVOKE_SELECTOR], guardian))
    calls.append(access.grantRole.encode_input(int(Role.ADMIN), revoker, 0))
    calls.append(access.renounceRole.encode_input(int(Role.ADMIN), deployer))
    return bytes(access.multicall.encode_input([bytes(call) for call in calls]))
