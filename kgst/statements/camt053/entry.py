"""One entry of a camt.053 statement (`Ntry`) and its payments (`TxDtls`), from their elements.

The elements come without their namespace. What the standard does not have in an entry is passed over and named: the
sum over the entries is held against the balances, so that nothing which a bank adds there can change a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element

from kgst.statements.entries import Batch, Detail, Entry
from kgst.statements.model import Fault, account_key
from kgst.statements.source import parse_tyiyn
from kgst.statements.texts import day_of, plain

__all__ = ["Account", "read_detail", "read_entry"]

_XML_SPACE: Final = " \t\r\n"
_NONE_GIVEN: Final = frozenset({"", "NOTPROVIDED", "NONREF"})
_ONCE: Final = frozenset(
    {"Amt", "CdtDbtInd", "RvslInd", "Sts", "BookgDt", "ValDt", "NtryRef", "AcctSvcrRef", "BkTxCd"}
)
_MOST_TEXT: Final = 2_000
_ZEROS: Final = re.compile(r"^([0-9]+\.[0-9]{2})0{1,16}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose entries they are.

    Attributes:
        file, file_sha256: Where they stand.
        account: Its number.
        bank: BIC of the servicer, if the statement gives it.
        statement_id: `Stmt/Id`.
        currency: ISO 4217 code that every amount must be in.
        closing_day: Of the balance, for entries that give no day of their own.
    """

    file: str
    file_sha256: str
    account: str
    bank: str | None
    statement_id: str
    currency: str
    closing_day: date | None


def read_entry(
    element: Element, details: list[Detail], account: Account, number: int, fault: Fault
) -> Entry:
    """The entry, with the payments that were read of it before.

    Raises:
        StatementError: an amount, a direction, a status or a day that is not exactly one; or payments whose sum is
            another than the entry's.
    """
    _require_once(element, fault)
    tyiyn = _money(element, "Amt", account.currency, fault)
    if tyiyn is None:
        raise fault("an entry without an amount (Amt)", "ask the bank for a correct statement")
    credit = _direction(element, fault)
    reversal = _flag(element, "RvslInd")
    value_day = _day(element, "ValDt", fault)
    booking_day = _day(element, "BookgDt", fault) or value_day or account.closing_day
    if booking_day is None:
        raise fault(
            "an entry without a booking day (BookgDt)", "ask the bank for a correct statement"
        )
    entry = Entry(
        file=account.file,
        file_sha256=account.file_sha256,
        account=account.account,
        bank=account.bank,
        statement_id=account.statement_id,
        number=number,
        tyiyn=tyiyn,
        credit=credit,
        reversal=reversal,
        booked=_is_booked(element, fault),
        booking_day=booking_day,
        value_day=value_day,
        reference=_id(element, "NtryRef"),
        servicer_reference=_id(element, "AcctSvcrRef"),
        code=_code(element),
        charges_tyiyn=_charges(element, account.currency, fault),
        batch=_batch(element, account.currency, fault),
        details=tuple(details),
        texts=_texts([element.find("AddtlNtryInf")]),
    )
    _require_sum(entry, fault)
    return entry


def read_detail(element: Element, entry: Element, account: Account, fault: Fault) -> Detail:
    """One payment of `entry`, of which nothing after its payments is read yet."""
    own = element.find("CdtDbtInd")
    # Where the payment has no direction of its own, it has the entry's, which stands before it.
    credit = _direction(entry if own is None else element, fault)
    party, party_account = _other_side(element, credit, _flag(entry, "RvslInd"), account)
    return Detail(
        tyiyn=_amount_of_detail(element, account.currency, fault),
        credit=credit,
        end_to_end_id=_id(element, "Refs/EndToEndId"),
        instruction_id=_id(element, "Refs/InstrId"),
        order_id=_id(element, "Refs/PmtInfId"),
        servicer_reference=_id(element, "Refs/AcctSvcrRef")
        or _id(element, "Refs/TxId")
        or _id(element, "Refs/UETR"),
        return_reason=_return_reason(element),
        charges_tyiyn=_charges(element, account.currency, fault),
        party=party,
        party_account=party_account,
        texts=_texts(
            [
                *element.iterfind("RmtInf/Ustrd"),
                *element.iterfind("RmtInf/Strd/CdtrRefInf/Ref"),
                *element.iterfind("RmtInf/Strd/AddtlRmtInf"),
                element.find("AddtlTxInf"),
            ]
        ),
    )


def _require_once(element: Element, fault: Fault) -> None:
    seen: set[str] = set()
    for child in element:
        if child.tag in seen and child.tag in _ONCE:
            raise fault(
                f"an entry with two of {child.tag}, of which the standard has one",
                "ask the bank for a correct statement",
            )
        seen.add(child.tag)


def _require_sum(entry: Entry, fault: Fault) -> None:
    """The payments add up to the entry; what the bank kept or added of it, it says as charges."""
    amounts = [
        one.tyiyn if one.credit == entry.credit else -one.tyiyn
        for one in entry.details
        if one.tyiyn is not None
    ]
    if not amounts or len(amounts) != len(entry.details):
        return
    total = sum(amounts)
    charges = entry.charges_tyiyn or sum(one.charges_tyiyn for one in entry.details)
    if entry.tyiyn not in (total, total - charges if entry.credit else total + charges):
        raise fault(
            f"an entry of {_som(entry.tyiyn)} whose {len(amounts)} payments add up to {_som(total)}"
            + (f", with {_som(charges)} of charges" if charges else ""),
            "ask the bank for a correct statement",
        )


def _som(tyiyn: int) -> str:
    return f"{'-' if tyiyn < 0 else ''}{abs(tyiyn) // 100}.{abs(tyiyn) % 100:02d}"


