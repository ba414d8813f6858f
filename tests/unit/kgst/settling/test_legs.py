"""A movement has all that its entry says, field by field; amounts, charges and the sum of an order."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest
from support.entries import DAY, detail, entry

from kgst.settling.legs import booked_once, take
from kgst.statements.entries import Batch

FULL = entry(
    15_000_120,
    number=7,
    reversal=True,
    reference="N-1",
    servicer_reference="AS28",
    code="PMNT/ICDT/ESCT",
    charges_tyiyn=120,
    texts=("of the entry",),
)
PART = detail(
    "E2E",
    15_000_000,
    instruction_id="I-1",
    servicer_reference="AS28-1",
    return_reason="AC04",
    party="Aida",
    party_account="11",
    texts=("of the payment",),
)
WHOLE = {
    "file": "a.xml", "file_sha256": "aa" * 32, "account": "1990010000123456", "statement_id": "ST-331", "number": 7,
    "day": DAY, "tyiyn": 15_000_000, "credit": False, "reversal": True, "code": "PMNT/ICDT/ESCT",
    "end_to_end_id": None, "instruction_id": None, "servicer_reference": "AS28", "return_reason": None,
    "party": None, "party_account": None, "texts": ("of the entry",), "adds_up": True,
    "order_id": None, "order_count": None, "order_tyiyn": None,
}  # fmt: skip
OF_PART = {
    "end_to_end_id": "E2E", "instruction_id": "I-1", "servicer_reference": "AS28-1", "return_reason": "AC04",
    "party": "Aida", "party_account": "11", "texts": ("of the payment", "of the entry"),
}  # fmt: skip


def test_take__entry_without_payments__is_one_movement() -> None:
    legs, charges = take(FULL)
    assert ([asdict(one) for one in legs], charges) == ([WHOLE], 120)


def test_take__entry_of_one_payment__has_what_both_say() -> None:
    legs, charges = take(replace(FULL, details=(PART,)))
    assert ([asdict(one) for one in legs], charges) == ([WHOLE | OF_PART], 120)


def test_take__payment_without_an_amount__is_the_entry_less_charges() -> None:
    [leg], charges = take(replace(FULL, details=(replace(PART, tyiyn=None),)))
    assert (asdict(leg), charges) == (WHOLE | OF_PART, 120)


def test_take__several_payments__each_has_its_own() -> None:
    other = detail("TWO", 5, credit=True)
    legs, charges = take(replace(FULL, tyiyn=15_000_115, details=(PART, other)))
    plain = {"end_to_end_id": "TWO", "tyiyn": 5, "credit": True, "texts": ()}
    assert [asdict(one) for one in legs] == [
        WHOLE | OF_PART | {"texts": ("of the payment",)},
        WHOLE | plain,
    ]
    assert charges == 120


@pytest.mark.parametrize("credit", [False, True])
def test_take__payments_that_do_not_add_up__say_so(credit: bool) -> None:
    parts = (PART, detail("TWO", 5, credit=True))
    legs, charges = take(replace(FULL, credit=credit, details=parts))
    assert [(one.adds_up, one.credit, one.tyiyn) for one in legs] == [
        (False, credit, 15_000_000),
        (False, True, 5),
    ]
    assert charges == 0


@pytest.mark.parametrize("details", [(), (detail("E2E"),)], ids=["no payment", "one"])
@pytest.mark.parametrize(("tyiyn", "left"), [(119, 0), (120, 0), (121, 1)])
def test_take__charge_of_all_of_it__leaves_nothing(
    details: tuple[object, ...], tyiyn: int, left: int
) -> None:
    [leg], charges = take(replace(FULL, tyiyn=tyiyn, details=details))  # type: ignore[arg-type]
    assert (leg.tyiyn, charges) == (left, 120)


@pytest.mark.parametrize("details", [(), (detail("E2E", credit=True),)], ids=["no payment", "one"])
def test_take__credit__is_all_that_came_in(details: tuple[object, ...]) -> None:
    [leg], charges = take(replace(FULL, credit=True, details=details))  # type: ignore[arg-type]
    assert (leg.tyiyn, leg.credit, charges) == (15_000_120, True, 0)


@pytest.mark.parametrize(("entry_says", "payment_says"), [(120, 0), (0, 120), (120, 80), (80, 120)])
def test_take__charge_said_twice__counts_once(entry_says: int, payment_says: int) -> None:
    one = replace(PART, tyiyn=None, charges_tyiyn=payment_says)
    [leg], charges = take(replace(FULL, charges_tyiyn=entry_says, details=(one,)))
    assert (leg.tyiyn, charges) == (15_000_000, 120)


ORDER = Batch(order_id="O-1", message_id="M-1", count=3, tyiyn=15_000_000)
OF_ORDER = {"order_id": "O-1", "order_count": 3, "order_tyiyn": 15_000_000}


@pytest.mark.parametrize(
    ("batch", "credit", "found"),
    [
        (ORDER, False, OF_ORDER),
        (ORDER, True, {"credit": True, "tyiyn": 15_000_120}),
        (replace(ORDER, order_id=None), False, {}),
    ],
    ids=["debit", "credit", "no id"],
)
def test_take__order_booked_as_one_sum__has_its_id_count_and_sum(
    batch: Batch, credit: bool, found: dict[str, object]
) -> None:
    [leg], _ = take(replace(FULL, batch=batch, credit=credit))
    assert asdict(leg) == WHOLE | found


def test_booked_once__pending_entry__does_not_end_the_reading() -> None:
    pending, late = replace(FULL, booked=False), replace(FULL, booking_day=DAY.replace(day=28))
    assert booked_once([pending, late, FULL], until=DAY) == [FULL]


def test_booked_once__two_files_of_one_statement_id__are_two_statements() -> None:
    """In each it appears twice: it is two, and not four."""
    again = [replace(FULL, file_sha256=one * 32) for one in ("aa", "aa", "bb", "bb")]
    assert booked_once(again) == again[:2]
