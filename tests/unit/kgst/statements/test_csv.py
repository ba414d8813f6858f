"""CSV statements: the exact header, one row an account, and a line number in every refusal."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgst.statements import CSV_HEADER, StatementError, read_reserves

HEADER = "account,currency,date,closing_balance,indicator"
ROW = "1091820000998871,KGS,2026-03-04,4000000.00,CRDT"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the lines as a CSV file and return its path."""

    def _write(*lines: str, name: str = "bank.csv", end: str = "\n", mark: str = "") -> Path:
        path = tmp_path / name
        path.write_bytes((mark + "".join(line + end for line in lines)).encode())
        return path

    return _write


def refusal(*paths: Path) -> str:
    """Return the message with which the files are refused; it names a file."""
    with pytest.raises(StatementError) as raised:
        read_reserves(paths)
    assert any(path.name in str(raised.value) for path in paths)
    assert len(str(raised.value)) < 700
    return str(raised.value)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_read_reserves__csv_from_any_system__is_read(write: Write, end: str, mark: str) -> None:
    total = read_reserves([write(HEADER, ROW, end=end, mark=mark)])
    assert total.total_tyiyn == 400_000_000
    (account,) = total.accounts
    assert (account.account, account.statement_id) == ("1091820000998871", "line 2")
    assert (account.owner, account.closing_date) == (None, date(2026, 3, 4))


def test_csv_header__documented_columns__are_exactly_these() -> None:
    assert ",".join(CSV_HEADER) == HEADER


def test_read_reserves__no_newline_at_the_end_and_quotes__is_read(write: Write) -> None:
    quoted = ",".join(f'"{cell}"' for cell in ROW.split(","))
    assert read_reserves([write(f"{HEADER}\n{quoted}", end="")]).total_tyiyn == 400_000_000


def test_read_reserves__csv_and_camt053_together__are_added(write: Write) -> None:
    demo = Path(__file__).parents[4] / "deployments" / "local" / "statements"
    total = read_reserves([write(HEADER, ROW), demo / "bank-of-nowhere-on-chui.camt053.xml"])
    assert total.total_tyiyn == 1_000_000_000


@pytest.mark.parametrize(
    "header",
    [
        HEADER.upper(),
        HEADER.replace(",", ";"),
        HEADER.replace(",", ", "),
        HEADER.replace("date,", ""),
        HEADER + ",note",
        "currency,account,date,closing_balance,indicator",
        " " + HEADER,
        ROW,
        "sep=,",
        "",
    ],
)
def test_read_reserves__another_header__is_refused(write: Write, header: str) -> None:
    text = refusal(write(header, ROW))
    assert "line 1" in text
    assert HEADER in text


def test_read_reserves__header_alone__is_refused(write: Write) -> None:
    assert "no rows after the header" in refusal(write(HEADER))


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (0, "", "account number"),
        (0, " 1091820000998871", "surplus whitespace"),
        (0, "1091820000998871\t", "surplus whitespace"),
        (0, "1.09182E+15", "account number"),
        (0, "=HYPERLINK(1)", "account number"),
        (0, "\u0410091820000998871", "account number"),
        (0, "1" * 35, "account number"),
        (1, "USD", "'USD', not KGS"),
        (1, "kgs", "'kgs', not KGS"),
        (1, "KGS ", "'KGS ', not KGS"),
        (1, "", "'', not KGS"),
        (2, "04.03.2026", "not a calendar date"),
        (2, "2026-3-4", "not a calendar date"),
        (2, "20260304", "not a calendar date"),
        (2, "2026-W10-3", "not a calendar date"),
        (2, "2026-02-29", "not a calendar date"),
        (2, "2026-03-04T00:00:00", "not a calendar date"),
        (2, "\u0662026-03-04", "not a calendar date"),
        (2, "46085", "not a calendar date"),
        (2, "0000-01-01", "not a calendar date"),
        (3, "", "is empty"),
        (3, "4 000 000.00", "has separators"),
        (3, "4\u00a0000.00", "has separators"),
        (3, "4_000", "has separators"),
        (3, "4'000.00", "has separators"),
        (3, '"4,000,000.00"', "has separators"),
        (3, '"4000000,00"', "has separators"),
        (3, "1.001", "more than two decimals"),
        (3, "1.000", "more than two decimals"),
        (3, "-1.00", "has a sign"),
        (3, "+1.00", "has a sign"),
        (3, "\u22121.00", "has a sign"),
        (3, "(1.00)", "not a plain decimal"),
        (3, "1.", "not a plain decimal"),
        (3, ".5", "not a plain decimal"),
        (3, "4e6", "not a plain decimal"),
        (3, "4E+06", "not a plain decimal"),
        (3, "NaN", "not a plain decimal"),
        (3, "inf", "not a plain decimal"),
        (3, "=SUM(D3:D9)", "not a plain decimal"),
        (3, "=1+1", "not a plain decimal"),
        (3, "#REF!", "not a plain decimal"),
        (3, "\uff11", "not a plain decimal"),
        (3, " 1.00", "not a plain decimal"),
        (3, "1.00 ", "has separators"),
        (3, '"1.00\n"', "not a plain decimal"),
        (3, "1.00 KGS", "not a plain decimal"),
        (3, "9" * 30, "more than 18 digits"),
        (3, "9" * 18, "more than the token can hold"),
        (4, "DBIT", "is a debit"),
        (4, "", "indicator"),
        (4, "crdt", "indicator"),
        (4, "CRDT ", "indicator"),
        (4, "C", "indicator"),
    ],
)
def test_read_reserves__one_bad_cell__is_refused_with_its_line(
    write: Write, column: int, cell: str, reason: str
) -> None:
    cells = ROW.split(",")
    cells[column] = cell
    text = refusal(write(HEADER, "1,KGS,2026-03-04,1.00,CRDT", ",".join(cells)))
    assert reason in text
    assert "line 3" in text


