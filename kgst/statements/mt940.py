"""SWIFT MT940: customer statements as text. The parser is mt-940's; the balances are read from their lines as well.

Only `:62F:`, the final closing balance, counts. `:62M:` is a page's, and MT942 an interim report: both are refused.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from kgst.statements.accounts import Accounts
from kgst.statements.entries import Detail, Entry
from kgst.statements.model import Fault, StatementError
from kgst.statements.movements import Movements
from kgst.statements.opened import StatementFile
from kgst.statements.sheet import Closing, LeftOut, MessagePage, Sheet
from kgst.statements.source import clean_account, clean_text, parse_tyiyn
from kgst.statements.texts import plain

__all__ = ["is_mt940", "read_mt940"]

LAYOUT: Final = "mt940"
_ASK: Final = "ask the bank for the file again, or for camt.053"
_START: Final = re.compile(r"^\{1:|^:20:", re.MULTILINE)
_BALANCE: Final = re.compile(
    r"^:(60F|62F):([CD])([0-9]{2})([0-9]{2})([0-9]{2})([A-Z]{3})([0-9,]{1,15})[ \t]*$", re.MULTILINE
)
_NONE: Final = frozenset({"", "NONREF", "NOTPROVIDED"})


def is_mt940(head: bytes) -> bool:
    """Whether it begins like a message of the series 9."""
    text = head.decode("latin-1").lstrip("\ufeff\xef\xbb\xbf\r\n\t \x01")
    return text.startswith(("{1:F", ":20:"))


def read_mt940(
    file: StatementFile, currency: str, accounts: Accounts, hand_on: Callable[[Entry], None]
) -> list[Sheet | LeftOut]:
    """Read the messages in the file; one `Sheet` a message.

    Raises:
        StatementError: an interim report or page, not as the parser has it, an amount that is not exact, another
            currency.
    """
    text = _text(file).replace("\r\n", "\n").replace("\r", "\n")
    if re.search(r"^\{2:[IO]942|\}\{2:[IO]942|^:34F:|^:13D:", text, re.MULTILINE):
        raise StatementError(
            f"{file.name}: an MT942, an interim report of a day that goes on; ask the bank for MT940 or camt.053."
        )
    starts = [one.start() for one in _START.finditer(text)]
    # A header begins a message as well as its first field does.
    bounds = [at for at in starts if text.startswith("{1:", at) or not _headed(text, at)]
    messages = [text[at:after] for at, after in zip(bounds, [*bounds[1:], len(text)], strict=True)]
    return [_message(file, one, currency, accounts, hand_on) for one in messages]


def _headed(text: str, at: int) -> bool:
    """Whether the field at `at` is the first of a message with a header."""
    return text[:at].rstrip().endswith("{4:")


def _text(file: StatementFile) -> str:
    try:
        return file.source().text
    except StatementError:
        # Names in Cyrillic; all that is read as a figure or a code is in ASCII.
        return file.source("cp1251").text


def _message(
    file: StatementFile,
    text: str,
    currency: str,
    accounts: Accounts,
    hand_on: Callable[[Entry], None],
) -> Sheet | LeftOut:
    number = re.search(r"^:25:(.*)$", text, re.MULTILINE)
    written = number[1].strip() if number else ""
    # Some banks write the BIC before the number, some the currency behind it.
    bank, _, bare = written.rpartition("/")
    listed = accounts.find(written) or accounts.find(bare)
    if accounts.listed and listed is None:
        return LeftOut(file=file.name, account=plain(written, 60), owner=None, currency=None)
    fault: Fault = partial(_build, file.name, f"account {plain(written, 40)}")
    account = clean_account(bare if listed is None else listed.account, fault)
    fault = partial(_build, file.name, f"account {account}")
    if re.search(r"^:6[02]M:", text, re.MULTILINE):
        raise fault(
            "an intermediate balance (:60M: or :62M:), which is a page's",
            "ask the bank for a statement in one message, or for camt.053",
        )
    parsed, transactions = _parsed(text, fault)
    opening, closing = _balances(text, parsed, currency, fault)
    header = re.search(r"^\{1:F[0-9]{2}([A-Z]{6}[A-Z0-9]{2})", text)
    name = clean_text(str(parsed.get("transaction_reference") or ""), "statement id", fault)
    movements = Movements(is_own=accounts.may_be_own)
    if len(re.findall(r"^:61:", text, re.MULTILINE)) != len(transactions):
        raise fault("an entry (:61:) that the parser did not find", _ASK)
    for position, one in enumerate(transactions, start=1):
        entry = _entry(file, account, name, position, one, fault)
        movements.add(entry)
        hand_on(entry)
    sequence = str(parsed.get("statement_number") or "")
    return Sheet(
        file=file.name,
        file_sha256=file.sha256,
        layout=LAYOUT,
        message=MessagePage(name, 1, True),
        account=account,
        owner=None,
        bank=header[1] if header else (bank if len(bank) in (8, 11) else None),
        statement_id=name,
        sequence=int(sequence) if sequence.isascii() and sequence.isdecimal() else None,
        created=None,
        period=None,
        page=1,
        last_page=True,
        openings=(opening,),
        closings=(closing,),
        other_balances=(),
        movements=movements,
    )


def _parsed(text: str, fault: Fault) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    # Imported here: most statements are camt.053.
    from mt940.models import Transactions

    body = re.sub(r"^\{1:.*?\{4:\n?", "", text, count=1, flags=re.DOTALL)
    body = re.sub(r"\n-\}?.*\Z", "\n", body, flags=re.DOTALL)
    logger = logging.getLogger("mt940")
    # It would tell standard error about every line that it does not like.
    logger.propagate, handlers, logger.handlers = False, logger.handlers, [logging.NullHandler()]
    try:
        transactions = Transactions()
        transactions.parse(body)
        return dict(transactions.data), [dict(one.data) for one in transactions]
    except (
        RuntimeError,
        ValueError,
        TypeError,
        KeyError,
        ArithmeticError,
        AttributeError,
    ) as error:
        reason = plain(str(error.args[0] if error.args else error), 120)
        raise fault(f"it is not MT940 as the standard has it ({reason})", _ASK) from error
    finally:
        logger.handlers, logger.propagate = handlers, True


def _balances(
    text: str, parsed: dict[str, Any], currency: str, fault: Fault
) -> tuple[Closing, Closing]:
    """Opening and closing, from their lines; the parser must have read the same."""
    found = []
    for tag, key in (("60F", "final_opening_balance"), ("62F", "final_closing_balance")):
        lines = [one for one in _BALANCE.finditer(text) if one[1] == tag]
        if len(lines) != 1:
            raise fault(
                f"{len(lines)} balances :{tag}: in the form of the standard instead of one", _ASK
            )
        line = lines[0]
        if line[6] != currency:
            raise fault(
                f"the currency is {line[6]!r}, not {currency}",
                f"only {currency} accounts are reserves",
            )
        try:
            day = date(2000 + int(line[3]), int(line[4]), int(line[5]))
        except ValueError as error:
            raise fault(f"the date of :{tag}: does not exist", _ASK) from error
        tyiyn = _tyiyn(line[7], fault)
        balance = parsed.get(key)
        amount = None if balance is None else balance.amount
        signed = Decimal(tyiyn if line[2] == "C" else -tyiyn) / 100
        if amount is None or amount.amount != signed or str(amount.currency) != currency:
            raise fault(
                f":{tag}: was read as {signed} from the text and as {amount} by the parser",
                "report this, and do not use the statement",
            )
        found.append(Closing(tyiyn=tyiyn, day=day, credit=line[2] == "C"))
    return found[0], found[1]


def _entry(
    file: StatementFile, account: str, name: str, position: int, one: dict[str, Any], fault: Fault
) -> Entry:
    status = str(one.get("status"))
    credit = status in ("C", "RD")
    amount = one["amount"].amount
    tyiyn = int(abs(amount) * 100)
    if Decimal(tyiyn) != abs(amount) * 100:
        raise fault(f"entry {position}: the amount {amount} has more than two decimals", _ASK)
    value = _as_day(one["date"])
    reference = _reference(one.get("customer_reference"))
    texts = tuple(_texts(one))
    return Entry(
        file=file.name,
        file_sha256=file.sha256,
        account=account,
        bank=None,
        statement_id=name,
        number=position,
        tyiyn=tyiyn,
        credit=credit,
        reversal=status.startswith("R"),
        booked=True,
        booking_day=_as_day(one.get("entry_date")) or value or date.min,
        value_day=value,
        reference=reference,
        servicer_reference=_reference(one.get("bank_reference")),
        code=str(one.get("id") or "") or None,
        details=(Detail(tyiyn=tyiyn, credit=credit, end_to_end_id=reference, texts=texts),),
        texts=texts,
    )


def _texts(one: dict[str, Any]) -> Iterator[str]:
    for key in ("extra_details", "transaction_details"):
        if text := str(one.get(key) or "").strip():
            yield text[:2_000]


def _reference(value: object) -> str | None:
    text = str(value or "").strip()
    return None if text.upper() in _NONE else text


def _as_day(value: Any) -> date | None:
    return None if value is None else date(value.year, value.month, value.day)


def _tyiyn(text: str, fault: Fault) -> int:
    """An amount of SWIFT: a comma always, and up to two digits behind it."""
    if re.fullmatch(r"[0-9]+,[0-9]{0,2}", text) is None:
        raise fault(f"the amount {plain(text, 20)!r} is not like 6000000,00", _ASK)
    return parse_tyiyn(text.replace(",", ".").removesuffix("."), fault)


def _build(name: str, where: str, found: str, remedy: str) -> StatementError:
    return StatementError(f"{name}: {where}: {found}; {remedy}.")
