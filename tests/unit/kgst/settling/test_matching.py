"""What is settled, rule by rule; whole files are in test_cases.py, whole lives in test_model.py."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.entries import DAY, detail, entry, given, payment, returned
from support.matching import ALL, ONE, THREE, TWO, matched, next_window, said

from kgst.settling.model import Kind, Leg
from kgst.statements.entries import Entry


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


def test_where_a_movement_is() -> None:
    leg: Leg = matched(payment(None, 1)).carried[0]
    assert leg.where == "a.xml: account 1990010000123456, statement 'ST-331', entry 1 of 2026-11-27"
