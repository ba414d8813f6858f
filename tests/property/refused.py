"""Which situations a refused transaction reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from property.situations import KEYED
from support.model.ledger import PAUSES

if TYPE_CHECKING:
    from property.driver import Driver
    from property.step import Step

HUGE = 1 << 255

_BY_ERROR = {
    "AsOfInFuture": "attestation in the future",
    "SettledOutOfRange": "settled out of range",
    "UnanimityRequired": "unanimity required",
    "ThresholdNotReached": "too few signatures",
    "InvalidAuditorSignature": "forged signature refused",
    "AsOfBeforeLast": "closing before the last refused",
    "InvalidHalts": "halts ahead refused",
    "SignaturesExpired": "signatures past their deadline refused",
    "ConsentTooRecent": "upgrade in the block of its consent refused",
    "CodeHashMismatch": "consent to other code refused",
    "ProposalNotReady": "recovery too early refused",
    "AuthorizationUsedOrCanceled": "authorization replayed",
    "AuthorizationNotYetValid": "authorization not yet valid",
    "AuthorizationExpired": "authorization expired",
    "ERC2612ExpiredSignature": "permit expired",
    "ERC7943CannotReceive": "blocked receiver refused",
    "ERC7943InsufficientUnfrozenBalance": "frozen part refused",
    "MigrationFailed": "upgrade whose call fails",
    "InvalidImplementation": "impostor implementation refused",
    "AccessManagerNotReady": "operation too early refused",
    "AccessManagerExpired": "operation expired",
    "AccessManagedUnauthorized": "outsider refused",
    "OrderExceeded": "order beyond its amount refused",
    "OrderAmountMismatch": "order with another amount refused",
    "IssuerQuotaExceeded": "minting beyond quota refused",
    "NotAContract": "desk without code refused",
    "DeskUnderOrder": "desk under an order refused",
}
_AGAINST_DESKS = {
    "blockAccount": "desk not blocked",
    "blockAccounts": "desk not blocked",
    "setFrozenTokens": "desk not frozen",
    "setFrozenTokensBatch": "desk not frozen",
    "forcedTransfer": "desk not seized",
}
_NAMED = {0: "ADMIN", 5: "UNPAUSER", 8: "GUARDIAN"}
_PAUSED = {flag: f"paused: {name}" for name, flag in PAUSES.items()}


def _key_refused(name: str, key: tuple[int, int], driver: Driver) -> list[str]:
    """A nonce was spent before: by which function decides what its refusal shows."""
    spent_by = driver.spent.get(key)
    if name in KEYED and spent_by in KEYED:
        return ["used key refused"]
    if name in KEYED and spent_by == "cancelAuthorization":
        return ["canceled key refused"]
    if name in KEYED and spent_by is not None:
        return ["key used by an authorization refused"]
    return []


def refused(step: Step, driver: Driver) -> list[str]:
    assert step.outcome.error is not None
    (error, args), name, view = step.outcome.error, step.name, step.before
    found = [_BY_ERROR[error]] if error in _BY_ERROR else []
    values = [a for a in step.call.arguments if isinstance(a, int)]
    if error == "HeadroomExceeded" and args == (0, 1):
        found.append("one base unit over full headroom refused")
    elif error == "AttestationExpired":
        late = step.now - view.valid_until
        if late in (0, 1):
            found.append(
                ("mint at the second of expiry refused", "mint one second after expiry refused")[
                    late
                ]
            )
        if driver.halted_at == view.valid_until:
            found.append("mint after a halt refused")
    elif error == "AuthorizationUsedOrCanceled":
        found += _key_refused(name, args, driver)
    elif error == "OperationPaused" and args[0] in _PAUSED:
        found.append(_PAUSED[args[0]])
    elif error == "AuditorIsSuspended":
        halt = name == "haltMinting"
        found.append(
            "suspended auditor's halt refused" if halt else "suspended auditor's signature refused"
        )
    elif error == "NotAuditor" and args[0] in driver.former and name != "haltMinting":
        found.append("old set's signature refused")
    elif error == "SignaturesNotAscending":
        found.append("signature twice" if args[0] == args[1] else "signatures unordered")
    elif error == "ERC7943CannotSend":
        found.append(
            "blocked spender refused"
            if name == "transferFrom" and args[0] == step.actor
            else "blocked sender refused"
        )
    elif error == "AmountOutOfRange" and name == "attest":
        found.append("reserves beyond the field's bound")
    elif (
        error in ("ERC20InsufficientBalance", "ERC20InsufficientAllowance")
        and max(values, default=0) >= HUGE
    ):
        found.append("full-range amount refused")
    elif error == "Panic" and name == "mintBatch":
        found.append("wrapping sum refused")
    elif error == "AccessManagedUnauthorized" and args[0] in driver.retired:
        found.append("former member refused")
    elif error == "ImplementationNotApproved":
        found.append("upgrade without consent refused")
        if driver.consented == args:
            found.append("consent lapsed with its set")
    elif error == "AccountIsDesk":
        found.append(_AGAINST_DESKS[name])
        if not driver.model.quota[args[0]].may_burn and not driver.model.quota[args[0]].capacity:
            found.append("desk kept from orders when cut")
    elif error == "RoleNotRevocable":
        found.append(f"{_NAMED[args[0]]} not taken at once")
    elif error == "MarginOutOfRange" and name == "raiseMargin" and args[0] < view.margin:
        found.append("margin below the present one refused")
    elif error == "AmountOutOfRange" and name == "burn" and args[1] < 1 << 12:
        found.append("burned at the field's bound refused")
    elif error == "AccessManagerUnauthorizedAccount" and args[0] == driver.place.revoker:
        found.append("revoker without its role refused")
    elif (
        error == "AccessManagerUnauthorizedCancel" and "unpause" in step.call.arguments[2].function
    ):
        found.append("guardian's cancel of an unpause refused")
    if error == "AccessManagedUnauthorized":
        found += _unauthorized(step, driver, args[0])
    if step.call.function.startswith("upgradeTo") and name == "mint":
        found.append("mint by upgrade refused")
    return found


def _unauthorized(step: Step, driver: Driver, who: int) -> list[str]:
    place, model = driver.place, driver.model
    if step.target == place.revoker:
        return ["revoker called by others refused"]
    if model.trust.authority == place.manager:
        return []
    if who == place.manager:
        return ["former manager refused"]
    before = model.managers[place.manager]
    return (
        ["former manager's people refused"] if before.can_call(who, step.token, step.act)[0] else []
    )
