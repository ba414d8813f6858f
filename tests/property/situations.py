"""The situations that a campaign must reach, and how each is told from a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from property.driver import Driver
    from property.step import Step, View

HUGE = 1 << 255
MOST = (1 << 72) - 1
KEYED = ("payout", "mint", "mintBatch", "burn")

SUCCEEDED = {
    "attest": "attestation",
    "haltMinting": "halt by one auditor",
    "rotateAuditors": "rotation of auditors",
    "suspendAuditor": "auditor suspended",
    "acceptAuditors": "recovery of lost auditors",
    "forcedTransfer": "forced transfer",
    "burnBlocked": "burn of a blocked account",
    "permit": "permit",
    "payout": "payout",
    "mintBatch": "batch of mints",
    "cutIssuer": "issuer cut",
    "lowerIssuer": "quota lowered",
    "rescueTokens": "foreign tokens rescued",
    "setAuthority": "authority changed",
}

SITUATIONS: tuple[str, ...] = (
    *SUCCEEDED.values(),
    "mint to exactly zero headroom", "one base unit over full headroom refused", "mint at exactly the quota",
    "deficit attested", "recovery from a deficit", "burn during a deficit", "transfer during a deficit",
    "headroom unchanged by a burn", "redeemed but unpaid is not headroom",
    "mint one second before expiry", "mint at the second of expiry refused", "mint one second after expiry refused",
    "mint after a halt refused", "suspended auditor's signature refused", "suspended auditor's halt refused",
    "recovery ended by an attestation", "recovery too early refused", "recovery cancelled",
    "epoch replayed", "authorization replayed", "signatures unordered", "signature twice", "forged signature refused",
    "too few signatures", "old set's signature refused", "unanimity required", "unanimous rise",
    "rise to the ceiling", "attestation older than maxAge", "attestation in the future",
    "settled out of range", "reserves at the field's bound", "reserves beyond the field's bound",
    "signed elsewhere refused", "other epoch's signature refused", "malleable signature refused",
    "contract auditor signed", "contract holder signed",
    "blocked spender refused", "blocked sender refused", "blocked receiver refused", "blocked owner approves zero",
    "frozen part refused", "transfer to oneself", "payout to oneself", "full-range amount refused",
    "wrapping sum refused", "forced transfer unfreezes", "freeze beyond the balance",
    "paused: transfers", "paused: authorizations", "paused: minting", "paused: burning",
    "attest while all is paused", "forced transfer while paused",
    "authorization", "authorization by bytes", "authorization received", "authorization canceled",
    "authorization not yet valid", "authorization expired", "permit by bytes", "permit expired",
    "upgrade with state", "upgrade back", "upgrade with a call", "upgrade whose call fails",
    "upgrade without consent refused", "consent lapsed with its set", "impostor implementation refused",
    "DELEGATE_ALL raised", "payment ran from the implementation",
    "operation scheduled", "operation executed", "operation consumed directly", "operation cancelled",
    "operation too early refused", "operation expired", "outsider refused", "former member refused",
    "payout by key", "mint by key", "mintBatch by key", "burn by key", "used key refused", "canceled key refused",
    "key used by an authorization refused", "order executed in parts", "order beyond its amount refused",
    "order with another amount refused", "quota raised", "everything frozen",
    "attestation signed before a halt", "same closing attested again", "settled lowered",
    "closing before the last refused", "halts ahead refused", "signatures past their deadline refused",
    "upgrade in the block of its consent refused", "consent to other code refused",
    "role granted", "role revoked", "mint by upgrade refused", "minting beyond quota refused",
)  # fmt: skip


def accepted(step: Step, driver: Driver) -> list[str]:
    before, after, name = step.before, step.after, step.name
    found = [SUCCEEDED[name]] if name in SUCCEEDED else []
    if step.call.function.startswith("updateAuthority"):
        found.append("authority changed")
    if before.supply > before.backing and name in ("burn", "transfer"):
        found.append(f"{name} during a deficit")
    if step.minted:
        if after.supply == after.backing:
            found.append("mint to exactly zero headroom")
        if step.now == before.valid_until - 1:
            found.append("mint one second before expiry")
        if step.actor in driver.minters and not driver.model.quota[step.actor].level:
            found.append("mint at exactly the quota")
    if step.attested:
        found += _attested(step, driver)
    if name == "burn" and after.backing - after.supply == before.backing - before.supply > 0:
        found.append("headroom unchanged by a burn")
    if name in ("transfer", "transferFrom") and any(a == b for a, b, v in step.transfers if v):
        found.append("transfer to oneself")
    if name == "payout" and any(a == b for a, b, v in step.transfers if v):
        found.append("payout to oneself")
    if name == "forcedTransfer":
        if any(True for _ in step.events("Frozen")):
            found.append("forced transfer unfreezes")
        if before.flags & 1:
            found.append("forced transfer while paused")
    if name in KEYED and step.call.function.endswith(",bytes32)"):
        found.append(f"{name} by key")
    if name in ("forcedTransfer", "burnBlocked"):
        found += [
            "order executed in parts"
            for order, account, value in step.events("OrderExecuted")
            if 0 < value < driver.model.orders[order, account][1]
        ]
    for issuer, capacity, _, _ in step.events("IssuerSet") if name == "setIssuer" else ():
        held = (
            before.issuers[driver.minters.index(issuer)] >> 72 & MOST
            if issuer in driver.minters
            else 0
        )
        if 0 < held < capacity:
            found.append("quota raised")
    if name.startswith("setFrozen") and any(f == MOST for f, _ in _freezes(after)):
        found.append("everything frozen")
    if name == "approve" and not step.act.arguments[1] and driver.model.blocked[step.actor]:
        found.append("blocked owner approves zero")
    if name.startswith("setFrozen") and any(f > b for f, b in _freezes(after)):
        found.append("freeze beyond the balance")
    if name in (
        "transferWithAuthorization",
        "receiveWithAuthorization",
        "cancelAuthorization",
        "permit",
    ):
        found += _signed(step, driver)
    found += _governed(step, driver)
    return found


def _freezes(view: View) -> list[tuple[int, int]]:
    mask = (1 << 72) - 1
    return [(w >> 72 & mask, w & mask) for w in view.accounts]


def _attested(step: Step, driver: Driver) -> list[str]:
    before, after, found = step.before, step.after, []
    if after.deficit:
        found.append("deficit attested")
    elif before.deficit:
        found.append("recovery from a deficit")
    if after.settled < after.burned:
        found.append("redeemed but unpaid is not headroom")
    if after.reserves == ((1 << 72) - 1) // 10_000:
        found.append("reserves at the field's bound")
    limit = max(before.backing, before.supply) * (10_000 + before.max_increase) // 10_000
    signatures = step.call.arguments[-1]
    if step.call.arguments[1] < before.halts:
        found.append("attestation signed before a halt")
    if after.valid_until <= step.now and step.call.arguments[1] == before.halts:
        found.append("attestation older than maxAge")
    if after.as_of == before.as_of:
        found.append("same closing attested again")
    if after.settled < before.settled:
        found.append("settled lowered")
    if any(True for _ in step.events("AuditorsProposalCanceled")):
        found.append("recovery ended by an attestation")
    if before.epoch and after.backing > limit:
        found.append("unanimous rise")
    if before.epoch and limit - 10_000 < after.backing <= limit and len(signatures) < before.count:
        found.append("rise to the ceiling")
    if any(signer in driver.model.owners for signer, _ in signatures):
        found.append("contract auditor signed")
    if before.flags & 15 == 15:
        found.append("attest while all is paused")
    return found


def _signed(step: Step, driver: Driver) -> list[str]:
    found = []
    if step.call.arguments[0] == driver.world.wallet:
        found.append("contract holder signed")
    by_bytes = step.call.function.endswith(",bytes)")
    if step.name == "permit":
        return [*found, "permit by bytes"] if by_bytes else found
    if step.name == "cancelAuthorization":
        return [*found, "authorization canceled"]
    found.append("authorization by bytes" if by_bytes else "authorization")
    if step.name == "receiveWithAuthorization":
        found.append("authorization received")
    return found


def _governed(step: Step, driver: Driver) -> list[str]:
    found = []
    for _, name, _ in step.outcome.events:
        if name == "OperationScheduled":
            found.append("operation scheduled")
        elif name == "OperationExecuted":
            via = step.call.function.startswith("execute")
            found.append("operation executed" if via else "operation consumed directly")
        elif name == "OperationCanceled":
            found.append("operation cancelled")
        elif name == "RoleGranted":
            found.append("role granted")
        elif name == "RoleRevoked":
            found.append("role revoked")
        elif name == "AuditorsProposalCanceled":
            found += ["recovery cancelled"] if step.name == "cancelAuditorsProposal" else []
        elif name == "DelegateAllSet" and step.after.flags & 16:
            found.append("DELEGATE_ALL raised")
        elif name == "Diverted" and step.name in ("transfer", "transferFrom"):
            found.append("payment ran from the implementation")
        elif name == "Upgraded":
            found.append(
                "upgrade with state" if step.before.supply and step.before.epoch else "upgrade"
            )
            if driver.model.gate.generation == 1:
                found.append("upgrade back")
        elif name == "Migrated":
            found.append("upgrade with a call")
    return found


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
}
_PAUSED = {
    1: "paused: transfers",
    2: "paused: authorizations",
    4: "paused: minting",
    8: "paused: burning",
}


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
    if step.call.function.startswith("upgradeTo") and name == "mint":
        found.append("mint by upgrade refused")
    return found
