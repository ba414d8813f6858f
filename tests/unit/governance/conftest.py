from __future__ import annotations

from typing import Any

import pytest
from ape import accounts, project
from support.auditing import approval, approve, ascending
from support.repairs import whole_errors

from kgst.flags import PAUSE_FLAGS
from kgst.roles import Role

__all__ = ["whole_errors"]

SOM = 1_000_000
HOUR = 3_600


@pytest.fixture(scope="session")
def people(
    admin: Any, upgrader: Any, issuance_admin: Any, reserve_admin: Any, pauser: Any, unpauser: Any,
    compliance: Any, enforcer: Any, guardian: Any, redeemer: Any, minter: Any,
) -> dict[Role, Any]:  # fmt: skip
    """The one member of each role."""
    return {
        Role.ADMIN: admin, Role.UPGRADER: upgrader, Role.ISSUANCE_ADMIN: issuance_admin,
        Role.RESERVE_ADMIN: reserve_admin, Role.PAUSER: pauser, Role.UNPAUSER: unpauser,
        Role.COMPLIANCE: compliance, Role.ENFORCER: enforcer, Role.GUARDIAN: guardian,
        Role.REDEEMER: redeemer, Role.MINTER: minter,
    }  # fmt: skip


@pytest.fixture
def arguments(
    funded: Any, token: Any, deployer: Any, compliance: Any, reserve_admin: Any, auditors: Any,
    issuance_admin: Any, issuer: Any, issuer_b: Any, holder: Any, receiver: Any, spender: Any, relayer: Any,
) -> dict[str, tuple[Any, ...]]:  # fmt: skip
    """By signature: arguments with which each restricted function succeeds for its role, on a prepared system."""
    second = deployer.deploy(project.KGSTLogicV2Mock, token.RECOVERY_DELAY())
    approve(funded, approval(funded, second), auditors, relayer)
    foreign = deployer.deploy(project.TokenMock, token, 100)
    token.mint(spender, SOM, sender=issuer)
    token.blockAccount(spender, sender=compliance)
    successors = [a.address for a in ascending(accounts.test_accounts[i] for i in (23, 24, 25))]
    token.proposeAuditors(successors, 2, sender=reserve_admin)
    desk = foreign
    token.setIssuer(desk, 1, 0, False, sender=issuance_admin)
    order = b"\x0d" * 32
    return {
        "rescueTokens(address,address,uint256)": (foreign, receiver, 1),
        "upgradeToAndCall(address,bytes)": (second, b""),
        "setDelegateAll(bool)": (True,),
        "setIssuer(address,uint256,uint256,bool)": (issuer_b, 1, 0, False),
        "setDesk(address)": (desk,),
        "setMargin(uint256)": (1,),
        "raiseMargin(uint256)": (1,),
        "proposeAuditors(address[],uint256)": (successors, 3),
        "setMaxAge(uint256)": (HOUR,),
        "setMaxIncrease(uint256)": (1,),
        "pause(uint256)": (1,),
        "unpause(uint256)": (1,),
        "blockAccount(address)": (receiver,),
        "blockAccounts(address[])": ([receiver],),
        "unblockAccount(address)": (spender,),
        "unblockAccounts(address[])": ([spender],),
        "setFrozenTokens(address,uint256)": (holder, 1),
        "setFrozenTokensBatch(address[],uint256[])": ([holder], [1]),
        "forcedTransfer(address,address,uint256)": (holder, receiver, 1),
        "forcedTransfer(address,address,uint256,bytes32,uint256)": (holder, receiver, 1, order, 1),
        "burnBlocked(address,uint256,bytes32,uint256)": (spender, 1, order, 1),
        "cutIssuer(address)": (issuer,),
        "lowerIssuer(address,uint256,uint256)": (issuer, 1, 0),
        "suspendAuditor(address)": (auditors[0],),
        "cancelAuditorsProposal()": (),
    }


@pytest.fixture
def delayed(token: Any, manager: Any, admin: Any, pauser: Any, unpauser: Any) -> int:
    """Everything is paused; ``unpauser`` has to announce, and GUARDIAN may cancel: seconds of delay."""
    manager.grantRole(int(Role.UNPAUSER), unpauser, HOUR, sender=admin)
    manager.setRoleGuardian(int(Role.UNPAUSER), int(Role.GUARDIAN), sender=admin)
    token.pause(PAUSE_FLAGS, sender=pauser)
    return HOUR
