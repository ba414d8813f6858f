"""Amounts and moments for people: som; UTC and Bishkek."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from kgst.units import format_som, tyiyn_to_base

__all__ = ["BISHKEK", "bishkek_day", "both_times", "som", "span"]

BISHKEK: Final = timezone(timedelta(hours=6), "Asia/Bishkek")
"""Six hours ahead of UTC all year since 2005; written out, since not every machine has a zone database."""

# datetime ends with the year 9999; the token's 40 bits of seconds do not.
_LAST: Final = 253_402_214_400


def som(tyiyn: int) -> str:
    """Tyiyn in som: `1 000.00 som`."""
    return format_som(tyiyn_to_base(tyiyn))


def both_times(seconds: int) -> str:
    """`2026-03-04 12:00:00 UTC = 2026-03-04 18:00:00 Asia/Bishkek`; seconds since 1970."""
    if not 0 < seconds < _LAST:
        return "never" if seconds == 0 else f"second {seconds} since 1970"
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC = {moment.astimezone(BISHKEK):%Y-%m-%d %H:%M:%S} Asia/Bishkek"


def bishkek_day(seconds: int) -> date:
    """The calendar day in Bishkek; seconds since 1970."""
    return datetime.fromtimestamp(seconds, BISHKEK).date()


def span(seconds: int) -> str:
    """A length of time in its two largest units: `2 days 3 hours`, `45 seconds`."""
    parts = []
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"
