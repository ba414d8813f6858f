"""Which situations an accepted transaction reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from property.situations import KEYED, SUCCEEDED
from support.model.ledger import ALL_PAUSES, MINTING
from support.model.signatures import Password

if TYPE_CHECKING:
    from property.driver import Driver
    from property.step import Step, View

MOST = (1 << 72) - 1
DESK = 1 << 249
SIGNED = (
    "transferWithAuthorization",
    "receiveWithAuthorization",
    "cancelAuthorization",
    "permit",
)
MANY = {"payout": "payout of hundreds", "mintBatch": "mints by the hundred"}


def accepted(step: Step, driver: Driver) -> list[str]:
    before, name = step.before, step.name
    found = [SUCCEEDED[name]] if name in SUCCEEDED else []
    if step.call.function.startswith("updateAuthority"):
        found.append("authority changed")
    if before.supply > before.backing and name in ("burn", "transfer"):
        found.append(f"{name} during a deficit")
    if step.minted:
        found += _minted(step, driver)
    if step.attested:
        found += _attested(step, driver)
    if name in SIGNED:
        found += _signed(step, driver)
    if name in MANY and len(step.act.arguments[0]) >= 400:
        found.append(MANY[name])
    if name in KEYED and step.call.function.endswith(",bytes32)"):
        found.append(f"{name} by key")
    return [
        *found,
        *_moved(step),
        *_ordered(step, driver),
        *_appointed(step, driver),
        *_desks(step, driver),
        *_governed(step, driver),
    ]


def _minted(step: Step, driver: Driver) -> list[str]:
    before, after, found = step.before, step.after, []
    if after.supply == after.backing:
        found.append("mint to exactly zero headroom")
        covered = after.reserves * 10_000 - (after.burned - after.settled)
        if after.margin and covered > after.supply:
            found.append("mint up to the margin")
    if step.now == before.valid_until - 1:
        found.append("mint one second before expiry")
    if step.actor in driver.minters and not driver.model.quota[step.actor].level:
        found.append("mint at exactly the quota")
    return found


def _moved(step: Step) -> list[str]:
    before, after, name, found = step.before, step.after, step.name, []
    if name == "burn" and after.backing - after.supply == before.backing - before.supply > 0:
        found.append("headroom unchanged by a burn")
    to_oneself = any(a == b for a, b, v in step.transfers if v)
    if name in ("transfer", "transferFrom") and to_oneself:
        found.append("transfer to oneself")
    if name == "payout" and to_oneself:
        found.append("payout to oneself")
    return found


def _ordered(step: Step, driver: Driver) -> list[str]:
    """What compliance and enforcement did, and a blocked owner."""
    name, found = step.name, []
    if name == "forcedTransfer":
        if any(True for _ in step.events("Frozen")):
            found.append("forced transfer unfreezes")
        if step.before.flags & 1:
            found.append("forced transfer while paused")
    if name in ("forcedTransfer", "burnBlocked"):
        found += [
            "order executed in parts"
            for order, account, value in step.events("OrderExecuted")
            if 0 < value < driver.model.orders[order, account][1]
        ]
    if name.startswith("setFrozen"):
        frozen = _freezes(step.after)
        found += ["everything frozen"] if any(f == MOST for f, _ in frozen) else []
        found += ["freeze beyond the balance"] if any(f > b for f, b in frozen) else []
    if name == "approve" and not step.act.arguments[1] and driver.model.blocked[step.actor]:
        found.append("blocked owner approves zero")
    return found


def _appointed(step: Step, driver: Driver) -> list[str]:
    found, minters = [], driver.minters
    for issuer, capacity, _, _ in step.events("IssuerSet") if step.name == "setIssuer" else ():
        known = issuer in minters
        held = step.before.issuers[minters.index(issuer)] >> 72 & MOST if known else 0
        if 0 < held < capacity:
            found.append("quota raised")
    return found


def _desks(step: Step, driver: Driver) -> list[str]:
    found = []
    for minter, then in zip(driver.minters, step.before.issuers, strict=True):
        if not then & DESK:
            continue
        if step.name == "cutIssuer" and step.act.arguments[0] == minter:
            found.append("desk cut")
        elif any(args[0] == minter for args in step.events("IssuerSet")):
            lower = step.name == "lowerIssuer"
            found.append("desk kept under lower terms" if lower else "desk kept under new terms")
        if step.actor == minter and step.name in ("mint", "burn"):
            found.append("desk minted" if step.name == "mint" else "desk burned")
    return found


def _freezes(view: View) -> list[tuple[int, int]]:
    mask = (1 << 72) - 1
    return [(w >> 72 & mask, w & mask) for w in view.accounts]


def _attested(step: Step, driver: Driver) -> list[str]:
    before, after, found = step.before, step.after, []
    if any(True for _ in step.events("ReserveDeficit")):
        found.append("deficit attested")
    elif any(True for _ in step.events("MarginDeficit")):
        found.append("margin deficit attested")
    elif before.deficit:
        found.append("recovery from a deficit")
        if after.margin:
            found.append("margin held again")
    if after.margin and after.backing > after.supply:
        found.append("backing within the margin")
    if before.flags & MINTING and after.flags == before.flags:
        found.append("attestation while minting is paused keeps the pause")
    if after.count == 16 == len(step.call.arguments[-1]):
        found.append("sixteen auditors signed")
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
    if before.flags & ALL_PAUSES == ALL_PAUSES:
        found.append("attest while all is paused")
    return found


def _signed(step: Step, driver: Driver) -> list[str]:
    found = []
    if step.call.arguments[0] == driver.world.wallet:
        found.append("contract holder signed")
    last = step.call.arguments[-1]
    if isinstance(last, Password):
        found += ["contract's long signature"] if len(last) > 1_000 else []
        found += [] if last else ["contract's empty signature"]
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
    if step.target == driver.place.revoker and not step.outcome.events:
        found.append("role taken that was not held")
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
            if step.target == driver.place.revoker:
                found.append("role taken at once")
                manager, role = driver.model.managers[driver.place.manager], step.call.arguments[0]
                if not any(r == role and m.since for (r, _), m in manager.members.items()):
                    found.append("role taken at once from its only member")
        elif name == "AuditorsProposalCanceled":
            found += ["recovery cancelled"] if step.name == "cancelAuditorsProposal" else []
        elif name == "DelegateAllSet" and step.after.delegate_all:
            found.append("DELEGATE_ALL raised")
        elif name == "Diverted" and step.name in ("transfer", "transferFrom"):
            found.append("payment ran from the implementation")
        elif name == "Upgraded":
            found += _upgraded(step, driver)
        elif name == "Migrated":
            found.append("upgrade with a call")
            found += ["migration while paused"] if step.before.flags else []
        elif name == "MarginSet":
            found += _margin(step)
    return found


def _upgraded(step: Step, driver: Driver) -> list[str]:
    before, code = step.before, driver.place.logics
    found = ["upgrade with state"] if before.supply and before.epoch else []
    if driver.model.code.generation == 1:
        found.append("upgrade back")
    if before.flags:
        found.append("upgrade while paused")
    if before.delegate_all:
        found.append("upgrade while DELEGATE_ALL")
    if code[before.implementation][2] != code[step.after.implementation][2]:
        found.append("upgrade to another recovery delay")
    return found


def _margin(step: Step) -> list[str]:
    before, after = step.before.margin, step.after.margin
    if after < before:
        return ["margin lowered"]
    if after > before:
        by_guardian = step.name == "raiseMargin"
        return (
            ["margin raised", "margin raised by the guardian"] if by_guardian else ["margin raised"]
        )
    return []
