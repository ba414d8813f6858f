"""Who holds which power over the token, and how the token asks."""

from __future__ import annotations

from typing import Any

from support.engine import Call

from .core import Fields, Refused
from .manager import ManagerModel, operation_id
from .payments import PaymentsModel

ADMIN, UPGRADER, ISSUANCE_ADMIN, RESERVE_ADMIN, PAUSER, UNPAUSER, COMPLIANCE, ENFORCER, GUARDIAN = (
    range(9)
)

POWERS: dict[str, int] = {
    "rescueTokens": ADMIN,
    "upgradeToAndCall": UPGRADER,
    "setDelegateAll": UPGRADER,
    "setIssuer": ISSUANCE_ADMIN,
    "setDesk": ISSUANCE_ADMIN,
    "proposeAuditors": RESERVE_ADMIN,
    "setMaxAge": RESERVE_ADMIN,
    "setMaxIncrease": RESERVE_ADMIN,
    "setMargin": RESERVE_ADMIN,
    "pause": PAUSER,
    "unpause": UNPAUSER,
    "blockAccount": COMPLIANCE,
    "blockAccounts": COMPLIANCE,
    "unblockAccount": COMPLIANCE,
    "unblockAccounts": COMPLIANCE,
    "setFrozenTokens": COMPLIANCE,
    "setFrozenTokensBatch": COMPLIANCE,
    "forcedTransfer(address,address,uint256)": ADMIN,
    "forcedTransfer": ENFORCER,
    "burnBlocked": ENFORCER,
    "cutIssuer": GUARDIAN,
    "lowerIssuer": GUARDIAN,
    "suspendAuditor": GUARDIAN,
    "raiseMargin": GUARDIAN,
    "cancelAuditorsProposal": GUARDIAN,
}
"""Which role docs/roles.md gives each restricted function of the token: by name, or by signature where overloads
differ."""


def power(function: str) -> int | None:
    """The role that may call ``function``, a signature; None where anyone may."""
    return POWERS.get(function, POWERS.get(function.partition("(")[0]))


class GovernedModel(PaymentsModel):
    """The token's side: restricted functions ask the authority of the moment."""

    current: Call
    """The call that runs: what the authority is asked about."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.managers: dict[int, ManagerModel] = {}
        self.trust = Fields(self.journal, authority=0)

    def authorize(self, caller: int) -> None:
        manager = self.managers[self.trust.authority]
        immediate, delay = manager.can_call(caller, self.token, self.current)
        if immediate:
            return
        if delay == 0:
            raise Refused("AccessManagedUnauthorized", caller)
        manager.consume(operation_id(caller, self.token, self.current.data))

    def set_authority(self, caller: int, authority: int) -> None:
        if caller != self.trust.authority:
            raise Refused("AccessManagedUnauthorized", caller)
        if authority not in self.managers:
            raise Refused("AccessManagedInvalidAuthority", authority)
        self.trust.authority = authority
        self.emit("AuthorityUpdated", authority)
