"""What is settled, rule by rule; whole files are in test_cases.py, whole lives in test_model.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.entries import DAY, batch, detail, entry, given, payment, redemption, returned

from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.model import Category, Kind, Leg, Order, Outcome, Redemption
from kgst.statements.entries import Entry
from kgst.statements.model import account_key

ONE, TWO, THREE = redemption(1, 15_000_000), redemption(2, 8_000_000), redemption(3, 8_000_000)
ALL = (ONE, TWO, THREE)
OWN, OTHER = "1980020000654321", "1970030000999999"


def matched(*entries: Entry, of: tuple[Redemption, ...] = ALL, **more: Any) -> Outcome:
    own, others = {account_key(OWN)}, {account_key(OTHER)}
    return match(of, booked_once(entries), own=own, others=others, **more)


def said(outcome: Outcome) -> list[tuple[Kind, tuple[str, ...], int | None]]:
    return [(one.kind, one.redemptions, one.tyiyn) for one in outcome.findings]


def next_window(outcome: Outcome, *entries: Entry, of: tuple[Redemption, ...] = ALL) -> Outcome:
    """What follows when these are the entries after those of `outcome`."""
    settled = [one.id for one in of if one.id not in outcome.open]
    return matched(*entries, of=of, settled_before=settled, carried=outcome.carried)


class TestPaid:
    def test_by_its_reference_and_amount(self) -> None:
        outcome = matched(payment(ONE.id, 15_000_000))
        assert outcome.settled == (ONE.id,)
        assert outcome.open == (TWO.id, THREE.id)
        assert outcome.paid[ONE.id].day == DAY
        assert (outcome.findings, outcome.carried, outcome.reopened) == ((), (), ())

    def test_by_the_id_that_its_key_was_made_from(self) -> None:
        assert matched(payment("R-2", 8_000_000)).settled == (TWO.id,)
        assert matched(payment("r-2", 8_000_000)).settled == ()

    def test_by_an_instruction_id(self) -> None:
        one = entry(15_000_000, detail(None, instruction_id="R-1"))
        assert matched(one).settled == (ONE.id,)

    def test_by_the_text_of_an_entry_without_payments(self) -> None:
        assert matched(entry(15_000_000, texts=(f"for {ONE.id.lower()}",))).settled == (ONE.id,)

    def test_not_by_a_text_of_several_payments(self) -> None:
        one = entry(23_000_000, detail(None, 15_000_000), detail(None, 8_000_000), texts=(ONE.id,))
        assert matched(one).settled == ()

    def test_not_by_a_text_that_has_no_check_characters(self) -> None:
        some = given("1", 15_000_000, "KGST7F3A9C01D2E4B5")
        outcome = matched(entry(15_000_000, texts=("kgst 7f3a 9c01 d2e4 b5",)), of=(some,))
        assert outcome.settled == ()
        assert said(outcome) == [(Kind.PROBABLE, ("1",), 15_000_000)]

    def test_not_while_it_is_pending(self) -> None:
        outcome = matched(payment(ONE.id, 15_000_000, booked=False))
        assert (outcome.settled, outcome.findings) == ((), ())

    def test_not_where_the_burn_is_of_no_whole_tyiyn(self) -> None:
        some = replace(ONE, tyiyn=None)
        unknown = entry(15_000_000, detail(ONE.id, None), detail("X", None))
        outcome = matched(unknown, payment(ONE.id, 15_000_000), of=(some,))
        assert outcome.open == (ONE.id,)
        kinds = [one.kind for one in outcome.findings]
        assert kinds == [Kind.DETAILS_DIFFER, Kind.DETAILS_DIFFER, Kind.WRONG_AMOUNT]

    def test_not_by_two_references_in_one_text(self) -> None:
        outcome = matched(entry(15_000_000, texts=(f"{ONE.id} {TWO.id}",)))
        assert outcome.settled == ()
        assert said(outcome) == [(Kind.AMBIGUOUS, (ONE.id, TWO.id), 15_000_000)]

    def test_not_where_two_issuers_burned_by_one_reference(self) -> None:
        twin = replace(ONE, id="RF-twin", ids=frozenset({"RF-twin"}))
        outcome = matched(payment("R-1", 15_000_000), of=(ONE, twin))
        assert outcome.settled == ()
        assert said(outcome) == [(Kind.AMBIGUOUS, (ONE.id, "RF-twin"), 15_000_000)]

    @pytest.mark.parametrize(("paid", "difference"), [(14_999_999, -1), (15_000_001, 1)])
    def test_not_by_another_amount(self, paid: int, difference: int) -> None:
        outcome = matched(payment(ONE.id, paid))
        assert outcome.settled == ()
        assert said(outcome) == [(Kind.WRONG_AMOUNT, (ONE.id,), difference)]
        assert [leg.tyiyn for leg in outcome.carried] == [paid]

    def test_twice_settles_once_and_is_named_until_it_comes_back(self) -> None:
        first, second = (payment(ONE.id, 15_000_000, servicer_reference=one) for one in "ab")
        outcome = matched(first, second)
        assert outcome.settled == (ONE.id,)
        assert said(outcome) == [(Kind.PAID_TWICE, (ONE.id,), 15_000_000)]
        assert [leg.servicer_reference for leg in outcome.carried] == ["b"]
        later = next_window(outcome)
        assert (later.settled, later.reopened, said(later)) == ((), (), said(outcome))
        back = next_window(later, returned(ONE.id, 15_000_000))
        assert (back.settled, back.reopened, back.carried) == ((), (), ())
        assert said(back) == [(Kind.RETURNED, (ONE.id,), 15_000_000)]

    def test_before_its_tokens_were_burned_counts_from_the_burn_on(self) -> None:
        outcome = matched(payment("R-1", 15_000_000), of=(TWO,))
        assert said(outcome) == [(Kind.UNMATCHED, (), 15_000_000)]
        assert matched(of=(TWO, ONE), carried=outcome.carried).settled == (ONE.id,)


class TestBack:
    @pytest.mark.parametrize(
        "credit",
        [
            returned(ONE.id, 15_000_000),
            returned(ONE.id, 15_000_000, reason=None, reversal=True),
            returned(ONE.id, 15_000_000, reason=None),
            returned(ONE.id, 14_990_000),
            entry(15_000_000, credit=True, texts=(f"возврат {ONE.id}",)),
            # Its payment is marked as one that went out; it came in all the same.
            entry(15_000_000, detail(ONE.id, 15_000_000), credit=True, reversal=True),
        ],
        ids=["return", "reversal", "reference alone", "less a charge", "text", "as it had been"],
    )
    def test_it_is_open_again(self, credit: Entry) -> None:
        same_day = matched(payment(ONE.id, 15_000_000), credit)
        assert (same_day.settled, same_day.open) == ((), tuple(one.id for one in ALL))
        later = next_window(matched(payment(ONE.id, 15_000_000)), credit)
        assert (later.settled, later.reopened) == ((), (ONE.id,))
        assert said(later) == [(Kind.RETURNED, (ONE.id,), credit.tyiyn)]
        assert (later.breaks, later.carried) == ((), ())
        again = next_window(later, payment(ONE.id, 15_000_000))
        assert (again.settled, again.findings) == ((ONE.id,), ())

    def test_more_than_was_paid_is_named(self) -> None:
        outcome = matched(returned(ONE.id, 15_000_000))
        assert (outcome.settled, outcome.unassigned_tyiyn) == ((), 0)
        assert said(outcome) == [(Kind.RETURNED_UNPAID, (ONE.id,), 15_000_000)]

    def test_what_had_another_amount_leaves_the_right_payment(self) -> None:
        outcome = matched(
            payment(ONE.id, 14_000_000), returned(ONE.id, 14_000_000), payment(ONE.id, 15_000_000)
        )
        assert (outcome.settled, outcome.carried) == ((ONE.id,), ())
        assert said(outcome) == [(Kind.RETURNED, (ONE.id,), 14_000_000)]

    def test_a_payment_marked_as_returned_settles_nothing_and_its_credit_takes_nothing(
        self,
    ) -> None:
        marked = entry(
            23_000_000,
            detail(ONE.id, 15_000_000, return_reason="AC04"),
            detail(TWO.id, 8_000_000),
        )
        outcome = matched(marked)
        assert outcome.settled == (TWO.id,)
        assert [(one.kind, one.says) for one in outcome.findings] == [(Kind.RETURNED, "AC04")]
        later = next_window(outcome, returned(ONE.id, 15_000_000), payment(ONE.id, 15_000_000))
        assert (later.settled, later.carried) == ((ONE.id,), ())

    def test_what_names_no_payment_lowers_settled_by_its_amount(self) -> None:
        outcome = matched(payment(ONE.id, 15_000_000), returned(None, 15_000_000))
        assert (outcome.settled, outcome.unassigned_tyiyn) == ((ONE.id,), 15_000_000)
        assert said(outcome) == [(Kind.RETURN_UNASSIGNED, (), 15_000_000)]

    def test_what_names_two_payments_does_so_too(self) -> None:
        both = entry(8_000_000, credit=True, texts=(TWO.id, THREE.id))
        outcome = matched(both)
        assert outcome.unassigned_tyiyn == 8_000_000
        assert said(outcome) == [(Kind.RETURN_UNASSIGNED, (TWO.id, THREE.id), 8_000_000)]

    @pytest.mark.parametrize("code", ["PMNT/RCDT/RRTN", "PMNT/ICDT/RPCR"])
    def test_a_code_says_it_too(self, code: str) -> None:
        assert matched(entry(7, credit=True, code=code)).unassigned_tyiyn == 7

    def test_of_what_paid_nobody_it_takes_nothing(self) -> None:
        outcome = matched(payment("wages", 700), returned("wages", 700))
        assert (outcome.findings, outcome.carried, outcome.unassigned_tyiyn) == ((), (), 0)

    @pytest.mark.parametrize(
        "credit",
        [
            returned("wages", 701),
            returned("other", 700),
            returned(None, 700),
            returned("wages", 700, account="1"),
        ],
        ids=["another amount", "another id", "no id", "another account"],
    )
    def test_of_something_else_it_does(self, credit: Entry) -> None:
        outcome = matched(payment("wages", 700), credit)
        kinds = [one.kind for one in outcome.findings]
        assert kinds == [Kind.UNMATCHED, Kind.RETURN_UNASSIGNED]
        assert outcome.unassigned_tyiyn == credit.tyiyn


class TestByAmount:
    def test_one_and_one_is_probable(self) -> None:
        outcome = matched(payment(None, 15_000_000))
        assert (outcome.settled, len(outcome.carried)) == ((), 1)
        assert said(outcome) == [(Kind.PROBABLE, (ONE.id,), 15_000_000)]

    def test_two_that_are_open_are_both_named(self) -> None:
        outcome = matched(payment(None, 8_000_000))
        assert said(outcome) == [(Kind.AMBIGUOUS, (TWO.id, THREE.id), 8_000_000)]

    def test_two_debits_for_one_are_both_named(self) -> None:
        first, second = (payment(None, 15_000_000, servicer_reference=one) for one in "ab")
        assert said(matched(first, second)) == [(Kind.AMBIGUOUS, (ONE.id,), 15_000_000)] * 2

    def test_what_is_settled_is_no_candidate(self) -> None:
        outcome = matched(payment(TWO.id, 8_000_000), payment(None, 8_000_000))
        assert said(outcome) == [(Kind.PROBABLE, (THREE.id,), 8_000_000)]

    def test_none_fits(self) -> None:
        assert said(matched(payment(None, 1))) == [(Kind.UNMATCHED, (), 1)]


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


def test_where_a_movement_is() -> None:
    leg: Leg = matched(payment(None, 1)).carried[0]
    assert leg.where == "a.xml: account 1990010000123456, statement 'ST-331', entry 1 of 2026-11-27"
