"""Charts of a period's page, as the places of points and bars in SVG; nothing is fetched, no script runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["HEIGHT", "WIDTH", "Bar", "Line", "bars", "line"]

WIDTH: Final = 720
HEIGHT: Final = 180
_LEFT: Final = 90
_TOP: Final = 12
_BOTTOM: Final = 150


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        label: What it is of.
        words: Its figure, for people.
        named: Whether the label stands below it: of many bars not each one's does.
    """

    x: float
    y: float
    width: float
    height: float
    label: str
    words: str
    named: bool


@dataclass(frozen=True)
class Line:
    """A line through the figures of days; where one has none, it is interrupted.

    Attributes:
        pieces: `x,y x,y …` of each piece without a gap.
        top: The highest figure.
        bottom: The lowest that the chart has room for.
        mark: The height of `marked`; None when it lies outside.
    """

    pieces: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    top: int
    bottom: int
    mark: float | None


def bars(values: Sequence[tuple[str, int, str]]) -> tuple[Bar, ...]:
    """A bar for each label, figure and words, from 0 up to the highest."""
    most = max((value for _, value, _ in values), default=0) or 1
    step = (WIDTH - _LEFT) / max(1, len(values))
    every = -(-len(values) // 8)
    made = []
    for at, (label, value, words) in enumerate(values):
        height = (_BOTTOM - _TOP) * value / most
        made.append(
            Bar(
                x=_round(_LEFT + at * step + step * 0.1),
                y=_round(_BOTTOM - height),
                width=_round(step * 0.8),
                height=_round(height),
                label=label,
                words=words,
                named=at % every == 0,
            )
        )
    return tuple(made)


def line(values: Sequence[int | None], marked: int) -> Line | None:
    """Through `values` in their order, with a mark at the height `marked`; None when there is no value."""
    known = [one for one in values if one is not None]
    if not known:
        return None
    top, bottom = max(*known, marked), min(*known, marked)
    room = max(1, top - bottom)
    step = (WIDTH - _LEFT) / max(1, len(values))

    def height(value: int) -> float:
        return _round(_BOTTOM - (_BOTTOM - _TOP) * (value - bottom) / room)

    pieces: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append((_round(_LEFT + (at + 0.5) * step), height(value)))
    return Line(
        pieces=tuple(" ".join(f"{x},{y}" for x, y in piece) for piece in pieces if piece),
        dots=tuple(dot for piece in pieces for dot in piece),
        top=top,
        bottom=bottom,
        mark=height(marked),
    )


def _round(value: float) -> float:
    """The same text on every machine."""
    return round(value, 1)
