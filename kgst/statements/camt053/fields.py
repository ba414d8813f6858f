"""Single fields of a statement, from the schema's objects."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from kgst.statements.camt053.binding import code
from kgst.statements.model import Fault
from kgst.statements.movements import Summary
from kgst.statements.sheet import Summaries
from kgst.statements.source import parse_tyiyn
from kgst.statements.texts import bishkek, plain

__all__ = [
    "bic_of",
    "moment_of",
    "page_of",
    "period_of",
    "require_own_money",
    "sequence_of",
    "summaries_of",
]

# Money that is the customer's own, by the codes of ISO 20022's external list; of loans and cards there are others.
_OWN_MONEY: Final = tuple(
    "CACC CASH CHAR CISH COMM CPAC LLSV MOMA NREX ONDP OTHR SACC SLRY SVGS TAXE TRAN TRAS".split()  # noqa: SIM905
)
_DEBT: Final = re.compile(r"loan|credit|card|overdraft|кредит|ссуд|карт|овердрафт", re.IGNORECASE)
_BIC: Final = re.compile(r"[A-Z0-9]{8}(?:[A-Z0-9]{3})?")
_CORRECT: Final = "ask the bank for a correct statement"


def page_of(pagination: Any, fault: Fault) -> tuple[int, bool]:
    """The page number and whether it is the last; an unpaginated text is one page."""
    if pagination is None:
        return 1, True
    if re.fullmatch(r"[0-9]{1,5}", pagination.pg_nb) is None or int(pagination.pg_nb) == 0:
        raise fault(f"the page number {pagination.pg_nb[:20]!r} is not 1 to 99999", _CORRECT)
    return int(pagination.pg_nb), bool(pagination.last_pg_ind)


def sequence_of(number: Decimal | None, fault: Fault) -> int | None:
    """The electronic sequence number."""
    if number is None:
        return None
    # Bounded before int(), which would spell out every zero of 1E+999999.
    if not (number.is_finite() and 0 <= number < 10**18 and number == int(number)):
        raise fault(
            f"the electronic sequence number {str(number)[:24]} is not a whole number", _CORRECT
        )
    return int(number)


def moment_of(moment: Any, fault: Fault, what: str = "creation time") -> datetime | None:
    """A moment as it stands, with an offset or without one."""
    if moment is None:
        return None
    try:
        converted: datetime = moment.to_datetime()
    except (ValueError, OverflowError) as error:
        raise fault(f"the {what} {moment} is not a date and time", _CORRECT) from error
    return converted


def period_of(period: Any, fault: Fault) -> tuple[datetime, datetime] | None:
    """From when to when the statement goes, in Bishkek."""
    if period is None:
        return None
    first = moment_of(period.fr_dt_tm, fault, "beginning of the period")
    last = moment_of(period.to_dt_tm, fault, "end of the period")
    return None if first is None or last is None else (bishkek(first), bishkek(last))


def bic_of(servicer: Any, fault: Fault) -> str | None:
    """The bank's BIC, `BIC` in .02 and `BICFI` later."""
    if servicer is None:
        return None
    institution = servicer.fin_instn_id
    found = getattr(institution, "bicfi", None) or getattr(institution, "bic", None)
    if found is None:
        return None
    if _BIC.fullmatch(found) is None:
        raise fault(f"the bank's BIC is {plain(found, 20)!r}", _CORRECT)
    return str(found)


def require_own_money(kind: Any, fault: Fault) -> None:
    """Refuse an account that is a debt: of a loan, an overdraft or a credit card."""
    if kind is None:
        return
    found = code(kind.cd) if kind.cd is not None else None
    if (found is not None and found not in _OWN_MONEY) or _DEBT.search(kind.prtry or ""):
        raise fault(
            f"an account of the type {plain(found or kind.prtry, 35)!r}, which holds no money of its owner's",
            "only current and savings accounts are reserves; leave its statement out",
        )


def summaries_of(summary: Any, fault: Fault) -> Summaries:
    """How many entries there are, and their sums, as the statement says."""
    found: Summaries = {}
    if summary is None:
        return found
    for name, part in (
        ("all", summary.ttl_ntries),
        ("credits", summary.ttl_cdt_ntries),
        ("debits", summary.ttl_dbt_ntries),
    ):
        if part is not None:
            found[name] = Summary(  # type: ignore[index]
                None if part.nb_of_ntries is None else _count(part.nb_of_ntries, fault),
                None if part.sum is None else parse_tyiyn(format(part.sum, "f"), fault),
            )
    return found


def _count(text: str, fault: Fault) -> int:
    if re.fullmatch(r"[0-9]{1,15}", text) is None:
        raise fault(f"the number of entries {plain(text, 20)!r} is no number", _CORRECT)
    return int(text)
