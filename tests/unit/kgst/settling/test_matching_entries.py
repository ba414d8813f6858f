"""Orders booked as one sum, entries and their parts, categories, and each entry once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.entries import DAY, batch, detail, entry, payment, returned
from support.matching import ONE, OTHER, OWN, THREE, TWO, matched, next_window, said

from kgst.settling.legs import booked_once
from kgst.settling.model import Category, Kind, Order
from kgst.statements.entries import Entry


class TestOrders:
    ORDER = Order(
        id="KGST-2026-11-27-01",
        payments=((ONE.id, 15_000_000), (TWO.id, 8_000_000), ("R-3", 8_000_000)),
    )
    SUM = 31_000_000

    def test_with_the_order(self) -> None:
        outcome = matched(batch(self.ORDER.id, 3, self.SUM), orders=[self.ORDER])
        assert outcome.settled == (ONE.id, TWO.id, THREE.id)
        assert (outcome.findings, outcome.carried) == ((), ())

    def test_without_it_and_with_it_a_day_later(self) -> None:
        outcome = matched(batch(self.ORDER.id, 3, self.SUM))
        assert said(outcome) == [(Kind.NO_ORDER, (), self.SUM)]
        later = matched(carried=outcome.carried, orders=[self.ORDER])
        assert later.settled == (ONE.id, TWO.id, THREE.id)

    @pytest.mark.parametrize(
        ("booked", "order"),
        [
            (batch("KGST-2026-11-27-01", 2, SUM), ORDER),
            (batch("KGST-2026-11-27-01", None, SUM), ORDER),
            (batch("KGST-2026-11-27-01", 3, SUM - 1), ORDER),
            (entry(SUM + 1, batch=batch("KGST-2026-11-27-01", 3, SUM).batch), ORDER),
            (batch("KGST-2026-11-27-01", 3, SUM), replace(ORDER, payments=(*ORDER.payments[:2], ("R-9", 8_000_000)))),
            (
                batch("KGST-2026-11-27-01", 3, SUM),
                replace(ORDER, payments=((ONE.id, 14_000_000), (TWO.id, 9_000_000), ("R-3", 8_000_000))),
            ),
        ],
        ids=["count", "no count", "total", "entry", "not a redemption", "amounts"],
    )  # fmt: skip
    def test_that_differs_settles_nothing(self, booked: Entry, order: Order) -> None:
        outcome = matched(booked, orders=[order])
        assert outcome.settled == ()
        assert [one.kind for one in outcome.findings] == [Kind.ORDER_DIFFERS]
        assert len(outcome.carried) == 1

    def test_with_a_charge_on_top(self) -> None:
        one = replace(batch(self.ORDER.id, 3, self.SUM), tyiyn=self.SUM + 500, charges_tyiyn=500)
        outcome = matched(one, orders=[self.ORDER])
        assert len(outcome.settled) == 3
        assert outcome.moved == {Category.FEE: -500}

    def test_booked_twice_each_payment_is_one_too_many(self) -> None:
        twice = [batch(self.ORDER.id, 3, self.SUM, servicer_reference=one) for one in "ab"]
        outcome = matched(*twice, orders=[self.ORDER])
        assert len(outcome.settled) == 3
        assert [one.kind for one in outcome.findings] == [Kind.PAID_TWICE] * 3
        assert [leg.tyiyn for leg in outcome.carried] == [15_000_000, 8_000_000, 8_000_000]
        later = next_window(outcome)
        assert [one.kind for one in later.findings] == [Kind.PAID_TWICE] * 3

    def test_one_payment_of_it_comes_back(self) -> None:
        outcome = matched(
            batch(self.ORDER.id, 3, self.SUM), returned(TWO.id, 8_000_000), orders=[self.ORDER]
        )
        assert outcome.settled == (ONE.id, THREE.id)


class TestEntries:
    def test_payments_that_do_not_add_up_settle_nothing_this_day_or_later(self) -> None:
        outcome = matched(entry(16_000_000, detail(ONE.id, 15_000_000)))
        assert said(outcome) == [(Kind.DETAILS_DIFFER, (ONE.id,), 15_000_000)]
        assert outcome.moved == {}
        assert next_window(outcome).settled == ()

    def test_payments_without_amounts_settle_nothing(self) -> None:
        outcome = matched(entry(30_000_000, detail(ONE.id), detail("R-9")))
        assert outcome.settled == ()
        assert [one.kind for one in outcome.findings] == [Kind.DETAILS_DIFFER] * 2

    @pytest.mark.parametrize(
        ("charged", "fee"),
        [
            (entry(15_000_120, detail(ONE.id, 15_000_000, charges_tyiyn=120)), 120),
            (entry(15_000_120, detail(ONE.id, 15_000_000), charges_tyiyn=120), 120),
            (entry(15_000_120, detail(ONE.id, 15_000_000, charges_tyiyn=120), charges_tyiyn=120), 120),
            (entry(15_000_120, detail(ONE.id), charges_tyiyn=120), 120),
            (entry(15_000_120, detail(ONE.id, charges_tyiyn=120), charges_tyiyn=120), 120),
            (entry(15_000_200, detail(ONE.id, 15_000_000, charges_tyiyn=120), charges_tyiyn=80), 200),
            (entry(15_000_000, detail(ONE.id, 15_000_000, charges_tyiyn=120)), 0),
            (entry(15_000_120, charges_tyiyn=120, texts=(ONE.id,)), 120),
        ],
        ids=["payment's", "entry's", "both say it", "alone", "alone, both", "two", "apart", "no parts"],
    )  # fmt: skip
    def test_a_charge_inside_is_a_fee(self, charged: Entry, fee: int) -> None:
        outcome = matched(charged)
        assert outcome.settled == (ONE.id,)
        assert outcome.moved == ({Category.FEE: -fee} if fee else {})

    def test_what_comes_in_is_all_that_came_in(self) -> None:
        """Where the bank gives one amount, it is what came in; what it kept of more is not known."""
        parts = entry(880, detail("PO-1", credit=True), credit=True, charges_tyiyn=120)
        whole = entry(880, credit=True, charges_tyiyn=120)
        outcome = matched(parts, whole)
        assert [leg.tyiyn for leg in outcome.credits] == [880, 880]
        assert outcome.moved == {}

    def test_a_charge_is_taken_from_what_comes_in(self) -> None:
        one = entry(880, detail("PO-1", 1_000, credit=True, charges_tyiyn=120), credit=True)
        outcome = matched(one)
        assert [(leg.tyiyn, leg.adds_up) for leg in outcome.credits] == [(1_000, True)]
        assert outcome.moved == {Category.FEE: -120}

    @pytest.mark.parametrize(
        ("code", "category"),
        [
            ("PMNT/MDOP/CHRG", Category.FEE),
            ("PMNT/MDOP/COMM", Category.FEE),
            ("ACMT/MDOP/COMI", Category.FEE),
            ("ACMT/MDOP/COMT", Category.FEE),
            ("ACMT/MCOP/INTR", Category.INTEREST),
            ("PMNT/MDOP/TAXE", Category.TAX),
            ("fees", Category.FEE),
        ],
    )
    def test_the_banks_code_says_what_pays_nobody(self, code: str, category: Category) -> None:
        out, back = entry(120, code=code), entry(50, code=code, credit=True)
        outcome = matched(out, back)
        assert outcome.moved == {category: -70}
        assert (outcome.findings, outcome.credits) == ((), ())

    def test_a_charge_that_names_its_payment_pays_and_returns_nothing(self) -> None:
        outcome = matched(
            payment(ONE.id, 15_000_000),
            payment(ONE.id, 120, code="PMNT/MDOP/CHRG"),
            entry(120, detail(ONE.id, credit=True), credit=True, code="PMNT/MCOP/CHRG"),
        )
        assert (outcome.settled, outcome.findings, outcome.moved) == ((ONE.id,), (), {})

    def test_a_whole_payment_that_is_called_a_charge_and_comes_back_is_a_return(self) -> None:
        back = entry(15_000_000, detail(ONE.id, credit=True), credit=True, code="PMNT/MCOP/CHRG")
        assert matched(payment(ONE.id, 15_000_000), back).settled == ()

    def test_between_accounts_of_the_issuers(self) -> None:
        def moved(tyiyn: int, account: str, credit: bool) -> Entry:
            return entry(tyiyn, detail(party_account=account, credit=credit), credit=credit)

        own = [moved(1, OWN, False), moved(20, OWN, True)]
        outcome = matched(*own, moved(300, OTHER, False), moved(4_000, OTHER, True))
        assert outcome.moved == {
            Category.OWN_TRANSFER: 19, Category.TOP_UP: 4_000, Category.WITHDRAWAL: -300,
        }  # fmt: skip
        assert outcome.findings == ()

    @pytest.mark.parametrize("account", [OWN, OTHER])
    def test_a_redemption_paid_to_the_issuer_itself_is_not_settled(self, account: str) -> None:
        outcome = matched(entry(15_000_000, detail(ONE.id, party_account=account)))
        assert outcome.settled == ()
        assert said(outcome) == [(Kind.TO_ITSELF, (ONE.id,), 15_000_000)]

    def test_deposits_and_what_the_bank_takes_back_of_them_are_handed_on(self) -> None:
        deposit = entry(500, detail("PO-1", credit=True), credit=True)
        taken = entry(500, detail("PO-1"), reversal=True)
        outcome = matched(deposit, taken)
        assert [leg.tyiyn for leg in outcome.credits] == [500]
        assert [leg.tyiyn for leg in outcome.taken_back] == [500]
        assert outcome.findings == ()


class TestOnce:
    SAME = payment(ONE.id, 15_000_000, servicer_reference="AS28")

    def test_an_entry_in_two_statements_is_one(self) -> None:
        again = replace(self.SAME, file_sha256="bb" * 32, statement_id="ST-332", number=7)
        assert booked_once([self.SAME, again]) == [self.SAME]

    def test_twice_in_one_statement_is_two(self) -> None:
        assert len(booked_once([self.SAME, replace(self.SAME, number=2)])) == 2
        again = [replace(self.SAME, statement_id="ST-332", number=one) for one in (1, 2, 3)]
        assert len(booked_once([self.SAME, *again])) == 3

    @pytest.mark.parametrize(
        "other",
        [
            {"servicer_reference": "AS29"},
            {"tyiyn": 1},
            {"account": "1"},
            {"credit": True},
            {"reversal": True},
            {"details": ()},
            {"booking_day": DAY.replace(day=26)},
        ],
        ids=lambda one: next(iter(one)),
    )  # fmt: skip
    def test_what_differs_is_another(self, other: dict[str, Any]) -> None:
        assert (
            len(booked_once([self.SAME, replace(self.SAME, statement_id="ST-332", **other)])) == 2
        )

    def test_without_the_banks_own_id_debits_are_one_and_credits_two_by_position(self) -> None:
        for credit, count in ((False, 1), (True, 2)):
            one = replace(self.SAME, servicer_reference=None, credit=credit, reference="1")
            assert (
                len(booked_once([one, replace(one, statement_id="ST-332", reference="2")])) == count
            )

    def test_only_of_the_window(self) -> None:
        days = [replace(self.SAME, booking_day=DAY.replace(day=one)) for one in (28, 26, 27)]
        window = booked_once(days, after=DAY.replace(day=26), until=DAY)
        assert [one.booking_day for one in window] == [DAY]
        assert [one.booking_day.day for one in booked_once(days)] == [26, 27, 28]
