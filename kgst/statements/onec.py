"""1CClientBankExchange: the text by which accounting programs of the CIS exchange with banks.

Lines of `name=value`; an account's balances stand in sections of a period, the payments after them. The layout names
no currency, so only accounts that are known to be in the currency are read. Versions 1.01 to 1.03 are alike in what is
read; windows-1251, cp866 and UTF-8, as the file says of itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from kgst.moments import BISHKEK
from kgst.statements.accounts import Accounts, ReserveAccount
from kgst.statements.entries import Detail, Entry
from kgst.statements.model import Fault, StatementError, account_key
from kgst.statements.movements import Movements, Sum, Summary
from kgst.statements.opened import StatementFile
from kgst.statements.sheet import Closing, LeftOut, MessagePage, Sheet
from kgst.statements.source import clean_account, parse_tyiyn
from kgst.statements.texts import plain

__all__ = ["FIRST_LINE", "read_onec"]

FIRST_LINE: Final = "1CClientBankExchange"
_DAY: Final = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_ASK: Final = "ask the bank for the file again, or for camt.053"

Fields = dict[str, str]


@dataclass(slots=True)
class _Parts:
    """The file, section by section, each with the line that it begins on."""

    header: Fields = field(default_factory=dict)
    accounts: list[tuple[int, Fields]] = field(default_factory=list)
    documents: list[tuple[int, Fields]] = field(default_factory=list)


def read_onec(
    file: StatementFile, currency: str, accounts: Accounts, hand_on: Callable[[Entry], None]
) -> list[Sheet | LeftOut]:
    """Read the file; one `Sheet` an account section, and the accounts that do not count.

    Raises:
        StatementError: not in its own encoding, cut off, a figure that is not exact, an account of no known currency.
    """
    if not accounts.listed:
        raise StatementError(
            f"{file.name}: a {FIRST_LINE} file, which names no currency: it is read for accounts that reserve_accounts "
            f"in the policy lists in {currency}; list them, or give camt.053 instead."
        )
    parts = _parts(file, _text(file))
    if not parts.accounts:
        why = "no account section (СекцияРасчСчет) in it; export it again, with balances."
        raise StatementError(f"{file.name}: {why}")
    created = _created(parts.header, _fault(file.name, "header"))
    sheets: list[Sheet | LeftOut] = []
    by_account: defaultdict[str, list[tuple[int, Fields]]] = defaultdict(list)
    for line, fields in parts.accounts:
        by_account[account_key(fields.get("РасчСчет", ""))].append((line, fields))
    for sections in by_account.values():
        number = sections[0][1].get("РасчСчет", "")
        listed = accounts.find(number)
        if listed is None:
            sheets.append(
                LeftOut(file=file.name, account=plain(number, 60), owner=None, currency=None)
            )
            continue
        if listed.currency != currency:
            raise _fault(file.name, f"account {listed.account}")(
                f"reserve_accounts has it in {listed.currency}, not {currency}",
                "only its statements in that currency count",
            )
        sheets += [
            _section(file, line, fields, listed, created, parts.documents, accounts, hand_on)
            for line, fields in sections
        ]
    return sheets


def _text(file: StatementFile) -> str:
    """The text, in the encoding that the line Кодировка names, which must be the one it is in."""
    data = file.data()
    for encoding, names in (
        ("utf-8", ("utf-8", "utf8")),
        ("cp1251", ("windows",)),
        ("cp866", ("dos",)),
    ):
        try:
            text = data.removeprefix(b"\xef\xbb\xbf").decode(encoding)
        except UnicodeDecodeError:
            continue
        said = re.search(r"^Кодировка=([^\r\n]*)", text, re.MULTILINE)
        if said is not None and (said[1].strip().lower() in names or encoding == "utf-8"):
            return file.source(encoding).text.removeprefix("\ufeff")
    raise StatementError(
        f"{file.name}: a {FIRST_LINE} file that is in none of the encodings Windows, DOS and UTF-8, or does not say in "
        "which (Кодировка=); export it again."
    )


def _parts(file: StatementFile, text: str) -> _Parts:
    parts, here, ends = (
        _Parts(),
        None,
        {"СекцияРасчСчет": "КонецРасчСчет", "СекцияДокумент": "КонецДокумента"},
    )
    end = last = ""
    fields = parts.header
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        last = line
        name, sign, value = (one.strip() for one in line.partition("="))
        if name in ends:
            if here is not None:
                raise _fault(file.name, f"line {number}")("a section within another one", _ASK)
            here, end, fields = name, ends[name], {}
            (parts.accounts if name == "СекцияРасчСчет" else parts.documents).append(
                (number, fields)
            )
        elif line == end:
            here, end, fields = None, "", parts.header
        elif sign and fields.setdefault(name, value) != value and name != "РасчСчет":
            raise _fault(file.name, f"line {number}")(
                f"{plain(name, 40)} appears twice in a section", _ASK
            )
    if here is not None or last != "КонецФайла":
        raise StatementError(
            f"{file.name}: it does not end with КонецФайла: it is cut off; export it again."
        )
    return parts


def _section(
    file: StatementFile,
    line: int,
    fields: Mapping[str, str],
    listed: ReserveAccount,
    created: datetime | None,
    documents: list[tuple[int, Fields]],
    accounts: Accounts,
    hand_on: Callable[[Entry], None],
) -> Sheet:
    fault = _fault(file.name, f"line {line}, account {listed.account}")
    account = clean_account(listed.account, fault)
    first, last = _day(fields, "ДатаНачала", fault), _day(fields, "ДатаКонца", fault)
    opening, closing = (
        _balance(fields, "НачальныйОстаток", fault),
        _balance(fields, "КонечныйОстаток", fault),
    )
    credits = _turnover(fields, "ВсегоПоступило", fault)
    debits = _turnover(fields, "ВсегоСписано", fault)
    statement_id = f"{first} to {last}"
    movements = Movements(is_own=accounts.may_be_own)
    entries = list(_entries(file, account, listed.bank, statement_id, (first, last), documents))
    for entry in entries:
        movements.add(entry)
        hand_on(entry)
    if not documents:
        # A file of balances without payments: the turnovers are all that is said.
        movements.booked = {True: Sum(0, credits), False: Sum(0, debits)}
    return Sheet(
        file=file.name,
        file_sha256=file.sha256,
        layout=FIRST_LINE,
        message=MessagePage("", 1, True, created),
        account=account,
        owner=None,
        bank=None,
        statement_id=statement_id,
        sequence=None,
        created=created,
        period=(_start(first), _start(last)),
        page=1,
        last_page=True,
        openings=(Closing(tyiyn=abs(opening), day=first, credit=opening >= 0),),
        closings=(Closing(tyiyn=abs(closing), day=last, credit=closing >= 0),),
        other_balances=(),
        movements=movements,
        summaries={"credits": Summary(None, credits), "debits": Summary(None, debits)},
    )


def _entries(
    file: StatementFile,
    account: str,
    bank: str | None,
    statement_id: str,
    period: tuple[date, date],
    documents: list[tuple[int, Fields]],
) -> Iterator[Entry]:
    """The payments of the account in the period."""
    key, number = account_key(account), 0
    for line, fields in documents:
        for credit, own, other, booked in (
            (False, "Плательщик", "Получатель", "ДатаСписано"),
            (True, "Получатель", "Плательщик", "ДатаПоступило"),
        ):
            if key not in {
                account_key(fields.get(f"{own}{name}", "")) for name in ("Счет", "РасчСчет")
            }:
                continue
            fault = _fault(file.name, f"line {line}, account {account}")
            day = _day(fields, booked if fields.get(booked) else "Дата", fault)
            if not period[0] <= day <= period[1]:
                continue
            number += 1
            tyiyn = parse_tyiyn(_money(fields.get("Сумма", "")), fault)
            purpose = fields.get("НазначениеПлатежа", "") or " ".join(
                fields[name] for name in sorted(fields) if name.startswith("НазначениеПлатежа")
            )
            detail = Detail(
                tyiyn=tyiyn,
                credit=credit,
                end_to_end_id=None,
                party=fields.get(other) or fields.get(f"{other}1") or None,
                party_account=fields.get(f"{other}Счет") or fields.get(f"{other}РасчСчет") or None,
                texts=(purpose,) if purpose else (),
            )
            yield Entry(
                file=file.name,
                file_sha256=file.sha256,
                account=account,
                bank=bank,
                statement_id=statement_id,
                number=number,
                tyiyn=tyiyn,
                credit=credit,
                reversal=False,
                booked=True,
                booking_day=day,
                value_day=None,
                reference=fields.get("Номер") or None,
                servicer_reference=None,
                code=None,
                details=(detail,),
                texts=(purpose,) if purpose else (),
            )


def _created(header: Mapping[str, str], fault: Fault) -> datetime | None:
    if not header.get("ДатаСоздания"):
        return None
    day = _day(header, "ДатаСоздания", fault)
    clock = re.fullmatch(
        r"([01][0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?", header.get("ВремяСоздания", "")
    )
    return datetime.combine(
        day, time(int(clock[1]), int(clock[2])) if clock else time(23, 59), BISHKEK
    )


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), BISHKEK)


def _day(fields: Mapping[str, str], name: str, fault: Fault) -> date:
    found = fields.get(name, "")
    match = _DAY.fullmatch(found)
    try:
        if match is None:
            raise ValueError
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError as error:
        raise fault(
            f"{name} is {plain(found, 20)!r}, which is not a day like 31.01.2026", _ASK
        ) from error


def _money(text: str) -> str:
    # Whole som are written without a point, or with a comma by some.
    return text.replace(",", ".") if re.fullmatch(r"[0-9]+,[0-9]{1,2}", text) else text


def _balance(fields: Mapping[str, str], name: str, fault: Fault) -> int:
    """Tyiyn, below zero when it is overdrawn."""
    text = fields.get(name, "")
    negative = text.startswith("-")
    found = parse_tyiyn(
        _money(text.removeprefix("-")), lambda what, how: fault(f"{name}: {what}", how)
    )
    return -found if negative else found


def _turnover(fields: Mapping[str, str], name: str, fault: Fault) -> int:
    """Tyiyn; a section may leave out what is nothing."""
    return parse_tyiyn(
        _money(fields.get(name) or "0"), lambda what, how: fault(f"{name}: {what}", how)
    )


def _fault(name: str, where: str) -> Fault:
    return lambda found, remedy: StatementError(f"{name}: {where}: {found}; {remedy}.")
