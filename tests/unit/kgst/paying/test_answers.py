"""What became of each request, by what a bank books and reports: case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.entries import batch as booked_sum
from support.entries import detail, entry
from support.redemptions import (
    CREATED,
    DAY,
    DEBTOR,
    DESK,
    SECRET,
    TERMS,
    made,
    ordered,
    payee,
    register,
    request,
)

from kgst.paying.answers import Answer, State, answers
from kgst.statements.entries import Entry
from kgst.statements.pain002 import Status, StatusReport

BATCH = made(700, 500, 500).batch
NAMES = {one.request: one.end_to_end_id for one in BATCH.payments}
AMOUNTS = {one.request: one.tyiyn for one in BATCH.payments}
P, R, B, W, D = State.PAID, State.REJECTED, State.RETURNED, State.PENDING, State.DOUBTFUL


def debit(number: int, tyiyn: int | None = None, /, **more: Any) -> Entry:
    parts = {key: more.pop(key) for key in ("party_account", "return_reason") if key in more}
    values = {"account": DEBTOR.account, "booking_day": DAY, **more}
    return entry(tyiyn or AMOUNTS[number], detail(NAMES[number], **parts), **values)


def credit(
    number: int, tyiyn: int | None = None, /, reason: str | None = "AC04", **more: Any
) -> Entry:
    one = detail(NAMES[number], credit=True, return_reason=reason)
    values = {"account": DEBTOR.account, "booking_day": DAY, "credit": True, "number": 9, **more}
    return entry(tyiyn or AMOUNTS[number], one, **values)


def report(*statuses: Status, **more: Any) -> StatusReport:
    values: dict[str, Any] = {
        "file": "status.xml",
        "file_sha256": "cc" * 32,
        "id": "S-1",
        "created": CREATED + 60,
        "order_id": BATCH.id,
        "count": None,
        "sum_tyiyn": None,
        "statuses": statuses,
    }
    return StatusReport(**values | more)


def says(number: int, status: str, *reasons: str) -> Status:
    return Status(status=status, reasons=reasons, group_id=BATCH.id, end_to_end_id=NAMES[number])


def found(*entries: Entry, reports: tuple[StatusReport, ...] = (), **more: Any) -> list[State]:
    return [one.state for one in answers(BATCH, entries, reports, **more)]


def first(*entries: Entry, reports: tuple[StatusReport, ...] = (), **more: Any) -> Answer:
    return answers(BATCH, entries, reports, **more)[0]


def test_nothing__is_pending() -> None:
    assert found() == [W, W, W]


def test_a_booked_debit_by_its_id__is_paid() -> None:
    answer = first(debit(1, servicer_reference="B-7"))
    assert (answer.state, answer.why) == (P, "")
    assert answer.leg is not None
    assert (answer.leg.tyiyn, answer.leg.servicer_reference) == (700, "B-7")
    assert found(debit(1), debit(3)) == [P, W, P]


def test_a_debit_by_its_reference_in_a_text__is_paid() -> None:
    text = f"Погашение {NAMES[1][:9].lower()} {NAMES[1][9:]}"
    one = entry(700, texts=(text,), account=DEBTOR.account, booking_day=DAY)
    assert found(one) == [P, W, W]


@pytest.mark.parametrize(
    "one",
    [
        debit(1, booked=False),
        debit(1, booking_day=DAY - timedelta(days=1)),
    ],
    ids=["pending", "before the batch was made"],
)
def test_what_is_not_booked_since__is_pending(one: Entry) -> None:
    assert found(one) == [W, W, W]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (debit(1, 699), "6.99 som was debited, of 7.00 som"),
        (debit(1, account="1980020000654321"), "ordered from another"),
        (debit(1, reversal=True), "takes back what had come in"),
        (debit(1, return_reason="AC04"), "AC04 (ClosedAccountNumber)"),
        (debit(1, party_account="1030000000000002"), "another account than the payee's"),
        (debit(1, party_account="1980020000654321"), "the issuer's own"),
        (credit(1), "more came back than was paid"),
        (credit(1, 699), "6.99 som came back"),
        (
            entry(1200, detail(NAMES[1], 700), detail(NAMES[2], 499), account=DEBTOR.account, booking_day=DAY),
            "do not add up",
        ),
        (
            entry(700, detail(NAMES[1]), texts=(NAMES[2],), account=DEBTOR.account, booking_day=DAY),
            "one entry names 2 requests",
        ),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)  # fmt: skip
def test_what_does_not_fit__is_doubtful(one: Entry, said: str) -> None:
    answer = first(one, payees={1: payee(1).account}, own={"1980020000654321"})
    assert answer.state is D
    assert said in answer.why
    assert answer.leg is not None


def test_the_payees_account__is_paid() -> None:
    one = debit(1, party_account=payee(1).account)
    assert first(one, payees={1: payee(1).account}).state is P


def test_paid_twice__is_doubtful() -> None:
    twice = first(debit(1), debit(1, number=2))
    assert (twice.state, twice.why) == (D, "it was paid 2 times")
    other_file = {"file_sha256": "bb" * 32, "statement_id": "N-1"}
    refs = [debit(1, servicer_reference="B-1"), debit(1, servicer_reference="B-2", **other_file)]
    assert first(*refs).state is D
    # Two payments of one entry.
    one = detail(NAMES[1], 700)
    both = entry(1400, one, one, account=DEBTOR.account, booking_day=DAY)
    assert first(both).state is D
    days = [debit(1), debit(1, booking_day=DAY + timedelta(days=1), file_sha256="bb" * 32)]
    assert first(*days).state is D


def test_a_notification_and_a_statement_of_one_debit__are_one() -> None:
    other = {"file_sha256": "bb" * 32, "statement_id": "N-1"}
    assert first(debit(1), debit(1, **other)).state is P
    same = [debit(1, servicer_reference="B-1"), debit(1, servicer_reference="B-1", **other)]
    assert first(*same).state is P
    assert first(debit(1, servicer_reference="B-1"), debit(1, **other)).state is P


def test_what_came_back__is_returned() -> None:
    answer = first(debit(1), credit(1))
    assert (answer.state, answer.why) == (B, "it came back: AC04 (ClosedAccountNumber)")
    assert answer.leg is not None
    assert answer.leg.credit
    assert first(debit(1), credit(1, reason=None, reversal=True)).state is B


def test_paid_once_more_after_it_came_back__is_paid() -> None:
    later: dict[str, Any] = {"booking_day": DAY + timedelta(days=1), "file_sha256": "bb" * 32}
    answer = first(debit(1), credit(1), debit(1, **later))
    assert answer.state is P
    assert answer.leg is not None
    assert answer.leg.day == DAY + timedelta(days=1)
    assert first(debit(1), credit(1), debit(1, **later), credit(1, **later)).state is B


def test_a_wrong_amount_that_came_back__is_returned_or_paid_anew() -> None:
    assert first(debit(1, 699), credit(1, 699)).state is B
    answer = first(debit(1, 699), credit(1, 699), debit(1, number=2))
    assert answer.state is P
    assert answer.leg is not None
    assert answer.leg.tyiyn == 700
    assert first(debit(1, 699), credit(1, 698)).state is D


def test_a_charge_by_the_payments_id__is_none_of_it() -> None:
    fee = debit(1, 12, code="ACMT/MDOP/CHRG", number=5)
    assert found(debit(1), fee) == [P, W, W]
    assert found(fee) == [W, W, W]
    assert found(debit(1), credit(1, 12, reason=None, code="ACMT/MDOP/CHRG")) == [P, W, W]
    # But of the payment's own amount, or with the reason of a return.
    assert found(debit(1, code="ACMT/MDOP/CHRG")) == [D, W, W]
    assert found(debit(1), credit(1, reason=None, code="ACMT/MDOP/CHRG")) == [B, W, W]
    assert found(debit(1), credit(1, 12, code="ACMT/MDOP/CHRG")) == [D, W, W]


def test_an_amount_without_a_name__settles_nothing() -> None:
    nameless = {"account": DEBTOR.account, "booking_day": DAY}
    assert found(entry(700, **nameless)) == [D, W, W]
    assert first(entry(700, **nameless)).why == "a debit of its amount names nothing"
    assert found(entry(500, **nameless)) == [W, D, D]
    assert "several fit" in answers(BATCH, [entry(500, **nameless)])[1].why
    assert found(debit(2), entry(500, **nameless)) == [W, P, D]
    # What is named otherwise, or is a fee, or of another account, is somebody else's.
    for other in (
        entry(700, detail("INVOICE 7"), **nameless),
        entry(700, code="ACMT/MDOP/CHRG", **nameless),
        entry(700, texts=(SECRET.end_to_end_id(DESK, 56, 1),), **nameless),
        entry(700, booking_day=DAY, account="1980020000654321"),
    ):
        assert found(other) == [W, W, W]


def test_a_return_without_a_name__makes_what_it_may_be_doubtful() -> None:
    back = {"account": DEBTOR.account, "booking_day": DAY, "credit": True, "number": 9}
    nameless = entry(500, detail(None, credit=True, return_reason="AC04"), **back)
    assert found(debit(1), debit(2), nameless) == [P, D, W]
    whole = entry(1200, reversal=True, **back)
    assert found(debit(1), debit(2), whole) == [D, D, W]
    assert found(debit(1), entry(700, **back)) == [P, W, W]


def test_one_sum__is_paid_as_the_batch_says() -> None:
    values = {"account": DEBTOR.account, "booking_day": DAY}
    assert found(booked_sum(BATCH.id, 3, 1_700, **values)) == [P, P, P]
    for other in (
        booked_sum(BATCH.id, 2, 1_700, **values),
        booked_sum(BATCH.id, 3, 1_699, **values),
        booked_sum(BATCH.id, None, 1_700, **values),
        booked_sum(BATCH.id, 3, 1_700, **values | {"account": "1980020000654321"}),
        replace(booked_sum(BATCH.id, 3, 1_700, **values), tyiyn=1_700_00),
    ):
        assert found(other) == [D, D, D]
    assert found(booked_sum("KGST-OTHER", 3, 1_700, **values)) == [W, W, W]
    # Without what the bank rejected.
    no = report(says(2, "RJCT", "AC04"))
    assert found(booked_sum(BATCH.id, 2, 1_200, **values), reports=(no,)) == [P, R, P]
    assert found(booked_sum(BATCH.id, 3, 1_700, **values), reports=(no,)) == [D, R, D]
    # Named singly in a notification, too.
    named = {"file_sha256": "bb" * 32, "statement_id": "N-1", "servicer_reference": "B-9"}
    one = booked_sum(BATCH.id, 3, 1_700, servicer_reference="B-1", **values)
    assert found(one, debit(1, **named)) == [P, P, P]
    back = booked_sum(BATCH.id, 3, 1_700, credit=True, number=2, **values)
    assert found(booked_sum(BATCH.id, 3, 1_700, **values), back) == [D, D, D]
    twice = [booked_sum(BATCH.id, 3, 1_700, number=number, **values) for number in (1, 2)]
    assert found(*twice) == [D, D, D]


def test_reports__rejected__in_the_standards_words() -> None:
    answer = first(reports=(report(says(1, "RJCT", "AC04")),))
    assert (answer.state, answer.why) == (R, "RJCT (Rejected): AC04 (ClosedAccountNumber)")
    own = Status(status="RJCT", words="нет денег", group_id=BATCH.id, end_to_end_id=NAMES[1])
    assert first(reports=(report(own),)).why == "RJCT (Rejected): нет денег"
    unknown = first(reports=(report(says(1, "RJCT", "AC99")),))
    assert unknown.why.endswith("AC99 (a reason that is not known here)")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("ACCP", "ACCP (AcceptedCustomerProfile)"),
        ("ACSC", "ACSC (AcceptedSettlementCompletedDebitorAccount)"),
        ("ACSP", "ACSP (AcceptedSettlementInProcess)"),
        ("ACTC", "ACTC (AcceptedTechnicalValidation)"),
        ("PDNG", "PDNG (Pending)"),
        ("XYZ", "XYZ (a status that is not known here)"),
    ],
)
def test_reports__anything_else__is_not_paid(status: str, said: str) -> None:
    answer = first(reports=(report(says(1, status)),))
    assert (answer.state, answer.why, answer.leg) == (W, said, None)


def test_reports__of_the_order_or_the_group__are_of_each_payment_of_which_nothing_else_is_said() -> (
    None
):
    whole = Status(status="RJCT", reasons=("FF01",))
    group = Status(status="RJCT", reasons=("AM04",), group_id=BATCH.id)
    assert found(reports=(report(whole),)) == [R, R, R]
    assert found(reports=(report(Status(status="ACCP"), group),)) == [R, R, R]
    assert found(reports=(report(Status(status="PART"), says(2, "RJCT", "AC04")),)) == [W, R, W]
    assert found(reports=(report(whole, says(2, "ACSP")),)) == [R, W, R]
    other_group = Status(status="RJCT", group_id="KGST-OTHER")
    assert found(reports=(report(other_group),)) == [W, W, W]


def test_reports__of_another_order__say_nothing() -> None:
    assert found(reports=(report(says(1, "RJCT"), order_id="KGST-OTHER"),)) == [W, W, W]
    for wrong in ({"count": 2}, {"sum_tyiyn": 1_699}):
        assert found(reports=(report(says(1, "RJCT"), **wrong),)) == [D, D, D]
    assert found(reports=(report(says(1, "RJCT"), count=3, sum_tyiyn=1_700),)) == [R, W, W]


def test_reports__the_last_counts__and_a_rejection_that_is_none_any_more_is_doubtful() -> None:
    before, later = report(says(1, "ACTC")), report(says(1, "RJCT", "AC04"), created=CREATED + 99)
    assert found(reports=(before, later)) == found(reports=(later, before)) == [R, W, W]
    again = report(says(1, "ACSP"), created=CREATED + 100)
    assert found(reports=(before, later, again)) == [D, W, W]
    assert found(reports=(later, replace(later, created=CREATED + 100))) == [R, W, W]


def test_rejected_and_debited__is_doubtful__and_rejected_and_returned_is_returned() -> None:
    no = (report(says(1, "RJCT", "AC04")),)
    answer = first(debit(1), reports=no)
    assert answer.state is D
    assert "debited, and the bank reports RJCT" in answer.why
    assert first(debit(1), credit(1), reports=no).state is B


def test_another_batch_of_the_same_request__is_not_ended_by_the_first_ones_rejection() -> None:
    later = replace(TERMS, created=CREATED + 3600, lock="0x" + "2c" * 32)
    second = ordered([request(1, 700)], register(payee(1)), later).batch
    assert second.id != BATCH.id
    assert second.payments[0].end_to_end_id == NAMES[1]
    no = report(says(1, "RJCT", "AC04"))
    assert [one.state for one in answers(second, [debit(1)], [no])] == [P]
