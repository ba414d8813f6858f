"""Tables of banks, CSV or XLSX, by a profile in the policy that names their columns: never guessed."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from kgst.moments import BISHKEK
from kgst.statements.accounts import Accounts
from kgst.statements.entries import Entry
from kgst.statements.model import Fault, StatementError
from kgst.statements.movements import Movements, Sum
from kgst.statements.opened import StatementFile
from kgst.statements.profile import TableProfile
from kgst.statements.sheet import Closing, LeftOut, MessagePage, Sheet
from kgst.statements.source import clean_account, parse_tyiyn
from kgst.statements.texts import plain

__all__ = ["is_of_bank", "read_profiled", "rows_of"]

_MOST_ROWS: Final = 20_000
_MOST_UNPACKED: Final = 100 * 2**20
_ASK: Final = "export it again, or have the profile in the policy changed"

Row = tuple[int, dict[str, Any]]
"""Number of the row, from 1, and its cells by the names of their columns."""


def rows_of(file: StatementFile, profile: TableProfile) -> list[Row] | None:
    """The rows below the headings; None when the file has no row with all of them.

    Raises:
        StatementError: it cannot be read as what the profile says, or has headings twice.
    """
    table = _csv(file, profile) if profile.kind == "csv" else _xlsx(file, profile)
    if table is None:
        return None
    head: dict[str, int] | None = None
    rows: list[Row] = []
    for number, cells in table:
        names = [str(one).strip() if one is not None else "" for one in cells]
        if head is None:
            if set(profile.wanted) <= set(names):
                if any(names.count(one) > 1 for one in profile.wanted):
                    raise StatementError(
                        f"{file.name}: row {number}: a heading appears twice; {_ASK}."
                    )
                head = {name: names.index(name) for name in profile.wanted}
            continue
        if any(names):
            rows.append(
                (number, {k: cells[at] if at < len(cells) else None for k, at in head.items()})
            )
    return None if head is None else rows


def is_of_bank(profile: TableProfile, rows: Sequence[Row], accounts: Accounts) -> bool:
    """Whether the accounts in the table that count are of the profile's bank."""
    listed = [accounts.find(str(cells[profile.columns.account] or "")) for _, cells in rows]
    banks = {one.bank[:8] for one in listed if one is not None and one.bank is not None}
    return banks == {profile.bank[:8]}


def read_profiled(
    file: StatementFile,
    profile: TableProfile,
    rows: Sequence[Row],
    currency: str,
    accounts: Accounts,
    _hand_on: Callable[[Entry], None],
) -> list[Sheet | LeftOut]:
    """One `Sheet` a row; rows of accounts that do not count are left out.

    Raises:
        StatementError: no rows, or one with a cell that is not exactly what the profile says.
    """
    if not rows:
        raise StatementError(f"{file.name}: no rows below the headings; {_ASK}.")
    return [_row(file, profile, number, cells, currency, accounts) for number, cells in rows]


def _row(
    file: StatementFile,
    profile: TableProfile,
    number: int,
    cells: dict[str, Any],
    currency: str,
    accounts: Accounts,
) -> Sheet | LeftOut:
    columns = profile.columns
    written = cells[columns.account]
    shown = plain(str(written), 40)

    def fault(found: str, remedy: str) -> StatementError:
        return StatementError(f"{file.name}: row {number}, account {shown!r}: {found}; {remedy}.")

    if isinstance(written, int | float):
        # A spreadsheet keeps fifteen digits of a number and Kyrgyz accounts have sixteen.
        raise fault(
            "the account stands as a number, not as text, and has lost its last digit", _ASK
        )
    listed = accounts.find(str(written or ""))
    money = str(cells[columns.currency] or "").strip()
    if accounts.listed and listed is None:
        return LeftOut(
            file=file.name, account=shown, owner=None, currency=plain(money, 10), transcribed=True
        )
    account = clean_account(str(written or "") if listed is None else listed.account, fault)
    if money != currency:
        raise fault(f"the currency is {plain(money, 20)!r}, not {currency}", "leave this row out")
    day = _day(cells[columns.day], profile, fault)

    def amount(name: str | None) -> int | None:
        return None if name is None else _tyiyn(cells[name], profile, name, fault)

    closing, opening = amount(columns.closing) or 0, amount(columns.opening)
    movements = Movements(is_own=accounts.may_be_own)
    credits, debits = amount(columns.credits), amount(columns.debits)
    movements.booked = {True: Sum(0, credits or 0), False: Sum(0, debits or 0)}
    known = opening is not None and credits is not None and debits is not None
    before = (
        (Closing(tyiyn=abs(opening or 0), day=day, credit=(opening or 0) >= 0),) if known else ()
    )
    return Sheet(
        file=file.name,
        file_sha256=file.sha256,
        layout=f"{profile.kind} of {profile.bank}",
        message=MessagePage("", 1, True),
        account=account,
        owner=None,
        bank=profile.bank,
        statement_id=f"row {number}",
        sequence=None,
        created=None,
        period=None,
        page=1,
        last_page=True,
        openings=before,
        closings=(Closing(tyiyn=abs(closing), day=day, credit=closing >= 0),),
        other_balances=(),
        movements=movements,
    )


