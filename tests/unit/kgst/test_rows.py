"""Tables and lines on narrow terminals: nothing is cut that people compare, nothing is left out."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text
from support.narrow import lost

from kgst.rows import Rows, folded
from kgst.screen import Screen
from kgst.tables import facts, table

ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def shown(what: object, width: int) -> list[str]:
    out = io.StringIO()
    Screen(width=width, file=out, highlight=False, emoji=False).print(what)
    return [line.rstrip() for line in out.getvalue().splitlines() if line.strip()]


def powers() -> Rows:
    made = table("Powers afterwards", "power", "who", "terms")
    made.add_row("ADMIN", f"admin\n{ADDRESS}", "at once")
    made.add_row("", f"other\n{ADDRESS}", "after 5 minutes")
    return made


def test_table__with_room__is_a_table() -> None:
    assert shown(powers(), 80)[:4] == [
        "Powers afterwards",
        " power   who                                          terms",
        f" {'─' * 68}",
        " ADMIN   admin                                        at once",
    ]


def test_table__without_room__is_stacked() -> None:
    assert shown(powers(), 60) == [
        "Powers afterwards",
        " ADMIN",
        "  who    admin",
        f"         {ADDRESS}",
        "  terms  at once",
        "  who    other",
        f"         {ADDRESS}",
        "  terms  after 5 minutes",
    ]


def test_amount__in_a_narrow_column__keeps_its_groups_together() -> None:
    made = table(None, "who", "may mint", right=("may mint",))
    made.add_row("x" * 35, "1 000 000.00 som,")
    assert shown(made, 80)[-1].endswith(" 1 000 000.00 som,")
    assert [line.strip() for line in shown(made, 52)[-2:]] == [f"{'x' * 35}   1 000 000.00", "som,"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  - first second third", ["  - first second", "    third"]),
        ("! a warning of words", ["! a warning of", "  words"]),
        ("at once 1 000 000.00 som", ["at once", "1 000 000.00 som"]),
        ("", [""]),
        ("x" * 36, ["x" * 16, "x" * 16, "xxxx"]),
    ],
)
def test_line__too_long__goes_on_below_its_own_beginning(line: str, told: list[str]) -> None:
    assert folded(Text(line), 16).plain.split("\n") == told


def test_address__behind_a_marker__is_whole_where_the_indent_leaves_no_room() -> None:
    assert folded(Text(f"✓ {ADDRESS}"), 43).plain.split("\n") == ["✓", ADDRESS]


@pytest.mark.parametrize("width", [42, 50, 53])
def test_line__address_within_a_longer_word__is_whole(width: int) -> None:
    told = folded(Text(f"changes isAuditor({ADDRESS}) on purpose"), width).plain.split("\n")
    assert sum(ADDRESS in line for line in told) == 1
    assert "".join(told).replace(" ", "") == f"changesisAuditor({ADDRESS})onpurpose"


def test_line__address_within_a_longer_word__is_whole_behind_a_marker_too() -> None:
    told = folded(Text(f"✓ of isAuditor({ADDRESS})"), 43).plain.split("\n")
    assert sum(ADDRESS in line for line in told) == 1


def test_line__folded__keeps_its_styles() -> None:
    told = folded(Text.assemble("plain words, ", ("bold words", "bold")), 20)
    assert told.plain == "plain words, bold\nwords"
    assert [told.plain[s.start : s.end] for s in told.spans if s.end > s.start] == ["bold", "words"]


WORDS = st.lists(
    st.one_of(
        st.text("abcdefg(),.…", min_size=1, max_size=60),
        st.sampled_from(
            [
                ADDRESS,
                f"isAuditor({ADDRESS})",
                "1 000 000.00 som",
                "30 days",
                "0x" + "ab" * 32,
                "слово",
                "✓",
            ]
        ),
    ),
    max_size=8,
).map(" ".join)


@given(
    st.lists(st.lists(WORDS, min_size=4, max_size=4), min_size=1, max_size=3), st.integers(46, 100)
)
def test_table__of_any_words__loses_none(cells: list[list[str]], width: int) -> None:
    made = table(None, "who", "", "available now", "what", right=("available now",))
    for row in cells:
        made.add_row(*map(Text, row))
    assert not lost((made,), {}, width)


@given(WORDS, WORDS, st.integers(46, 100))
def test_facts__of_any_words__lose_none(name: str, value: str, width: int) -> None:
    made = facts("A title that is longer than many a table is wide")
    made.add_row(Text(name), Text(value))
    assert not lost((made,), {}, width)


def test_cell__that_is_neither_markup_nor_text__is_refused() -> None:
    made = table(None, "what")
    made.add_row(table(None))
    with pytest.raises(TypeError, match="a cell is markup or Text, not Rows"):
        shown(made, 80)
