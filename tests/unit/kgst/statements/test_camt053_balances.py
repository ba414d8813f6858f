"""The balances of a camt.053 statement: which counts, and every way in which none does; its schema."""

from __future__ import annotations

from datetime import date

import pytest
from support.camt053 import (
    ACCOUNT,
    NAMESPACE,
    OTHER_ACCOUNT,
    Write,
    balance,
    day,
    message,
    refusal,
    statement,
)

from kgst.statements import (
    StatementError,
    read_reserves,
)
from kgst.units import MAX_TYIYN


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
    assert "not KGS" in refusal(write(text))


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


@pytest.mark.parametrize("when", ["2026-03-05", "2026-03-06", "9999-12-31"])
def test_read_reserves__closes_after_it_was_made__is_refused(write: Write, when: str) -> None:
    text = refusal(write(message(statement(balance(day=day(when))))))
    assert "an intraday balance" in text


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


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("camt.053", "camt.052", "not a camt.053 statement"),
        ("camt.053.001.08", "camt.053.001.01", "not a version that is read"),
        ("camt.053.001.08", "camt.053.001.14", "not a version that is read"),
        ("camt.053.001.08", "camt.053.001.08 ", "not a camt.053 statement"),
        ("camt.053.001.08", "camt.053.001.08.evil", "not a camt.053 statement"),
        ("camt.053.001.08", "camt.053.001.0\u0668", "not a camt.053 statement"),
        ("Document", "Envelope", "not a camt.053 statement"),
        (f' xmlns="{NAMESPACE}08"', "", "not a camt.053 statement"),
        ("BkToCstmrStmt", "BkToCstmrAcctRpt", "schema"),
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
        ("</Document>", "</Document><Document/>", "not a camt.053"),
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
