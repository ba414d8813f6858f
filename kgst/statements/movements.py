"""What moved on an account, counted as the entries pass by, without keeping them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kgst.statements.entries import Detail, Entry
from kgst.statements.model import account_key

__all__ = ["Movements", "Sum", "Summary", "Transfer"]

_SWEEPS: Final = frozenset({"SWEP", "ZABA", "TOPG"})
"""ISO 20022 bank transaction sub-families: sweep, zero balancing, topping."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A payment to or from an account that may be the issuer's own."""

    other: str | None
    """Key of the account on the other side; None where the bank does not say."""
    tyiyn: int


@dataclass(slots=True)
class Summary:
    """How many entries a statement says it has, and their sum; None for what it does not say."""

    count: int | None = None
    tyiyn: int | None = None


@dataclass(slots=True)
class Sum:
    """How many there are, and their sum."""

    count: int = 0
    tyiyn: int = 0

    def add(self, count: int, tyiyn: int) -> None:
        """Count some more."""
        self.count += count
        self.tyiyn += tyiyn


@dataclass(slots=True, kw_only=True)
class Movements:
    """Sums over booked entries; a pending one moved nothing, and is only counted.

    Attributes:
        is_own: Whether the account with this key may be the issuer's own.
        booked, pending: By whether they are credits.
        late: Credits by a value day after their booking day, in tyiyn; a reversal takes its credit away again.
        incoming, outgoing: Payments from and to accounts that may be own ones, and how often each.
        sweeps: Keys of the accounts that the bank sweeps to or from, "" where it does not say.
        unknown: Names of what stands in entries and not in the standard.
    """

    is_own: Callable[[str], bool]
    booked: dict[bool, Sum] = field(default_factory=lambda: {True: Sum(), False: Sum()})
    pending: dict[bool, Sum] = field(default_factory=lambda: {True: Sum(), False: Sum()})
    late: Counter[date] = field(default_factory=Counter)
    incoming: Counter[Transfer] = field(default_factory=Counter)
    outgoing: Counter[Transfer] = field(default_factory=Counter)
    sweeps: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    @property
    def net_tyiyn(self) -> int:
        """By how much the booked entries change the balance."""
        return self.booked[True].tyiyn - self.booked[False].tyiyn

    def counted(self, name: str, *, pending: bool) -> Sum:
        """Of "all", the "credits" or the "debits"."""
        total = Sum()
        for credit in {"all": (True, False), "credits": (True,), "debits": (False,)}[name]:
            for one in (self.booked, self.pending)[: 2 if pending else 1]:
                total.add(one[credit].count, one[credit].tyiyn)
        return total

    def add(self, entry: Entry) -> None:
        """Count one entry."""
        (self.booked if entry.booked else self.pending)[entry.credit].add(1, entry.tyiyn)
        if not entry.booked:
            return
        if entry.value_day is not None and entry.value_day > entry.booking_day:
            if entry.credit:
                self.late[entry.value_day] += entry.tyiyn
            elif entry.reversal:
                self.late[entry.value_day] -= entry.tyiyn
        is_sweep = (entry.code or "").rpartition("/")[2] in _SWEEPS
        for other, tyiyn in _payments(entry):
            if is_sweep:
                self.sweeps.add(other or "")
            # What a reversal undoes went the other way.
            incoming, one = entry.credit != entry.reversal, -1 if entry.reversal else 1
            if other is None and not incoming:
                self.outgoing[Transfer(None, tyiyn)] += one
            elif other is not None and self.is_own(other):
                (self.incoming if incoming else self.outgoing)[Transfer(other, tyiyn)] += one

    def merge(self, other: Movements) -> None:
        """Count what another page or statement of the account counted."""
        for credit in (True, False):
            self.booked[credit].add(other.booked[credit].count, other.booked[credit].tyiyn)
            self.pending[credit].add(other.pending[credit].count, other.pending[credit].tyiyn)
        for name in ("late", "incoming", "outgoing"):
            getattr(self, name).update(getattr(other, name))
        self.sweeps |= other.sweeps
        self.unknown |= other.unknown


def _payments(entry: Entry) -> Iterator[tuple[str | None, int]]:
    """Key of the other side's account, and the amount, of each payment."""
    if not entry.details:
        yield None, entry.tyiyn
    for one in entry.details:
        tyiyn = _amount(entry, one)
        if tyiyn is not None:
            yield (None if one.party_account is None else account_key(one.party_account)), tyiyn


def _amount(entry: Entry, detail: Detail) -> int | None:
    if detail.tyiyn is None and len(entry.details) == 1:
        return entry.tyiyn
    return detail.tyiyn
