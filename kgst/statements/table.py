"""CSV statements: one row an account, its last closing booked balance.

RFC 4180, UTF-8, with the header `CSV_HEADER`; the date is ISO 8601 and the indicator ISO
20022's CRDT or DBIT. For banks that send no camt.053.
"""

import csv
import io
from datetime import date
from functools import partial
from typing import Final

from kgst.statements.accounts import Accounts
from kgst.statements.model import Fault, StatementError, account_key
from kgst.statements.movements import Movements
from kgst.statements.sheet import Closing, LeftOut, MessagePage, Sheet
from kgst.statements.source import Source, clean_account, parse_day, parse_tyiyn
from kgst.statements.texts import plain

__all__ = ["CSV_HEADER", "read_table"]

CSV_HEADER: Final = ("account", "currency", "date", "closing_balance", "indicator")
"""Column names, in this order."""

_HEADER_LINE: Final = ",".join(CSV_HEADER)


def read_table(source: Source, currency: str, accounts: Accounts) -> list[Sheet | LeftOut]:
    """Read a CSV statement; one `Sheet` a row, or the account of a row that does not count.

    Raises:
        StatementError: another header, no rows, an empty line, a row of another width, an
            account that appears twice, or a cell that is not exactly in its format. Names the line.
    """
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    sheets: list[Sheet | LeftOut] = []
    seen: dict[str, str] = {}
    header_read = False
    end = 0
    try:
        for row in reader:
            # A quoted cell may span lines; the row is named by the line it starts on.
            line, end = end + 1, reader.line_num
            if not header_read:
                if tuple(row) != CSV_HEADER:
                    raise StatementError(
                        f"{source.name}: line 1: neither XML nor a CSV statement; a camt.053 "
                        f"file starts with <, a CSV file with the line {_HEADER_LINE}."
                    )
                header_read = True
                continue
            sheet = _read_row(source, line, row, currency, accounts)
            key = account_key(sheet.account)
            if key in seen:
                raise _fault(source.name, line, sheet.account)(
                    f"the account stands already on {seen[key]}",
                    "keep one row an account, the one of its last closing date",
                )
            seen[key] = f"line {line}"
            sheets.append(sheet)
    except csv.Error as error:
        raise StatementError(
            f"{source.name}: line {end + 1}: not well-formed CSV ({error}); export it again."
        ) from error
    if not sheets:
        raise StatementError(
            f"{source.name}: no rows after the header; "
            "a statement needs one row for each reserve account."
        )
    return sheets


def _read_row(
    source: Source, line: int, row: list[str], currency: str, accounts: Accounts
) -> Sheet | LeftOut:
    fault = _fault(source.name, line, row[0] if row else "?")
    if len(row) != len(CSV_HEADER):
        raise fault(
            f"{len(row)} cells instead of {len(CSV_HEADER)}",
            "leave no empty lines, and no separator of the columns inside a cell",
        )
    account_cell, currency_cell, date_cell, amount_cell, indicator = row
    account = clean_account(account_cell, fault)
    if account != account_cell:
        raise fault("the account number has surplus whitespace", "remove it")
    listed = accounts.find(account)
    if accounts.listed and listed is None:
        return LeftOut(
            file=source.name,
            account=account,
            owner=None,
            currency=plain(currency_cell, 10),
            transcribed=True,
        )
    if currency_cell != currency:
        raise fault(
            f"the currency is {currency_cell[:20]!r}, not {currency}",
            f"only {currency} accounts are reserves; leave this row out",
        )
    day: date = parse_day(date_cell, fault)
    tyiyn = parse_tyiyn(amount_cell, fault)
    if indicator not in ("CRDT", "DBIT"):
        raise fault(
            f"the indicator is {indicator[:20]!r}",
            "write CRDT for a credit balance, DBIT for a debit",
        )
    return Sheet(
        file=source.name,
        file_sha256=source.sha256,
        layout="csv",
        message=MessagePage("", 1, True),
        account=account if listed is None else listed.account,
        owner=None,
        bank=None,
        statement_id=f"line {line}",
        sequence=None,
        created=None,
        period=None,
        page=1,
        last_page=True,
        openings=(),
        closings=(Closing(tyiyn=tyiyn, day=day, credit=indicator == "CRDT"),),
        other_balances=(),
        movements=Movements(is_own=lambda _: False),
        transcribed=True,
    )


def _fault(name: str, line: int, account: str) -> Fault:
    return partial(_build, name, line, account)


def _build(name: str, line: int, account: str, found: str, remedy: str) -> StatementError:
    return StatementError(f"{name}: line {line}, account {account[:60]!r}: {found}; {remedy}.")
