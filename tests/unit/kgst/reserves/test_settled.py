"""`--settled`: an amount for all that was ever settled, or a table of newly paid redemptions; slips in either."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kgst.errors import ExitCode, InputError
from kgst.reserves.settled import settled_now

SOM = 1_000_000
LAST, BURNED = 100 * SOM, 100_000 * SOM

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


def refusal(given: object, *, last: int = LAST, burned: int = BURNED) -> str:
    with pytest.raises(InputError) as raised:
        settled_now(str(given), last=last, burned=burned)
    assert raised.value.exit_code is ExitCode.USAGE
    return str(raised.value)


def test_settled_now__nothing_given__stays_as_it_was() -> None:
    settled, origin = settled_now(None, last=LAST, burned=BURNED)
    assert (settled, origin.kind) == (LAST, "unchanged")


@pytest.mark.parametrize(("text", "som"), [("40 000.00 som", 40_000), ("100 som", 100)])
def test_settled_now__amount__is_cumulative(text: str, som: int) -> None:
    settled, origin = settled_now(text, last=LAST, burned=BURNED)
    assert (settled, origin.kind) == (som * SOM, "amount")


def test_settled_now__table__is_added_to_the_last(write: Write) -> None:
    path = write("PAY-1,40 000.00 som", "PAY-2,0.01 som")
    settled, origin = settled_now(str(path), last=LAST, burned=BURNED)
    assert settled == LAST + 40_000 * SOM + 10_000
    assert (origin.kind, origin.redemptions, origin.file) == ("table", 2, "paid.csv")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_settled_now__table_with_a_byte_order_mark__is_read(write: Write, end: str) -> None:
    path = write("PAY-1,5.00 som", mark="\ufeff", end=end)
    assert settled_now(str(path), last=LAST, burned=BURNED)[0] == LAST + 5 * SOM


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
def test_settled_now__slip_in_a_table__names_the_line(
    write: Write, row: str, line: int, said: str
) -> None:
    message = refusal(write("PAY-1,5.00 som", row))
    assert f"paid.csv: line {line}" in message
    assert said in message


def test_settled_now__table_of_nothing__is_refused(write: Write) -> None:
    assert "no redemptions; leave --settled out" in refusal(write())


@pytest.mark.parametrize("header", ["amount,reference", "reference;amount", "reference,amount,day"])
def test_settled_now__other_header__is_refused(write: Write, header: str) -> None:
    assert "line 1: not the header of paid redemptions; write reference,amount" in refusal(
        write("PAY-1,5.00 som", header=header)
    )


def test_settled_now__table_above_what_was_burned__says_by_how_much(write: Write) -> None:
    message = refusal(write("PAY-1,99 900.01 som"))
    assert (
        "100 000.01 som would be settled in all, and only 100 000.00 som were ever burned"
        in message
    )
    assert "0.01 som too much" in message


def test_settled_now__amount_below_the_last__is_taken() -> None:
    settled, origin = settled_now("99.99 som", last=LAST, burned=BURNED)
    assert (settled, origin.kind) == (99_990_000, "amount")


@pytest.mark.parametrize("text", ["40000", "40,000.00 som", "-5 som", "0.0000001 som", ""])
def test_settled_now__neither_amount_nor_table__offers_both(text: str) -> None:
    message = refusal(text)
    assert message.startswith("--settled: ")
    assert "reference,amount" in message


def test_settled_now__table_that_cannot_be_read__says_why(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "absent.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "a folder" in refusal(tmp_path / "folder.csv")
    (tmp_path / "utf16.csv").write_bytes("reference,amount\nPAY-1,5.00 som\n".encode("utf-16"))
    assert "is not UTF-8" in refusal(tmp_path / "utf16.csv")
