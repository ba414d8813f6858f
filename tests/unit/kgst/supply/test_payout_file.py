"""The CSV of a payout: what is read, and what is refused with file, line and remedy."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgst.csvfile import MAX_FILE_BYTES, CsvFileError
from kgst.errors import ExitCode, InputError
from kgst.supply.payout_file import Payment, PayoutFile, read_payout
from kgst.units import SOM, TYIYN

ONE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
TWO = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
THREE = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
TOKEN = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"
ZERO = "0x" + 40 * "0"
HEADER = "address,amount_som\n"

Read = Callable[[str | bytes], PayoutFile]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def parse(content: str | bytes) -> PayoutFile:
        path = tmp_path / "salaries.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_payout(path, TOKEN)

    return parse


def refusal(read: Read, content: str | bytes) -> str:
    with pytest.raises(CsvFileError) as caught:
        read(content)
    assert caught.value.exit_code == ExitCode.USAGE
    message = str(caught.value)
    assert message.startswith("salaries.csv: ")
    assert message.endswith(".")
    return message


def test_read_payout__plain__is_read_exactly(read: Read) -> None:
    file = read(f"{HEADER}{ONE},1234.5\n{TWO},0.01\n")
    assert [(p.line, p.receiver, p.value, p.reference) for p in file.payments] == [
        (2, ONE, 1_234 * SOM + SOM // 2, ""),
        (3, TWO, TYIYN, ""),
    ]
    assert file.total == 1_234 * SOM + SOM // 2 + TYIYN
    assert file.name == "salaries.csv"


def test_read_payout__tyiyn__are_tyiyn(read: Read) -> None:
    assert read(f"address,amount_tyiyn\n{ONE},12345\n").total == 12_345 * TYIYN


def test_read_payout__columns_in_another_order__are_read(read: Read) -> None:
    [payment] = read(f"reference,amount_som,address\nJuly,5,{ONE}\n").payments
    assert (payment.receiver, payment.value, payment.reference) == (ONE, 5 * SOM, "July")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_read_payout__as_spreadsheets_write_it__is_the_same(
    read: Read, ending: str, mark: str
) -> None:
    plain = read(f"{HEADER}{ONE},1.00\n{TWO},2.00\n")
    lines = [mark + '"address","amount_som"', f'"{ONE}","1.00"', f'"{TWO}","2.00"']
    file = read(ending.join(lines))
    assert [p.value for p in file.payments] == [SOM, 2 * SOM]
    assert (file.content, file.ordered) == (plain.content, plain.ordered)
    assert file.sha256 != plain.sha256


def test_content__other_unit_or_order__is_the_same_payments(read: Read) -> None:
    som = read(f"{HEADER}{ONE},1.00\n{TWO},2\n")
    tyiyn = read(f"address,amount_tyiyn\n{TWO},200\n{ONE},100\n")
    assert som.content == tyiyn.content


def test_content__vector__stays(read: Read) -> None:
    """The keys on the chain are made of it."""
    file = read(f"address,amount_som,reference\n{TWO},2,\n{ONE},1,July\n")
    assert file.content == "5b0116b6b25134fc06c6efb62f4b6b504809aa89367288c6e06be61a1d06564f"


def test_chunks__other_unit_or_order__are_the_same_payments_with_lines_of_their_own(
    read: Read,
) -> None:
    def divided(rows: list[str], size: int) -> list[list[tuple[int, str]]]:
        chunks = read(HEADER + "\n".join(rows)).chunks(size)
        return [[(p.line, p.receiver) for p in chunk.payments] for chunk in chunks]

    rows = sorted((f"{r},{n}" for n, r in enumerate((ONE, TWO, THREE), 1)), key=str.lower)
    forth, back = divided(rows, 2), divided(rows[::-1], 2)
    assert [[line for line, _ in chunk] for chunk in forth] == [[2, 3], [4]]
    assert [[line for line, _ in chunk] for chunk in back] == [[4, 3], [2]]
    assert [[r for _, r in chunk] for chunk in forth] == [[r for _, r in chunk] for chunk in back]


def test_content__other_reference__is_another_payment(read: Read) -> None:
    header = "address,amount_som,reference\n"
    assert read(f"{header}{ONE},1,July\n").content != read(f"{header}{ONE},1,August\n").content


@pytest.mark.parametrize(
    ("content", "line", "found", "remedy"),
    [
        (f"{HEADER}{ONE},1\n{TWO},2\n{ONE},3\n", 4, f"{ONE} stands already on line 2", "one row"),
        (f"{HEADER}{ONE},1 000.00\n", 2, "has separators between its digits", "plain digits"),
        (f"{HEADER}{ONE},1\u00a0000.00\n", 2, "has separators", "plain digits"),
        (f'{HEADER}{ONE},"1,000.00"\n', 2, "has a comma", "plain digits"),
        (f"{HEADER}{ONE},1,000.00\n", 2, "3 cells instead of 2", "without commas"),
        (f'{HEADER}{ONE},"1,5"\n', 2, "has a comma", "plain digits"),
        (f"{HEADER}{ONE},0\n", 2, "the amount is zero", "leave the row out"),
        (f"{HEADER}{ONE},0.00\n", 2, "the amount is zero", "leave the row out"),
        (f"{HEADER}{ONE},-5\n", 2, "has a sign", "plain digits"),
        (f"{HEADER}{ONE},+5\n", 2, "has a sign", "plain digits"),
        (f"{HEADER}{ONE},1.005\n", 2, "has 3 decimal(s)", "at most 2 decimals"),
        (f"address,amount_tyiyn\n{ONE},1.5\n", 2, "has 1 decimal(s)", "whole tyiyn"),
        (f"{HEADER}{ONE},1e3\n", 2, "has an exponent", "plain digits"),
        (f"{HEADER}{ONE},1.\n", 2, "is not a plain decimal number", "plain digits"),
        (f"{HEADER}{ONE},.5\n", 2, "is not a plain decimal number", "plain digits"),
        (f"{HEADER}{ONE},007\n", 2, "starts with a surplus zero", "plain digits"),
        (f"{HEADER}{ONE},\n", 2, "is empty", "plain digits"),
        (f"{HEADER}{ONE},5 som\n", 2, "is not a plain decimal number", "has the unit"),
        (f"{HEADER}{ONE},NaN\n", 2, "is not a plain decimal number", "plain digits"),
        (f"{HEADER}{ONE},Infinity\n", 2, "is not a plain decimal number", "plain digits"),
        (f"{HEADER}{ONE},٥\n", 2, "is not a plain decimal number", "plain digits"),
        (f"{HEADER}{ONE},=5+5\n", 2, "is not a plain decimal number", "plain digits"),
        (f"{HEADER}{ONE},{'9' * 30}\n", 2, "is too large", "number of zeros"),
        (f"{HEADER}{ONE},{'9' * 17}\n", 2, "more than the token can hold", "number of zeros"),
        (f"address,amount\n{ONE},5\n", 1, "amount has no unit", "amount_som or amount_tyiyn"),
        (f"address,amount_som,note\n{ONE},5,x\n", 1, "nothing reads the column 'note'", "remove"),
        (f"address,amount_som,amount_tyiyn\n{ONE},5,500\n", 1, "are both there", "keep one"),
        (f"address,amount_som,address\n{ONE},5,{ONE}\n", 1, "'address' appears twice", "header"),
        (f"Address,amount_som\n{ONE},5\n", 1, "there is no column address", "header"),
        (f"address;amount_som\n{ONE};5\n", 1, "separated by semicolons", "commas"),
        (f"address\tamount_som\n{ONE}\t5\n", 1, "separated by tabs", "commas"),
        (f"{ONE},5\n", 1, "there is no column address", "header"),
        (f"{HEADER}\n{ONE},5\n", 2, "the line is empty", "remove"),
        (f"{HEADER}{ONE},5\n\n", 3, "the line is empty", "remove"),
        (f"{HEADER}{ONE},5\n,\n", 3, "the line is empty", "remove"),
        (f"{HEADER}{ONE}\n", 2, "1 cells instead of 2", "each column"),
        (f"{HEADER}{ONE.lower()},5\n", 2, "checksum is absent or wrong", "copy it again"),
        (f"{HEADER}{ONE[:-1]}9,5\n", 2, "checksum is absent or wrong", "copy it again"),
        (f"{HEADER}{ONE[2:]},5\n", 2, "is not an address", "0x and 40"),
        (f"{HEADER} {ONE},5\n", 2, "is not an address", "without spaces"),
        (f"{HEADER}{ONE[:-1]},5\n", 2, "is not an address", "0x and 40"),
        (f"{HEADER}issuer,5\n", 2, "is not an address", "0x and 40"),
        (f"{HEADER}=HYPERLINK(1),5\n", 2, "is not an address", "0x and 40"),
        (f"{HEADER}{ZERO},5\n", 2, "the zero address is nobody's", "account's address"),
        (f"{HEADER}{TOKEN},5\n", 2, "is the token itself", "receiver's own address"),
        (f'{HEADER}{ONE},"5\n6"\n', 2, "a cell has a line break in it", "remove the line break"),
        (f'{HEADER}{ONE},"5\n', 2, "it is not well-formed CSV", "quotes"),
        (f'{HEADER}{ONE},"5"x\n', 2, "it is not well-formed CSV", "quotes"),
        (f"{HEADER}{ONE},5\n{TWO},{'1' * 300}\n", 3, "a cell is longer than", "shorten"),
        (f"{HEADER}{ONE},5\x00\n", 2, "U+0000 cannot stand", "CSV UTF-8"),
        (f"{HEADER}{ONE},5\x1b[31m\n", 2, "U+001B cannot stand", "CSV UTF-8"),
        (f"{HEADER}{ONE},5\n".encode() + b"\xcf\xee,1\n", 3, "it is not UTF-8 text", "CSV UTF-8"),
    ],
)  # fmt: skip
def test_read_payout__hostile__is_refused_with_line_and_remedy(
    read: Read, content: str | bytes, line: int, found: str, remedy: str
) -> None:
    message = refusal(read, content)
    assert message.startswith(f"salaries.csv: line {line}: "), message
    assert found in message
    assert remedy in message


def test_read_payout__several_rows_are_wrong__all_are_named(read: Read) -> None:
    lower = [f"0x{0xABCDEF << 100 | n:040x}" for n in range(40)]
    with pytest.raises(CsvFileError) as one:
        read("address,amount_som\n" + "".join(f"{address},1.00\n" for address in lower))
    said = str(one.value).split("\n")
    assert said[0] == "40 rows cannot be used:"
    assert [line.split(": ")[1] for line in said[1:21]] == [f"line {n}" for n in range(2, 22)]
    assert said[21:] == ["… and 20 more"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_reference__like_a_formula__is_refused(read: Read, start: str) -> None:
    message = refusal(read, f"address,amount_som,reference\n{ONE},5,{start}1+1\n")
    assert "line 2" in message
    assert "formula" in message


@pytest.mark.parametrize("text", ["x" * 141, " July", "July\u200b", "July\u202e"])
def test_reference__unprintable__is_refused(read: Read, text: str) -> None:
    assert "the reference" in refusal(read, f"address,amount_som,reference\n{ONE},5,{text}\n")


def test_read_payout__utf_16__is_refused(read: Read) -> None:
    assert "not UTF-8" in refusal(read, f"{HEADER}{ONE},5\n".encode("utf-16"))


@pytest.mark.parametrize("content", ["", "\n", "\ufeff", "  \n"])
def test_read_payout__empty__is_refused(read: Read, content: str) -> None:
    assert "the file is empty" in refusal(read, content)


def test_read_payout__header_only__is_refused(read: Read) -> None:
    assert "no rows after the header" in refusal(read, HEADER)


def test_read_payout__sum_too_large__is_refused(read: Read) -> None:
    most = "4722366482869645.21"
    assert read(f"{HEADER}{ONE},{most}\n").total <= 2**72 - 1
    assert "it sums to" in refusal(read, f"{HEADER}{ONE},{most}\n{TWO},1\n")


def test_read_payout__too_large__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(CsvFileError, match="larger than 20 MiB"):
        read_payout(path, TOKEN)


def test_read_payout__no_file__is_refused(tmp_path: Path) -> None:
    with pytest.raises(CsvFileError, match="check the path"):
        read_payout(tmp_path / "none.csv", TOKEN)
    with pytest.raises(CsvFileError, match="a folder"):
        read_payout(tmp_path, TOKEN)
    fifo = tmp_path / "pipe.csv"
    os.mkfifo(fifo)
    with pytest.raises(CsvFileError, match="pipe"):
        read_payout(fifo, TOKEN)


def test_require__control_figures__must_match(read: Read) -> None:
    file = read(f"{HEADER}{ONE},1\n{TWO},2\n")
    file.require(total=3 * SOM, count=2)
    file.require(total=None, count=None)
    with pytest.raises(InputError, match=r"has 2 payments, --count says 3"):
        file.require(total=None, count=3)
    with pytest.raises(InputError, match=r"sums to 3\.00 som, --total says 4\.00 som.* -1\.00 som"):
        file.require(total=4 * SOM, count=2)


def test_chunks__cut_the_file__and_nothing_else(read: Read) -> None:
    file = read(f"{HEADER}{ONE},1\n{TWO},2\n{THREE},3\n")
    chunks = file.chunks(2)
    assert [(c.number, c.name, c.total) for c in chunks] == [
        (1, "payout-001", 3 * SOM),
        (2, "payout-002", 3 * SOM),
    ]
    assert [p for c in chunks for p in c.payments] == list(file.ordered)


@given(
    receivers=st.lists(st.integers(1, 2**160 - 1), min_size=1, max_size=12, unique=True),
    shuffled=st.randoms(),
    sizes=st.tuples(st.integers(1, 14), st.integers(1, 14)),
)
def test_chunks__with_the_same_first__are_the_same(
    receivers: list[int], shuffled: Random, sizes: tuple[int, int]
) -> None:
    """So whoever has seen the first one on the chain pays the same by each further key, or is refused."""
    payments = [Payment(n, f"0x{r:040x}", n, "") for n, r in enumerate(receivers, start=2)]
    rows = [payments, shuffled.sample(payments, len(payments))]
    files = [PayoutFile("salaries.csv", "", tuple(found)) for found in rows]
    assert files[0].content == files[1].content
    one, other = (file.chunks(size) for file, size in zip(files, sizes, strict=True))
    same = set(one[0].payments) == set(other[0].payments)
    assert same == (one == other)
    assert same == (min(sizes[0], len(rows[0])) == min(sizes[1], len(rows[0])))


@given(text=st.text(st.characters(codec="utf-8"), max_size=200))
def test_read_payout__anything__is_refused_in_words(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.csv"
    for content in (text, HEADER + text, f"{HEADER}{ONE},{text}"):
        path.write_bytes(content.encode())
        with suppress(CsvFileError):  # and nothing else
            assert read_payout(path, TOKEN).total > 0
