"""The expected powers, written once more: no table of the product's is read here.

Role numbers, selectors, guardians and delays as literals. Whoever changes one in `kgst` has to change it here as well,
and say why; `tests/unit/governance/test_powers.py` holds chain and product to both.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "FUNCTIONS",
    "GUARDIANS",
    "LOCAL_MEMBERS",
    "MINT_DESK_FUNCTIONS",
    "OWN_SETTERS",
    "PUBLIC",
    "REDEMPTION_DESK_FUNCTIONS",
    "REVOKER_FUNCTION",
    "ROLES",
    "TARGETS",
]

ROLES: Final = {
    "ADMIN": 0, "UPGRADER": 1, "ISSUANCE_ADMIN": 2, "RESERVE_ADMIN": 3, "PAUSER": 4, "UNPAUSER": 5, "COMPLIANCE": 6,
    "ENFORCER": 7, "GUARDIAN": 8, "REDEEMER": 9, "MINTER": 10,
}  # fmt: skip
PUBLIC: Final = 18_446_744_073_709_551_615
"""Of the AccessManager: everyone."""

GUARDIANS: Final = {
    "ADMIN": "ADMIN", "UPGRADER": "GUARDIAN", "ISSUANCE_ADMIN": "GUARDIAN", "RESERVE_ADMIN": "GUARDIAN",
    "PAUSER": "GUARDIAN", "UNPAUSER": "ADMIN", "COMPLIANCE": "GUARDIAN", "ENFORCER": "GUARDIAN", "GUARDIAN": "ADMIN",
    "REDEEMER": "GUARDIAN", "MINTER": "GUARDIAN",
}  # fmt: skip
"""By role, whose members cancel what its members have scheduled; the admin of each is ADMIN."""

FUNCTIONS: Final = {
    "rescueTokens(address,address,uint256)": ("0xcea9d26f", "ADMIN"),
    "forcedTransfer(address,address,uint256)": ("0x9fc1d0e7", "ADMIN"),
    "upgradeToAndCall(address,bytes)": ("0x4f1ef286", "UPGRADER"),
    "setDelegateAll(bool)": ("0xf6ce10be", "UPGRADER"),
    "setIssuer(address,uint256,uint256,bool)": ("0xf8b75d71", "ISSUANCE_ADMIN"),
    "setDesk(address)": ("0x9c8c90cf", "ISSUANCE_ADMIN"),
    "proposeAuditors(address[],uint256)": ("0x5ababdc0", "RESERVE_ADMIN"),
    "setMaxAge(uint256)": ("0x5ae28fc9", "RESERVE_ADMIN"),
    "setMaxIncrease(uint256)": ("0xd8f33e83", "RESERVE_ADMIN"),
    "setMargin(uint256)": ("0xd0610f1a", "RESERVE_ADMIN"),
    "pause(uint256)": ("0x136439dd", "PAUSER"),
    "unpause(uint256)": ("0xfabc1cbc", "UNPAUSER"),
    "blockAccount(address)": ("0x7c0a893d", "COMPLIANCE"),
    "blockAccounts(address[])": ("0x6abf7081", "COMPLIANCE"),
    "unblockAccount(address)": ("0x4d78fdc6", "COMPLIANCE"),
    "unblockAccounts(address[])": ("0xfaed47fd", "COMPLIANCE"),
    "setFrozenTokens(address,uint256)": ("0xebe45cba", "COMPLIANCE"),
    "setFrozenTokensBatch(address[],uint256[])": ("0x10d2f864", "COMPLIANCE"),
    "forcedTransfer(address,address,uint256,bytes32,uint256)": ("0xf55c6d77", "ENFORCER"),
    "burnBlocked(address,uint256,bytes32,uint256)": ("0x13cf4764", "ENFORCER"),
    "cutIssuer(address)": ("0x9bacd328", "GUARDIAN"),
    "lowerIssuer(address,uint256,uint256)": ("0x0a801a38", "GUARDIAN"),
    "suspendAuditor(address)": ("0x726e11e0", "GUARDIAN"),
    "cancelAuditorsProposal()": ("0xa901189f", "GUARDIAN"),
    "raiseMargin(uint256)": ("0x0f2b4730", "GUARDIAN"),
}
"""Of the token: the selector of each restricted function, and the role that it needs."""

REDEMPTION_DESK_FUNCTIONS: Final = {
    "rescueTokens(address,address,uint256)": ("0xcea9d26f", "ADMIN"),
    "seize(uint256,address,uint256,bytes32,uint256)": ("0xae522b97", "ENFORCER"),
    "lock(uint256[])": ("0x859610c6", "REDEEMER"),
    "confirmPaid(uint256[],bytes32)": ("0xb174efee", "REDEEMER"),
    "returned(uint256)": ("0xf8c883cc", "REDEEMER"),
    "reject(uint256,string)": ("0x71d68a97", "REDEEMER"),
}
"""Of the redemption desk, likewise."""

MINT_DESK_FUNCTIONS: Final = {
    "allowDestination(address)": ("0xce6901d1", "ISSUANCE_ADMIN"),
    "removeDestination(address)": ("0x5cadd08d", "GUARDIAN"),
    "cancel(bytes32)": ("0xc4d252f5", "GUARDIAN"),
    "mint(address,uint256,bytes32)": ("0x1e458bee", "MINTER"),
    "propose(address,uint256,bytes32)": ("0x0da7fbde", "MINTER"),
    "execute(bytes32)": ("0xe751f271", "MINTER"),
}
"""Of the mint desk, likewise."""

REVOKER_FUNCTION: Final = ("revokeRole(uint64,address)", "0xb7d2b162", "GUARDIAN")
"""The one function of the Revoker that a role may call."""

TARGETS: Final = ("token", "manager", "revoker", "redemption_desk", "mint_desk")
"""What the AccessManager rules: none is closed, and ADMIN changes each at once."""

OWN_SETTERS: Final = {
    "labelRole(uint64,string)", "grantRole(uint64,address,uint32)", "revokeRole(uint64,address)",
    "setRoleAdmin(uint64,uint64)", "setRoleGuardian(uint64,uint64)", "setGrantDelay(uint64,uint32)",
    "setTargetFunctionRole(address,bytes4[],uint64)", "setTargetAdminDelay(address,uint32)",
    "setTargetClosed(address,bool)", "updateAuthority(address,address)",
}  # fmt: skip
"""With which ADMIN changes any of this, at the AccessManager."""

LOCAL_MEMBERS: Final = {
    "ADMIN": [("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", 300)],
    "UPGRADER": [("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC", 300)],
    "ISSUANCE_ADMIN": [("0x90F79bf6EB2c4f870365E785982E1f101E93b906", 0)],
    "RESERVE_ADMIN": [("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65", 300)],
    "PAUSER": [("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc", 0)],
    "UNPAUSER": [("0x976EA74026E726554dB657fA54763abd0C3a0aa9", 0)],
    "COMPLIANCE": [("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955", 0)],
    "ENFORCER": [("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f", 0)],
    "GUARDIAN": [("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720", 0)],
    "REDEEMER": [("0x1BcB8e569EedAb4668e55145Cfeaf190902d3CF2", 0)],
    "MINTER": [("0x8263Fce86B1b78F95Ab4dae11907d8AF88f841e7", 0)],
}
"""Of deployments/local/policy.yaml: addresses and seconds of delay."""
