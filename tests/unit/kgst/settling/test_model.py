"""Whole lives of redemptions, against a model that reads only what was meant.

A desk's days are drawn: what it pays, how the bank books it, what comes back. The bank writes them as statements that
overlap; the model counts payments and returns. Whatever the bank's form, the matcher says the same at each closing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import event, given
from hypothesis import strategies as st
from support.entries import DAY, batch, detail, entry, payment, redemption, returned

from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.model import Kind, Leg, Order, Outcome, Redemption
from kgst.statements.entries import Entry

AMOUNTS = (15_000_000, 8_000_000, 8_000_000, 700)
LAST = 6
Draw = Callable[[st.SearchStrategy[object]], object]


@dataclass
class Bank:
    """What it booked, and what that means."""

    refers: bool
    """Whether it gives entries ids of its own."""
    entries: list[Entry] = field(default_factory=list)
    net: Counter[tuple[int, int]] = field(default_factory=Counter)
    """By redemption and day: payments less returns."""
    faults: list[tuple[int, Kind, int]] = field(default_factory=list)
    """From which day on what has to be named, and of which redemption (or −1); until a later day."""
    orders: list[Order] = field(default_factory=list)
    loose: Counter[int] = field(default_factory=Counter)
    """By day: tyiyn that came back without a name."""

    def book(self, day: int, one: Entry) -> None:
        number = len(self.entries) + 1
        own_id = {"servicer_reference": f"AS{number}"} if self.refers else {}
        more = {"booking_day": DAY + timedelta(days=day), "reference": str(number), **own_id}
        self.entries.append(replace(one, **more))  # type: ignore[arg-type]

    def statement(self, first: int, last: int, number: int) -> list[Entry]:
        """Everything of these days, in a file of its own."""
        days = (DAY + timedelta(days=first), DAY + timedelta(days=last))
        found = [one for one in self.entries if days[0] <= one.booking_day <= days[1]]
        return [
            replace(one, file_sha256=f"{number:064x}", statement_id=f"S{number}", number=place)
            for place, one in enumerate(found, 1)
        ]


@st.composite
def forms(draw: st.DrawFn, one: Redemption) -> Entry:
    """One payment of a redemption, as some bank may book it."""
    tyiyn, number = one.tyiyn or 0, draw(st.integers(0, 6))
    mangled = " ".join(one.id.lower()[at : at + 4] for at in range(0, len(one.id), 4))
    return (
        payment(one.id, tyiyn),
        entry(tyiyn, detail(one.id, tyiyn)),
        entry(tyiyn + 120, detail(one.id, tyiyn, charges_tyiyn=120)),
        entry(tyiyn + 120, detail(one.id, tyiyn), charges_tyiyn=120),
        entry(tyiyn, texts=(f"Погашение {mangled} KGST",)),
        entry(tyiyn, detail(None, texts=(mangled,))),
        entry(tyiyn + 50, detail(one.id, tyiyn), detail("wages", 50)),
    )[number]


@st.composite
def backs(draw: st.DrawFn, one: Redemption) -> Entry:
    tyiyn = one.tyiyn or 0
    return draw(
        st.sampled_from(
            [
                returned(one.id, tyiyn),
                returned(one.id, tyiyn, reason=None, reversal=True),
                returned(one.id, tyiyn - 1),
                entry(tyiyn, credit=True, texts=(f"vozvrat {one.id.lower()}",)),
                entry(tyiyn, detail(one.id, tyiyn), credit=True, reversal=True),
            ]
        )
    )


@st.composite
def lives(draw: st.DrawFn) -> tuple[Bank, list[Redemption]]:
    bank = Bank(draw(st.booleans()))
    everyone = [redemption(n, tyiyn) for n, tyiyn in enumerate(AMOUNTS)]
    days = st.integers(1, LAST)
    for number, one in enumerate(everyone):
        story = draw(st.sampled_from(_STORIES))
        event(story.__name__)
        story(draw, bank, number, one, sorted(draw(st.lists(days, min_size=3, max_size=3))))
    for _ in range(draw(st.integers(0, 3))):
        code = draw(st.sampled_from(["PMNT/MDOP/CHRG", "ACMT/MCOP/INTR", "PMNT/MDOP/TAXE"]))
        bank.book(
            draw(days), entry(draw(st.sampled_from(AMOUNTS)), code=code, credit=draw(st.booleans()))
        )
    for _ in range(draw(st.integers(0, 2))):
        bank.book(
            draw(days), entry(draw(st.sampled_from(AMOUNTS)), credit=True, texts=("deposit",))
        )
    if draw(st.booleans()):
        _order(draw, bank, everyone, draw(days))
    return bank, everyone


def _order(draw: st.DrawFn, bank: Bank, everyone: list[Redemption], day: int) -> None:
    """Redemptions paid once more, all in one sum: whoever was paid already is paid twice."""
    order = Order(id="O-1", payments=tuple((one.id, one.tyiyn or 0) for one in everyone))
    known = draw(st.booleans())
    bank.book(day, batch(order.id, len(everyone), order.tyiyn))
    if known:
        bank.orders.append(order)
        for number in range(len(everyone)):
            bank.net[number, day] += 1
    else:
        bank.faults.append((day, Kind.NO_ORDER, -1))


def _unpaid(draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]) -> None:
    pass


def _paid(draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]) -> None:
    bank.book(days[0], draw(forms(one)))
    bank.net[number, days[0]] += 1


def _came_back(draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]) -> None:
    _paid(draw, bank, number, one, days)
    bank.book(days[1], draw(backs(one)))
    bank.net[number, days[1]] -= 1


def _paid_again(draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]) -> None:
    _came_back(draw, bank, number, one, days)
    _paid(draw, bank, number, one, days[2:])


def _twice(draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]) -> None:
    form = draw(forms(one))
    for _ in range(2):
        bank.book(days[0], form)
        bank.net[number, days[0]] += 1


def _twice_and_back(
    draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]
) -> None:
    _twice(draw, bank, number, one, days)
    bank.book(days[1], draw(backs(one)))
    bank.net[number, days[1]] -= 1


def _wrong_amount(
    draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]
) -> None:
    bank.book(days[0], payment(one.id, (one.tyiyn or 0) + draw(st.sampled_from([-100, 100]))))
    bank.faults.append((days[0], Kind.WRONG_AMOUNT, number))


def _misspelt(draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]) -> None:
    place = draw(st.integers(4, 24))
    other = "1" if one.id[place] == "0" else "0"
    wrong = one.id[:place] + other + one.id[place + 1 :]
    bank.book(days[0], entry((one.tyiyn or 0) * 10 + 3, texts=(wrong,)))
    bank.faults.append((days[0], Kind.UNMATCHED, -1))


def _pending(draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]) -> None:
    bank.book(days[0], payment(one.id, one.tyiyn or 0, booked=False))


def _does_not_add_up(
    draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]
) -> None:
    bank.book(days[0], entry((one.tyiyn or 0) + 7, detail(one.id, one.tyiyn)))
    bank.faults.append((days[0], Kind.DETAILS_DIFFER, number))


def _loose_return(
    draw: st.DrawFn, bank: Bank, number: int, one: Redemption, days: list[int]
) -> None:
    _paid(draw, bank, number, one, days)
    bank.book(days[1], returned(None, (one.tyiyn or 0) - 1))
    bank.loose[days[1]] += (one.tyiyn or 0) - 1


_STORIES = (
    _unpaid, _paid, _came_back, _paid_again, _twice, _twice_and_back, _wrong_amount, _misspelt, _pending,
    _does_not_add_up, _loose_return,
)  # fmt: skip


@given(lives(), st.sets(st.integers(1, LAST - 1), max_size=3), st.data())
def test_at_each_closing_what_is_settled_is_what_was_paid_and_stayed(
    life: tuple[Bank, list[Redemption]], closings: set[int], data: st.DataObject
) -> None:
    bank, everyone = life
    settled: set[str] = set()
    carried: tuple[Leg, ...] = ()
    figure, before = 0, 0
    for closing in [*sorted(closings), LAST]:
        # Banks repeat days: one statement of the window, and others that overlap it.
        spans = [(before + 1, closing)]
        for _ in range(data.draw(st.integers(0, 2))):
            first = data.draw(st.integers(1, closing))
            spans.append((first, data.draw(st.integers(first, closing))))
        files = [bank.statement(*span, number) for number, span in enumerate(spans)]
        entries = [one for file in data.draw(st.permutations(files)) for one in file]
        window = booked_once(entries, after=_day(before), until=_day(closing))
        outcome = match(
            everyone, window, settled_before=settled, carried=carried, orders=bank.orders
        )
        nets = [
            sum(bank.net[number, day] for day in range(closing + 1))
            for number in range(len(everyone))
        ]
        settled = {one.id for one in everyone} - set(outcome.open)
        assert settled == {one.id for one, net in zip(everyone, nets, strict=True) if net >= 1}
        amounts = {one.id: one.tyiyn or 0 for one in everyone}
        figure += sum(amounts[one] for one in outcome.settled) - outcome.unassigned_tyiyn
        figure -= sum(amounts[one] for one in outcome.reopened)
        loose = sum(bank.loose[day] for day in range(closing + 1))
        assert figure == sum(amounts[one] for one in settled) - loose
        _every_fault_is_named(bank, everyone, nets, outcome, closing)
        carried, before = outcome.carried, closing


def _every_fault_is_named(
    bank: Bank, everyone: list[Redemption], nets: list[int], outcome: Outcome, closing: int
) -> None:
    said = Counter((one.kind, id_) for one in outcome.findings for id_ in one.redemptions or ("",))
    for day, kind, number in bank.faults:
        if day <= closing:
            assert said[kind, everyone[number].id if number >= 0 else ""]
    for one, net in zip(everyone, nets, strict=True):
        assert said[Kind.PAID_TWICE, one.id] == max(0, net - 1)


def _day(number: int) -> date:
    return DAY + timedelta(days=number)
