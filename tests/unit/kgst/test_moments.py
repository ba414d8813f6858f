"""Points in time and spans, as people read them."""

import pytest

from kgst.moments import format_span, format_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"), (1, "1 second"), (61, "1 minute 1 second"), (3_600, "1 hour"),
        (3_601, "1 hour"), (90_000, "1 day 1 hour"), (90_061, "1 day 1 hour"), (-120, "2 minutes"),
        (86_399, "23 hours 59 minutes"),
    ],
)  # fmt: skip
def test_format_span__seconds__are_two_units(seconds: int, text: str) -> None:
    assert format_span(seconds) == text


def test_format_time__second__is_a_moment_or_its_number() -> None:
    assert format_time(0) == "1970-01-01 00:00:00 UTC (06:00 Bishkek)"
    assert format_time(1_772_661_660) == "2026-03-04 22:01:00 UTC (2026-03-05 04:01 Bishkek)"
    assert format_time(2**200) == f"second {2**200}"
