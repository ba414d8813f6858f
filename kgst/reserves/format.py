"""Amounts and moments for people: som; UTC and Bishkek."""

from __future__ import annotations

from datetime import date, datetime

from kgst.signing.moments import BISHKEK, both_times
from kgst.units import format_som, tyiyn_to_base

__all__ = ["BISHKEK", "bishkek_day", "both_times", "som"]


def som(tyiyn: int) -> str:
    """Tyiyn in som: `1 000.00 som`."""
    return format_som(tyiyn_to_base(tyiyn))


def bishkek_day(seconds: int) -> date:
    """The calendar day in Bishkek; seconds since 1970."""
    return datetime.fromtimestamp(seconds, BISHKEK).date()
