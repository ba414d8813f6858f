"""Moments and spans of time for people, and the day that it is where the operators are."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

__all__ = ["BISHKEK", "bishkek_day", "bishkek_today", "both_times", "format_span", "format_time"]

BISHKEK: Final = timezone(timedelta(hours=6), "Asia/Bishkek")
"""Six hours ahead of UTC all year since 2005; written out, since not every machine has a zone database."""

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

# datetime ends with the year 9999; the token's 40 bits of seconds do not.
_LAST: Final = 253_402_214_400


def format_time(seconds: int) -> str:
    """`2026-03-04 12:00:00 UTC (18:00 Bishkek)`, with Bishkek's day where that is another; seconds since 1970.

    What no calendar has is the bare number.
    """
    if not 0 <= seconds < _LAST:
        return f"second {seconds}"
    moment = datetime.fromtimestamp(seconds, UTC)
    there = moment.astimezone(BISHKEK)
    day = "" if there.date() == moment.date() else f"{there:%Y-%m-%d} "
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC ({day}{there:%H:%M} Bishkek)"


def both_times(seconds: int) -> str:
    """`2026-03-04 12:00:00 UTC = 2026-03-04 18:00:00 Asia/Bishkek`, for what is signed; seconds since 1970."""
    if not 0 < seconds < _LAST:
        return "never" if seconds == 0 else f"second {seconds} since 1970"
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC = {moment.astimezone(BISHKEK):%Y-%m-%d %H:%M:%S} Asia/Bishkek"


def bishkek_day(seconds: int) -> date:
    """The calendar day in Bishkek; seconds since 1970."""
    return datetime.fromtimestamp(seconds, BISHKEK).date()


def bishkek_today() -> date:
    """The day that it is in Bishkek now, whatever the machine's own zone is."""
    return bishkek_day(int(time.time()))


def format_span(seconds: int) -> str:
    """`2 days 3 hours`, `5 minutes 10 seconds`: the two largest units, the rest dropped; without its sign."""
    parts = []
    rest = abs(seconds)
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 seconds"
