"""Statements of the kinds that banks and desks really produce, and what a treasury needs of each."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from kgst.statements import Accounts, ReserveAccount, StatementError, read_reserves

CASES = Path(__file__).parents[4] / "tests" / "data" / "statements" / "cases"
LAST_ENDED = date(2026, 11, 27)
"""Today is 28 November in Bishkek."""

A, B = "1990010000123456", "1980020000654321"
SIX = 600_000_000

Need = int | tuple[str, ...]
"""Tyiyn in all, or what the refusal has to say."""

NEEDS: dict[str, Need] = {
    "01-different-days": ("close on different days", "01-a.xml", "01-b.xml", A, B, "--closing"),
    "02-intraday-closing-today": ("02-a.xml", A, "before that day had ended|intraday"),
    "04-credit-line-included": ("04-a.xml", A, "credit line"),
    "05-sum-does-not-add-up": ("05-a.xml", A, "6 000 000.00", "6 400 000.00"),
    "07-test-message": ("07-a.xml", "a test", "TEST"),
    "09-excel-last-digit": ("09-b.csv", B, "reserve_accounts"),
    "11-loan-account": ("11-a.xml", A, "LOAN"),
    "12-several-days-one-file": 700_000_000,
    "13-several-accounts-one-file": 1_000_000_000,
    "14-own-other-account-in-file": SIX,
    "16-foreign-currency-account-in-file": SIX,
    "17-message-page-1-of-2": ("17-a.xml", "every page"),
    "19-statement-page-1-only": ("19-a.xml", A, "LastPgInd"),
    "22-same-statement-delivered-twice": ("22-b.xml", A, "22-a.xml"),
    "24-correction-same-day": ("24-a.xml", A, "same electronic sequence number"),
    "25-sequence-restarts-in-january": 200_000_000,
    "26-gap-in-sequence": 200_000_000,
    "28-interim-only": ("28-a.xml", A, "ITBD"),
    "29-available-only": ("29-a.xml", A, "CLAV"),
    "30-previous-close-only": ("30-a.xml", A, "PRCD"),
    "31-pending-beside-closing": SIX,
    "32-proprietary-balance": SIX,
    "34-several-days-in-one-stmt": ("34-a.xml", A, "2026-11-26", "2026-11-27"),
    "35-debit": ("35-a.xml", A, "debit"),
    "37-indicator-missing": ("37-a.xml", "schema"),
    "38-negative-amount": ("38-a.xml", A, "has a sign"),
    "39-comma-amount": ("39-a.xml", A, "separators"),
    "41-no-decimals": SIX,
    "42-no-entries": SIX,
    "43-reversal": SIX,
    "45-account-and-amount-currency-differ": ("45-a.xml", A, "USD"),
    "46-moment-in-utc": SIX,
    "47-dated-next-day": ("47-a.xml", A, "2026-11-29"),
    "50-prefixed-namespace": SIX,
    "51-comment-cdata-pi": SIX,
    "53-no-namespace": ("53-a.xml", "not a camt.053"),
    "54-version-13": SIX,
    "55-camt052": ("55-a.xml", "camt.052"),
    "56-camt054": ("56-a.xml", "camt.054"),
    "57-business-header-envelope": SIX,
    "59-soap-envelope": SIX,
    "61-zip": SIX,
    "62-utf16": SIX,
    "64-windows-1251": SIX,
    "66-utf8-bom": SIX,
    # Accepted knowingly: what is not the standard's is named, and no figure is read from it.
    "68-vendor-element-in-entry": SIX,
    "69-empty-owner-id": SIX,
    "71-unclosed-tag-bank-sample": ("71-a.xml", "not well-formed"),
    "72-account-with-colon": ("72-a.xml", f"{A}:KGS"),
    "80-1c-windows-1251": SIX,
    "82-mt940": SIX,
    "83-xls-binary": ("83-a.xls", "Excel", "XLSX"),
    "85-pdf": ("85-a.pdf", "PDF"),
    "90-csv-good-bom-crlf": SIX,
    "92-csv-comma-decimals": ("92-a.csv", A, "separators"),
    "93-csv-nbsp-thousands": ("93-a.csv", A, "separators"),
    "94-csv-dd-mm-yyyy": ("94-a.csv", A, "27.11.2026"),
    "96-csv-windows-1251-ascii": SIX,
    "100-csv-own-columns-of-bank": ("100-a.csv", "columns"),
    "09p-excel-with-list": ("09p-b.csv", A, "fifteenth"),
    "10p-foreign-with-list": ("10p-a.xml", A),
    "13p-account-missing": (B, "no statement"),
    "102-two-banks-one-message-id": SIX,
    "105-line-before-declaration": SIX,
    "107-currency-numeric": ("107-a.xml", A, "417"),
    "108-statement-last-page-alone": SIX,
    "109-cyrillic-file-name": SIX,
}

LISTED = {
    "14-own-other-account-in-file": (A,),
    "16-foreign-currency-account-in-file": (A,),
    "09p-excel-with-list": (A,),
    "10p-foreign-with-list": (A,),
    "13p-account-missing": (A, B),
    # The layout names no currency: only accounts that the policy lists.
    "80-1c-windows-1251": (A,),
}


def files_of(case: str) -> list[Path]:
    """The files of a case, by its number."""
    number = re.escape(case.partition("-")[0])
    found = [one for one in CASES.iterdir() if re.match(rf"{number}-", one.name)]
    return sorted(found)


def accounts_of(case: str) -> Accounts:
    return Accounts(ReserveAccount(account=number) for number in LISTED.get(case, ()))


def test_cases__each_in_the_list__has_its_need() -> None:
    rows = re.findall(r"^\| ([0-9]+p?-[a-z0-9-]+) \|", (CASES / "CASES.md").read_text(), re.M)
    # Made by the test below, since it is over 10 MiB.
    assert sorted(rows) == sorted([*NEEDS, "73-busy-day-over-10-mib"])
    assert all(files_of(case) for case in NEEDS)


@pytest.mark.parametrize("case", sorted(NEEDS))
def test_read_reserves__case__gives_what_a_treasury_needs(case: str) -> None:
    need, accounts = NEEDS[case], accounts_of(case)
    if isinstance(need, int):
        total = read_reserves(files_of(case), accounts=accounts, not_after=LAST_ENDED)
        assert total.total_tyiyn == need
        assert total.closing_day == LAST_ENDED or case.startswith("25-")
        assert total.deductions == ()
        return
    with pytest.raises(StatementError) as caught:
        read_reserves(files_of(case), accounts=accounts, not_after=LAST_ENDED)
    for part in need:
        assert re.search(part, str(caught.value)), part
    assert len(str(caught.value)) < 700
