"""A period's report on the screen: the figures that a reader looks for first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgst.moments import format_span, format_time
from kgst.quantities import format_bps
from kgst.tables import facts
from kgst.terminal import markup
from kgst.units import TYIYN, format_som

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.report.documents import PeriodReport

__all__ = ["print_period"]


def print_period(out: Console, report: PeriodReport) -> None:
    """The figures, and what is missing."""
    days, point = report.period, report.measurement_point
    tokens, assets, comparison = (
        report.redeemable_tokens_outstanding,
        report.redemption_assets,
        report.comparison,
    )
    later = tokens.temporarily_nonredeemable_tokens
    zone = {"bishkek": "Bishkek", "utc": "UTC"}[days.days]
    rows = facts(
        f"KGST from {markup(days.first_day)} to {markup(days.last_day)}, days in {markup(zone)}"
    )
    rows.add_row(
        "Measured", f"before {format_time(point.moment)}: as of block {point.block:,}"
    )  # fmt: skip
    rows.add_row("Tokens outstanding", format_som(tokens.total_tokens_outstanding))
    rows.add_row("  redeemable", format_som(tokens.redeemable_tokens))
    rows.add_row("  temporarily not", format_som(later.total))
    for name, amount in (
        ("blocked", later.blocked),
        ("frozen", later.frozen),
        ("at the redemption desk", later.held_by_redemption_desk),
        ("all others, paused", later.paused),
    ):
        rows.add_row(f"    {name}", format_som(amount))
    rows.add_row("  permanently not", "none")
    if assets.as_of is None:
        rows.add_row("Assets for redemption", "nothing was attested")
    else:
        rows.add_row(
            "Assets for redemption",
            f"{format_som(assets.redemption_assets * TYIYN)}, attestation {assets.epoch}, of "
            f"{format_time(assets.as_of)}",
        )
    rows.add_row("Owed on burned tokens", format_som(comparison.owed))
    rows.add_row("Difference", format_som(comparison.difference))
    rows.add_row("Coverage", _bps(comparison.coverage_bps))
    rows.add_row(
        "Lowest coverage",
        f"{_bps(comparison.lowest_coverage_bps)}"
        + (f" at the end of {markup(comparison.lowest_on)}" if comparison.lowest_on else ""),
    )
    redemptions = report.redemptions
    rows.add_row(
        "Redemptions",
        f"{redemptions.paid.count:,} paid, {redemptions.open.count:,} open, {redemptions.overdue.count:,} overdue; "
        + (
            f"median {format_span(redemptions.median_seconds)}, 95 % within "
            f"{format_span(redemptions.percentile_95_seconds or 0)}"
            if redemptions.median_seconds is not None
            else "none was paid in the period"
        ),
    )
    rows.add_row(
        "Payments among holders",
        f"{report.transfers.total.count:,}, {format_som(report.transfers.total.amount)}",
    )
    rows.add_row("Addresses with tokens", f"{report.holders.count:,}")
    out.print(rows)
    for gap in report.missing:
        word = "[red]Missing:[/red]" if gap.necessary else "[yellow]To be known:[/yellow]"
        out.print(f"{word} {markup(gap.what, None)} {markup(gap.remedy, None)}")


def _bps(bps: int | None) -> str:
    return "not known" if bps is None else format_bps(bps)
