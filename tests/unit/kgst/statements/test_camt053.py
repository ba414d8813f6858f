"""camt.053 statements: what is read of them, in whatever way it is written."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.camt053 import (
    ACCOUNT,
    OTHER_ACCOUNT,
    Write,
    balance,
    day,
    message,
    refusal,
    statement,
)

from kgst.statements import (
    AccountClosing,
    ReserveTotal,
    StatementError,
    read_reserves,
)
from kgst.statements.model import FileOrigin

ROOT = Path(__file__).parents[4]
SAMPLES = ROOT / "tests" / "data" / "statements"
DEMO = ROOT / "deployments" / "local" / "statements"


@pytest.mark.parametrize("version", [f"{number:02d}" for number in range(2, 14)])
def test_read_reserves__each_version__gives_the_closing_balance(write: Write, version: str) -> None:
    path = write(message(statement(balance("6000000.5")), version=version))
    assert read_reserves([path]).total_tyiyn == 600_000_050


def test_read_reserves__one_account__keeps_every_particular(write: Write) -> None:
    owner = "<Ccy>KGS</Ccy><Ownr><Nm>Issuer\n  LLC</Nm></Ownr>"
    path = write(message(statement(balance("12.34"), owner=owner)))
    closing = AccountClosing(
        account=ACCOUNT,
        owner="Issuer LLC",
        closing_balance_tyiyn=1234,
        closing_date=date(2026, 3, 4),
        statement_id="S-1",
        file="bank.xml",
        file_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        layout="camt.053.001.08",
    )
    assert read_reserves([path]) == ReserveTotal(
        currency="KGS",
        total_tyiyn=1234,
        accounts=(closing,),
        closing_day=date(2026, 3, 4),
        files=(FileOrigin(file=closing.file, file_sha256=closing.file_sha256, signed_by=None),),
    )


@pytest.mark.parametrize(
    ("folder", "som"), [(".", 10_000_000), ("day-2", 9_600_000), ("day-3", 6_500_000)]
)
def test_read_reserves__demo_statements__give_the_documented_total(folder: str, som: int) -> None:
    files = [path for path in (DEMO / folder).iterdir() if path.suffix in {".xml", ".csv"}]
    total = read_reserves(files)
    assert total.total_tyiyn == som * 100
    assert len(total.accounts) == len(files) == 2


def test_read_reserves__several_accounts__are_added_with_their_dates(write: Write) -> None:
    early = statement(balance("1.01"), account=OTHER_ACCOUNT, identifier="S-2")
    total = read_reserves([write(message(statement(balance("2.02")), early))])
    assert total.total_tyiyn == 303
    assert [one.account for one in total.accounts] == [OTHER_ACCOUNT, ACCOUNT]
    assert total.closing_day == date(2026, 3, 4)


def test_read_reserves__prefixed_namespace_and_byte_order_mark__are_the_same(write: Write) -> None:
    text = message().replace("<", "<c:").replace("<c:/", "</c:").replace("<c:?", "<?")
    path = write("\ufeff" + text.replace("xmlns=", "xmlns:c="))
    assert read_reserves([path]).total_tyiyn == 10_000


def test_read_reserves__schema_location_and_free_form_data__are_passed_over(write: Write) -> None:
    extra = '<SplmtryData><Envlp><x xmlns="urn:x">text<y/>tail</x></Envlp></SplmtryData>'
    text = message(more=extra).replace(
        "<Document",
        '<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="urn:x x.xsd"',
    )
    assert read_reserves([write(text)]).total_tyiyn == 10_000


def test_read_reserves__closing_moment_instead_of_date__gives_its_day(write: Write) -> None:
    moment = "<DtTm>2026-03-04T18:00:00+06:00</DtTm>"
    total = read_reserves([write(message(statement(balance(day=moment))))])
    assert total.closing_day == date(2026, 3, 4)


def test_read_reserves__other_kinds_of_balance__do_not_count(write: Write) -> None:
    others = "".join(
        balance("999.00", code=f"<Cd>{code}</Cd>")
        for code in ("OPAV", "CLAV", "FWAV", "ITAV", "ITBD", "INFO", "XPCD")
    )
    path = write(message(statement(others + balance("4.04") + others), version="02"))
    assert read_reserves([path]).total_tyiyn == 404


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("camt053.v2.all-balance-types.xml", "'EUR'"),
        ("camt053.v2.multi.statement.xml", "'EUR'"),
        ("camt053.v8.xml", "'SEK'"),
    ],
)
def test_read_reserves__real_sample_in_another_currency__is_refused(name: str, found: str) -> None:
    assert f"the currency is {found}, not KGS" in refusal(SAMPLES / name)


def test_read_reserves__real_samples_in_their_own_currency__show_their_balances() -> None:
    first = SAMPLES / "camt053.v2.all-balance-types.xml"
    # Its opening balance is 0.01 of ten, so that its one entry cannot lead to the closing one.
    assert "the booked entries" in refusal(first, currency="EUR")
    multi = SAMPLES / "camt053.v2.multi.statement.xml"
    assert "which is the last" in refusal(multi, currency="EUR")
    assert "an amount of an entry in 'EUR'" in refusal(SAMPLES / "camt053.v8.xml", currency="SEK")


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=12))
def test_read_reserves__any_accounts__total_is_their_sum(
    tmp_path_factory: pytest.TempPathFactory, balances: list[int]
) -> None:
    path = tmp_path_factory.mktemp("sum") / "bank.xml"
    sheets = [
        statement(
            balance(f"{tyiyn // 100}.{tyiyn % 100:02d}"),
            account=f"{10**15 + index}",
            identifier=f"S-{index}",
        )
        for index, tyiyn in enumerate(balances)
    ]
    path.write_text(message(*sheets))
    total = read_reserves([path])
    assert total.total_tyiyn == sum(balances)
    assert int(json.loads(total.report())["total_tyiyn"]) == sum(balances)
    assert [one.closing_balance_tyiyn for one in total.accounts] == balances


@given(
    st.lists(
        st.tuples(st.integers(1, 28), st.integers(1, 99), st.integers(0, 10**9)),
        min_size=1,
        max_size=8,
        unique_by=lambda sheet: sheet[:2],
    )
)
def test_read_reserves__statements_in_any_order__last_by_day_and_sequence_counts(
    tmp_path_factory: pytest.TempPathFactory, sheets: list[tuple[int, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("order") / "bank.xml"
    texts = [
        statement(
            balance(str(som), day=day(f"2026-02-{number:02d}")),
            identifier=f"S-{number}-{sequence}",
            sequence=str(sequence),
        )
        for number, sequence, som in sheets
    ]
    path.write_text(message(*texts))
    assert read_reserves([path]).total_tyiyn == max(sheets)[2] * 100


@given(st.data())
def test_read_reserves__bytes_altered_anywhere__refused_or_read_without_another_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(message().encode())
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(content) - 1))
        content[where : where + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path_factory.mktemp("fuzz") / "bank.xml"
    path.write_bytes(bytes(content))
    try:
        total = read_reserves([path])
    except StatementError:
        return
    assert total.total_tyiyn >= 0
    assert json.loads(total.report())["total_tyiyn"] == str(total.total_tyiyn)