def _day(value: object, profile: TableProfile, fault: Fault) -> date:
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date()
    elif isinstance(value, date):
        return value
    pattern = profile.day.replace("dd", "%d").replace("mm", "%m").replace("yyyy", "%Y")
    text = str(value or "").strip()
    try:
        if re.fullmatch(r"[0-9./-]{10}", text) is None:
            raise ValueError
        return datetime.strptime(text, pattern).replace(tzinfo=BISHKEK).date()
    except ValueError as error:
        raise fault(f"the day {plain(text, 30)!r} is not like {profile.day}", _ASK) from error


def _tyiyn(value: object, profile: TableProfile, name: str, fault: Fault) -> int:
    """Tyiyn, below zero for a sign; thousands may be set apart by spaces."""
    if isinstance(value, bool):
        raise fault(f"{plain(name, 40)} is no amount", _ASK)
    if isinstance(value, int | float | Decimal):
        return _of_number(value, name, fault)
    text = re.sub(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", str(value or "").strip())
    negative, text = text.startswith("-"), text.removeprefix("-")
    other = "." if profile.decimal == "," else ","
    if other in text:
        raise fault(
            f"{plain(name, 40)} is {plain(text, 30)!r}, and the profile says {profile.decimal!r} before hundredths",
            _ASK,
        )
    found = parse_tyiyn(
        text.replace(profile.decimal, "."),
        lambda what, how: fault(f"{plain(name, 40)}: {what}", how),
    )
    return -found if negative else found


def _of_number(value: float | Decimal, name: str, fault: Fault) -> int:
    """A spreadsheet's number: a binary fraction, of which fifteen digits are meant."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    tyiyn = exact * 100
    if not tyiyn.is_finite() or tyiyn != int(tyiyn) or abs(tyiyn) >= 10**15:
        raise fault(f"{plain(name, 40)} is {value!r}, which is no amount with two decimals", _ASK)
    return int(tyiyn)


def _csv(file: StatementFile, profile: TableProfile) -> Iterator[tuple[int, list[Any]]] | None:
    if file.head.startswith(b"PK\x03\x04"):
        return None
    try:
        source = file.source(None if profile.encoding == "utf-8" else profile.encoding)
    except StatementError:
        return None

    def rows() -> Iterator[tuple[int, list[Any]]]:
        reader = csv.reader(
            io.StringIO(source.text, newline=""), delimiter=profile.separator, strict=True
        )
        try:
            for row in reader:
                yield reader.line_num, list(row)
        except csv.Error as error:
            raise StatementError(f"{file.name}: not well-formed CSV ({error}); {_ASK}.") from error

    return rows()


def _require_bounded(file: StatementFile) -> None:
    """What is packed in the file fits into memory, whatever its own parts would unpack to."""
    with file.open() as raw, zipfile.ZipFile(raw) as parts:
        whole = sum(one.file_size for one in parts.infolist())
    if whole > _MOST_UNPACKED:
        raise StatementError(
            f"{file.name}: unpacked it has {whole // 2**20} MiB, which no bank's table has; {_ASK}."
        )


def _xlsx(file: StatementFile, profile: TableProfile) -> Iterator[tuple[int, list[Any]]] | None:
    if not file.head.startswith(b"PK\x03\x04"):
        return None
    # Imported here: it takes tenths of a second to load.
    from openpyxl import load_workbook

    _require_bounded(file)
    try:
        # Neither values of formulas as they were last computed nor links: a formula stands as its text and is refused.
        book = load_workbook(
            io.BytesIO(file.data()),
            read_only=True,
            data_only=False,
            keep_links=False,
            keep_vba=False,
        )
        names = book.sheetnames
        if profile.sheet is not None and profile.sheet not in names:
            return None
        if profile.sheet is None and len(names) != 1:
            raise StatementError(
                f"{file.name}: {len(names)} sheets, and the profile does not say which; {_ASK}."
            )
        sheet = book[profile.sheet or names[0]]
        found: list[tuple[int, list[Any]]] = []
        for number, row in enumerate(sheet.iter_rows(), start=1):
            if number > _MOST_ROWS:
                raise StatementError(f"{file.name}: more than {_MOST_ROWS} rows; {_ASK}.")
            for cell in row:
                if getattr(cell, "data_type", None) in ("f", "e"):
                    raise StatementError(
                        f"{file.name}: row {number} has a formula or an error in it, and figures of a bank have none; "
                        "ask the bank for the table itself."
                    )
            found.append((number, [cell.value for cell in row]))
    except StatementError:
        raise
    except Exception as error:  # a library for files of every kind raises errors of every kind
        raise StatementError(
            f"{file.name}: not an XLSX file that can be read ({plain(str(error), 80)}); {_ASK}."
        ) from error
    return iter(found)
