"""Minting within quota and headroom, burning on redemption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .core import ZERO, Book, Refused
from .governance import GovernedModel
from .ledger import BURNING, LARGEST, MINTING, UNLIMITED

FASTEST = 18_446_744_073_709_551_615
"""Base units a second that a field of 64 bits holds."""
OVERFLOW = 0x11


class Quota(NamedTuple):
    level: int
    capacity: int
    refill: int
    since: int
    may_burn: bool
    desk: bool = False

    def at(self, now: int) -> int:
        return min(self.capacity, self.level + self.refill * (now - self.since))


NONE = Quota(0, 0, 0, 0, False)


class IssuanceModel(GovernedModel):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.quota = Book(self.journal, default=NONE)
        self.contracts: frozenset[int] = frozenset()
        """Accounts with code."""

    @property
    def headroom(self) -> int:
        return max(0, self.solvency.backing - self.solvency.supply)

    def mint(self, caller: int, to: int, value: int, nonce: int | None = None) -> None:
        self.once(caller, nonce)
        self._issue(caller, value)
        self.credit(to, value)
        self.emit("Transfer", ZERO, to, value)

    def mint_batch(
        self, caller: int, to: Sequence[int], values: Sequence[int], nonce: int | None = None
    ) -> None:
        self.once(caller, nonce)
        if len(to) != len(values):
            raise Refused("ArrayLengthMismatch", len(to), len(values))
        if sum(values) > UNLIMITED:
            raise Refused("Panic", OVERFLOW)
        self._issue(caller, sum(values))
        for receiver, value in zip(to, values, strict=True):
            self.credit(receiver, value)
            self.emit("Transfer", ZERO, receiver, value)

    def burn(self, caller: int, value: int, nonce: int | None = None) -> None:
        self.once(caller, nonce)
        self.require_unpaused(BURNING)
        if not self.quota[caller].may_burn:
            raise Refused("BurnNotAllowed", caller)
        self.debit(caller, value)
        self.retire(caller, value)

    def set_issuer(
        self, caller: int, issuer: int, capacity: int, refill: int, may_burn: int
    ) -> None:
        self.authorize(caller)
        if self.reserved(issuer):
            raise Refused("ReservedAddress", issuer)
        if capacity > LARGEST:
            raise Refused("AmountOutOfRange", capacity, LARGEST)
        if refill > FASTEST:
            raise Refused("AmountOutOfRange", refill, FASTEST)
        held = self.quota[issuer]
        level = min(capacity, held.at(self.now) + max(0, capacity - held.capacity))
        self.quota[issuer] = Quota(level, capacity, refill, self.now, bool(may_burn), held.desk)
        self.emit("IssuerSet", issuer, capacity, refill, may_burn)

    def lower_issuer(self, caller: int, issuer: int, capacity: int, refill: int) -> None:
        self.authorize(caller)
        held = self.quota[issuer]
        if held is NONE:
            raise Refused("NotIssuer", issuer)
        for asked, most in ((capacity, held.capacity), (refill, held.refill)):
            if asked > most:
                raise Refused("AmountOutOfRange", asked, most)
        level = min(capacity, held.at(self.now))
        self.quota[issuer] = Quota(level, capacity, refill, self.now, held.may_burn, held.desk)
        self.emit("IssuerSet", issuer, capacity, refill, int(held.may_burn))

    def cut_issuer(self, caller: int, issuer: int) -> None:
        self.authorize(caller)
        held = self.quota[issuer]
        if held is NONE:
            raise Refused("NotIssuer", issuer)
        self.quota[issuer] = NONE._replace(desk=True) if held.desk else NONE
        self.emit("IssuerCut", issuer)

    def set_desk(self, caller: int, desk: int) -> None:
        self.authorize(caller)
        held = self.quota[desk]
        if held is NONE:
            raise Refused("NotIssuer", desk)
        if desk not in self.contracts:
            raise Refused("NotAContract", desk)
        if self.blocked[desk] or self.frozen[desk]:
            raise Refused("DeskUnderOrder", desk)
        self.quota[desk] = held._replace(desk=True)
        self.emit("DeskSet", desk)

    def require_no_desk(self, account: int) -> None:
        if self.quota[account].desk:
            raise Refused("AccountIsDesk", account)

    def retire(self, account: int, value: int) -> None:
        """Out of circulation, already off the balance: what is owed for it is no headroom until it is attested."""
        word = self.solvency
        if value > LARGEST - word.burned:
            raise Refused("AmountOutOfRange", value, LARGEST - word.burned)
        word.supply -= value
        word.backing = max(0, word.backing - value)
        word.burned += value
        self.emit("Transfer", account, ZERO, value)

    def _issue(self, caller: int, value: int) -> None:
        self.require_unpaused(MINTING)
        quota = self.quota[caller]
        if quota.capacity == 0:
            raise Refused("NotIssuer", caller)
        available = quota.at(self.now)
        if value > available:
            raise Refused("IssuerQuotaExceeded", caller, available, value)
        if self.now >= self.solvency.valid_until:
            raise Refused("AttestationExpired", self.solvency.valid_until)
        if self.solvency.supply + value > self.solvency.backing:
            raise Refused("HeadroomExceeded", self.headroom, value)
        self.quota[caller] = quota._replace(level=available - value, since=self.now)
        self.solvency.supply += value
