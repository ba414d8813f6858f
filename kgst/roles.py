"""The roles of the token's AccessManager, and which function belongs to which role.

This is the one place that says so: the deployment sends it, `verify` compares the chain with it, the tests read it.
Loosening is delayed, tightening is instant; so they are separate functions under separate roles.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Role(IntEnum):
    """Role ids of the AccessManager; 0 is its own ADMIN_ROLE."""

    ADMIN = 0
    UPGRADER = 1
    ISSUANCE_ADMIN = 2
    RESERVE_ADMIN = 3
    PAUSER = 4
    UNPAUSER = 5
    COMPLIANCE = 6
    ENFORCER = 7
    GUARDIAN = 8
    REDEEMER = 9
    MINTER = 10


# Signatures rather than names, because forcedTransfer is overloaded.
ROLE_FUNCTIONS: dict[Role, tuple[str, ...]] = {
    Role.ADMIN: (
        "rescueTokens(address,address,uint256)",
        # Of this form nothing counts what an order has been executed for: the longest delay.
        "forcedTransfer(address,address,uint256)",
    ),
    Role.UPGRADER: ("upgradeToAndCall(address,bytes)", "setDelegateAll(bool)"),
    Role.ISSUANCE_ADMIN: ("setIssuer(address,uint256,uint256,bool)", "setDesk(address)"),
    Role.RESERVE_ADMIN: (
        "proposeAuditors(address[],uint256)",
        "setMaxAge(uint256)",
        "setMaxIncrease(uint256)",
        "setMargin(uint256)",
    ),
    Role.PAUSER: ("pause(uint256)",),
    Role.UNPAUSER: ("unpause(uint256)",),
    Role.COMPLIANCE: (
        "blockAccount(address)",
        "blockAccounts(address[])",
        "unblockAccount(address)",
        "unblockAccounts(address[])",
        "setFrozenTokens(address,uint256)",
        "setFrozenTokensBatch(address[],uint256[])",
    ),
    Role.ENFORCER: (
        "forcedTransfer(address,address,uint256,bytes32,uint256)",
        "burnBlocked(address,uint256,bytes32,uint256)",
    ),
    Role.GUARDIAN: (
        "cutIssuer(address)",
        "lowerIssuer(address,uint256,uint256)",
        "suspendAuditor(address)",
        "cancelAuditorsProposal()",
        "raiseMargin(uint256)",
    ),
}
"""Of the token."""

REDEMPTION_DESK_FUNCTIONS: dict[Role, tuple[str, ...]] = {
    Role.ADMIN: ("rescueTokens(address,address,uint256)",),
    Role.ENFORCER: ("seize(uint256,address,uint256,bytes32,uint256)",),
    Role.REDEEMER: (
        "lock(uint256[])",
        "confirmPaid(uint256[],bytes32)",
        "returned(uint256)",
        "reject(uint256,string)",
    ),
}
"""Of the redemption desk."""

MINT_DESK_FUNCTIONS: dict[Role, tuple[str, ...]] = {
    Role.ISSUANCE_ADMIN: ("allowDestination(address)",),
    Role.GUARDIAN: ("removeDestination(address)", "cancel(bytes32)"),
    Role.MINTER: (
        "mint(address,uint256,bytes32)",
        "propose(address,uint256,bytes32)",
        "execute(bytes32)",
    ),
}
"""Of the mint desk. Any auditor may cancel too, of whom the AccessManager knows nothing."""

REVOKER_FUNCTIONS: dict[Role, tuple[str, ...]] = {Role.GUARDIAN: ("revokeRole(uint64,address)",)}
"""Of the Revoker."""

FUNCTIONS: dict[str, dict[Role, tuple[str, ...]]] = {
    "KGST": ROLE_FUNCTIONS,
    "Revoker": REVOKER_FUNCTIONS,
    "RedemptionDesk": REDEMPTION_DESK_FUNCTIONS,
    "MintDesk": MINT_DESK_FUNCTIONS,
}
"""By contract, and by role, what the AccessManager gives to its members. What stands nowhere is ADMIN's."""

REVOKE: Final = "revokeRole(uint64,address)"
"""GUARDIAN's function of the Revoker, and ADMIN's of the AccessManager."""


def role_name(role: int) -> str:
    """`PAUSER`; `PUBLIC` for the role that everyone has; `unknown role 77`."""
    if role == 2**64 - 1:
        return "PUBLIC"
    return Role(role).name if role in tuple(Role) else f"unknown role {role}"
