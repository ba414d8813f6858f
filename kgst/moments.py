"""Moments and spans of time for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

__all__ = ["format_span", "format_time"]

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def format_time(seconds: int) -> str:
    """`2026-03-04 12:00:00 UTC` for seconds since 1970; the bare number when no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"second {seconds}"


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
