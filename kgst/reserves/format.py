"""Amounts and moments for people: som; UTC and Bishkek."""

from __future__ import annotations

from kgst.moments import bishkek_day, both_times
from kgst.units import format_som, tyiyn_to_base

__all__ = ["bishkek_day", "both_times", "som"]


def som(tyiyn: int) -> str:
    """Tyiyn in som: `1 000.00 som`."""
    return format_som(tyiyn_to_base(tyiyn))
