"""A report as one page for people: in three languages, with nothing fetched from elsewhere, fit to be printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.quantities import format_bps
from kgst.reserves import page_words
from kgst.reserves.report import Report, hash_of_report
from kgst.units import TYIYN, format_som

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment", "page_bytes", "page_of"]

_TEMPLATE: Final = Path(__file__).with_name("report.html.j2")


def page_of(report: Path) -> Path:
    """Where the page of a report lies: beside it."""
    return report.with_name(f"{report.stem}.html")


def page_bytes(report: Report, data: bytes) -> bytes:
    """HTML in UTF-8.

    Args:
        report: What it says.
        data: The report's bytes, whose hash the page names.
    """
    owed, total = report.owed, report.total
    figures = {
        "burned": owed.burned,
        "settled": owed.settled,
        "owed": owed.burned - owed.settled,
        "settled_now": owed.settled_now,
        "reopened_now": owed.reopened_now,
        "unassigned": owed.unassigned,
    }
    always = ("burned", "settled", "owed")
    page = (
        environment()
        .from_string(_TEMPLATE.read_text(encoding="utf-8"))
        .render(
            report=report,
            total=total,
            owed=owed,
            hash=hash_of_report(data),
            languages=page_words.LANGUAGES,
            words=page_words.WORDS,
            ages=page_words.AGES,
            kinds=page_words.KINDS,
            categories=page_words.CATEGORIES,
            amounts={key: _base(one) for key, one in figures.items() if one or key in always},
            som=_som,
            base=_base,
            signed=_signed,
            percent=format_bps,
        )
    )
    return page.encode()


def environment(*, trim: bool = False) -> Environment:
    """In which pages of reports are made; `trim` leaves no empty lines where a template only decides."""
    from jinja2 import Environment, StrictUndefined

    # Whatever a bank wrote is text, and a word that is missing is an error.
    return Environment(
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=trim,
        lstrip_blocks=trim,
    )


def _base(base_units: int) -> str:
    """Base units in som, without the unit's name, whose spaces do not break."""
    return format_som(base_units).removesuffix(" som").replace(" ", "\u00a0")


def _som(tyiyn: int) -> str:
    return _base(tyiyn * TYIYN)


def _signed(tyiyn: str) -> str:
    amount = int(tyiyn)
    return f"−{_som(-amount)}" if amount < 0 else f"+{_som(amount)}"
