"""ISO 20022 camt.053 (bank to customer statement), versions .02 to .13.

Three steps, so that no one of them has to be trusted alone:

1. the text is read as it comes, every DTD, entity and stray text refused (`stream`); entries are read one by one
   and forgotten (`entry`);
2. of what remains, the booked balances are read from their text, as they stand (`balances`);
3. the ISO schema's own classes (pyiso20022, bound by xsdata: `binding`) refuse what the schema does not
   have, and give the fields; their Decimal must equal the text of step 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from xml.etree.ElementTree import Element

from kgst.statements.accounts import Accounts
from kgst.statements.camt053.balances import (
    account_text,
    amounts_of,
    build,
    closings,
    fault_of,
    name_of,
    openings,
    wrong_currency,
)
from kgst.statements.camt053.binding import bind, known_in_entries
from kgst.statements.camt053.entry import Account, read_detail, read_entry
from kgst.statements.camt053.fields import (
    bic_of,
    moment_of,
    page_of,
    period_of,
    require_own_money,
    sequence_of,
    summaries_of,
)
from kgst.statements.camt053.stream import Message, read_messages
from kgst.statements.entries import Detail, Entry
from kgst.statements.model import Fault, StatementError
from kgst.statements.movements import Movements
from kgst.statements.opened import StatementFile
from kgst.statements.sheet import LeftOut, MessagePage, Sheet
from kgst.statements.source import clean_account, clean_text
from kgst.statements.texts import day_of, plain

__all__ = ["TEST", "Passing", "account_of", "read_camt053", "require_one_account"]

TEST: Final = re.compile(r"\b(test|тест)\b", re.IGNORECASE)


@dataclass(slots=True)
class Passing:
    """Reads the entries of one statement as they pass; without an account that counts, passes them over."""

    element: Element
    account: Account | None
    movements: Movements
    known: dict[str, frozenset[str]]
    fault: Fault
    hand_on: Callable[[Entry], None]
    details: list[Detail]
    number: int = 0

    def detail(self, entry: Element, element: Element) -> None:
        """Read a payment."""
        if self.account is not None:
            self._note(element)
            self.details.append(read_detail(element, entry, self.account, self._where()))

    def entry(self, element: Element) -> None:
        """Read an entry, count it and hand it on."""
        self.number += 1
        if self.account is None:
            return
        self._note(element)
        for details in element.iterfind("NtryDtls"):
            self._note(details)
        fault = self._where(self.number)
        entry = read_entry(element, self.details, self.account, self.number, fault)
        self.details = []
        self.movements.add(entry)
        self.hand_on(entry)

    def _note(self, element: Element) -> None:
        known = self.known[element.tag]
        self.movements.unknown.update(
            plain(child.tag.rpartition("}")[2], 35) for child in element if child.tag not in known
        )

    def _where(self, number: int | None = None) -> Fault:
        number = self.number + 1 if number is None else number
        return lambda found, remedy: self.fault(f"entry {number}: {found}", remedy)


def read_camt053(
    file: StatementFile, currency: str, accounts: Accounts, hand_on: Callable[[Entry], None]
) -> list[Sheet | LeftOut]:
    """Read a camt.053 message; one `Sheet` a statement or page of a statement.

    Args:
        file: With one message, or several one after another.
        currency: ISO 4217 code that every amount must be in.
        accounts: Whose statements count; the others are left out, unread.
        hand_on: Given each entry of those that count.

    Raises:
        StatementError: not well-formed, a DTD, another message or version, against its
            schema, or with a balance that is not an exact amount of `currency`.
    """

    def begin(statement: Element, namespace: str) -> Passing:
        version = namespace.rstrip("}")[-2:]
        fault = fault_of(file.name, statement, namespace)
        movements = Movements(is_own=accounts.may_be_own)
        account = account_of(file, statement, namespace, currency, accounts, fault)
        return Passing(statement, account, movements, known_in_entries(version), fault, hand_on, [])

    sheets: list[Sheet | LeftOut] = []
    for message in read_messages(file.name, file.xml(), begin):
        sheets += _sheets(file, message, currency, accounts)
    return sheets


def _sheets(
    file: StatementFile, message: Message, currency: str, accounts: Accounts
) -> list[Sheet | LeftOut]:
    readers: list[Passing] = message.readers
    if not readers:
        raise StatementError(
            f"{file.name}: the message has no statement (Stmt); download it again."
        )
    amounts = [
        []
        if one.account is None
        else amounts_of(
            one.element, message.namespace, fault_of(file.name, one.element, message.namespace)
        )
        for one in readers
    ]
    bound = bind(file.name, message).bk_to_cstmr_stmt
    header = bound.grp_hdr
    where = partial(build, file.name, "message header")
    page = MessagePage(
        clean_text(header.msg_id, "message id", where),
        *page_of(header.msg_pgntn, where),
        moment_of(header.cre_dt_tm, where),
    )
    if (found := TEST.search(header.addtl_inf or "")) is not None:
        raise where(
            f"the bank calls it a test ({plain(header.addtl_inf, 60)!r}: {found[1]})",
            "ask the bank for the statement itself",
        )
    layout = f"camt.053.001.{message.version}"
    return [
        _left_out(file, statement)
        if reader.account is None
        else _sheet(file, layout, page, statement, own, reader, currency, accounts)
        for statement, reader, own in zip(bound.stmt, readers, amounts, strict=True)
    ]


def account_of(
    file: StatementFile,
    statement: Element,
    namespace: str,
    currency: str,
    accounts: Accounts,
    fault: Fault,
) -> Account | None:
    """Whose entries follow; None for an account that is left out."""
    number = " ".join(account_text(statement, namespace).split())
    listed = accounts.find(number)
    if accounts.listed and listed is None:
        return None

    def text(*path: str) -> str:
        found = statement.findtext("/".join(f"{namespace}{name}" for name in path)) or ""
        return found.strip()

    day = None
    if text("Acct", "Ccy") not in ("", currency):
        raise wrong_currency(text("Acct", "Ccy"), currency, fault)
    for balance in statement.iterfind(f"{namespace}Bal"):
        kind = balance.findtext("/".join(f"{namespace}{n}" for n in ("Tp", "CdOrPrtry", "Cd")))
        if (kind or "").strip() == "CLBD":
            when = f"{namespace}Dt/{namespace}Dt"
            found = balance.findtext(when) or balance.findtext(f"{when}Tm")
            day = day_of(found.strip(), fault) if found else None
            amount = balance.find(f"{namespace}Amt")
            if amount is not None and amount.get("Ccy") != currency:
                raise wrong_currency(amount.get("Ccy") or "", currency, fault)
    servicer = ("Acct", "Svcr", "FinInstnId")
    return Account(
        file=file.name,
        file_sha256=file.sha256,
        account=number if listed is None else listed.account,
        bank=text(*servicer, "BICFI") or text(*servicer, "BIC") or None,
        statement_id=plain(text("Id"), 140),
        currency=currency,
        closing_day=day,
    )


def require_one_account(statement: Any, accounts: Accounts, fault: Fault) -> str:
    """The account's number, as the list of accounts has it, else as the statement writes it.

    Raises:
        StatementError: there is not exactly one, or none that can be shown.
    """
    numbers = _numbers(statement)
    if len(numbers) != 1:
        raise fault(
            f"{len(numbers)} account numbers instead of one (IBAN or Othr)",
            "ask the bank for a correct statement",
        )
    listed = accounts.find(numbers[0])
    return clean_account(numbers[0] if listed is None else listed.account, fault)


def _numbers(statement: Any) -> list[str]:
    identification = statement.acct.id
    other = None if identification.othr is None else identification.othr.id
    return [number for number in (identification.iban, other) if number is not None]


def _owner(statement: Any) -> str | None:
    return None if statement.acct.ownr is None else statement.acct.ownr.nm or None


def _left_out(file: StatementFile, statement: Any) -> LeftOut:
    return LeftOut(
        file=file.name,
        account=plain(" ".join(_numbers(statement)), 60),
        owner=plain(_owner(statement) or "", 140) or None,
        currency=plain(statement.acct.ccy or "", 10) or None,
    )


def _sheet(
    file: StatementFile,
    layout: str,
    message: MessagePage,
    statement: Any,
    amounts: list[int | None],
    reader: Passing,
    currency: str,
    accounts: Accounts,
) -> Sheet:
    where = partial(build, file.name, "statement without a usable id")
    statement_id = clean_text(statement.id, "statement id", where)
    place = f"statement {statement_id!r}"
    account = require_one_account(statement, accounts, partial(build, file.name, place))
    fault: Fault = partial(build, file.name, f"account {account}, {place}")
    if statement.acct.ccy not in (None, currency):
        raise wrong_currency(statement.acct.ccy, currency, fault)
    require_own_money(statement.acct.tp, fault)
    owner = _owner(statement)
    # Version .02 has pages of messages only.
    page, last_page = page_of(getattr(statement, "stmt_pgntn", None), fault)
    return Sheet(
        file=file.name,
        file_sha256=file.sha256,
        layout=layout,
        message=message,
        account=account,
        owner=None if owner is None else clean_text(owner, "owner's name", fault),
        bank=bic_of(statement.acct.svcr, fault),
        statement_id=statement_id,
        sequence=sequence_of(statement.elctrnc_seq_nb, fault),
        created=moment_of(statement.cre_dt_tm, fault),
        period=period_of(statement.fr_to_dt, fault),
        page=page,
        last_page=last_page,
        openings=tuple(openings(statement.bal, amounts, currency, fault)),
        closings=tuple(closings(statement.bal, amounts, currency, fault)),
        other_balances=tuple(sorted({name_of(one) for one in statement.bal} - {"CLBD"})),
        movements=reader.movements,
        summaries=summaries_of(statement.txs_summry, fault),
    )
