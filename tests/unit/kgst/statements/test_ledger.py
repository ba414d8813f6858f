"""Statements written from ledgers: every honest set is read with the right figures, every planted fault is refused.

`KGST_STATEMENTS=10000` says how many examples; `make statements` does so.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from support.ledger import LAST, Ledger, ledgers
from support.ledger_files import Fault, Style, Writer, accounts_of

from kgst.statements import StatementError, read_entries, read_reserves

EXAMPLES = int(os.environ.get("KGST_STATEMENTS", "60"))
MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@st.composite
def styles(draw: st.DrawFn, layout: str) -> Style:
    if layout == "1c":
        encoding = draw(st.sampled_from(["windows-1251", "cp866", "utf-8"]))
        return Style(
            files=draw(st.sampled_from(["one", "daily"])),
            encoding=encoding,
            zipped=draw(st.booleans()),
        )
    return Style(
        files=draw(st.sampled_from(["one", "daily"])),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-r"])),
        envelope=draw(st.sampled_from(["", "", "header", "soap"])),
        pages=draw(st.booleans()),
        # An office document is an archive in its own way.
        zipped=layout != "xlsx" and draw(st.booleans()),
        summary=draw(st.booleans()),
        period=draw(st.booleans()),
    )


def written(folder: Path, writers: list[Writer]) -> list[Path]:
    paths = []
    for writer in writers:
        for name, content in writer.files():
            path = folder / name
            path.write_bytes(content)
            paths.append(path)
    return paths


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("ledger")


@MANY
@given(st.data())
def test_read_reserves__honest_ledger__gives_what_is_held(
    folders: Callable[[], Path], data: st.DataObject
) -> None:
    ledger = data.draw(ledgers())
    writers = [Writer(ledger, book, data.draw(styles(book.layout))) for book in ledger.books]
    paths = data.draw(st.permutations(written(folders(), writers)))
    total = read_reserves(paths, accounts=accounts_of(ledger), not_after=LAST)
    assert total.total_tyiyn == ledger.held
    assert total.closing_day == LAST
    assert {one.account: one.closing_balance_tyiyn for one in total.accounts} == {
        book.number: book.closing(ledger.count - 1) for book in ledger.books
    }
    taken = dict.fromkeys(("transfer_in_transit", "value_after_closing"), 0)
    for one in total.deductions:
        taken[one.kind] += one.tyiyn
    assert list(taken.values()) == [ledger.in_transit, ledger.late]
    event(f"deducted: {bool(ledger.in_transit)}, {bool(ledger.late)}")


@MANY
@given(st.data())
def test_read_entries__honest_ledger__gives_every_movement_with_its_payments(
    folders: Callable[[], Path], data: st.DataObject
) -> None:
    ledger = data.draw(ledgers())
    writers = [Writer(ledger, book, data.draw(styles(book.layout))) for book in ledger.books]
    found = read_entries(written(folders(), writers), accounts=accounts_of(ledger))
    for book in ledger.books:
        entries = [one for sheet in found if sheet.account == book.number for one in sheet.entries]
        moved = [one for day in book.days for one in day] if book.has_entries() else []
        assert [(one.tyiyn, one.credit, one.reversal, one.booked) for one in entries] == [
            (one.tyiyn, one.credit, one.reversal, one.booked) for one in moved
        ]
        for entry, one in zip(entries, moved, strict=True):
            assert entry.bank in (book.bank, None)
            assert [detail.tyiyn for detail in entry.details] == [p.tyiyn for p in one.payments]
            assert all(
                pay.reference in str((detail.end_to_end_id, detail.texts))
                for detail, pay in zip(entry.details, one.payments, strict=True)
            )
            assert {detail.return_reason for detail in entry.details} <= {
                "AC04" if one.returned else None
            }
            if book.layout.startswith("camt"):
                assert sum(detail.charges_tyiyn for detail in entry.details) == one.charge


def closing_too_high(data: st.DataObject, ledger: Ledger, at: int) -> Fault:
    assume(ledger.books[at].layout != "csv")  # it has nothing to hold it against
    return Fault(more=data.draw(st.sampled_from([1, -1, 100, 10**7])))


def entry_left_out(data: st.DataObject, ledger: Ledger, at: int) -> Fault:
    book = ledger.books[at]
    booked = [n for n, one in enumerate(book.days[-1]) if one.booked]
    assume(booked and book.layout != "csv")
    # Without its only payment a file of 1C is one of balances, and right.
    assume(book.layout != "1c" or len(booked) > 1)
    return Fault(without=data.draw(st.sampled_from(booked)))


def camt(data: st.DataObject, ledger: Ledger, at: int) -> Fault:
    assume(ledger.books[at].layout.startswith("camt"))
    line = "<CdtLine><Incl>true</Incl><Amt Ccy='KGS'>1.00</Amt></CdtLine>"
    faults = [
        Fault(header="<AddtlInf>TEST FILE</AddtlInf>"),
        Fault(account="<Tp><Cd>LOAN</Cd></Tp>"),
        Fault(balance=line),
        Fault(created=f"{LAST}T17:05:00+06:00"),
        Fault(owner="Another Company"),
        Fault(bank="OTHRKG22"),
        Fault(currency="USD"),
    ]
    if any(len(one.payments) for one in ledger.books[at].days[-1]):
        faults.append(Fault(payments_more=1))
    return data.draw(st.sampled_from(faults))


@MANY
@given(st.data())
def test_read_reserves__fault_in_a_statement__is_refused_and_named(
    folders: Callable[[], Path], data: st.DataObject
) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(st.integers(0, len(ledger.books) - 1))
    make = data.draw(st.sampled_from([closing_too_high, entry_left_out, camt]))
    fault = make(data, ledger, at)
    writers = [
        Writer(ledger, book, data.draw(styles(book.layout)), fault if number == at else Fault())
        for number, book in enumerate(ledger.books)
    ]
    paths = written(folders(), writers)
    with pytest.raises(StatementError) as caught:
        read_reserves(paths, accounts=accounts_of(ledger), not_after=LAST)
    said = str(caught.value)
    assert ledger.books[at].number in said
    assert any(path.name in said for path in paths)
    assert "; " in said


@MANY
@given(st.data())
def test_read_reserves__something_missing_or_twice__is_refused(
    folders: Callable[[], Path], data: st.DataObject
) -> None:
    ledger = data.draw(ledgers())
    at = data.draw(st.integers(0, len(ledger.books) - 1))
    book, count = ledger.books[at], ledger.count
    kinds = ["account"]
    if book.layout != "csv":
        kinds.append("twice")
    if len(ledger.books) > 1 and count > 1:
        kinds.append("last day")
    middle = [d for d in range(1, count - 1) if book.closing(d) != book.opening(d)]
    if middle and book.layout != "csv":
        kinds.append("middle day")
    if book.layout.startswith("camt") and book.layout != "camt02":
        kinds.append("last page")
    kind = data.draw(st.sampled_from(kinds))
    event(kind)
    writers = [Writer(ledger, one, data.draw(styles(one.layout))) for one in ledger.books]
    if kind == "account":
        del writers[at]
        assume(writers)
    elif kind == "last day":
        writers[at].skip = frozenset({count - 1})
    elif kind == "middle day":
        writers[at].skip = frozenset({data.draw(st.sampled_from(middle))})
    elif kind == "last page":
        writers[at].style.pages, writers[at].fault = True, Fault(last_page=False)
    folder = folders()
    paths = written(folder, writers)
    if kind == "twice":
        name, content = writers[at].files()[-1]
        # Another file with the same statement: of text one more line, of an archive one more byte at its end.
        assume(book.layout not in ("xlsx",) and not writers[at].style.zipped)
        again = folder / f"again-{name}"
        again.write_bytes(content + "\n".encode(writers[at].style.encoding.removesuffix("-sig")))
        assume(writers[at].style.encoding != "utf-16")
        paths.append(again)
    with pytest.raises(StatementError):
        read_reserves(paths, accounts=accounts_of(ledger), not_after=LAST)
