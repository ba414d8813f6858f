"""`--settled`: what a person says, an amount or a table of redemptions; its reason; slips in either."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kgst.errors import ExitCode, InputError
from kgst.reserves.by_hand import read_by_hand

SOM = 1_000_000
WHY = "forfeited by order AD-123/26"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a table with these rows and return its path."""

    def _write(
        *rows: str, header: str = "reference,amount", mark: str = "", end: str = "\n"
    ) -> Path:
        path = tmp_path / "paid.csv"
        path.write_bytes((mark + "".join(line + end for line in (header, *rows))).encode())
        return path

    return _write


def refusal(given: object, reason: str | None = WHY) -> str:
    with pytest.raises(InputError) as raised:
        read_by_hand(str(given), reason)
    assert raised.value.exit_code is ExitCode.USAGE
    return str(raised.value)


def test_read_by_hand__nothing_given__is_nothing() -> None:
    assert read_by_hand(None, None) is None
    with pytest.raises(InputError, match="--reason is for --settled, which is not given"):
        read_by_hand(None, WHY)


@pytest.mark.parametrize(("text", "som"), [("40 000.00 som", 40_000), ("100 som", 100)])
def test_read_by_hand__amount__has_its_reason(text: str, som: int) -> None:
    found = read_by_hand(text, f" {WHY} ")
    assert found is not None
    assert (found.amount, found.rows) == (som * SOM, ())
    assert (found.origin.kind, found.origin.reason) == ("amount", WHY)


@pytest.mark.parametrize("reason", [None, "", "  ", "two\nlines", "x" * 201, "\u200b"])
def test_read_by_hand__no_reason__is_refused(reason: str | None) -> None:
    assert "say why in one line with --reason" in refusal("40 som", reason)


def test_read_by_hand__table__has_each_row(write: Write) -> None:
    found = read_by_hand(str(write("PAY-1,40 000.00 som", "PAY-2,0.01 som")), WHY)
    assert found is not None
    assert (found.amount, found.rows) == (None, (("PAY-1", 40_000 * SOM), ("PAY-2", 10_000)))
    origin = found.origin
    assert (origin.kind, origin.redemptions, origin.file) == ("table", 2, "paid.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_read_by_hand__table_with_a_byte_order_mark__is_read(write: Write, end: str) -> None:
    found = read_by_hand(str(write("PAY-1,5.00 som", mark="\ufeff", end=end)), WHY)
    assert found is not None
    assert found.rows == (("PAY-1", 5 * SOM),)


@pytest.mark.parametrize(
    ("row", "line", "said"),
    [
        ("pay-1,6.00 som", 3, "'pay-1' stands already on line 2"),
        ("ＰＡＹ-1,6.00 som", 3, "stands already on line 2"),
        ("PAY-2,0 som", 3, "has the amount zero; leave the row out"),
        ("PAY-2,-5.00 som", 3, "a sign is not part of an amount"),
        ("PAY-2,5.001000 som", 3, "banks pay whole tyiyn"),
        ('PAY-2,"40,000.00 som"', 3, "a comma may mean thousands or decimals"),
        ("PAY-2,40,000.00 som", 3, "3 cells instead of 2"),
        ("PAY-2,5.00", 3, "the unit is missing"),
        ("PAY-2,5.00 KGS", 3, "the unit 'KGS' is not som or tyiyn"),
        ("PAY-2,5e3 som", 3, "exponents are refused"),
        ("PAY-2,", 3, "it is empty"),
        (",5.00 som", 3, "the reference '' is empty"),
        ("PAY\u200b-1,5.00 som", 3, "cannot be printed"),
        ("", 3, "0 cells instead of 2"),
        ('"PAY-2,5.00 som', 3, "not well-formed CSV"),
    ],
)
def test_read_by_hand__slip_in_a_table__names_the_line(
    write: Write, row: str, line: int, said: str
) -> None:
    message = refusal(write("PAY-1,5.00 som", row))
    assert f"paid.csv: line {line}" in message
    assert said in message


def test_read_by_hand__table_of_nothing__is_refused(write: Write) -> None:
    assert "no redemptions; leave --settled out" in refusal(write())


@pytest.mark.parametrize("header", ["amount,reference", "reference;amount", "reference,amount,day"])
def test_read_by_hand__other_header__is_refused(write: Write, header: str) -> None:
    assert "line 1: not the header of paid redemptions; write reference,amount" in refusal(
        write("PAY-1,5.00 som", header=header)
    )


@pytest.mark.parametrize("text", ["40000", "40,000.00 som", "-5 som", "0.0000001 som", ""])
def test_read_by_hand__neither_amount_nor_table__offers_both(text: str) -> None:
    message = refusal(text)
    assert message.startswith("--settled: ")
    assert "reference,amount" in message


def test_read_by_hand__table_that_cannot_be_read__says_why(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "absent.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "a folder" in refusal(tmp_path / "folder.csv")
    (tmp_path / "utf16.csv").write_bytes("reference,amount\nPAY-1,5.00 som\n".encode("utf-16"))
    assert "is not UTF-8" in refusal(tmp_path / "utf16.csv")
