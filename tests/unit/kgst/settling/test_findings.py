"""What is said of a movement is said in full: which movement it is, of what, how much, why; and what is handed on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.entries import batch, detail, entry, payment, returned
from support.matching import ONE, OWN, THREE, TWO, matched

from kgst.settling.legs import take
from kgst.settling.model import Finding, Kind, Order
from kgst.statements.entries import Entry

ORDER = Order(id="O-1", payments=((ONE.id, 15_000_000), (TWO.id, 8_000_000)))
SUM = 23_000_000

Said = tuple[Kind, int, tuple[str, ...], int | None, str]
"""Kind; number of the entry; redemptions; tyiyn; words."""


def numbered(*entries: Entry) -> list[Entry]:
    return [replace(one, number=number) for number, one in enumerate(entries, 1)]


CASES: dict[str, tuple[list[Entry], list[Said], list[int], dict[str, Any]]] = {
    "no order": ([batch("O-2", 2, SUM)], [(Kind.NO_ORDER, 1, (), SUM, "order O-2")], [1], {}),
    "order differs": (
        [batch("O-1", 3, SUM)], [(Kind.ORDER_DIFFERS, 1, (), SUM, "order O-1")], [1], {"orders": [ORDER]},
    ),
    "order's sum differs": (
        [replace(batch("O-1", 2, SUM - 1), tyiyn=SUM)],
        [(Kind.ORDER_DIFFERS, 1, (), SUM, "order O-1")], [1], {"orders": [ORDER]},
    ),
    "details differ": (
        [entry(SUM, detail(ONE.id, 15_000_000), detail("X", 1))],
        [(Kind.DETAILS_DIFFER, 1, (ONE.id,), 15_000_000, ""), (Kind.DETAILS_DIFFER, 1, (), 1, "")], [1, 1], {},
    ),
    "to itself": (
        [entry(15_000_000, detail(ONE.id, party_account=OWN))],
        [(Kind.TO_ITSELF, 1, (ONE.id,), 15_000_000, "")], [1], {},
    ),
    "ambiguous": (
        [entry(5, texts=(f"{ONE.id} {TWO.id}",))], [(Kind.AMBIGUOUS, 1, (ONE.id, TWO.id), 5, "")], [1], {},
    ),
    "probable": ([payment(None, 15_000_000)], [(Kind.PROBABLE, 1, (ONE.id,), 15_000_000, "")], [1], {}),
    "fits two": (
        [payment(None, 8_000_000)], [(Kind.AMBIGUOUS, 1, (TWO.id, THREE.id), 8_000_000, "")], [1], {},
    ),
    "unmatched": ([payment(None, 1)], [(Kind.UNMATCHED, 1, (), 1, "")], [1], {}),
    "wrong amount": ([payment(ONE.id, 7)], [(Kind.WRONG_AMOUNT, 1, (ONE.id,), 7 - 15_000_000, "")], [1], {}),
    "paid thrice": (
        [payment(ONE.id, 15_000_000, servicer_reference=one) for one in "abc"],
        [(Kind.PAID_TWICE, number, (ONE.id,), 15_000_000, "") for number in (2, 3)], [2, 3], {},
    ),
    "returned": (
        [payment(ONE.id, 15_000_000), returned(ONE.id, 15_000_000)],
        [(Kind.RETURNED, 2, (ONE.id,), 15_000_000, "AC04")], [], {},
    ),
    "reversed": (
        [payment(ONE.id, 15_000_000), returned(ONE.id, 15_000_000, None, reversal=True)],
        [(Kind.RETURNED, 2, (ONE.id,), 15_000_000, "reversed")], [], {},
    ),
    "returned less": (
        [payment(ONE.id, 15_000_000), returned(ONE.id, 14_000_000, None)],
        [(Kind.RETURNED, 2, (ONE.id,), 14_000_000, "")], [], {},
    ),
    "marked as returned": (
        [entry(15_000_000, detail(ONE.id, 15_000_000, return_reason="AC06"))],
        [(Kind.RETURNED, 1, (ONE.id,), 15_000_000, "AC06")], [1], {},
    ),
    "wrong and back": (
        [payment(ONE.id, 7), returned(ONE.id, 7)], [(Kind.RETURNED, 2, (ONE.id,), 7, "AC04")], [], {},
    ),
    "returned unpaid": (
        [returned(ONE.id, 15_000_000)], [(Kind.RETURNED_UNPAID, 1, (ONE.id,), 15_000_000, "AC04")], [], {},
    ),
    "returned twice": (
        [payment(ONE.id, 15_000_000), *(returned(ONE.id, 15_000_000, servicer_reference=one) for one in "ab")],
        [(Kind.RETURNED_UNPAID, number, (ONE.id,), 15_000_000, "AC04") for number in (2, 3)], [], {},
    ),
    "unassigned": ([returned(None, 9)], [(Kind.RETURN_UNASSIGNED, 1, (), 9, "AC04")], [], {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_match__finding__is_said_in_full(case: str) -> None:
    given, wanted, carried, more = CASES[case]
    entries = numbered(*given)
    outcome = matched(*entries, **more)
    legs = {(one.number, leg.end_to_end_id): leg for one in entries for leg in take(one)[0]}
    assert [
        (one.kind, one.leg.number, one.redemptions, one.tyiyn, one.says) for one in outcome.findings
    ] == wanted
    assert [one.number for one in outcome.carried] == carried
    for leg in (*outcome.carried, *(one.leg for one in outcome.findings)):
        assert leg == legs[leg.number, leg.end_to_end_id]


def test_match__without_words__says_nothing() -> None:
    [found] = matched(payment(None, 1)).findings
    assert found == Finding(kind=Kind.UNMATCHED, leg=found.leg, tyiyn=1)
    assert (found.redemptions, found.says) == ((), "")


@pytest.mark.parametrize("said", [SUM, None], ids=["sum said", "no sum said"])
def test_match__order__pays_each_by_its_own_leg(said: int | None) -> None:
    booked = batch("O-1", 2, SUM)
    assert booked.batch is not None
    one = replace(booked, batch=replace(booked.batch, tyiyn=said))
    outcome = matched(one, orders=[ORDER])
    [whole], _ = take(one)
    assert outcome.settled == (ONE.id, TWO.id)
    assert dict(outcome.paid) == {
        name: replace(whole, end_to_end_id=name, tyiyn=tyiyn, order_id=None)
        for name, tyiyn in ORDER.payments
    }
