"""Text of others reaches people as one harmless line, whatever is in it."""

from __future__ import annotations

import io

import pytest
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kgst.command import console
from kgst.screen import Screen
from kgst.terminal import lines, markup, markup_lines, plain

HOSTILE = (
    "[/docs]",
    "[red]hidden[/red]",
    "[link=https://example.org]click[/link]",
    "[bold",
    "\\[/docs]\\",
    ":warning:",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\u202egnp.exe",
    "a\u200b\u2066b\ufeff",
    "one\r\n✓ verified\u2028three",
    "\udc80\ue000",
)


def printed(*things: object, encoding: str = "utf-8") -> str:
    buffer = io.BytesIO()
    screen = Screen(
        file=io.TextIOWrapper(buffer, encoding, write_through=True),
        width=200,
        force_terminal=True,
        highlight=False,
        emoji=False,
    )
    for thing in things:
        screen.print(thing)
    return buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("text", HOSTILE)
def test_plain__is_printable_and_as_long(text: str) -> None:
    assert plain(text).isprintable()
    assert len(plain(text)) == len(text)


def test_plain__shows_that_something_was_there() -> None:
    assert plain("a\x1b[2Jb\u202ec\u200bd\ne\tf\u00a0g") == "a?[2Jb?c?d e f g"
    assert plain("сом – ок ✓") == "сом – ок ✓"


# https://www.unicode.org/reports/tr9/ (direction), tr36 (what is not seen), ECMA-48 (C1)
ACTS = (
    *range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080), 0x2028, 0x2029,
)  # fmt: skip
UNSEEN = (
    0x34F, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFFA0, 0xE0100,
)  # fmt: skip


@pytest.mark.parametrize("code", [*ACTS, *UNSEEN], ids=hex)
def test_every_way__what_acts_or_is_not_seen__is_seen(code: int) -> None:
    """By each function of the gate, and by the console itself, which is given what slipped by."""
    text = f"a{chr(code)}b"
    for shown in (plain(text), markup(text), printed(Text(text)), printed(Panel(Text(text)))):
        assert chr(code) not in shown.replace("\n", "").replace(" ", "") or code == 0x20
    assert plain(text) in ("a?b", "a b")
    assert chr(code) not in lines(text).replace("\n", "")


def test_plain__of_much__is_cut() -> None:
    assert plain("x" * 10_000) == "x" * 499 + "…"
    assert plain("x" * 500) == "x" * 500
    assert plain("x" * 12, limit=10) == "x" * 9 + "…"
    # What is signed is shown whole.
    assert plain("x" * 10_000, limit=None) == "x" * 10_000


@pytest.mark.parametrize("text", HOSTILE)
def test_markup__is_shown_as_it_is(text: str) -> None:
    shown = (
        printed(f"<[green]{markup(text)}[/green]>").replace("\x1b[32m", "").replace("\x1b[0m", "")
    )
    assert shown == f"<{plain(text)}>\n".replace("[bold>", "(bold>")


def test_markup__of_half_a_tag__does_not_take_what_follows() -> None:
    assert printed(f"{markup('[red')} and {markup('more]')}") == "(red and more]\n"


def test_markup_lines__keeps_only_the_breaks() -> None:
    assert markup_lines("[a]\r\n[b]") == "\\[a] \n\\[b]"
    assert "\n" not in markup("[a]\n[b]")


def test_lines__keeps_the_breaks_of_a_message() -> None:
    assert lines("policy.yaml:\n a\x1b[2J") == "policy.yaml:\n a?[2J"
    assert lines("x" * 10_000) == "x" * 3_999 + "…"
    assert lines("\n" * 1_000).endswith("… and 601 more lines")


@pytest.mark.parametrize("text", HOSTILE)
def test_screen__is_not_stopped_nor_ruled_by_what_slipped_by(text: str) -> None:
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    shown = printed(text, Text(text), table, Panel(Text(text)))
    for code in ("\x1b[2J", "\x1b]0", "\x07", "\x9b", "\u202e", "\u200b", "\u2066", "\r", "\u2028"):
        assert code not in shown


def test_screen__keeps_its_own_colours() -> None:
    assert printed("[red]no[/red]") == "\x1b[31mno\x1b[0m\n"


def test_console__takes_no_word_for_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(":warning: 5")
    assert capsys.readouterr().out == ":warning: 5\n"
