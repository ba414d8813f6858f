"""camt.053 statements: which balance counts, and everything that must be refused.

Each hostile file differs from a good one in the named point only, so that the refusal can
have no other cause.
"""

import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgst.statements import (
    MAX_FILE_BYTES,
    AccountClosing,
    ReserveTotal,
    StatementError,
    read_reserves,
)
from kgst.units import MAX_TYIYN

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "data" / "statements"
DEMO = ROOT / "deployments" / "local" / "statements"

ACCOUNT = "1290010000456781"
OTHER_ACCOUNT = "1091820000998871"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and return its path."""

    def _write(content: str | bytes, name: str = "bank.xml") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


def balance(
    amount: str = "100.00",
    *,
    code: str = "<Cd>CLBD</Cd>",
    sub_type: str = "",
    currency: str = "KGS",
    indicator: str = "CRDT",
    day: str = "<Dt>2026-03-04</Dt>",
) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry>{code}</CdOrPrtry>{sub_type}</Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{indicator}</CdtDbtInd><Dt>{day}</Dt></Bal>"
    )


def statement(
    balances: str | None = None,
    *,
    account: str = ACCOUNT,
    number: str | None = None,
    identifier: str = "S-1",
    sequence: str = "",
    created: str = "2026-03-04T23:30:00+06:00",
    pages: str = "",
    owner: str = "",
) -> str:
    number = number or f"<Othr><Id>{account}</Id></Othr>"
    return (
        f"<Stmt><Id>{identifier}</Id>{pages}"
        + (f"<ElctrncSeqNb>{sequence}</ElctrncSeqNb>" if sequence else "")
        + (f"<CreDtTm>{created}</CreDtTm>" if created else "")
        + f"<Acct><Id>{number}</Id>{owner}</Acct>"
        + (balance() if balances is None else balances)
        + "</Stmt>"
    )


def message(
    *statements: str,
    version: str = "08",
    header: str = "",
    more: str = "",
    identifier: str = "M-1",
    prolog: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> str:
    body = "".join(statements or (statement(),))
    return (
        f'{prolog}<Document xmlns="{NAMESPACE}{version}"><BkToCstmrStmt><GrpHdr>'
        f"<MsgId>{identifier}</MsgId><CreDtTm>2026-03-04T23:45:00+06:00</CreDtTm>{header}</GrpHdr>"
        f"{body}{more}</BkToCstmrStmt></Document>"
    )


def day(text: str) -> str:
    return f"<Dt>{text}</Dt>"


def page(number: object, last: bool) -> str:
    return f"<PgNb>{number}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd>"


def refusal(*paths: Path, **options: object) -> str:
    """Return the message with which the files are refused; it names a file."""
    with pytest.raises(StatementError) as raised:
        read_reserves(paths, **options)  # type: ignore[arg-type]
    text = str(raised.value)
    assert any(path.name in text for path in paths)
    assert len(text) < 700
    assert raised.value.exit_code == 1
    return text


# --- what is read ---------------------------------------------------------------------------


@pytest.mark.parametrize("version", [f"{number:02d}" for number in range(2, 13)])
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
    )
    assert read_reserves([path]) == ReserveTotal(
        currency="KGS",
        total_tyiyn=1234,
        accounts=(closing,),
        earliest_closing_date=date(2026, 3, 4),
        latest_closing_date=date(2026, 3, 4),
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
    early = statement(
        balance("1.01", day=day("2026-03-01")), account=OTHER_ACCOUNT, identifier="S-2"
    )
    total = read_reserves([write(message(statement(balance("2.02")), early))])
    assert total.total_tyiyn == 303
    assert [one.account for one in total.accounts] == [OTHER_ACCOUNT, ACCOUNT]
    assert total.earliest_closing_date == date(2026, 3, 1)
    assert total.latest_closing_date == date(2026, 3, 4)


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
    assert total.latest_closing_date == date(2026, 3, 4)


def test_read_reserves__other_kinds_of_balance__do_not_count(write: Write) -> None:
    others = "".join(
        balance("999.00", code=f"<Cd>{code}</Cd>")
        for code in ("OPBD", "PRCD", "OPAV", "CLAV", "FWAV", "ITAV", "ITBD", "INFO", "XPCD")
    )
    path = write(message(statement(others + balance("4.04") + others), version="02"))
    assert read_reserves([path]).total_tyiyn == 404


# --- which statement is the last ------------------------------------------------------------


def test_read_reserves__several_days__last_closing_date_counts(write: Write) -> None:
    days = [
        statement(
            balance(f"{n}.00", day=day(f"2026-03-0{n}")),
            identifier=f"S-{n}",
            sequence=str(50 - n),
        )
        for n in (2, 4, 3)
    ]
    assert read_reserves([write(message(*days))]).total_tyiyn == 400


def test_read_reserves__same_day_with_sequence__highest_counts(write: Write) -> None:
    sheets = [
        statement(balance(f"{n}.00"), identifier=f"S-{n}", sequence=str(n)) for n in (9, 10, 8)
    ]
    assert read_reserves([write(message(*sheets))]).total_tyiyn == 1000


def test_read_reserves__same_day_without_sequence__latest_made_counts(write: Write) -> None:
    # 18:00 UTC is later than 23:00 in Bishkek.
    moments = {"1.00": "2026-03-04T23:00:00+06:00", "2.00": "2026-03-04T18:00:00Z"}
    sheets = [
        statement(balance(amount), identifier=f"S-{amount}", created=created)
        for amount, created in moments.items()
    ]
    assert read_reserves([write(message(*sheets))]).total_tyiyn == 200


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"sequence": "1"}, {}),
        ({"created": ""}, {"created": ""}),
        ({"created": ""}, {}),
        ({"created": "2026-03-04T22:00:00"}, {"created": "2026-03-04T21:00:00Z"}),
        (
            {"sequence": "1", "created": "2026-03-04T22:00:00Z"},
            {"sequence": "2", "created": "2026-03-04T21:00:00Z"},
        ),
    ],
    ids=["same-moment", "one-sequence", "no-moments", "one-moment", "zones", "contradiction"],
)
def test_read_reserves__same_day_and_no_order__is_refused(
    write: Write, first: dict[str, str], second: dict[str, str]
) -> None:
    sheets = (
        statement(balance("1.00"), identifier="S-1", **first),
        statement(balance("2.00"), identifier="S-2", **second),
    )
    assert "which is the last" in refusal(write(message(*sheets)))


@pytest.mark.parametrize(
    ("second", "reason"),
    [({"identifier": "S-1", "sequence": "2"}, "same id"), ({"identifier": "S-2"}, "same elec")],
)
def test_read_reserves__statement_twice__is_refused(
    write: Write, second: dict[str, str], reason: str
) -> None:
    twice = (statement(sequence="1"), statement(**{"sequence": "1"} | second))
    assert reason in refusal(write(message(*twice)))


def test_read_reserves__earlier_day_overdrawn__does_not_matter(write: Write) -> None:
    early = statement(
        balance(indicator="DBIT", day=day("2026-03-03")), identifier="S-0", sequence="1"
    )
    assert read_reserves([write(message(early, statement()))]).total_tyiyn == 10_000


# --- pages ----------------------------------------------------------------------------------


def paged(number: object, last: bool, balances: str, **more: str) -> str:
    pages = f"<StmtPgntn>{page(number, last)}</StmtPgntn>"
    return statement(balances, identifier=f"S-{number}"[:30], sequence="7", pages=pages, **more)


def test_read_reserves__pages_of_one_statement__last_page_closes(write: Write) -> None:
    intermediate = balance("50.00", sub_type="<SubTp><Cd>INTM</Cd></SubTp>")
    pages = paged(2, True, balance("70.00")), paged(1, False, intermediate)
    assert read_reserves([write(message(*pages))]).total_tyiyn == 7000


def test_read_reserves__last_page_alone__closes(write: Write) -> None:
    assert read_reserves([write(message(paged(2, True, balance("70.00"))))]).total_tyiyn == 7000


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([(1, False)], "LastPgInd"),
        ([(1, False), (2, False)], "LastPgInd"),
        ([(1, True), (2, False)], "LastPgInd"),
        ([(2, True), (3, True)], "LastPgInd"),
        ([(2, False), (2, True)], "a page stands twice"),
        ([(0, True)], "not 1 to 99999"),
        (["1e3"], "not 1 to 99999"),
        (["9" * 5000], "not 1 to 99999"),
    ],
)
def test_read_reserves__pages_without_one_last__are_refused(
    write: Write, pages: list[tuple[int, bool] | str], reason: str
) -> None:
    sheets = [
        paged(one, True, balance()) if isinstance(one, str) else paged(*one, balance())
        for one in pages
    ]
    assert reason in refusal(write(message(*sheets)))


def test_read_reserves__earlier_page_with_another_closing_balance__is_refused(write: Write) -> None:
    pages = paged(1, False, balance("99.00")), paged(2, True, balance("70.00"))
    assert "earlier page has another" in refusal(write(message(*pages)))


def test_read_reserves__message_over_two_files__is_read_whole(write: Write) -> None:
    def part(number: int, last: bool) -> Path:
        sheet = statement(balance(f"{number}.00", day=day(f"2026-03-0{number}")))
        header = f"<MsgPgntn>{page(number, last)}</MsgPgntn>"
        return write(message(sheet, header=header, version="02"), f"part-{number}.xml")

    first, second = part(1, False), part(2, True)
    assert read_reserves([second, first]).total_tyiyn == 200
    for alone in (first, second):
        assert "every page from 1 to the last" in refusal(alone)


def test_read_reserves__account_in_two_paginated_messages__is_refused(write: Write) -> None:
    def part(message_id: str, number: int, last: bool) -> Path:
        sheet = statement(account=ACCOUNT if number == 1 else f"{message_id[-1]}1")
        header = f"<MsgPgntn>{page(number, last)}</MsgPgntn>"
        text = message(sheet, header=header, identifier=message_id)
        return write(text, f"{message_id}-{number}.xml")

    parts = [part(one, number, number == 2) for one in ("M-1", "M-2") for number in (1, 2)]
    assert read_reserves(parts[:2]).total_tyiyn == 20_000
    assert "stands also in M-1-1.xml" in refusal(*parts)


# --- accounts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        ACCOUNT,
        "1290 0100 0045 6781",
        "129-001-0000456781",
        "00" + ACCOUNT,
        f" {ACCOUNT} ",
    ],
)
def test_read_reserves__account_in_two_files__is_refused(write: Write, spelling: str) -> None:
    first = write(message(), "first.xml")
    second = write(message(statement(account=spelling), identifier="M-2"), "second.xml")
    text = refusal(first, second)
    assert "stands also in first.xml" in text
    assert "second.xml" in text


def test_read_reserves__two_spellings_in_one_message__are_one_account(write: Write) -> None:
    early = statement(
        balance("5.00", day=day("2026-03-03")), account="1290 0100 0045 6781", identifier="S-0"
    )
    total = read_reserves([write(message(statement(balance("7.00")), early))])
    assert total.total_tyiyn == 700
    assert [one.account for one in total.accounts] == [ACCOUNT]


def test_read_reserves__same_iban_in_other_case_and_element__is_one_account(write: Write) -> None:
    iban = statement(number="<IBAN>NL26VAYB8060476890</IBAN>")
    first = write(message(iban), "first.xml")
    second = write(message(statement(account="nl26 vayb 8060 4768 90")), "second.xml")
    assert "stands also in first.xml" in refusal(first, second)


def test_read_reserves__same_content_twice__is_refused(write: Write) -> None:
    text = refusal(write(message(), "a.xml"), write(message(), "b.xml"))
    assert "same content as a.xml" in text


@pytest.mark.parametrize(
    "account",
    ["", "   ", "---", "0000", "1290010000456\u0667", "\u0410123", "12\u200b34", "1" * 35, "=1+1"],
)
def test_read_reserves__unusable_account_number__is_refused(write: Write, account: str) -> None:
    text = refusal(write(message(statement(account=account))))
    assert "account number" in text or "schema" in text


def test_read_reserves__two_account_numbers__are_refused(write: Write) -> None:
    number = f"<IBAN>NL26VAYB8060476890</IBAN><Othr><Id>{ACCOUNT}</Id></Othr>"
    assert "2 account numbers" in refusal(write(message(statement(number=number))))


@pytest.mark.parametrize("name", ["\u202eCLL reussI", "a\u200bb", "\ue000", "x" * 141])
def test_read_reserves__owner_that_shows_as_another__is_refused(write: Write, name: str) -> None:
    owner = f"<Ownr><Nm>{name}</Nm></Ownr>"
    assert "owner's name" in refusal(write(message(statement(owner=owner))))


# --- balances -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("10.000", "more than two decimals"),
        ("10.001", "more than two decimals"),
        ("-1.00", "has a sign"),
        ("+1", "has a sign"),
        ("1.", "not a plain decimal"),
        (".5", "not a plain decimal"),
        ("1e3", "not a plain decimal"),
        ("1E+3", "not a plain decimal"),
        ("0x10", "not a plain decimal"),
        ("1_000", "has separators"),
        ("1 000", "has separators"),
        ("1,000.00", "has separators"),
        ("1000,00", "has separators"),
        ("\u00a01.00", "not a plain decimal"),
        ("\uff11", "not a plain decimal"),
        ("\u0661", "not a plain decimal"),
        ("NaN", "not a plain decimal"),
        ("sNaN", "not a plain decimal"),
        ("Infinity", "not a plain decimal"),
        ("1" * 30, "more than 18 digits"),
        ("1" * 17 + ".11", "more than 18 digits"),
        ("", "is empty"),
        ("<![CDATA[]]>", "is empty"),
        ("one", "not a plain decimal"),
        ("12345678901234567.8", "more than the token can hold"),
        ("1<Sub/>0", "stray text"),
        ("1<Sub/>", "stray text"),
        ("<Sub>1</Sub>", "is empty"),
        ("<Sub/>", "is empty"),
    ],
)
def test_read_reserves__amount_not_plain__is_refused(
    write: Write, amount: str, reason: str
) -> None:
    text = refusal(write(message(statement(balance(amount)))))
    assert reason in text
    assert ACCOUNT in text or reason == "stray text"


@pytest.mark.parametrize(
    "amount", ["\n 4.04\t", "<!-- 9 -->4.04", "<![CDATA[4.04]]>", "4&#46;04", "004.04"]
)
def test_read_reserves__amount_as_xml_may_write_it__is_read(write: Write, amount: str) -> None:
    assert read_reserves([write(message(statement(balance(amount))))]).total_tyiyn == 404


@pytest.mark.parametrize("amount", ["100.00", "0.00"])
def test_read_reserves__debit__is_refused(write: Write, amount: str) -> None:
    text = refusal(write(message(statement(balance(amount, indicator="DBIT")))))
    assert "is a debit" in text
    assert ACCOUNT in text


@pytest.mark.parametrize("currency", ["USD", "kgs", "KGS ", "XXX", "K\u0413S", ""])
def test_read_reserves__another_currency__is_refused(write: Write, currency: str) -> None:
    text = refusal(write(message(statement(balance(currency=currency)))))
    assert "not KGS" in text


def test_read_reserves__code_that_only_one_reading_takes_for_clbd__is_refused(
    write: Write,
) -> None:
    code = "<Cd>\u2003CLBD</Cd>"
    text = refusal(write(message(statement(balance(code=code)), version="02")))
    assert "by the schema's classes" in text


def test_read_reserves__account_in_another_currency__is_refused(write: Write) -> None:
    text = refusal(write(message(statement(owner="<Ccy>USD</Ccy>"))))
    assert "'USD', not KGS" in text


def test_read_reserves__currency_attribute_of_another_namespace__is_refused(write: Write) -> None:
    text = message().replace('Ccy="KGS"', 'xmlns:z="urn:z" z:Ccy="KGS"')
    assert "schema" in refusal(write(text))


@pytest.mark.parametrize(
    ("balances", "reason"),
    [
        ("", "0 closing booked balances"),
        (balance(code="<Cd>CLAV</Cd>"), "other balances: CLAV"),
        (balance(code="<Prtry>CLBD</Prtry>"), "other balances: proprietary 'CLBD'"),
        (balance(code="<Cd>CLBD</Cd><Prtry>x</Prtry>"), "both a code and a proprietary"),
        (balance() * 2, "2 closing booked balances"),
        (balance() + balance("5.00", day=day("2026-03-05")), "2 closing booked balances"),
        (balance(sub_type="<SubTp><Cd>INTM</Cd></SubTp>"), "0 closing booked balances"),
        (balance(sub_type="<SubTp><Cd>ADJT</Cd></SubTp>"), "sub-type"),
        (balance() + balance(sub_type="<SubTp><Prtry>x</Prtry></SubTp>"), "sub-type"),
        (balance(sub_type="<SubTp><Cd>INTM</Cd><Prtry>x</Prtry></SubTp>"), "sub-type"),
    ],
)
def test_read_reserves__not_one_plain_closing_balance__is_refused(
    write: Write, balances: str, reason: str
) -> None:
    text = refusal(write(message(statement(balances))))
    assert reason in text
    assert ACCOUNT in text


@pytest.mark.parametrize(
    "when",
    ["<Dt>2026-02-30</Dt>", "<Dt>20260304</Dt>", "<Dt></Dt>", "<Dt>-0044-03-15</Dt>"],
)
def test_read_reserves__closing_date_not_a_date__is_refused(write: Write, when: str) -> None:
    text = refusal(write(message(statement(balance(day=when)))))
    assert "schema" in text or "not a calendar date" in text


@pytest.mark.parametrize("when", ["", day("2026-03-04") + "<DtTm>2026-03-01T00:00:00</DtTm>"])
def test_read_reserves__not_exactly_one_closing_date__is_refused(write: Write, when: str) -> None:
    assert "without exactly one date" in refusal(write(message(statement(balance(day=when)))))


@pytest.mark.parametrize("when", ["2026-03-06", "9999-12-31"])
def test_read_reserves__closes_after_it_was_made__is_refused(write: Write, when: str) -> None:
    text = refusal(write(message(statement(balance(day=day(when))))))
    assert "after the statement was made" in text


def test_read_reserves__closes_after_the_given_day__is_refused(write: Write) -> None:
    path = write(message())
    assert read_reserves([path], not_after=date(2026, 3, 4)).total_tyiyn == 10_000
    assert "after 2026-03-03" in refusal(path, not_after=date(2026, 3, 3))


@pytest.mark.parametrize("sequence", ["-1", "1.5", "NaN", "1E+999999999", "1" * 19])
def test_read_reserves__sequence_not_a_whole_number__is_refused(
    write: Write, sequence: str
) -> None:
    assert "sequence number" in refusal(write(message(statement(sequence=sequence))))


def test_read_reserves__more_than_the_token_holds__is_refused(write: Write) -> None:
    most = f"{MAX_TYIYN // 100}.{MAX_TYIYN % 100:02d}"
    path = write(message(statement(balance(most))))
    assert read_reserves([path]).total_tyiyn == MAX_TYIYN
    one_more = write(message(statement(balance("0.01"), account=OTHER_ACCOUNT)), "more.xml")
    with pytest.raises(StatementError, match="add up to more than the token can hold"):
        read_reserves([path, one_more])


# --- schema and message ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("camt.053", "camt.052", "not a camt.053 statement"),
        ("camt.053.001.08", "camt.053.001.01", "not a version that is read"),
        ("camt.053.001.08", "camt.053.001.13", "not a version that is read"),
        ("camt.053.001.08", "camt.053.001.08 ", "not a camt.053 statement"),
        ("camt.053.001.08", "camt.053.001.08.evil", "not a camt.053 statement"),
        ("camt.053.001.08", "camt.053.001.0\u0668", "not a camt.053 statement"),
        ("Document", "Envelope", "not a camt.053 statement"),
        (f' xmlns="{NAMESPACE}08"', "", "not a camt.053 statement"),
        ("BkToCstmrStmt", "BkToCstmrAcctRpt", "no statement"),
        ("<Bal>", '<Bal xmlns="urn:other">', "schema"),
        ("<Bal>", '<Bal unknown="1">', "schema"),
        ("</Bal>", "</Bal><Unknown/>", "schema"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>", "", "schema"),
        ("<CdtDbtInd>CRDT", "<CdtDbtInd>DBIT</CdtDbtInd><CdtDbtInd>CRDT", "schema"),
        ("<CdtDbtInd>CRDT", "<CdtDbtInd>CR", "schema"),
        ("<Amt", '<Amt Ccy="KGS">9999.00</Amt><Amt', "schema"),
        ("</Amt>", "</Amt>9999", "stray text"),
        ("</GrpHdr>", "</GrpHdr>text", "stray text"),
        (
            "<Amt",
            '<Amt xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="x"',
            "xsi:type",
        ),
        ("<Amt", '<Amt xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"', "xsi:"),
        ("</Document>", "", "not well-formed"),
        ("</Document>", "</Document><Document/>", "not well-formed"),
        ("<Id>S-1</Id>", "<Id> </Id>", "statement id"),
        ("<Id>S-1</Id>", "<Id>\u202eS</Id>", "statement id"),
        ("2026-03-04T23:30:00+06:00", "yesterday", "schema"),
        ("2026-03-04T23:30:00+06:00", "99999-03-04T23:30:00", "creation time"),
    ],
)
def test_read_reserves__message_altered_in_one_point__is_refused(
    write: Write, old: str, new: str, reason: str
) -> None:
    assert old in message()
    assert reason in refusal(write(message().replace(old, new)))


def test_read_reserves__message_without_statements__is_refused(write: Write) -> None:
    text = message()
    empty = text[: text.index("<Stmt>")] + text[text.index("</Stmt>") + len("</Stmt>") :]
    assert "no statement" in refusal(write(empty))


def test_read_reserves__no_files__is_refused() -> None:
    with pytest.raises(StatementError, match="no statement files"):
        read_reserves([])


# --- hostile XML ----------------------------------------------------------------------------

BILLION_LAUGHS = (
    '<!DOCTYPE z [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{chr(ord(name) - 1)};" * 10}">' for name in "bcdefghij")
    + "]>"
)


@pytest.mark.parametrize(
    ("doctype", "amount"),
    [
        (BILLION_LAUGHS, "&j;"),
        (f'<!DOCTYPE z [<!ENTITY a "{"9" * 100_000}">]>', "&a;" * 50_000),
        ('<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/hostname">]>', "&a;"),
        ('<!DOCTYPE z [<!ENTITY % p SYSTEM "http://localhost:9/x"> %p;]>', "1.00"),
        ('<!DOCTYPE Document SYSTEM "http://localhost:9/camt.dtd">', "1.00"),
        ("<!DOCTYPE Document>", "1.00"),
        ('<!DOCTYPE z [<!ATTLIST Amt Ccy CDATA "KGS">]>', "1.00"),
    ],
    ids=["laughs", "quadratic", "file", "parameter", "external-dtd", "plain-dtd", "default-attr"],
)
def test_read_reserves__document_type__is_refused_at_once(
    write: Write, doctype: str, amount: str
) -> None:
    prolog = f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
    started = time.monotonic()
    text = refusal(write(message(statement(balance(amount)), prolog=prolog)))
    assert "document type or entity declaration" in text
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"])
def test_read_reserves__document_type_in_another_encoding__is_refused(
    write: Write, encoding: str
) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>{BILLION_LAUGHS}'
    text = refusal(write(message(statement(balance("&j;")), prolog=prolog).encode(encoding)))
    assert "UTF-8" in text or "not well-formed" in text or "neither XML" in text


@pytest.mark.parametrize("encoding", ["windows-1251", "ISO-8859-1", "UTF-16", "utf-7", "koi8-r"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_read_reserves__declares_another_encoding__is_refused(
    write: Write, encoding: str, quote: str
) -> None:
    prolog = f"<?xml version={quote}1.0{quote}\n encoding = {quote}{encoding}{quote} ?>"
    assert f"declares the encoding '{encoding}'" in refusal(write(message(prolog=prolog)))


@pytest.mark.parametrize("prolog", ["", "<?xml version='1.0' encoding='utf-8'?>\n<?pi x?><!-- -->"])
def test_read_reserves__other_harmless_prologs__are_read(write: Write, prolog: str) -> None:
    assert read_reserves([write(message(prolog=prolog))]).total_tyiyn == 10_000


def test_read_reserves__undefined_entity__is_refused(write: Write) -> None:
    assert "not well-formed" in refusal(write(message(statement(balance("&a;")))))


@pytest.mark.parametrize(
    "extra",
    [
        "<Envlp>" + "<a>" * 200_000 + "</a>" * 200_000 + "</Envlp>",
        "<Envlp>" + "<a/>" * 600_000 + "</Envlp>",
    ],
    ids=["deep", "many"],
)
def test_read_reserves__too_deep_or_too_many_elements__is_refused(write: Write, extra: str) -> None:
    text = message(more=f"<SplmtryData>{extra}</SplmtryData>")
    assert "nested deeper" in refusal(write(text))


@pytest.mark.parametrize(
    "attack",
    [
        f'a="{"x" * 9_000_000}"',
        " ".join(f'a{n}="x"' for n in range(400_000)),
        " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(200_000)),
    ],
    ids=["long-attribute", "many-attributes", "many-prefixes"],
)
def test_read_reserves__huge_attributes__are_refused_in_seconds(write: Write, attack: str) -> None:
    started = time.monotonic()
    text = message(prolog="").replace("<Bal>", f"<Bal {attack}>").replace("</Bal>", "</Bal><X/>")
    assert "schema" in refusal(write(text))
    assert time.monotonic() - started < 20


# --- hostile files --------------------------------------------------------------------------


def test_read_reserves__oversized_file__is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse: a terabyte that takes no space, and could not be read
    assert "larger than 10 MiB" in refusal(path)


def test_read_reserves__file_at_the_limit__is_read(write: Write) -> None:
    text = message()
    padded = text + " " * (MAX_FILE_BYTES - len(text))
    assert read_reserves([write(padded)]).total_tyiyn == 10_000
    assert "larger than 10 MiB" in refusal(write(padded + " "))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \n", "is empty"),
        (b"\x00" * 10, "U+0000"),
        (b"<\x00D\x00", "U+0000"),
        (b"\xff\xfe<\x00", "not UTF-8"),
        (b"<Document>\xc0\xaf</Document>", "not UTF-8"),
        (b"<Document>\xed\xa0\x80</Document>", "not UTF-8"),
        (b"PK\x03\x04", "U+0003"),
        (b"<", "not well-formed"),
        (b"<html></html>", "not a camt.053 statement"),
        (b'{"total": 1}', "neither XML"),
    ],
)
def test_read_reserves__not_a_statement__is_refused(
    write: Write, content: bytes, reason: str
) -> None:
    assert reason in refusal(write(content))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", ["fifo", "folder", "socket", "device"])
def test_read_reserves__not_a_regular_file__is_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, linked: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("bank.xml")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    else:
        path.symlink_to("/dev/zero")
    if linked:
        Path("link.xml").symlink_to(path)
        path = Path("link.xml")
    assert "not a file" in refusal(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_read_reserves__file_swapped_for_a_fifo_before_opening__is_refused_without_waiting(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regular, path = write(message(), "regular.xml").stat(), tmp_path / "bank.xml"
    os.mkfifo(path)
    # Frees a reader that waits, so that a failure is a failure and not a hang.
    rescue = threading.Timer(5, lambda: os.close(os.open(path, os.O_RDWR)))
    rescue.start()
    started = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", lambda *_, **__: regular)
        text = refusal(path)
    rescue.cancel()
    assert "not a file" in text
    assert time.monotonic() - started < 4


def test_read_reserves__path_that_cannot_be_opened__is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop.xml"
    loop.symlink_to(loop)
    for path in (tmp_path / "missing.xml", loop, tmp_path / "nul\x00.xml", tmp_path / ("x" * 300)):
        with pytest.raises(StatementError, match=r"cannot be (read|printed)"):
            read_reserves([path])


def test_read_reserves__link_to_a_statement__is_read(write: Write, tmp_path: Path) -> None:
    link = tmp_path / "link.xml"
    link.symlink_to(write(message()))
    assert read_reserves([link]).accounts[0].file == "link.xml"


@pytest.mark.parametrize("name", ["a\nb.xml", "\u202elmx.xml", os.fsdecode(b"\xff.xml")])
def test_read_reserves__file_name_not_printable__is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    try:
        path.write_text(message())
    except OSError:
        pytest.skip("the file system refuses the name itself")
    with pytest.raises(StatementError, match="rename the file"):
        read_reserves([path])


# --- report ---------------------------------------------------------------------------------


def test_report__same_files_in_another_order_and_folder__is_the_same(tmp_path: Path) -> None:
    reports = set()
    for folder, step in (("one", 1), ("two", -1)):
        (tmp_path / folder).mkdir()
        first, second = tmp_path / folder / "a.xml", tmp_path / folder / "b.xml"
        first.write_text(message())
        second.write_text(message(statement(account=OTHER_ACCOUNT)))
        reports.add(read_reserves([first, second][::step]).report())
    assert len(reports) == 1


def test_report__exact_bytes__are_canonical_json(write: Write) -> None:
    owner = '<Ownr><Nm>\u041e\u0441\u041e\u041e "\u0422\u04af\u043d\u0434\u04af\u043a"</Nm></Ownr>'
    path = write(message(statement(owner=owner)))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_reserves([path]).report().decode() == (
        '{"accounts":[{"account":"1290010000456781","closing_balance_tyiyn":"10000",'
        '"closing_date":"2026-03-04","file":"bank.xml",'
        f'"file_sha256":"{digest}",'
        '"owner":"\u041e\u0441\u041e\u041e \\"\u0422\u04af\u043d\u0434\u04af\u043a\\"",'
        '"statement_id":"S-1"}],"currency":"KGS","earliest_closing_date":"2026-03-04",'
        '"format":"kgst-reserves/1","latest_closing_date":"2026-03-04","total_tyiyn":"10000"}'
    )


def test_report__any_byte_of_a_file_changes__changes_too(write: Write) -> None:
    before = read_reserves([write(message())]).report()
    after = read_reserves([write(message() + "\n")]).report()
    assert before != after


@pytest.mark.parametrize(
    "change",
    [
        {"total_tyiyn": 9_999},
        {"latest_closing_date": date(2026, 3, 5)},
        {"accounts": ()},
        {"unknown": 1},
        {"total_tyiyn": 10_000.0},
    ],
)
def test_reserve_total__does_not_add_up__is_refused(
    write: Write, change: dict[str, object]
) -> None:
    total = read_reserves([write(message())])
    fields = {name: getattr(total, name) for name in ReserveTotal.model_fields}
    assert ReserveTotal(**fields) == total
    with pytest.raises(ValueError, match="validation error"):
        ReserveTotal(**{**fields, **change})


# --- samples in other currencies ------------------------------------------------------------


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
    assert read_reserves([first], currency="EUR").total_tyiyn == 404
    multi = SAMPLES / "camt053.v2.multi.statement.xml"
    assert "which is the last" in refusal(multi, currency="EUR")
    assert "is a debit" in refusal(SAMPLES / "camt053.v8.xml", currency="SEK")


# --- properties -----------------------------------------------------------------------------


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
