"""A bank that does whatever a bank may do with a batch, and says it in statements, notifications and reports.

The model knows what it did with each payment; what is concluded from its files must be that, in whatever order they
come and however often they repeat one another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from support.entries import batch as booked_sum
from support.entries import detail, entry
from support.redemptions import CREATED, DAY, DEBTOR, made

from kgst.paying.answers import State, answers
from kgst.paying.batch import BatchFile
from kgst.paying.confirming import confirm
from kgst.statements.entries import Entry
from kgst.statements.pain002 import Status, StatusReport

DEEDS = (
    "nothing", "accept", "reject", "pay", "accept and pay", "pay and return", "pay, return, pay", "pay late",
    "pay twice", "pay twice in one day", "pay less", "pay less and return", "reject and pay", "return only",
    "pay elsewhere", "pay from another", "pay without name", "pay pending", "reject, then accept", "invent a status",
    "pay and charge", "pay and return without name",
)  # fmt: skip

OUTCOMES = {
    "nothing": State.PENDING,
    "accept": State.PENDING,
    "reject": State.REJECTED,
    "pay": State.PAID,
    "accept and pay": State.PAID,
    "pay and return": State.RETURNED,
    "pay, return, pay": State.PAID,
    "pay late": State.PAID,
    "pay twice": State.DOUBTFUL,
    "pay twice in one day": State.DOUBTFUL,
    "pay less": State.DOUBTFUL,
    "pay less and return": State.RETURNED,
    "reject and pay": State.DOUBTFUL,
    "return only": State.DOUBTFUL,
    "pay elsewhere": State.DOUBTFUL,
    "pay from another": State.DOUBTFUL,
    "pay without name": State.DOUBTFUL,
    "pay pending": State.PENDING,
    "reject, then accept": State.DOUBTFUL,
    "invent a status": State.PENDING,
    "pay and charge": State.PAID,
    "pay and return without name": State.DOUBTFUL,
}
PAYEE, ELSEWHERE = "1030000000000001", "1030000000000777"


@dataclass
class Bank:
    """What it books and says of one batch."""

    batch: BatchFile
    with_ids: bool
    """Whether its entries have ids of its own."""
    by_text: bool
    """Whether it carries an end-to-end id in the purpose alone."""
    entries: list[Entry] = field(default_factory=list)
    said: list[tuple[int, Status]] = field(default_factory=list)

    def book(
        self, name: str | None, tyiyn: int, day: date, to: str | None = None, **more: Any
    ) -> None:
        number = len(self.entries) + 1
        credit = more.get("credit", False)
        parts: dict[str, Any] = {
            "end_to_end_id": None if self.by_text else name,
            "party_account": to,
        }
        if credit and name is not None:
            parts["return_reason"] = "AC04"
        texts = (f"возврат {name.lower()}" if credit else f"{name[:7]} {name[7:]}",) if name else ()
        values: dict[str, Any] = {
            "account": DEBTOR.account,
            "booking_day": day,
            "statement_id": f"S-{day}",
            "file_sha256": f"{day:%d}" * 32,
            "number": number,
            "servicer_reference": f"B-{number}" if self.with_ids else None,
            "texts": texts,
        }
        self.entries.append(entry(tyiyn, detail(**parts, credit=credit), **values | more))

    def say(self, name: str, status: str, after: int, *reasons: str) -> None:
        self.said.append(
            (
                CREATED + after,
                Status(status=status, reasons=reasons, group_id=self.batch.id, end_to_end_id=name),
            )
        )

    def do(self, deed: str, name: str, tyiyn: int, day: date) -> None:
        later = day + timedelta(days=1)
        if deed.startswith("accept"):
            self.say(name, "ACSP", 10)
        if deed.startswith("reject"):
            self.say(name, "RJCT", 20, "AC04")
        if deed == "reject, then accept":
            self.say(name, "ACCP", 30)
        if deed == "invent a status":
            self.say(name, "GLAD", 10)
        if deed in ("pay elsewhere", "pay from another", "pay pending", "pay without name"):
            more: dict[str, Any] = {}
            if deed == "pay from another":
                more["account"] = "1980020000654321"
            if deed == "pay pending":
                more["booked"] = False
            to = ELSEWHERE if deed == "pay elsewhere" else PAYEE
            self.book(None if deed == "pay without name" else name, tyiyn, day, to, **more)
        elif "pay less" in deed:
            self.book(name, tyiyn - 1, day, PAYEE)
        elif deed == "pay late":
            self.book(name, tyiyn, day + timedelta(days=9), PAYEE)
        elif "pay" in deed:
            self.book(name, tyiyn, day, PAYEE)
        if deed == "pay and return without name":
            self.book(None, tyiyn, later, credit=True, reversal=True)
        elif "return" in deed:
            self.book(name, tyiyn - ("less" in deed), later, credit=True)
        if deed.endswith(("twice", "return, pay")):
            self.book(name, tyiyn, later, PAYEE)
        if deed.endswith("in one day"):
            self.book(name, tyiyn, day, PAYEE)
        if deed.endswith("charge"):
            self.book(name, 3, day, code="ACMT/MDOP/CHRG")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Bank, list[str]]:
    deeds = draw(st.lists(st.sampled_from(DEEDS), min_size=1, max_size=6))
    # Amounts of one batch differ, so that what has no name can be only one.
    batch = made(*(1_000 * number + 7 for number in range(1, len(deeds) + 1))).batch
    bank = Bank(batch, draw(st.booleans()), draw(st.booleans()))
    for one in batch.payments:
        day = DAY + timedelta(days=draw(st.integers(0, 3)))
        bank.do(deeds[one.request - 1], one.end_to_end_id, one.tyiyn, day)
    return bank, deeds


def notifications(data: st.DataObject, bank: Bank) -> list[Entry]:
    """Some of the booked entries once more, each in a notification of its own."""
    booked = [one for one in bank.entries if one.booked]
    return [
        replace(one, file="n.xml", file_sha256=f"{at:064x}", statement_id=f"N-{at}", number=1)
        for at, one in enumerate(booked)
        if data.draw(st.booleans())
    ]


def reports(data: st.DataObject, bank: Bank) -> list[StatusReport]:
    """What it said, in reports of one status or of all of one moment; some of them twice."""
    made_of: list[StatusReport] = []
    for at, (created, status) in enumerate(bank.said):
        one = StatusReport(
            file="r.xml", file_sha256=f"{at:064x}", id=f"R-{at}", created=created, order_id=bank.batch.id,
            count=data.draw(st.sampled_from([None, bank.batch.count])), sum_tyiyn=None, statuses=(status,),
        )  # fmt: skip
        made_of += [one] * data.draw(st.integers(1, 2))
    return made_of


@given(st.data(), worlds())
@settings(max_examples=120, deadline=None)
def test_answers__are_what_the_bank_did(data: st.DataObject, world: tuple[Bank, list[str]]) -> None:
    bank, deeds = world
    entries = [*bank.entries, *notifications(data, bank)]
    said = reports(data, bank)
    payees = dict.fromkeys(range(1, len(deeds) + 1), PAYEE)
    found = answers(bank.batch, entries, said, payees=payees)
    for one, deed in zip(found, deeds, strict=True):
        event(deed)
        assert (deed, one.state) == (deed, OUTCOMES[deed]), one.why
        assert (one.leg is not None) >= (one.state in (State.PAID, State.RETURNED))
    # Whatever the order of files and entries.
    shuffled = answers(
        bank.batch,
        data.draw(st.permutations(entries)),
        data.draw(st.permutations(said)),
        payees=payees,
    )
    assert shuffled == found
    # What is confirmed is what was paid.
    confirmed = confirm(bank.batch, found, bytes(range(32)))
    assert [one.request for one in confirmed.paid] == [
        one.request for one in found if one.state is State.PAID
    ]
    amounts = {one.request: one.tyiyn for one in bank.batch.payments}
    assert all(one.tyiyn == amounts[one.request] for one in confirmed.paid)


@given(st.data(), st.lists(st.integers(1, 9), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_answers__nothing_is_paid_that_was_not_debited(
    data: st.DataObject, amounts: list[int]
) -> None:
    """Debits of whatever names and amounts: never more is paid than was debited and stays."""
    batch = made(*amounts).batch
    names = [one.end_to_end_id for one in batch.payments]
    entries = []
    for number in range(data.draw(st.integers(0, 8))):
        name = data.draw(st.sampled_from([*names, "SOMEBODY-ELSE", None]))
        credit = data.draw(st.booleans())
        tyiyn = data.draw(st.integers(1, 9))
        one = detail(name, credit=credit, return_reason="AC04" if credit else None)
        entries.append(
            entry(tyiyn, one, account=DEBTOR.account, booking_day=DAY, number=number, credit=credit)
        )
    if data.draw(st.booleans()):
        count, tyiyn = data.draw(st.tuples(st.integers(1, 5), st.integers(1, 45)))
        entries.append(
            booked_sum(batch.id, count, tyiyn, account=DEBTOR.account, booking_day=DAY, number=99)
        )
    found = answers(batch, entries)
    paid = sum(
        one.tyiyn
        for one, answer in zip(
            sorted(batch.payments, key=lambda payment: payment.request), found, strict=True
        )
        if answer.state is State.PAID
    )
    debited = sum(one.tyiyn for one in entries if not one.credit)
    event(f"paid some: {bool(paid)}")
    assert paid <= debited
    for answer in found:
        if answer.state is State.PAID:
            assert answer.leg is not None
            assert not answer.leg.credit


def test_deeds__each_has_an_outcome() -> None:
    assert sorted(DEEDS) == sorted(OUTCOMES)
    assert set(OUTCOMES.values()) == set(State)
