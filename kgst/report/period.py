"""A period of whole days: in Bishkek, or in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from kgst.errors import InputError
from kgst.moments import BISHKEK
from kgst.terminal import plain

__all__ = ["MOST_DAYS", "Days", "Period"]

Days = Literal["bishkek", "utc"]
MOST_DAYS: Final = 3_700
"""Ten years: more is a slip."""
_ZONES: Final[dict[Days, tzinfo]] = {"bishkek": BISHKEK, "utc": UTC}


@dataclass(frozen=True)
class Period:
    """Whole days, both named ones included.

    Attributes:
        days: Whose days these are.
    """

    first: date
    last: date
    days: Days

    @classmethod
    def parse(cls, first: str, last: str, days: Days) -> Period:
        """The days as they were typed.

        Raises:
            InputError: one is no day, or the last is before the first.
        """
        period = cls(_day(first, "--from"), _day(last, "--to"), days)
        if not 0 <= (period.last - period.first).days < MOST_DAYS:
            raise InputError(
                f"--from {period.first} --to {period.last}: the first day comes first, and a period has at most "
                f"{MOST_DAYS:,} days."
            )
        return period

    @property
    def begin(self) -> int:
        """Its first second."""
        return self.second_of(self.first)

    @property
    def end(self) -> int:
        """The second after its last."""
        return self.second_of(self.last + timedelta(days=1))

    @property
    def name(self) -> str:
        """Of its folder: `2026-03-01_2026-03-31`, and `_utc` where the days are UTC's."""
        return f"{self.first}_{self.last}" + ("" if self.days == "bishkek" else f"_{self.days}")

    @property
    def options(self) -> str:
        """As they are typed."""
        return f"--from {self.first} --to {self.last}" + (
            "" if self.days == "bishkek" else f" --days {self.days}"
        )

    def each(self) -> Iterator[tuple[date, int]]:
        """Each day, and the second after its last."""
        for at in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=at)
            yield day, self.second_of(day + timedelta(days=1))

    def second_of(self, day: date) -> int:
        """The first second of a day."""
        return int(datetime.combine(day, time(), _ZONES[self.days]).timestamp())

    def day_of(self, seconds: int) -> date:
        """The day in which a second lies."""
        return datetime.fromtimestamp(seconds, _ZONES[self.days]).date()


def _day(text: str, option: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text or not 1970 < day.year < 9999:
        raise InputError(f"{option} {plain(text, 40)!r}: write a day like 2026-03-04.")
    return day
