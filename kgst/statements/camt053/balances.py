"""The balances of a camt.053 statement: the closing booked one counts, read twice, from its text and by the schema."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any, Final
from xml.etree.ElementTree import Element

from kgst.statements.camt053.binding import code
from kgst.statements.model import Fault, StatementError
from kgst.statements.sheet import Closing
from kgst.statements.source import parse_tyiyn
from kgst.statements.texts import day_of, plain

__all__ = [
    "account_text",
    "amounts_of",
    "build",
    "closings",
    "fault_of",
    "name_of",
    "openings",
    "wrong_currency",
]

_XML_SPACE: Final = " \t\r\n"
# The same figure in the same money: of the base currency, of the local one.
_HARMLESS_SUB_TYPES: Final = frozenset({"BCUR", "LCUR"})
_OPENING: Final = frozenset({"OPBD", "PRCD"})


def account_text(statement: Element, namespace: str) -> str:
    """The account's number, as the statement writes it."""
    for path in (("IBAN",), ("Othr", "Id")):
        if found := _text(statement, namespace, "Acct", "Id", *path):
            return found
    return ""


def fault_of(file: str, statement: Element, namespace: str) -> Fault:
    """Builds errors for a statement that has not been checked yet."""
    account = plain(account_text(statement, namespace), 34)
    identifier = plain(_text(statement, namespace, "Id"), 35)
    return partial(build, file, f"account {account}, statement {identifier!r}")


def build(name: str, where: str, found: str, remedy: str) -> StatementError:
    """The error for a place in a file."""
    return StatementError(f"{name}: {where}: {found}; {remedy}.")


def amounts_of(statement: Element, namespace: str, fault: Fault) -> list[int | None]:
    """Read the text of every closing booked balance, and of every opening one; None for another kind of balance."""
    return [_tyiyn(balance, namespace, fault) for balance in statement.iterfind(f"{namespace}Bal")]


def closings(
    balances: list[Any], amounts: list[int | None], currency: str, fault: Fault
) -> Iterator[Closing]:
    """The plain closing booked balances.

    Raises:
        StatementError: one is in another currency, has a credit line in it or another sub-type, or no one date.
    """
    for balance, tyiyn in zip(balances, amounts, strict=True):
        kind = balance.tp.cd_or_prtry
        if kind.cd is not None and kind.prtry is not None:
            raise fault(
                "a balance with both a code and a proprietary type",
                "ask the bank for a correct statement",
            )
        if kind.cd is None or code(kind.cd) != "CLBD":
            continue
        if _is_intermediate(balance):
            continue
        if not _is_plain(balance):
            raise fault(
                f"a closing booked balance with a sub-type ({name_of(balance)})",
                "ask the bank for a statement with a plain CLBD balance",
            )
        if balance.amt.ccy != currency:
            raise wrong_currency(balance.amt.ccy, currency, fault)
        if _has_credit_line(balance):
            raise fault(
                "a closing balance with a credit line in it (CdtLine/Incl true), which is not money held",
                "ask the bank for a statement whose closing balance is without the credit line",
            )
        if tyiyn is None or balance.amt.value * 100 != Decimal(tyiyn):
            raise fault(
                f"the amount was read as {tyiyn} hundredths from the text and as "
                f"{balance.amt.value} by the schema's classes",
                "report this, and do not use the statement",
            )
        if (balance.dt.dt is None) == (balance.dt.dt_tm is None):
            raise fault(
                "a closing balance without exactly one date (Dt or DtTm)",
                "ask the bank for a correct statement",
            )
        yield _closing(balance, tyiyn, fault)


def openings(
    balances: list[Any], amounts: list[int | None], currency: str, fault: Fault
) -> Iterator[Closing]:
    """The opening booked balance, or where there is none the previous closing one; of a later page, what it carries on.

    Those that could not be used as one are left out: they count nothing, and serve to find what is missing.
    """
    read = [
        (code(one.tp.cd_or_prtry.cd), one, tyiyn)
        for one, tyiyn in zip(balances, amounts, strict=True)
        if tyiyn is not None and one.amt.ccy == currency and (one.dt.dt or one.dt.dt_tm)
    ]
    for wanted in ("OPBD", "PRCD"):
        found = [
            _closing(one, tyiyn, fault)
            for kind, one, tyiyn in read
            if kind == wanted and (_is_plain(one) or _is_intermediate(one))
            if not _has_credit_line(one)
        ]
        if found:
            yield from found
            return


def name_of(balance: Any) -> str:
    """Name a balance for a message; `CLBD` is only the plain closing booked balance."""
    kind, sub_kind = balance.tp.cd_or_prtry, balance.tp.sub_tp
    name = plain(str(code(kind.cd)), 35)
    if kind.cd is None:
        name = f"proprietary {plain(str(kind.prtry), 35)!r}"
    if sub_kind is not None and not _is_plain(balance):
        name += f"/{plain(str(code(sub_kind.cd or sub_kind.prtry)), 35)!r}"
    return name


def wrong_currency(found: str, wanted: str, fault: Fault) -> StatementError:
    """The error for an account or balance in another currency."""
    return fault(
        f"the currency is {found[:10]!r}, not {wanted}",
        f"only {wanted} accounts are reserves; give only their statements",
    )


def _closing(balance: Any, tyiyn: int, fault: Fault) -> Closing:
    return Closing(
        tyiyn=tyiyn,
        day=day_of(str(balance.dt.dt or balance.dt.dt_tm), fault),
        credit=code(balance.cdt_dbt_ind) == "CRDT",
    )


def _is_intermediate(balance: Any) -> bool:
    """Whether it carries a page forward."""
    sub_kind = balance.tp.sub_tp
    return sub_kind is not None and sub_kind.prtry is None and code(sub_kind.cd) == "INTM"


def _is_plain(balance: Any) -> bool:
    """Whether it counts nothing else than its type says."""
    sub_kind = balance.tp.sub_tp
    if sub_kind is None:
        return True
    return sub_kind.prtry is None and code(sub_kind.cd) in _HARMLESS_SUB_TYPES


def _has_credit_line(balance: Any) -> bool:
    # One in .02, any number in later versions.
    lines = balance.cdt_line
    lines = lines if isinstance(lines, list | tuple) else [lines] if lines is not None else []
    return any(bool(one.incl) for one in lines)


def _tyiyn(balance: Element, namespace: str, fault: Fault) -> int | None:
    kind = _text(balance, namespace, "Tp", "CdOrPrtry", "Cd")
    amount = _text(balance, namespace, "Amt")
    return parse_tyiyn(amount, fault) if kind == "CLBD" or kind in _OPENING else None


def _text(element: Element, namespace: str, *path: str) -> str:
    found = element.findtext("/".join(f"{namespace}{name}" for name in path)) or ""
    # xs:decimal may have whitespace round it; nothing else is forgiven.
    return found.strip(_XML_SPACE)