@pytest.mark.parametrize(
    "row",
    ["", ",,,,", ROW + ",", ROW + ",note", "1091820000998871;KGS;2026-03-04;1.00;CRDT", "x"],
)
def test_read_reserves__row_of_another_shape__is_refused_with_its_line(
    write: Write, row: str
) -> None:
    text = refusal(write(HEADER, "1,KGS,2026-03-04,1.00,CRDT", row))
    assert "line 3" in text


@pytest.mark.parametrize("row", ['"1091820000998871', '"1"2,KGS,2026-03-04,1.00,CRDT'])
def test_read_reserves__broken_quotes__are_refused_with_their_line(write: Write, row: str) -> None:
    assert "line 2: not well-formed CSV" in refusal(write(HEADER, row))


def test_read_reserves__thousands_comma_unquoted__is_refused(write: Write) -> None:
    text = refusal(write(HEADER, "1091820000998871,KGS,2026-03-04,4,000,000.00,CRDT"))
    assert "7 cells instead of 5" in text


def test_read_reserves__cell_of_a_megabyte__is_refused(write: Write) -> None:
    assert "not well-formed CSV" in refusal(write(HEADER, "1" * 1_000_000 + ROW))


@pytest.mark.parametrize(
    ("again", "when"),
    [
        ("1091820000998871", "2026-03-04"),
        ("1091820000998871", "2026-03-05"),
        ("1091 8200 0099 8871", "2026-03-04"),
        ("109-1820000998871", "2026-03-04"),
        ("01091820000998871", "2026-03-04"),
    ],
)
def test_read_reserves__account_on_two_rows__is_refused(
    write: Write, again: str, when: str
) -> None:
    text = refusal(write(HEADER, ROW, f"{again},KGS,{when},1.00,CRDT"))
    assert "line 3" in text
    assert "already on line 2" in text


def test_read_reserves__letters_in_two_cases__are_one_account(write: Write) -> None:
    text = refusal(write(HEADER, "AB12,KGS,2026-03-04,1.00,CRDT", "ab12,KGS,2026-03-04,1.00,CRDT"))
    assert "already on line 2" in text


def test_read_reserves__account_in_two_csv_files__is_refused(write: Write) -> None:
    later = "1091820000998871,KGS,2026-03-05,1.00,CRDT"
    text = refusal(write(HEADER, ROW, name="a.csv"), write(HEADER, later, name="b.csv"))
    assert "stands also in a.csv" in text
    assert text.startswith("b.csv")


def test_read_reserves__account_in_two_files_of_one_name__says_so(
    write: Write, tmp_path: Path
) -> None:
    later = "1091820000998871,KGS,2026-03-05,1.00,CRDT"
    first = write(HEADER, ROW, name="a.csv")
    (tmp_path / "other").mkdir()
    second = tmp_path / "other" / "a.csv"
    second.write_text(f"{HEADER}\n{later}\n")
    assert "stands also in another file of that name" in refusal(first, second)


def test_read_reserves__csv_in_windows_1251__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_bytes(f"{HEADER}\n{ROW}\n\u0421\u043e\u043c".encode("windows-1251"))
    assert "not UTF-8" in refusal(path)


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=20))
def test_read_reserves__any_rows__total_is_their_sum(
    tmp_path_factory: pytest.TempPathFactory, balances: list[int]
) -> None:
    path = tmp_path_factory.mktemp("sum") / "bank.csv"
    rows = [
        f"{10**15 + index},KGS,2026-03-04,{tyiyn // 100}.{tyiyn % 100:02d},CRDT\n"
        for index, tyiyn in enumerate(balances)
    ]
    path.write_text(f"{HEADER}\n{''.join(rows)}")
    total = read_reserves([path])
    assert total.total_tyiyn == sum(balances)
    assert [one.closing_balance_tyiyn for one in total.accounts] == balances


@given(st.text(max_size=30), st.integers(0, 4))
def test_read_reserves__any_cell__refused_or_read_without_another_error(
    tmp_path_factory: pytest.TempPathFactory, cell: str, column: int
) -> None:
    cells = ROW.split(",")
    cells[column] = cell
    path = tmp_path_factory.mktemp("fuzz") / "bank.csv"
    path.write_bytes(f"{HEADER}\n{','.join(cells)}\n".encode(errors="surrogatepass"))
    try:
        total = read_reserves([path])
    except StatementError:
        return
    assert total.currency == "KGS"
    assert total.accounts[0].statement_id == "line 2"
