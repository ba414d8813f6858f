"""Payments of redemptions as banks book them; tests/data/statements/matching/CASES.md says what each file is."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.entries import given as redemption

from kgst.settling.legs import booked_once
from kgst.settling.matching import match
from kgst.settling.model import Category, Kind, Order, Outcome
from kgst.settling.references import payment_reference
from kgst.statements import read_entries

FOLDER = Path(__file__).parents[3] / "data" / "statements" / "matching"
CASES: dict[str, Any] = {
    one["case"]: one for one in json.loads((FOLDER / "cases.json").read_text())
}

ONE, TWO, THREE = "KGST7F3A9C01D2E4B5", "KGST1B2C3D4E5F6071", "KGST9E8D7C6B5A4932"
ORDER = Order(
    id="KGST-2026-11-27-01", payments=((ONE, 15_000_000), (TWO, 8_000_000), (THREE, 8_000_000))
)

# What is settled; what is named, of which redemptions, with which tyiyn; what moved besides.
NEEDED: dict[str, tuple[list[str], list[tuple[Kind, tuple[str, ...], int]], dict[Category, int]]] = {
    "m01-one-to-one": (["1"], [], {}),
    "m02-batch-with-details": (["1", "2", "3"], [], {}),
    "m03-batch-without-details": ([], [(Kind.NO_ORDER, (), 31_000_000)], {}),
    "m04-returned-next-day": ([], [(Kind.RETURNED, ("1",), 15_000_000)], {}),
    "m05-reversed-same-day": ([], [(Kind.RETURNED, ("1",), 15_000_000)], {}),
    "m06-fee-inside-the-entry": (["1"], [], {Category.FEE: -12_000}),
    "m07-fee-as-its-own-entry": (["1"], [], {Category.FEE: -12_000}),
    # Its id has no check characters.
    "m08-reference-in-the-text-only": ([], [(Kind.PROBABLE, ("1",), 15_000_000)], {}),
    "m09-no-reference": ([], [(Kind.PROBABLE, ("1",), 15_000_000)], {}),
    "m10-two-of-one-amount": ([], [(Kind.AMBIGUOUS, ("2", "3"), 8_000_000)], {}),
    "m11-pending": ([], [], {}),
    "m12-paid-twice": (["1"], [(Kind.PAID_TWICE, ("1",), 15_000_000)], {}),
    "m13-too-little": ([], [(Kind.WRONG_AMOUNT, ("1",), -100_000)], {}),
    "m14-same-entry-in-two-statements": (["1"], [], {}),
    "m15-own-transfer-over-a-cut-off": ([], [], {Category.OWN_TRANSFER: 50_000_000}),
    "m16-value-date-after-the-closing": ([], [], {}),
}  # fmt: skip


def matched(files: list[Path], open_ones: list[dict[str, Any]], **more: Any) -> Outcome:
    entries = [entry for one in read_entries(files) for entry in one.entries]
    redemptions = [
        redemption(str(one["id"]), int(Decimal(one["amount"]) * 100), one["e2e"])
        for one in open_ones
    ]
    own = {"1990010000123456", "1980020000654321"}
    return match(redemptions, booked_once(entries), own=own, **more)


def test_every_case_is_here() -> None:
    assert sorted(CASES) == sorted(NEEDED)
    listed = {name for case in CASES.values() for name in case["files"]}
    assert listed == {path.name for path in FOLDER.glob("*.xml")}


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_case(name: str) -> None:
    case = CASES[name]
    outcome = matched([FOLDER / one for one in case["files"]], case["open"])
    settled, named, moved = NEEDED[name]
    assert list(outcome.settled) == settled
    assert [(one.kind, one.redemptions, one.tyiyn) for one in outcome.findings] == named
    assert outcome.moved == moved
    assert [int(one) for one in outcome.open] == [
        one["id"] for one in case["open"] if str(one["id"]) not in settled
    ]


def test_a_batch_without_details_is_settled_by_its_order() -> None:
    case = CASES["m03-batch-without-details"]
    outcome = matched([FOLDER / "m03-a.xml"], case["open"], orders=[ORDER])
    assert outcome.settled == ("1", "2", "3")
    assert outcome.findings == ()


def test_a_return_names_the_banks_reason() -> None:
    case = CASES["m04-returned-next-day"]
    (said,) = matched([FOLDER / one for one in case["files"]], case["open"]).findings
    assert (said.says, said.leg.file) == ("AC04", "m04-b.xml")


def test_a_reference_with_check_characters_is_found_in_the_text(tmp_path: Path) -> None:
    """m08 with a reference of this program's: the same bank, the same carelessness."""
    name = payment_reference(97, "0x" + "11" * 20, "0x" + "22" * 20, bytes(32))
    written = f"{name[:4]} {name[4:12]} {name[12:]}".lower()
    text = (FOLDER / "m08-a.xml").read_text()
    assert "kgst 7f3a 9c01 d2e4 b5" in text
    file = tmp_path / "m08.xml"
    file.write_text(text.replace("kgst 7f3a 9c01 d2e4 b5", written))
    assert matched([file], [{"id": 1, "amount": "150000.00", "e2e": name}]).settled == ("1",)
    wrong = written[:-1] + ("0" if written[-1] != "0" else "1")
    file.write_text(text.replace("kgst 7f3a 9c01 d2e4 b5", wrong))
    assert matched([file], [{"id": 1, "amount": "150000.00", "e2e": name}]).settled == ()


@pytest.mark.parametrize("order", [["m04-a.xml", "m04-b.xml"], ["m04-b.xml", "m04-a.xml"]])
def test_the_order_of_the_files_changes_nothing(order: list[str]) -> None:
    case = CASES["m04-returned-next-day"]
    assert matched([FOLDER / one for one in order], case["open"]).settled == ()
