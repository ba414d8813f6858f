"""Small texts of a statement: shown in messages, and read as days and moments, in Bishkek."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from kgst.statements.model import BISHKEK, Fault
from kgst.statements.source import parse_day

__all__ = ["bishkek", "day_of", "moment_of", "plain"]

_DAY_LENGTH: Final = len("2026-01-31")


def plain(text: str, length: int) -> str:
    """Make a text from the file fit to show: one line, printable, of limited length."""
    line = " ".join(text[: 4 * length].split())[:length]
    return "".join(character if character.isprintable() else "?" for character in line)


def bishkek(moment: datetime) -> datetime:
    """The moment in Bishkek; one without an offset is taken as Bishkek's own."""
    return moment.replace(tzinfo=BISHKEK) if moment.tzinfo is None else moment.astimezone(BISHKEK)


def moment_of(text: str, fault: Fault) -> datetime:
    """An xs:dateTime in Bishkek: `2026-11-26T18:00:00Z` is midnight of the 27th there.

    Raises:
        StatementError: it is no moment.
    """
    # 24:00:00 is the end of a day in the standard; Python before 3.14 does not know it.
    head, sign, rest = text.partition("T24:00:00")
    try:
        moment = datetime.fromisoformat(f"{head}T00:00:00{rest}" if sign else text)
        found = bishkek(moment)
        return found + timedelta(days=1) if sign else found
    except (ValueError, OverflowError) as error:
        raise fault(
            f"{plain(text, 40)!r} is not a date and time", "ask the bank for a correct statement"
        ) from error


def day_of(text: str, fault: Fault) -> date:
    """The day of an xs:date or xs:dateTime; a moment with an offset is of the day that it is in Bishkek.

    Raises:
        StatementError: it is no day.
    """
    if "T" in text:
        # Looked at on its own first, so that a day that does not exist is named as one.
        parse_day(text[:_DAY_LENGTH], fault)
        return moment_of(text, fault).date()
    return parse_day(text[:_DAY_LENGTH], fault)
