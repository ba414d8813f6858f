"""Statements of one account, of several, and in pages: which is the last, and what appears twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.camt053 import (
    ACCOUNT,
    Write,
    balance,
    day,
    message,
    page,
    refusal,
    statement,
)

from kgst.statements import (
    read_reserves,
)


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
        ([(2, False), (2, True)], "a page appears twice"),
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
