"""OpenZeppelin's AccessManager."""

from __future__ import annotations

from typing import Any, NamedTuple

from eth_hash.auto import keccak
from support.engine import Call

from .core import Book, Core, Refused
from .signatures import word

ADMIN, PUBLIC = 0, (1 << 64) - 1
WEEK, FIVE_DAYS = 604_800, 432_000

_OWN_ADMIN = (
    "labelRole",
    "setRoleAdmin",
    "setRoleGuardian",
    "setGrantDelay",
    "setTargetAdminDelay",
)
_TARGET_ADMIN = ("updateAuthority", "setTargetClosed", "setTargetFunctionRole")


class Delay(NamedTuple):
    """A duration that may be about to change."""

    before: int
    after: int
    effect: int

    def at(self, now: int) -> int:
        return self.after if self.effect <= now else self.before

    def changed(self, new: int, least_setback: int, now: int) -> Delay:
        value = self.at(now)
        return Delay(value, new, now + max(least_setback, value - new))


class Membership(NamedTuple):
    since: int
    delay: Delay


NOBODY = Membership(0, Delay(0, 0, 0))


def selector_of(data: bytes) -> bytes:
    return data[:4]


def as_bytes4(data: bytes) -> int:
    """A bytes4 as it stands in a word."""
    return int.from_bytes(data[:4].ljust(32, b"\0"), "big")


