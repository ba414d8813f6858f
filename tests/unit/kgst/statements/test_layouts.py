"""Files of every kind that is read, written in many ways, and of every kind that is known and refused."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from support.camt053 import ACCOUNT, Write, balance, message, refusal, statement
from support.ledger import LAST, Book, Ledger, Movement, Payment
from support.ledger_files import HEADINGS, Style, Writer, accounts_of, profile, table_csv

from kgst.statements import Accounts, ReserveAccount, StatementError, opened, read_reserves
from kgst.statements.layouts import LAYOUTS, REFUSED

A = "1990010000123456"


def ledger_of(layout: str, before: int = 10**11) -> Ledger:
    """One account on two days: money comes in, and goes out."""
    days = [
        [Movement(55_050, True, [Payment(55_050, "IN", "77")])],
        [Movement(12_345, False, [Payment(12_345, "OUT", "88")])],
    ]
    return Ledger(date(2026, 11, 26), [Book(A, "TLPRKG22", layout, before, days)])


def written(layout: str, **style: object) -> tuple[Ledger, bytes]:
    ledger = ledger_of(layout)
    writer = Writer(ledger, ledger.books[0], Style(**style))  # type: ignore[arg-type]
    return ledger, writer.files()[0][1]


@pytest.mark.parametrize("kind", REFUSED, ids=lambda kind: kind.name)
def test_read_reserves__kind_that_is_not_read__is_named(write: Write, kind: object) -> None:
    for start in kind.starts:  # type: ignore[attr-defined]
        text = refusal(write(start + b" 1" * 50, "statement.xml"))
        assert f"statement.xml: {kind.name}, which is not read; {kind.remedy}." == text  # type: ignore[attr-defined]


def test_layouts__each_that_is_read__is_known_by_one_sample_only() -> None:
    samples = [message(), "1CClientBankExchange\n", "{1:F01X}", "account,currency"]
    found = [[one.is_it(text.encode()) for one in LAYOUTS] for text in samples]
    assert found == [[n == at for n in range(4)] for at in range(4)]


# camt.053


def test_read_reserves__two_messages_one_after_another__are_both_read(write: Write) -> None:
    other = message(statement(balance("7.00"), account="77"), identifier="M-2")
    assert read_reserves([write(message() + "\n" + other)]).total_tyiyn == 10_700
    assert "not well-formed" in refusal(write(message() + "\ntext"))


def test_read_reserves__two_messages_in_one_envelope__are_refused(write: Write) -> None:
    inner = message(prolog="")
    assert "more than one message" in refusal(write(f"<Envelope>{inner}{inner}</Envelope>"))
    assert read_reserves([write(f"<a><b>text{inner}</b></a>")]).total_tyiyn == 10_000


def test_read_reserves__envelope_with_another_message__is_refused(write: Write) -> None:
    inner = message(prolog="").replace("camt.053", "camt.054")
    assert "camt.052 and camt.054 are not" in refusal(write(f"<Envelope>{inner}</Envelope>"))


@pytest.mark.parametrize("encoding", ["windows-1251", "cp866", "koi8-r", "utf-16", "ISO-8859-5"])
def test_read_reserves__declared_encoding__gives_the_owner(write: Write, encoding: str) -> None:
    owner = "<Ownr><Nm>ОсОО Эмитент</Nm></Ownr>"
    text = message(statement(owner=owner), prolog=f'<?xml version="1.0" encoding="{encoding}"?>')
    total = read_reserves([write(text.encode(encoding))])
    assert total.accounts[0].owner == "ОсОО Эмитент"


def test_read_reserves__declares_utf8_and_is_not__is_refused(write: Write) -> None:
    text = message(statement(owner="<Ownr><Nm>ОсОО</Nm></Ownr>"))
    assert "is not UTF-8" in refusal(write(text.encode("cp1251")))


def entry(amount: str, more: str = "", side: str = "CRDT", code: str = "") -> str:
    return (
        f'<Ntry><Amt Ccy="KGS">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>2026-03-04</Dt></BookgDt><BkTxCd>{code}</BkTxCd>{more}</Ntry>"
    )


def with_entries(*entries: str) -> str:
    return message(statement(balance() + "".join(entries)))


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (
            entry("1.00", "<NtryDtls><TxDtls><Amt Ccy='KGS'>2.00</Amt></TxDtls></NtryDtls>"),
            "add up",
        ),
        (entry("1.00").replace("KGS", "USD"), "an amount of an entry in 'USD'"),
        (entry("-1.00"), "has a sign"),
        (entry("1.00", side="X"), "neither a credit nor a debit"),
        (entry("1.00").replace("<Sts><Cd>BOOK</Cd></Sts>", ""), "without a status"),
        (entry("1.00", "<Amt Ccy='KGS'>1.00</Amt>"), "two of Amt"),
        (entry("1.00").replace("2026-03-04", "2026-02-30"), "not a calendar date"),
        (
            entry(
                "1.00",
                code="<Domn><Cd>CAMT</Cd><Fmly><Cd>ACCB</Cd><SubFmlyCd>SWEP</SubFmlyCd></Fmly></Domn>",
            ),
            "the bank sweeps this account",
        ),
    ],
    ids=["sum", "currency", "sign", "side", "status", "twice", "date", "sweep"],
)
def test_read_reserves__entry_that_cannot_be_right__is_refused(
    write: Write, entries: str, said: str
) -> None:
    text = refusal(write(with_entries(entries)))
    assert said in text
    assert ACCOUNT in text


@pytest.mark.parametrize(
    ("summary", "said"),
    [
        ("<TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries>", "says 2 entries"),
        (
            "<TtlNtries><NbOfNtries>1</NbOfNtries><Sum>2.00</Sum></TtlNtries>",
            "all entries says 2.00",
        ),
        ("<TtlDbtNtries><NbOfNtries>1</NbOfNtries></TtlDbtNtries>", "the debits says 1 entries"),
        ("<TtlCdtNtries><NbOfNtries>x</NbOfNtries></TtlCdtNtries>", "is no number"),
    ],
)
def test_read_reserves__summary_of_other_entries__is_refused(
    write: Write, summary: str, said: str
) -> None:
    text = with_entries(f"<TxsSummry>{summary}</TxsSummry>", entry("1.00"))
    assert said in refusal(write(text))


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (("2026-03-01T00:00:00", "2026-03-03T23:59:59"), "outside the statement's period"),
        (("2026-03-05T00:00:00", "2026-03-06T23:59:59"), "outside the statement's period"),
        (("2026-03-04T00:00:00", "2026-03-04T17:00:00"), "which had hours to go"),
    ],
)
def test_read_reserves__closing_against_the_period__is_refused(
    write: Write, period: tuple[str, str], said: str
) -> None:
    first, last = period
    text = message().replace(
        "<Acct>", f"<FrToDt><FrDtTm>{first}</FrDtTm><ToDtTm>{last}</ToDtTm></FrToDt><Acct>"
    )
    assert said in refusal(write(text))


def test_read_reserves__busy_day_over_10_mib__is_read_in_bounded_memory(write: Write) -> None:
    one = entry("0.01", f"<AddtlNtryInf>{'x' * 1_000}</AddtlNtryInf>", side="DBIT")
    opening = balance("200.00", code="<Cd>OPBD</Cd>")
    path = write(message(statement(opening + balance("100.00") + one * 10_000)))
    assert path.stat().st_size > 11 * 2**20
    seen: list[tuple[int, int]] = []
    total = read_reserves([path], progress=lambda _, done, whole: seen.append((done, whole)))
    assert total.total_tyiyn == 10_000
    assert seen[-1] == (path.stat().st_size,) * 2
    assert len(seen) > 10


def test_read_reserves__file_that_changes_while_it_is_read__is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(message())

    original = opened.StatementFile.pieces

    def pieces(file: opened.StatementFile) -> Iterator[bytes]:
        path.write_text(message(identifier="M-2"))
        yield from original(file)

    monkeypatch.setattr(opened.StatementFile, "pieces", pieces)
    assert "the file changed while it was read" in refusal(path)


# Archives


def packed(*files: tuple[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files:
            file.writestr(name, content)
    return archive.getvalue()


def test_read_reserves__archive__is_read_file_by_file(write: Write) -> None:
    other = message(statement(balance("7.00"), account="77"), identifier="M-2")
    content = packed(("a/one.xml", message().encode()), ("two.xml", other.encode()))
    total = read_reserves([write(content, "bank.zip")])
    assert total.total_tyiyn == 10_700
    assert {one.file for one in total.accounts} == {"bank.zip/one.xml", "bank.zip/two.xml"}


def test_read_reserves__archive_that_is_not_read__is_named(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = packed(("a.xml", message().encode()))
    assert "an archive in an archive" in refusal(write(packed(("in.zip", inner)), "a.zip"))
    assert "with 0 files" in refusal(write(packed(("folder/", b"")), "a.zip"))
    locked = bytearray(inner)
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        locked[locked.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    assert "protected by a password" in refusal(write(bytes(locked), "a.zip"))
    monkeypatch.setattr(opened, "MAX_FILE_BYTES", 1_000)
    assert "larger than" in refusal(write(packed(("a.xml", b"x" * 5_000)), "a.zip"))


# 1C


@pytest.mark.parametrize("encoding", ["windows-1251", "cp866", "utf-8"])
@settings(max_examples=20)
@given(before=st.integers(0, 10**13), ends=st.sampled_from(["\r\n", "\n"]), blank=st.booleans())
def test_read_reserves__1c__last_section_counts(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, before: int, ends: str, blank: bool
) -> None:
    ledger = ledger_of("1c", before)
    content = Writer(ledger, ledger.books[0], Style(encoding=encoding)).files()[0][1]
    content = content.replace(b"\r\n", (ends * (2 if blank else 1)).encode())
    path = tmp_path_factory.mktemp("onec") / "kl_to_1c.txt"
    path.write_bytes(content)
    total = read_reserves([path], accounts=accounts_of(ledger), not_after=LAST)
    assert total.total_tyiyn == before + 55_050 - 12_345
    assert total.accounts[0].layout == "1CClientBankExchange"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("КонецФайла", "", "it is cut off"),
        ("Кодировка=Windows", "Кодировка=DOS", "in none of the encodings"),
        ("Кодировка=Windows", "", "in none of the encodings"),
        ("КонечныйОстаток=1000000550.50", "КонечныйОстаток=1000000550.51", "the booked entries"),
        ("КонечныйОстаток=1000000427.05", "КонечныйОстаток=1000000427.06", "the booked entries"),
        ("КонечныйОстаток=1000000427.05", "КонечныйОстаток=1e9", "КонечныйОстаток"),
        ("ВсегоСписано=123.45", "ВсегоСписано=123.46", "its summary of the debits"),
        ("ДатаКонца=27.11.2026", "ДатаКонца=31.11.2026", "which is not a day"),
        ("ДатаКонца=27.11.2026", "ДатаКонца=28.11.2026", "an intraday balance"),
        (f"РасчСчет={A}", "РасчСчет=12", "has no statement"),
        ("КонецРасчСчет", "", "a section within another one"),
    ],
)
def test_read_reserves__1c_altered__is_refused(write: Write, old: str, new: str, said: str) -> None:
    ledger, content = written("1c", encoding="windows-1251")
    text = content.decode("cp1251").replace(f"{10**9}", f"{10**9}")
    assert old in text
    path = write(text.replace(old, new).encode("cp1251"), "a.txt")
    assert said in refusal(path, accounts=accounts_of(ledger), not_after=LAST)


def without_payments(text: str, days: set[str]) -> str:
    """A 1C file without the payments of some days."""
    kept = re.split(r"(?=СекцияДокумент)|(?<=КонецДокумента\r\n)", text)
    return "".join(
        one
        for one in kept
        if not (one.startswith("СекцияДокумент") and any(f"Дата={day}" in one for day in days))
    )


def test_read_reserves__1c_without_any_payment__is_one_of_balances(write: Write) -> None:
    ledger, content = written("1c", encoding="utf-8")
    text = without_payments(content.decode(), {"26.11.2026", "27.11.2026"})
    assert "СекцияДокумент" not in text
    total = read_reserves([write(text)], accounts=accounts_of(ledger))
    assert total.total_tyiyn == ledger.held


@pytest.mark.parametrize("day", ["26.11.2026", "27.11.2026"])
def test_read_reserves__1c_without_the_payments_of_one_day__is_refused(
    write: Write, day: str
) -> None:
    ledger, content = written("1c", encoding="utf-8")
    text = without_payments(content.decode(), {day})
    assert "and the closing balance is" in refusal(write(text), accounts=accounts_of(ledger))


def test_read_reserves__1c_without_a_list__says_what_to_do(write: Write) -> None:
    _, content = written("1c", encoding="windows-1251")
    text = refusal(write(content, "a.txt"))
    assert "names no currency" in text
    assert "reserve_accounts" in text
    dollars = Accounts([ReserveAccount(account=A, currency="USD")])
    assert "has it in USD, not KGS" in refusal(write(content, "a.txt"), accounts=dollars)


# MT940


@settings(max_examples=60)
@given(
    before=st.integers(0, 10**13),
    ends=st.sampled_from(["\r\n", "\n"]),
    header=st.booleans(),
    written_as=st.sampled_from([A, f"TLPRKG22/{A}", f"{A}KGS", f"/{A}"]),
    more=st.sampled_from(["", ":64:C261127KGS1,00\r\n", ":86:closing text\r\n"]),
)
def test_read_reserves__mt940__final_closing_balance_counts(
    tmp_path_factory: pytest.TempPathFactory,
    before: int,
    ends: str,
    header: bool,
    written_as: str,
    more: str,
) -> None:
    ledger = ledger_of("mt940", before)
    text = Writer(ledger, ledger.books[0], Style()).files()[0][1].decode()
    text = text.replace(f":25:{A}", f":25:{written_as}").replace("-}\r\n", f"{more}-}}\r\n")
    if not header:
        text = "".join(line + "\r\n" for line in text.split("\r\n") if line[:1] == ":")
    path = tmp_path_factory.mktemp("mt940") / "bank.sta"
    path.write_bytes(text.replace("\r\n", ends).encode())
    accounts = Accounts([ReserveAccount(account=A, written=(f"{A}KGS",))])
    total = read_reserves([path], accounts=accounts, not_after=LAST)
    assert total.total_tyiyn == before + 55_050 - 12_345
    assert total.accounts[0].layout == "mt940"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (":62F:", ":62M:", "an intermediate balance"),
        (":60F:", ":60M:", "an intermediate balance"),
        ("O940", "O942", "an interim report"),
        ("KGS1000000427,05", "KGS1000000427,06", "the booked entries"),
        ("KGS1000000427,05", "USD1000000427,05", "not KGS"),
        ("KGS1000000427,05", "KGS1000000427.05", "0 balances :62F:"),
        (
            "C261127KGS1000000427,05",
            "C261131KGS1000000427,05",
            "date of :62F: does not exist|not MT940",
        ),
        (":61:", ":61:x", "not MT940"),
        ("D123,45", "C123,45", "the booked entries"),
        (f":25:{A}", ":25:12", "has no statement"),
        ("261127", "261128", "after 2026-11-27"),
    ],
)
def test_read_reserves__mt940_altered__is_refused(
    write: Write, old: str, new: str, said: str
) -> None:
    import re

    ledger, content = written("mt940")
    text = content.decode()
    assert old in text
    path = write(text.replace(old, new), "a.sta")
    assert re.search(said, refusal(path, accounts=accounts_of(ledger), not_after=LAST))


# Tables by profile


@settings(max_examples=60)
@given(
    before=st.integers(0, 10**13),
    separator=st.sampled_from([";", "\t"]),
    encoding=st.sampled_from(["utf-8", "windows-1251", "cp866"]),
    space=st.sampled_from([" ", ""]),
    title=st.booleans(),
)
def test_read_reserves__csv_by_profile__is_read(
    tmp_path_factory: pytest.TempPathFactory,
    before: int,
    separator: str,
    encoding: str,
    space: str,
    title: bool,
) -> None:
    ledger = ledger_of("xlsx", before)
    rows = Writer(ledger, ledger.books[0], Style()).rows([0, 1])
    rows = [rows[0], *([cell.replace(" ", space) for cell in row] for row in rows[1:])]
    text = table_csv([["Выписка"], [], *rows] if title else rows, separator).replace("ё", "е")
    path = tmp_path_factory.mktemp("table") / "bank.csv"
    path.write_bytes(text.encode(encoding))
    table = profile("csv", separator=separator, encoding=encoding)
    columns = table.columns.model_copy(update={"account": "Счет"})
    table = table.model_copy(update={"columns": columns})
    accounts = Accounts([ReserveAccount(account=A)], tables=[table])
    total = read_reserves([path], accounts=accounts, not_after=LAST)
    assert total.total_tyiyn == before + 55_050 - 12_345
    assert (total.accounts[0].bank, total.accounts[0].transcribed) == ("TLPRKG22", False)


def table_of(change: object = None) -> bytes:
    """An XLSX file of two days; `change` is done to its sheet."""
    ledger = ledger_of("xlsx")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in Writer(ledger, ledger.books[0], Style()).rows([0, 1]):
        sheet.append(row)
    if callable(change):
        change(book, sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@settings(max_examples=50)
@given(before=st.integers(0, 10**13), numbers=st.booleans(), dates=st.booleans())
def test_read_reserves__xlsx_by_profile__is_read(
    tmp_path_factory: pytest.TempPathFactory, before: int, numbers: bool, dates: bool
) -> None:
    ledger = ledger_of("xlsx", before)
    path = tmp_path_factory.mktemp("table") / "bank.xlsx"
    path.write_bytes(Writer(ledger, ledger.books[0], Style()).files()[0][1])
    book = load_workbook(path)
    for row in book.active.iter_rows(min_row=3):  # type: ignore[union-attr]
        if numbers:
            for cell in row[3:]:
                cell.value = float(str(cell.value).replace(" ", "").replace(",", "."))
        if dates:
            day, month, year = str(row[2].value).split(".")
            row[2].value = date(int(year), int(month), int(day))
    book.save(path)
    total = read_reserves([path], accounts=accounts_of(ledger), not_after=LAST)
    assert total.total_tyiyn == before + 55_050 - 12_345


def set_cell(name: str, value: object) -> object:
    return lambda _, sheet: sheet.__setitem__(name, value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (set_cell("G3", "=1+1"), "a formula or an error"),
        (set_cell("A3", 1990010000123456), "stands as a number"),
        (set_cell("G3", "1.000.000,00"), "the profile says ','"),
        (set_cell("G3", 1.005), "no amount with two decimals"),
        (set_cell("G3", "1 000 000 427,06"), "the booked entries"),
        (set_cell("C3", "2026-11-27"), "is not like dd.mm.yyyy"),
        (set_cell("B3", "USD"), "the currency is 'USD'"),
        (set_cell("B1", HEADINGS[0]), "whose columns no profile"),
        (set_cell("H1", HEADINGS[0]), "a heading appears twice"),
        (lambda book, _: book.create_sheet("more"), "2 sheets"),
    ],
)
def test_read_reserves__xlsx_altered__is_refused(write: Write, change: object, said: str) -> None:
    accounts = Accounts([ReserveAccount(account=A)], tables=[profile("xlsx")])
    assert read_reserves([write(table_of(), "a.xlsx")], accounts=accounts).total_tyiyn
    text = refusal(write(table_of(change), "a.xlsx"), accounts=accounts, not_after=LAST)
    assert said in text


def test_read_reserves__xlsx_without_a_profile__says_what_to_do(write: Write) -> None:
    assert "statement_tables" in refusal(write(table_of(), "a.xlsx"))
    broken = write(packed(("[Content_Types].xml", b"<x/>")), "a.xlsx")
    with pytest.raises(StatementError, match="not an XLSX file that can be read"):
        read_reserves([broken], accounts=Accounts(tables=[profile("xlsx")]))


def test_read_reserves__xlsx_that_unpacks_without_end__is_refused_unread(write: Write) -> None:
    bomb = packed(("[Content_Types].xml", b"<x/>"), ("xl/sharedStrings.xml", b" " * (101 * 2**20)))
    assert len(bomb) < 2**20
    with pytest.raises(StatementError, match="unpacked it has 101 MiB"):
        read_reserves([write(bomb, "a.xlsx")], accounts=Accounts(tables=[profile("xlsx")]))


def test_read_reserves__two_banks_with_the_same_headings__are_told_by_their_accounts(
    write: Write,
) -> None:
    tables = [profile("xlsx", bank="TASHKG22"), profile("xlsx", bank="TLPRKG22")]
    accounts = Accounts([ReserveAccount(account=A, bank="TLPRKG22")], tables=tables)
    total = read_reserves([write(table_of(), "a.xlsx")], accounts=accounts, not_after=LAST)
    assert (total.accounts[0].bank, total.accounts[0].layout) == ("TLPRKG22", "xlsx of TLPRKG22")
