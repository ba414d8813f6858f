"""What a statement says of itself: its balances, entries, summary, period and creation have to agree."""

from __future__ import annotations

from datetime import time
from typing import Final

from kgst.statements.joining import Whole
from kgst.statements.model import StatementError
from kgst.statements.sheet import Closing, Sheet
from kgst.statements.texts import bishkek

__all__ = ["require_consistent", "signed", "som_of"]

# A period that ends in the last minute of its day covers the day.
_LAST_MINUTE: Final = time(23, 59)
_NAMES: Final = {"all": "all entries", "credits": "the credits", "debits": "the debits"}


def require_consistent(whole: Whole) -> None:
    """Refuse a statement that contradicts itself, or was made before its day had ended.

    Raises:
        StatementError: what was found, and what to do.
    """
    closing = whole.closing
    _require_period(whole.last, closing)
    _require_ended(whole.last, closing)
    _require_sum(whole, closing)
    for page in whole.pages:
        _require_summary(page, whole)


def signed(closing: Closing) -> int:
    """Tyiyn, below zero for a debit."""
    return closing.tyiyn if closing.credit else -closing.tyiyn


def som_of(tyiyn: int) -> str:
    """`-1 234.50`, for messages."""
    return f"{'-' if tyiyn < 0 else ''}{abs(tyiyn) // 100:,}.{abs(tyiyn) % 100:02d}".replace(
        ",", " "
    )


def _require_sum(whole: Whole, closing: Closing) -> None:
    if whole.opening is None:
        return
    opening, net = signed(whole.opening), whole.movements.net_tyiyn
    if opening + net != signed(closing):
        raise whole.last.fault(
            f"the opening balance {som_of(opening)} and the booked entries ({som_of(net)} in all) are "
            f"{som_of(opening + net)}, and the closing balance is {som_of(signed(closing))}",
            "the file is cut off, altered or not of one day: ask the bank for it again",
        )


def _require_summary(page: Sheet, whole: Whole) -> None:
    """The summary may be of the page or of the statement, of all entries or of the booked ones."""
    for name, said in page.summaries.items():
        counted = [
            movements.counted(name, pending=pending)
            for movements in (page.movements, whole.movements)
            for pending in (False, True)
        ]
        if said.count is not None and said.count not in [one.count for one in counted]:
            raise _differs(page, name, f"{said.count} entries", f"{counted[-1].count}")
        if said.tyiyn is not None and said.tyiyn not in [one.tyiyn for one in counted]:
            raise _differs(page, name, som_of(said.tyiyn), som_of(counted[-1].tyiyn))


def _differs(page: Sheet, name: str, said: str, found: str) -> StatementError:
    return page.fault(
        f"its summary of {_NAMES[name]} says {said}, and what stands in it is {found}",
        "the file is cut off or altered: ask the bank for it again",
    )


def _require_period(sheet: Sheet, closing: Closing) -> None:
    if sheet.period is None:
        return
    first, last = sheet.period
    if not first.date() <= closing.day <= last.date():
        raise sheet.fault(
            f"the balance closes on {closing.day}, outside the statement's period ({first.date()} to {last.date()})",
            "ask the bank for a correct statement",
        )
    # Midnight is how a day without a time is written.
    if last.date() == closing.day and time() < last.time() < _LAST_MINUTE:
        raise sheet.fault(
            f"the period ends at {last:%H:%M} of the closing day {closing.day}, which had hours to go: an intraday "
            "balance",
            "use the statement that the bank makes when the day has ended",
        )


def _require_ended(sheet: Sheet, closing: Closing) -> None:
    moments = [bishkek(one) for one in (sheet.created, sheet.message.created) if one is not None]
    if moments and max(moments).date() <= closing.day:
        raise sheet.fault(
            f"the balance closes on {closing.day} and the statement was made before that day had ended in Bishkek "
            f"({max(moments):%Y-%m-%d %H:%M}): an intraday balance",
            "use the statement that the bank makes when the day has ended",
        )
