"""Days of a period, whose they are, and percentiles of how long something took."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgst.errors import InputError
from kgst.report.charts import bars, line
from kgst.report.period import Days, Period
from kgst.report.redeeming import percentile

DAY = st.dates(date(1980, 1, 1), date(2200, 1, 1))


@given(first=DAY, length=st.integers(0, 400), days=st.sampled_from(["bishkek", "utc"]))
def test_period__each_day__ends_where_the_next_begins(first: date, length: int, days: Days) -> None:
    period = Period.parse(str(first), str(first + timedelta(days=length)), days)
    each = list(period.each())
    assert [day for day, _ in each] == [first + timedelta(days=at) for at in range(length + 1)]
    assert each[-1][1] == period.end
    assert period.begin == each[0][1] - 86_400
    assert all(period.day_of(end - 1) == day for day, end in each)
    assert all(period.day_of(end) == day + timedelta(days=1) for day, end in each)


@pytest.mark.parametrize(("days", "hour"), [("bishkek", 18), ("utc", 0)])
def test_period__begins_at_midnight_of_its_zone(days: Days, hour: int) -> None:
    period = Period.parse("2026-03-02", "2026-03-02", days)
    begin = datetime(2026, 3, 2 if hour == 0 else 1, hour, tzinfo=UTC)
    assert (period.begin, period.end) == (begin.timestamp(), begin.timestamp() + 86_400)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-02", "2026-03-01", "the first day comes first"),
        ("2000-01-01", "2026-03-01", "at most 3,700 days"),
        ("2026-3-2", "2026-03-03", "--from '2026-3-2': write a day like"),
        ("20260302", "2026-03-03", "--from '20260302': write a day like"),
        ("2026-03-02", "2026-02-30", "--to '2026-02-30': write a day like"),
        ("9999-12-31", "9999-12-31", "--from '9999-12-31': write a day like"),
    ],
)
def test_period__days_that_are_none__are_refused(first: str, last: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Period.parse(first, last, "bishkek")


@given(st.lists(st.integers(0, 10**7), min_size=1), st.integers(1, 100))
def test_percentile__is_the_least_that_so_many_do_not_exceed(
    values: list[int], hundredths: int
) -> None:
    found = percentile(sorted(values), hundredths)
    assert found is not None
    assert 100 * sum(one <= found for one in values) >= hundredths * len(values)
    assert 100 * sum(one < found for one in values) < hundredths * len(values)


def test_percentile__of_none__is_none() -> None:
    assert percentile([], 50) is None


def test_line__a_day_without_a_figure__interrupts_it() -> None:
    found = line([10_000, 20_000, None, 5_000], 10_000)
    assert found is not None
    assert [len(piece.split()) for piece in found.pieces] == [2, 1]
    assert (found.top, found.bottom) == (20_000, 5_000)
    first, high, low = [y for _, y in found.dots]
    assert first == found.mark
    assert high < first < low, "higher figures stand higher"
    assert line([None, None], 10_000) is None


def test_bars__heights_are_as_the_figures() -> None:
    found = bars([("a", 0, ""), ("b", 50, ""), ("c", 100, "")])
    assert [bar.height for bar in found] == [0, found[2].height / 2, found[2].height]
    assert [bar.named for bar in bars([(str(n), n, "") for n in range(17)])].count(True) == 6
    assert {bar.height for bar in bars([("a", 0, ""), ("b", 0, "")])} == {0}
