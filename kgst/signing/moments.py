"""Moments and spans for people who sign: in UTC and in Bishkek."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

__all__ = ["BISHKEK", "both_times"]

BISHKEK: Final = timezone(timedelta(hours=6), "Asia/Bishkek")
"""Six hours ahead of UTC all year since 2005; written out, since not every machine has a zone database."""

# datetime ends with the year 9999; the token's 40 bits of seconds do not.
_LAST: Final = 253_402_214_400


def both_times(seconds: int) -> str:
    """`2026-03-04 12:00:00 UTC = 2026-03-04 18:00:00 Asia/Bishkek`; seconds since 1970."""
    if not 0 < seconds < _LAST:
        return "never" if seconds == 0 else f"second {seconds} since 1970"
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC = {moment.astimezone(BISHKEK):%Y-%m-%d %H:%M:%S} Asia/Bishkek"