def _text(element: Element | None, path: str) -> str:
    # xs:decimal and codes may have white space round them; nothing else is forgiven.
    return "" if element is None else (element.findtext(path) or "").strip(_XML_SPACE)


def _id(element: Element, path: str) -> str | None:
    """An identifier, white space runs made one; None where the bank says that there is none."""
    text = " ".join((element.findtext(path) or "").split())
    return None if text.upper() in _NONE_GIVEN else text[:_MOST_TEXT]


def _texts(elements: Iterable[Element | None]) -> tuple[str, ...]:
    texts = ((one.text or "").strip() for one in elements if one is not None)
    return tuple(text[:_MOST_TEXT] for text in texts if text)


def _money(element: Element, path: str, currency: str, fault: Fault) -> int | None:
    """The amount at `path`; None where there is none.

    Raises:
        StatementError: it is in another currency, or not exact.
    """
    amount = element.find(path)
    if amount is None:
        return None
    if amount.get("Ccy") != currency:
        raise fault(
            f"an amount of an entry in {plain(amount.get('Ccy') or 'no currency', 10)!r}, not {currency}",
            "ask the bank for a correct statement",
        )
    text = (amount.text or "").strip(_XML_SPACE)
    # Zeros after the hundredths say nothing.
    return parse_tyiyn(_ZEROS.sub(r"\1", text), fault)


def _amount_of_detail(element: Element, currency: str, fault: Fault) -> int | None:
    # .02 has it among AmtDtls alone, later versions also as Amt; what was instructed may be in another currency.
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        amount = element.find(path)
        if amount is not None:
            return _money(element, path, currency, fault) if amount.get("Ccy") == currency else None
    return None


def _direction(element: Element, fault: Fault) -> bool:
    found = _text(element, "CdtDbtInd")
    if found not in ("CRDT", "DBIT"):
        raise fault(
            f"an entry that is neither a credit nor a debit (CdtDbtInd {plain(found, 20)!r})",
            "ask the bank for a correct statement",
        )
    return found == "CRDT"


def _flag(element: Element, path: str) -> bool:
    return _text(element, path) in ("true", "1")


def _is_booked(element: Element, fault: Fault) -> bool:
    """Status BOOK: text in .02, a code or the bank's own word later."""
    status = element.find("Sts")
    found = _text(status, "Cd") or _text(status, "Prtry") or _text(element, "Sts")
    if not found:
        raise fault("an entry without a status (Sts)", "ask the bank for a correct statement")
    return found.upper() in ("BOOK", "BOOKED")


def _day(element: Element, path: str, fault: Fault) -> date | None:
    found = _text(element, f"{path}/Dt") or _text(element, f"{path}/DtTm")
    return day_of(found, fault) if found else None


def _code(element: Element) -> str | None:
    domain = element.find("BkTxCd/Domn")
    if domain is not None:
        parts = [_text(domain, path) for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
        return "/".join(parts)
    return _text(element, "BkTxCd/Prtry/Cd")[:140] or None


def _charges(element: Element, currency: str, fault: Fault) -> int:
    """What of the amount is the bank's charge: the total it gives, else the sum of those that it says are included."""
    total = 0
    for charges in element.iterfind("Chrgs"):
        records = list(charges.iterfind("Rcrd")) or [charges]
        included = [one for one in records if _text(one, "ChrgInclInd") not in ("false", "0")]
        if not included:
            continue
        given = charges.find("TtlChrgsAndTaxAmt")
        if given is not None and len(included) == len(records):
            total += _foreign_is_none(charges, "TtlChrgsAndTaxAmt", currency, fault)
        else:
            for one in included:
                amount = _foreign_is_none(one, "Amt", currency, fault)
                total += -amount if _text(one, "CdtDbtInd") == "CRDT" else amount
    return max(0, total)


def _foreign_is_none(element: Element, path: str, currency: str, fault: Fault) -> int:
    amount = element.find(path)
    if amount is None or amount.get("Ccy") != currency:
        return 0
    return _money(element, path, currency, fault) or 0


def _batch(element: Element, currency: str, fault: Fault) -> Batch | None:
    batches = element.findall("NtryDtls/Btch")
    # Several orders in one entry have no one id, count and sum.
    if len(batches) != 1:
        return None
    batch = batches[0]
    count = _text(batch, "NbOfTxs")
    return Batch(
        order_id=_id(batch, "PmtInfId"),
        message_id=_id(batch, "MsgId"),
        count=int(count) if count.isascii() and count.isdecimal() and len(count) <= 15 else None,
        tyiyn=_money(batch, "TtlAmt", currency, fault),
    )


def _return_reason(element: Element) -> str | None:
    returned = element.find("RtrInf")
    if returned is None:
        return None
    return (_text(returned, "Rsn/Cd") or _text(returned, "Rsn/Prtry"))[:35] or "returned"


def _other_side(
    element: Element, credit: bool, reversal: bool, account: Account
) -> tuple[str | None, str | None]:
    """Name and account of the other side: who paid what came in, who was paid what went out."""
    parties = element.find("RltdPties")
    if parties is None:
        return None, None
    # A reversal keeps the roles of what it undoes.
    order = ("Dbtr", "Cdtr") if credit != reversal else ("Cdtr", "Dbtr")
    sides = [_side(parties, role) for role in order]
    own = account_key(account.account)
    for name, number in sides:
        if number is not None and account_key(number) != own:
            return name, number
    return sides[0]


def _side(parties: Element, role: str) -> tuple[str | None, str | None]:
    name = _id(parties, f"{role}/Pty/Nm") or _id(parties, f"{role}/Nm")
    number = _id(parties, f"{role}Acct/Id/IBAN") or _id(parties, f"{role}Acct/Id/Othr/Id")
    return name, number
