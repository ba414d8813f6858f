"""Refusals of statements, word for word: the file and line, what was found, and what to do."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kgst.statements import CSV_HEADER, StatementError, read_reserves

HEADER = ",".join(CSV_HEADER)
ROW = ("12", "KGS", "2026-03-04", "1.00", "CRDT")
AMOUNT = 'it must be digits, at most two after a point, like "6000000.00"; ask the bank for a correct statement.'
NUMBER = (
    "is not 1 to 34 ASCII letters, digits, spaces, points, slashes or hyphens; copy the number "
    "from the account agreement, without formulas or other alphabets."
)
CELLS = "leave no empty lines, and no separator of the columns inside a cell."
HELD = "account 12, statement 'line 2'"


def row(**cells: str) -> str:
    """A table of one row, some of its cells changed."""
    names = ("account", "currency", "date", "amount", "indicator")
    changed = [cells.get(name, cell) for name, cell in zip(names, ROW, strict=True)]
    return f"{HEADER}\n{','.join(changed)}\n"


def refusal(folder: Path, *texts: str, **options: Any) -> str:
    paths = []
    for letter, text in zip("abc", texts, strict=False):
        paths.append(folder / f"{letter}.csv")
        paths[-1].write_text(text)
    with pytest.raises(StatementError) as caught:
        read_reserves(paths, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("", "is empty"),
        ("-1", "has a sign"),
        ("+1", "has a sign"),
        ("\u22121", "has a sign"),
        ("X1", "is not a plain decimal number"),
        ("1.001", "has more than two decimals"),
        ("1" * 19, "has more than 18 digits"),
        ("1" * 17 + ".00", "has more than 18 digits"),
        ("1" * 18 + ".5", "has more than 18 digits"),
        ("1" * 20 + "x", "is not a plain decimal number"),
        ("1 0", "has separators between its digits"),
        ("1'0", "has separators between its digits"),
        ("1_0", "has separators between its digits"),
        ("1\u00a00", "has separators between its digits"),
        ("1\u20090", "has separators between its digits"),
        ("1\u202f0", "has separators between its digits"),
        ("1.", "is not a plain decimal number"),
        ("x" * 60, "is not a plain decimal number"),
    ],
    ids=lambda value: "-".join(f"{ord(c):x}" for c in value[:4]) if len(value) < 4 else value[:24],
)
def test_read_reserves__amount_refused__says_what_and_how(
    tmp_path: Path, amount: str, said: str
) -> None:
    found = refusal(tmp_path, row(amount=amount))
    assert found == f"a.csv: line 2, account '12': the amount {amount!r} {said}; {AMOUNT}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (row(account="12 "), "'12 ': the account number has surplus whitespace; remove it."),
        (row(account="=1"), f"'=1': the account number '=1' {NUMBER}"),
        (
            row(account="1" * 61),
            f"{'1' * 60!r}: the account number {'1' * 60 + '…'!r} {NUMBER}",
        ),
        (row(account="1" * 60), f"{'1' * 60!r}: the account number {'1' * 60!r} {NUMBER}"),
        (
            row(currency="K" * 25),
            f"'12': the currency is {'K' * 20!r}, not KGS; only KGS accounts are reserves; leave "
            "this row out.",
        ),
        (
            row(date="4.3.26"),
            "'12': the date '4.3.26' is not a calendar date; write it as 2026-01-31.",
        ),
        (
            row(indicator="C" * 25),
            f"'12': the indicator is {'C' * 20!r}; write CRDT for a credit balance, DBIT for a "
            "debit.",
        ),
        (row() + "x", None),
        (f"{HEADER}\n\n", f"'?': 0 cells instead of 5; {CELLS}"),
        (f"{HEADER}\n{','.join(ROW)},x\n", f"'12': 6 cells instead of 5; {CELLS}"),
    ],
    ids=[
        "space",
        "formula",
        "long",
        "at-the-limit",
        "currency",
        "date",
        "indicator",
        "short-row",
        "empty-row",
        "long-row",
    ],
)
def test_read_reserves__cell_refused__says_what_and_how(
    tmp_path: Path, text: str, said: str | None
) -> None:
    found = refusal(tmp_path, text)
    if said is None:
        assert found == f"a.csv: line 3, account 'x': 1 cells instead of 5; {CELLS}"
    else:
        assert found == f"a.csv: line 2, account {said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a,b\n",
            "line 1: neither XML nor a CSV statement, nor 1C or MT940: 'a,b'; a camt.053 file "
            f"starts with <, a CSV file with the columns {HEADER}; for the bank's own columns have "
            "a profile written into the policy (statement_tables).",
        ),
        (
            f"{HEADER}\n",
            "no rows after the header; a statement needs one row for each reserve account.",
        ),
        ('account,"', "line 1: not well-formed CSV (unexpected end of data); export it again."),
        (
            f'{HEADER}\n"1\n',
            "line 2: not well-formed CSV (unexpected end of data); export it again.",
        ),
        (
            f"{row()}{','.join(ROW)}\n",
            "line 3, account '12': the account stands already on line 2; keep one row an account, "
            "the one of its last closing date.",
        ),
        ("", "the file is empty; download the statement again."),
        (
            "\x01",
            "the character U+0001 cannot stand in a statement (a UTF-16 or binary file looks like "
            "this); save the statement as UTF-8 text.",
        ),
        (
            row(indicator="DBIT"),
            f"{HELD}: the closing balance is a debit (DBIT); an overdrawn account is not a "
            "reserve; settle it before attesting.",
        ),
        (
            row(amount="9" * 18),
            f"{HELD}: the balance is more than the token can hold (4 722 366 482 869 645.21 som); "
            "check the amount.",
        ),
    ],
    ids=[
        "header",
        "no-row",
        "quoted-header",
        "quote",
        "twice",
        "empty",
        "binary",
        "debit",
        "too-much",
    ],
)
def test_read_reserves__file_refused__says_what_and_how(
    tmp_path: Path, text: str, said: str
) -> None:
    assert refusal(tmp_path, text) == f"a.csv: {said}"


def test_read_reserves__two_files_refused__names_both(tmp_path: Path) -> None:
    assert refusal(tmp_path, row(), row()) == (
        "b.csv: has the same content as a.csv; give each file once."
    )
    assert refusal(tmp_path, row(), row(amount="2.00")) == (
        f"b.csv: {HELD}: the account stands also in a.csv (as 12); an account counts once: give "
        "only the file with its last statement."
    )


def test_read_reserves__after_the_given_day__is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, row(), not_after=date(2026, 3, 3)) == (
        f"a.csv: {HELD}: the balance closes on 2026-03-04, after 2026-03-03; use a statement of a "
        "day that has ended."
    )


def test_read_reserves__together_too_much__is_refused(tmp_path: Path) -> None:
    half = "300000000000000000"
    both = row(amount=f"{half[:-2]}.00") + "13,KGS,2026-03-04,3000000000000000.00,CRDT\n"
    assert refusal(tmp_path, both) == (
        "the 2 accounts add up to more than the token can hold "
        "(4 722 366 482 869 645.21 som); check the amounts in the statements."
    )


def test_read_reserves__at_the_given_day_and_the_bound__is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(row(amount="4722366482869645.21"))
    total = read_reserves([path], not_after=date(2026, 3, 4))
    assert total.total_tyiyn == 472_236_648_286_964_521


def test_report__owner_beyond_ascii__is_utf8_with_sorted_keys(tmp_path: Path) -> None:
    path = tmp_path / "эсеп.csv"
    path.write_text(row())
    report = read_reserves([path]).report()
    assert "эсеп.csv".encode() in report
    assert b" " not in report.replace(b"line 2", b"")
    document = json.loads(report)
    assert list(document) == sorted(document)
    assert list(document["accounts"][0]) == sorted(document["accounts"][0])


def test_read_reserves__file_not_to_be_read__says_why(tmp_path: Path) -> None:
    def said(path: Path) -> str:
        with pytest.raises(StatementError) as caught:
            read_reserves([path])
        return str(caught.value)

    assert said(tmp_path / "none.csv") == (
        "none.csv: cannot be read (No such file or directory); check the path and the permissions."
    )
    assert said(tmp_path) == (
        f"{tmp_path.name}: a folder, not a file; give the statement files themselves."
    )
    assert said(Path("/dev/null")) == (
        "null: a device, pipe or socket, not a file; give the statement files themselves."
    )
    large = tmp_path / "large.csv"
    large.write_bytes(b"a" * (10 * 1024 * 1024 + 1))
    assert said(large) == (
        "large.csv: larger than 10 MiB, which only camt.053 may be; ask the bank for camt.053, or "
        "for a file of one day."
    )
    with pytest.raises(StatementError) as caught:
        read_reserves([])
    assert str(caught.value) == "no statement files were given; name at least one."
