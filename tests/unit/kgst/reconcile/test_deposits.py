"""Mints and the deposits that name them, whatever the desk took for a reference; and the CSV of breaks."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from support.entries import detail, entry

from kgst.keys import key_of
from kgst.reconcile.deposits import Deposits, match_deposits
from kgst.reconcile.documents import BreakPart
from kgst.reconcile.views import COLUMNS, breaks_csv
from kgst.settling.chain import Mint
from kgst.settling.legs import take
from kgst.settling.model import Leg
from kgst.statements.entries import Entry

SOM = 1_000_000
EVER = range(1, 100)


def mint(ref: str | None, som: int, block: int = 5) -> Mint:
    key = None if ref is None else key_of("mint", ref)
    return Mint(value=som * SOM, key=key, block=block, index=0, transaction="0x" + "ab" * 32)


def leg(one: Entry) -> Leg:
    (found,), _ = take(one)
    return found


def deposit(
    som: int, name: str | None = None, *, text: str = "", bank_id: str | None = None
) -> Leg:
    texts = (text,) if text else ()
    one = detail(name, credit=True, texts=texts, servicer_reference=bank_id)
    return leg(entry(som * 100, one, credit=True))


def matched(mints: list[Mint], *legs: Leg, blocks: range = EVER) -> Deposits:
    return match_deposits(
        mints, [one for one in legs if one.credit], [one for one in legs if not one.credit], blocks
    )


@pytest.mark.parametrize(
    "found",
    [
        deposit(7, "PO-41"),
        deposit(7, bank_id="PO-41"),
        deposit(7, text="PO-41"),
        deposit(7, text="Funding for issuance, order №PO-41; thanks"),
        deposit(7, text='"PO-41"'),
    ],
    ids=["end to end", "the bank's", "text", "word", "quoted"],
)
def test_match__by_whatever_the_desk_called_it(found: Leg) -> None:
    outcome = matched([mint("PO-41", 7)], found)
    assert [one.difference for one in outcome.agree] == [0]
    assert (outcome.differ, outcome.without_deposit, outcome.without_mint) == ((), (), ())


def test_match__a_whole_text_with_spaces() -> None:
    assert matched([mint("order 41 of Asan", 7)], deposit(7, text=" order 41 of Asan ")).agree


def test_match__short_words_name_nothing() -> None:
    outcome = matched([mint("41", 7)], deposit(7, text="order 41"))
    assert (outcome.agree, len(outcome.without_deposit), len(outcome.without_mint)) == ((), 1, 1)
    assert matched([mint("41", 7)], deposit(7, "41")).agree


def test_match__two_deposits_are_added() -> None:
    assert matched([mint("PO-41", 7)], deposit(3, "PO-41"), deposit(4, "PO-41")).agree


@pytest.mark.parametrize(("som", "difference"), [(6, -SOM), (8, SOM)])
def test_match__another_amount_differs(som: int, difference: int) -> None:
    outcome = matched([mint("PO-41", 7)], deposit(som, "PO-41"))
    assert [one.difference for one in outcome.differ] == [difference]
    assert outcome.without_deposit == ()


def test_match__what_was_taken_back_is_taken_off() -> None:
    back = leg(entry(700, detail("PO-41"), reversal=True))
    outcome = matched([mint("PO-41", 7)], deposit(7, "PO-41"), back)
    assert [one.difference for one in outcome.differ] == [-7 * SOM]
    assert matched([], back).taken_back == (back,)


def test_match__what_names_two_mints_is_of_neither() -> None:
    twins = [mint("PO-41", 7), replace(mint("PO-41", 7), block=6)]
    outcome = matched(twins, deposit(7, "PO-41"))
    assert len(outcome.without_deposit) == 2
    assert len(outcome.without_mint) == 1


def test_match__only_mints_of_the_window_need_a_deposit() -> None:
    mints = [mint("A", 1, block=4), mint("B", 2, block=5), mint(None, 3, block=6), mint("C", 4, block=7)]  # fmt: skip
    outcome = matched(mints, blocks=range(5, 7))
    assert [one.value for one in outcome.without_deposit] == [2 * SOM, 3 * SOM]


def test_match__an_older_mint_keeps_its_deposit() -> None:
    assert matched([mint("PO-41", 7, block=4)], deposit(7, "PO-41"), blocks=range(5, 7)).agree


@pytest.mark.parametrize("text", ["=1+1", "+49", "-1", "@a"])
def test_breaks_csv__no_cell_is_a_formula(text: str) -> None:
    broken = BreakPart(
        side="deposit", kind="taken_back", references=[text], day="2026-11-27", base_units="-1500000", where=text,
        says=f"two\nlines {text}",
    )  # fmt: skip
    [header, row] = csv.reader(breaks_csv([broken]).decode().splitlines())
    assert tuple(header) == COLUMNS
    assert row == [
        "deposit", "taken_back", f"'{text}", "2026-11-27", "-1.50", f"'{text}", f"two lines {text}",
    ]  # fmt: skip
