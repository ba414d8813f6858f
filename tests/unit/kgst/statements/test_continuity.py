"""Statements that are read for their entries alone: each account of which something is missing is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from kgst.demo.bank import Bank
from kgst.statements import Accounts, ReserveTotal, read_reserves
from kgst.statements.continuity import discontinuities
from kgst.statements.reading import read_sheets

FRIDAY = date(2026, 11, 27)
DAYS = [FRIDAY + timedelta(days=n) for n in (0, 3, 4)]


@pytest.fixture
def banks() -> list[Bank]:
    """Two, each of which books something on each day."""
    found = [Bank(number, 1_000_000) for number in ("1990010000123456", "1980020000654321")]
    for bank in found:
        for day in DAYS:
            bank.book(day, 12_345)
    return found


def named(paths: Sequence[Path], previous: ReserveTotal | None = None) -> list[tuple[str, str]]:
    return list(discontinuities(read_sheets(paths, "KGS", Accounts()), previous))


def test_discontinuities__all_are_here__none(banks: list[Bank], tmp_path: Path) -> None:
    paths = [bank.write(tmp_path, day) for bank in banks for day in DAYS]
    assert named(paths[::-1]) == []
    before = read_reserves(paths[::3])
    assert named([paths[1], paths[2]], before) == []


def test_discontinuities__a_day_is_missing__names_the_account(
    banks: list[Bank], tmp_path: Path
) -> None:
    one, other = banks
    paths = [one.write(tmp_path, day) for day in DAYS]
    paths += [other.write(tmp_path, day) for day in (DAYS[0], DAYS[2])]
    [(account, why)] = named(paths)
    assert account == other.account
    assert f"{paths[4].name}: account {other.account}" in why
    assert "it opens with 9 753.10, and statement" in why
    both = named([one.write(tmp_path, day) for day in (DAYS[0], DAYS[2])] + paths[3:])
    assert [account for account, _ in both] == sorted([one.account, other.account])


def test_discontinuities__since_the_last_report__names_the_account(
    banks: list[Bank], tmp_path: Path
) -> None:
    before = read_reserves([bank.write(tmp_path, DAYS[0]) for bank in banks])
    paths = [banks[0].write(tmp_path, DAYS[1]), banks[1].write(tmp_path, DAYS[2])]
    [(account, why)] = named(paths, before)
    assert account == banks[1].account
    assert f"the last report closed {DAYS[0]} with 9 876.55" in why
    assert named(paths) == []


def test_discontinuities__a_statement_contradicts_itself__names_the_account(
    banks: list[Bank], tmp_path: Path
) -> None:
    path = banks[0].write(tmp_path, DAYS[0])
    path.write_text(
        path.read_text("utf-8").replace('<Amt Ccy="KGS">123.45', '<Amt Ccy="KGS">123.44'), "utf-8"
    )
    [(account, why)] = named([path])
    assert account == banks[0].account
    assert "and the closing balance is 9 876.55" in why
