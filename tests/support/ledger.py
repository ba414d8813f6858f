"""Banks that keep books: accounts, days and payments, from which statements are written and totals are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

LAST = date(2026, 11, 27)
"""The day that is attested, a Friday."""

OWNER = "ОсОО «Ала-Тоо Эмитент»"
BANKS = ("TLPRKG22", "TASHKG22", "ALATKG22")


@dataclass
class Payment:
    """One of the payments of a movement."""

    tyiyn: int
    reference: str
    other: str | None = None


@dataclass
class Movement:
    """One entry in an account's books.

    Attributes:
        tyiyn: As it is booked; the sum of the payments and the charge.
        value: Days after the booking on which it is of value.
    """

    tyiyn: int
    credit: bool
    payments: list[Payment]
    charge: int = 0
    value: int = 0
    reversal: bool = False
    booked: bool = True
    returned: bool = False


@dataclass
class Book:
    """An account at a bank: its balance before the first day, and what moved day by day."""

    number: str
    bank: str
    layout: str
    before: int
    days: list[list[Movement]] = field(default_factory=list)

    def opening(self, day: int) -> int:
        """Tyiyn before the entries of a day."""
        return self.before + sum(
            (one.tyiyn if one.credit else -one.tyiyn)
            for moved in self.days[:day]
            for one in moved
            if one.booked
        )

    def closing(self, day: int) -> int:
        """Tyiyn after the entries of a day."""
        return self.opening(day + 1)

    def has_entries(self) -> bool:
        """Whether its statements show what moved."""
        return self.layout.startswith("camt") or self.layout in ("1c", "mt940")


@dataclass
class Ledger:
    """All accounts over the same days.

    Attributes:
        first: The first day.
        in_transit: Tyiyn credited in one account and debited in the other after the last closing only.
        late: Tyiyn credited and of value after the last closing.
    """

    first: date
    books: list[Book]
    in_transit: int = 0
    late: int = 0

    @property
    def count(self) -> int:
        """How many days."""
        return (LAST - self.first).days + 1

    def day(self, number: int) -> date:
        """The day with this number, from 0."""
        return self.first + timedelta(days=number)

    @property
    def held(self) -> int:
        """What is held at the last closing: every balance, less what is in two of them or not of value yet."""
        return (
            sum(book.closing(self.count - 1) for book in self.books) - self.in_transit - self.late
        )


LAYOUTS = [f"camt{number:02d}" for number in range(2, 14)] + ["1c", "mt940", "csv", "xlsx"]


@st.composite
def movements(draw: st.DrawFn, layout: str, mark: int) -> list[Movement]:
    """What happens on an account in a day: deposits, payments, batches, fees, returns, reversals, what is pending."""
    found: list[Movement] = []
    kinds = ["deposit", "payment"]
    if layout.startswith("camt"):
        kinds += ["batch", "fee", "return", "reversal", "pending"]
    for position, kind in enumerate(draw(st.lists(st.sampled_from(kinds), max_size=3))):
        # Every amount stands once, so that no chance makes two payments look like one.
        tyiyn = draw(st.integers(1, 5_000)) * 100_000 + mark * 10 + position
        name = f"KGST{mark:04d}{position}"
        payment = Payment(tyiyn, name, f"11{mark:012d}{position:02d}")
        if kind == "deposit":
            found.append(Movement(tyiyn, True, [payment]))
        elif kind == "payment":
            found.append(Movement(tyiyn, False, [payment]))
        elif kind == "batch":
            more = [Payment(tyiyn + n * 100, f"{name}B{n}") for n in range(draw(st.integers(2, 4)))]
            found.append(Movement(sum(one.tyiyn for one in more), False, more))
        elif kind == "fee":
            found.append(Movement(tyiyn + 12_000, False, [payment], charge=12_000))
        elif kind == "return":
            found.append(Movement(tyiyn, True, [payment], returned=True))
        elif kind == "reversal":
            found.append(Movement(tyiyn, False, [payment]))
            found.append(Movement(tyiyn, True, [payment], reversal=True))
        else:
            found.append(Movement(tyiyn, draw(st.booleans()), [payment], booked=False))
    return found


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Any ledger of one to three accounts over one to four days."""
    count = draw(st.integers(1, 4))
    layouts = draw(st.lists(st.sampled_from(LAYOUTS), min_size=1, max_size=3))
    books = [
        Book(
            number=f"{10 + n}90010000{123456 + n * 1111:06d}",
            bank=draw(st.sampled_from(BANKS)),
            layout=layout,
            before=draw(st.integers(10**11, 10**12)),
        )
        for n, layout in enumerate(layouts)
    ]
    mark = 1
    for book in books:
        for _ in range(count):
            book.days.append(draw(movements(book.layout, mark)))
            mark += 1
    ledger = Ledger(LAST - timedelta(days=count - 1), books)
    _transfers(draw, ledger)
    for book in books:
        if book.layout.startswith("camt") and draw(st.integers(0, 4)) == 0:
            tyiyn = 777_000 + mark
            book.days[-1].append(Movement(tyiyn, True, [Payment(tyiyn, f"LATE{mark}")], value=3))
            ledger.late += tyiyn
            mark += 1
    return ledger


def _transfers(draw: st.DrawFn, ledger: Ledger) -> None:
    """Money between own accounts: on one day, or over the cut-off of the bank that gives it."""
    givers = [book for book in ledger.books if book.has_entries()]
    # Of an MT940's credits nobody can see from whom they are.
    takers = [book for book in givers if book.layout != "mt940"]
    for number in range(draw(st.integers(0, 2)) if takers and len(givers) > 1 else 0):
        taker = draw(st.sampled_from(takers))
        giver = draw(st.sampled_from([book for book in givers if book is not taker] or [taker]))
        if giver is taker:
            continue
        day = draw(st.integers(0, ledger.count - 1))
        late = draw(st.booleans())
        tyiyn = 50_000_000 + number
        taker.days[day].append(
            Movement(tyiyn, True, [Payment(tyiyn, f"OWN{number}", giver.number)])
        )
        debit = Movement(tyiyn, False, [Payment(tyiyn, f"OWN{number}", taker.number)])
        if not late:
            giver.days[day].append(debit)
        elif day + 1 < ledger.count:
            giver.days[day + 1].append(debit)
        else:
            ledger.in_transit += tyiyn
