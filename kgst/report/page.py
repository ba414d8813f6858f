"""A period's report as one page for people: made of the document alone, with nothing fetched, fit to be printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from kgst.moments import format_span, format_time
from kgst.quantities import format_bps
from kgst.report.charts import HEIGHT, WIDTH, bars, line
from kgst.reserves.page import environment
from kgst.units import TYIYN, format_som

__all__ = ["page_bytes"]

_TEMPLATE: Final = Path(__file__).with_name("period.html.j2")
_KINDS: Final = {
    "blocked": "blocked",
    "unblocked": "unblocked",
    "frozen": "frozen",
    "order": "taken by an order",
    "order at desk": "taken by an order at the redemption desk",
    "forced without order": "moved without an order (ADMIN)",
}
_FULL: Final = 10_000
"""Coverage of 100 %, in 1/10,000."""


def page_bytes(report: dict[str, Any], sha256: str) -> bytes:
    """HTML in UTF-8.

    Args:
        report: As the file has it.
        sha256: Of the file, which the page names.
    """
    days = report["comparison"]["by_day"]
    moved = report["transfers"]["by_day"]
    bands = report["holders"]["bands"]
    page = (
        environment(trim=True)
        .from_string(_TEMPLATE.read_text(encoding="utf-8"))
        .render(
            r=report,
            sha256=sha256,
            zone={"bishkek": "Bishkek", "utc": "UTC"}[report["period"]["days"]],
            coverage=line([day["coverage_bps"] for day in days], _FULL),
            payments=bars(
                [
                    (
                        day["day"][5:],
                        int(day["amount"]),
                        f"{day['day']}: {day['count']:,}, {_som(day['amount'])}",
                    )
                    for day in moved
                ]
            ),
            holders=bars(
                [
                    (_band(band), band["count"], f"{_band(band)}: {band['count']:,}")
                    for band in bands
                ]
            ),
            width=WIDTH,
            height=HEIGHT,
            full=_FULL,
            kinds=_KINDS,
            som=_som,
            less=_less,
            tyiyn=lambda amount: _som(int(amount) * TYIYN),
            percent=lambda bps: "not known" if bps is None else format_bps(bps),
            time=lambda seconds: "–" if seconds is None else format_time(seconds),
            span=lambda seconds: "–" if seconds is None else format_span(seconds),
            band=_band,
        )
    )
    return page.encode()


def _som(base_units: str | int) -> str:
    """`1 000.00`, in som; its spaces do not break."""
    return format_som(int(base_units)).removesuffix(" som").replace(" ", "\u00a0")


def _less(base_units: str) -> str:
    """What is taken off: with a minus, or a plus where it is below zero."""
    amount = int(base_units)
    return f"+{_som(-amount)}" if amount < 0 else f"−{_som(amount)}"


def _band(band: dict[str, Any]) -> str:
    """`from 100`, in whole som."""
    least = int(band["from_amount"]) // 10**6
    return f"from {least:,}".replace(",", "\u00a0") if least else "less than 100"