class ManagerModel:
    """One AccessManager at ``address``."""

    def __init__(self, host: Core, address: int) -> None:
        journal = host.journal
        self.host = host
        self.address = address
        self.members = Book(journal, default=NOBODY)
        self.admin_of = Book(journal, default=ADMIN)
        self.guardian_of = Book(journal, default=ADMIN)
        self.grant_delay = Book(journal, default=Delay(0, 0, 0))
        self.admin_delay = Book(journal, default=Delay(0, 0, 0))
        self.role_of = Book(journal, default=ADMIN)
        self.closed = Book(journal, default=False)
        self.due = Book(journal)
        self.nonce = Book(journal)
        self.executing: tuple[int, bytes] | None = None

    # Who may

    def has_role(self, role: int, account: int) -> tuple[bool, int]:
        if role == PUBLIC:
            return True, 0
        member = self.members[role, account]
        return 0 < member.since <= self.host.now, member.delay.at(self.host.now)

    def can_call(self, caller: int, target: int, call: Call) -> tuple[bool, int]:
        """Whether at once, and else after which delay."""
        sig = selector_of(call.data)
        if target == self.address:
            return self._can_call_self(caller, call)
        if self.closed[target]:
            return False, 0
        if caller == self.address:
            return self.executing == (target, sig), 0
        if call.function == "setAuthority(address)":
            member, delay = self.has_role(ADMIN, caller)
            delay = max(delay, self.admin_delay[target].at(self.host.now))
        else:
            member, delay = self.has_role(self.role_of[target, sig], caller)
        return (delay == 0, delay) if member else (False, 0)

    def _restriction(self, call: Call) -> tuple[bool, int, int]:
        name = call.function.partition("(")[0]
        if name in _OWN_ADMIN:
            return True, ADMIN, 0
        if name in _TARGET_ADMIN:
            return True, ADMIN, self.admin_delay[call.arguments[0]].at(self.host.now)
        if name in ("grantRole", "revokeRole"):
            return True, self.admin_of[call.arguments[0]], 0
        return False, self.role_of[self.address, selector_of(call.data)], 0

    def _can_call_self(self, caller: int, call: Call) -> tuple[bool, int]:
        if caller == self.address:
            return self.executing == (self.address, selector_of(call.data)), 0
        restricted, role, least = self._restriction(call)
        if not restricted and self.closed[self.address]:
            return False, 0
        member, delay = self.has_role(role, caller)
        delay = max(least, delay)
        return (delay == 0, delay) if member else (False, 0)

    def authorize(self, caller: int, call: Call) -> None:
        """For the manager's own restricted functions."""
        immediate, delay = self._can_call_self(caller, call)
        if immediate:
            return
        if delay == 0:
            raise Refused("AccessManagerUnauthorizedAccount", caller, self._restriction(call)[1])
        self.consume(operation_id(caller, self.address, call.data))

    # Roles

    def grant_role(self, role: int, account: int, delay: int) -> None:
        if role == PUBLIC:
            raise Refused("AccessManagerLockedRole", role)
        now, member = self.host.now, self.members[role, account]
        new = member.since == 0
        if new:
            effect = now + self.grant_delay[role].at(now)
            self.members[role, account] = Membership(effect, Delay(0, delay, 0))
        else:
            changed = member.delay.changed(delay, 0, now)
            effect = changed.effect
            self.members[role, account] = Membership(member.since, changed)
        self.emit("RoleGranted", role, account, delay, effect, int(new))

    def revoke_role(self, role: int, account: int) -> None:
        if role == PUBLIC:
            raise Refused("AccessManagerLockedRole", role)
        if self.members[role, account].since:
            self.members[role, account] = NOBODY
            self.emit("RoleRevoked", role, account)

    def renounce_role(self, caller: int, role: int, confirmation: int) -> None:
        if caller != confirmation:
            raise Refused("AccessManagerBadConfirmation")
        self.revoke_role(role, caller)

    def set_guardian(self, role: int, guardian: int) -> None:
        if role in (ADMIN, PUBLIC):
            raise Refused("AccessManagerLockedRole", role)
        self.guardian_of[role] = guardian
        self.emit("RoleGuardianChanged", role, guardian)

    def set_grant_delay(self, role: int, delay: int) -> None:
        if role == PUBLIC:
            raise Refused("AccessManagerLockedRole", role)
        changed = self.grant_delay[role].changed(delay, FIVE_DAYS, self.host.now)
        self.grant_delay[role] = changed
        self.emit("RoleGrantDelayChanged", role, delay, changed.effect)

    def set_closed(self, target: int, closed: int) -> None:
        self.closed[target] = bool(closed)
        self.emit("TargetClosed", target, closed)

    def set_function_role(self, target: int, selectors: Any, role: int) -> None:
        for sig in (chosen.to_bytes(32, "big")[:4] for chosen in selectors):
            if sig == bytes.fromhex("7a9e5e4b"):
                raise Refused("AccessManagerLockedFunction", as_bytes4(sig))
            self.role_of[target, sig] = role
            self.emit("TargetFunctionRoleUpdated", target, as_bytes4(sig), role)

    # Operations

    def schedule(self, caller: int, target: int, inner: Call, when: int) -> None:
        _, setback = self.can_call(caller, target, inner)
        earliest = self.host.now + setback
        if setback == 0 or 0 < when < earliest:
            raise Refused("AccessManagerUnauthorizedCall", caller, target, as_bytes4(inner.data))
        when = max(when, earliest)
        operation = operation_id(caller, target, inner.data)
        if self.due[operation] and not self._expired(self.due[operation]):
            raise Refused("AccessManagerAlreadyScheduled", operation)
        self.nonce[operation] += 1
        self.due[operation] = when
        self.emit(
            "OperationScheduled", operation, self.nonce[operation], when, caller, target, inner.data
        )

    def prepare(self, caller: int, target: int, inner: Call) -> None:
        """What ``execute`` checks and uses up before it calls."""
        immediate, setback = self.can_call(caller, target, inner)
        if not immediate and setback == 0:
            raise Refused("AccessManagerUnauthorizedCall", caller, target, as_bytes4(inner.data))
        operation = operation_id(caller, target, inner.data)
        due = self.due[operation]
        if setback or (due and not self._expired(due)):
            self.consume(operation)

    def consume(self, operation: int) -> None:
        due = self.due[operation]
        if due == 0:
            raise Refused("AccessManagerNotScheduled", operation)
        if due > self.host.now:
            raise Refused("AccessManagerNotReady", operation)
        if self._expired(due):
            raise Refused("AccessManagerExpired", operation)
        self.due[operation] = 0
        self.emit("OperationExecuted", operation, self.nonce[operation])

    def cancel(self, sender: int, caller: int, target: int, inner: Call) -> None:
        operation = operation_id(caller, target, inner.data)
        if self.due[operation] == 0:
            raise Refused("AccessManagerNotScheduled", operation)
        if not self._may_cancel(sender, caller, target, inner):
            raise Refused(
                "AccessManagerUnauthorizedCancel", sender, caller, target, as_bytes4(inner.data)
            )
        self.due[operation] = 0
        self.emit("OperationCanceled", operation, self.nonce[operation])

    def _may_cancel(self, sender: int, caller: int, target: int, inner: Call) -> bool:
        guardian = self.guardian_of[self.role_of[target, selector_of(inner.data)]]
        if (
            sender == caller
            or self.has_role(ADMIN, sender)[0]
            or self.has_role(guardian, sender)[0]
        ):
            return True
        restricted, role, _ = self._restriction(inner)
        own = target == self.address and restricted and role != ADMIN
        return own and self.has_role(role, sender)[0]

    def _expired(self, due: int) -> bool:
        return due + WEEK <= self.host.now

    def emit(self, name: str, *arguments: Any) -> None:
        self.host.emit(name, *arguments, by=self.address)


def operation_id(caller: int, target: int, data: bytes) -> int:
    padded = data + bytes(-len(data) % 32)
    return int.from_bytes(
        keccak(word(caller) + word(target) + word(96) + word(len(data)) + padded), "big"
    )
