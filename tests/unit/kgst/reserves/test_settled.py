"""The figure of what is settled: what was, what the entries add and take away, what a person says besides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.entries import DAY, ISSUER, TOKEN, entry, payment, returned

from kgst.errors import InputError
from kgst.keys import key_of
from kgst.reserves.annex import Annex, Open
from kgst.reserves.by_hand import ByHand
from kgst.reserves.origin import SettledFrom
from kgst.reserves.settled import Life, Settled, Window, settled_now
from kgst.settling.chain import Burn
from kgst.settling.references import payment_reference

SOM = 1_000_000
NEXT = DAY + timedelta(days=1)
WHY = "forfeited by order AD-123/26"


def burn(number: int, som: int) -> Burn:
    key = key_of("burn", f"R-{number}")
    hash_ = f"0x{number:064x}"
    return Burn(account=ISSUER, value=som * SOM, key=key, block=number, index=0, transaction=hash_)


def name(number: int) -> str:
    return payment_reference(97, TOKEN, ISSUER, key_of("burn", f"R-{number}"))


BURNS = [burn(1, 100), burn(2, 40), burn(3, 7)]
BURNED = 147 * SOM


def annex(*still: int, block: int = 3, **changes: Any) -> Annex:
    """Of the day before, when these redemptions were open."""
    values = {one.block: one.value for one in BURNS}
    fields: dict[str, Any] = {
        "chain_id": 97, "token": TOKEN, "epoch": 1, "files": (), "closing": DAY - timedelta(days=1), "block": block,
        "salt": "0x" + "11" * 32, "settled": (), "reopened": (), "unassigned_tyiyn": 0, "named": (), "carried": (),
        "open": tuple(
            Open(id=name(n), base_units=values[n], account=ISSUER, block=n, burned_on=DAY) for n in still
        ),
    }  # fmt: skip
    return Annex(**(fields | changes))


def figure(
    *entries: Any, last: int = 0, previous: Annex | None = None, by_hand: ByHand | None = None
) -> Settled:
    life = Life.of(BURNS, 97, TOKEN, last_settled=last, previous=previous)
    return settled_now(life, Window(entries, DAY), by_hand, last=last, burned=BURNED)


def test_settled_now__entries__add_what_they_pay() -> None:
    found = figure(payment(name(1), 10_000), payment(name(3), 700))
    assert found.base_units == 107 * SOM
    assert (found.origin.kind, found.origin.redemptions) == ("entries", 2)
    assert found.open == (name(2),)


def test_settled_now__what_came_back__is_taken_away() -> None:
    found = figure(returned(name(1), 10_000), last=140 * SOM, previous=annex(3))
    assert found.base_units == 40 * SOM
    assert found.origin.reopened == 1
    assert found.open == (name(1), name(3))


def test_settled_now__what_came_back_unnamed__is_taken_away_and_never_below_zero() -> None:
    found = figure(returned(None, 9_999), last=140 * SOM, previous=annex(3))
    assert found.base_units == 140 * SOM - 99_990_000
    assert figure(returned(None, 1_400_001), last=140 * SOM, previous=annex(3)).base_units == 0


def test_settled_now__burned_since_the_last_block__is_open() -> None:
    found = figure(last=100 * SOM, previous=annex(block=1))
    assert found.open == (name(2), name(3))


@pytest.mark.parametrize("day", [DAY - timedelta(days=1), NEXT])
def test_settled_now__entries_of_another_window__count_in_that(day: Any) -> None:
    late = payment(name(3), 700, booking_day=day)
    found = figure(late, last=140 * SOM, previous=annex(3))
    assert (found.base_units, found.origin.kind) == (140 * SOM, "unchanged")


def test_settled_now__no_entries__stays_as_it_was() -> None:
    for last, previous in ((0, None), (140 * SOM, annex(3)), (140 * SOM, None)):
        found = figure(last=last, previous=previous)
        assert (found.base_units, found.origin.kind) == (last, "unchanged")


@pytest.mark.parametrize("previous", [None, annex(open=None)])
def test_settled_now__what_is_open_is_not_known__does_not_guess(previous: Annex | None) -> None:
    with pytest.raises(InputError, match="nobody can say which redemptions these are"):
        figure(payment(name(3), 700), last=140 * SOM, previous=previous)
    said = ByHand(SettledFrom(kind="amount", reason=WHY), amount=141 * SOM)
    found = figure(payment(name(3), 700), last=140 * SOM, previous=previous, by_hand=said)
    assert (found.base_units, found.open) == (141 * SOM, None)


def table(*rows: tuple[str, int]) -> ByHand:
    origin = SettledFrom(kind="table", reason=WHY, redemptions=len(rows), file="a.csv")
    return ByHand(origin, rows=rows)


@pytest.mark.parametrize("reference", ["R-2", name(2)])
def test_settled_now__table__is_besides_the_entries(reference: str) -> None:
    found = figure(payment(name(1), 10_000), by_hand=table((reference, 40 * SOM)))
    assert found.base_units == 140 * SOM
    assert (found.by_hand, found.open) == ((name(2),), (name(3),))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("R-9", SOM)], "'R-9': the reference is of no burn"),
        ([("R-2", SOM)], "40.00 som were burned, not 1.00 som"),
        ([("R-1", 100 * SOM)], "'R-1': it is settled already"),
        ([("R-2", 40 * SOM), (name(2), 40 * SOM)], "it is settled already"),
    ],
)
def test_settled_now__table_that_is_not_so__is_refused(
    rows: list[tuple[str, int]], said: str
) -> None:
    with pytest.raises(InputError) as refused:
        figure(payment(name(1), 10_000), by_hand=table(*rows))
    assert said in str(refused.value)


def test_settled_now__amount__is_cumulative_and_at_most_what_was_burned() -> None:
    said = ByHand(SettledFrom(kind="amount", reason=WHY), amount=BURNED)
    found = figure(payment(name(1), 10_000), by_hand=said)
    assert (found.base_units, found.open) == (BURNED, (name(2), name(3)))
    with pytest.raises(InputError, match=r"0\.01 som too much"):
        figure(by_hand=replace(said, amount=BURNED + 10_000))


def test_settled_now__a_statement_without_details__pays_by_its_text() -> None:
    assert figure(entry(700, texts=(name(3).lower(),))).base_units == 7 * SOM
