"""Refusals of camt.053 messages, word for word; and what stands just within the rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kgst.statements import StatementError, read_reserves

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
HELD = "account 12, statement 'S-1': "
BANK = "ask the bank for a correct statement."
AMOUNT = f'it must be digits, at most two after a point, like "6000000.00"; {BANK}'
UNPRINTABLE = (
    "is empty, longer than 140 characters or has characters that cannot be printed; " + BANK
)
ELSEWHERE = (
    "not a camt.053 statement (camt.052 and camt.054 are not statements of a closed day); ask the "
    "bank for camt.053."
)
USD = "the currency is 'USD', not KGS; only KGS accounts are reserves; give only their statements."
ONE_DATE = f"a closing balance without exactly one date (Dt or DtTm); {BANK}"
CLOSED_DAY = "ask the bank for a statement of a closed day."
NIL = 'xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"'


def balance(
    amount: str = "1.00",
    *,
    code: str = "<Cd>CLBD</Cd>",
    sub: str = "",
    currency: str = "KGS",
    when: str = "<Dt>2026-03-04</Dt>",
) -> str:
    sub = f"<SubTp>{sub}</SubTp>" if sub else ""
    return (
        f"<Bal><Tp><CdOrPrtry>{code}</CdOrPrtry>{sub}</Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt>{when}</Dt></Bal>"
    )


def message(
    balances: str | None = None,
    *,
    identifier: str = "S-1",
    number: str = "<Othr><Id>12</Id></Othr>",
    more: str = "",
    account: str = "",
    created: str = "2026-03-04T23:00:00",
    message_id: str = "M-1",
    made: str = "2026-03-05T00:15:00",
    pages: str = "",
) -> str:
    balances = balance() if balances is None else balances
    return (
        f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt><GrpHdr><MsgId>{message_id}</MsgId>'
        f"<CreDtTm>{made}</CreDtTm>{pages}</GrpHdr><Stmt><Id>{identifier}</Id>{more}"
        f"{created and f'<CreDtTm>{created}</CreDtTm>'}<Acct><Id>{number}</Id>{account}</Acct>{balances}</Stmt>"
        "</BkToCstmrStmt></Document>"
    )


def page(number: str) -> str:
    return f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>"


def sequence(number: str) -> str:
    return f"<ElctrncSeqNb>{number}</ElctrncSeqNb>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            message(balance("1.001")),
            f"{HELD}the amount '1.001' has more than two decimals; {AMOUNT}",
        ),
        (
            message(balance("x"), number="<IBAN>KG12</IBAN>", identifier=" S  2 "),
            f"account KG12, statement 'S 2': the amount 'x' is not a plain decimal number; {AMOUNT}",
        ),
        (
            message(balance("x"), number=f"<Othr><Id>{'1' * 40}</Id></Othr>", identifier="I" * 40),
            f"account {'1' * 34}, statement '{'I' * 35}': the amount 'x' is not a plain decimal "
            f"number; {AMOUNT}",
        ),
        (
            message().partition("<Stmt>")[0] + "</BkToCstmrStmt></Document>",
            "the message has no statement (Stmt); download it again.",
        ),
        (
            message().replace("053", "054"),
            f"the root element is 'Document' in the namespace '{NAMESPACE.replace('053', '054')}', "
            f"{ELSEWHERE}",
        ),
        (
            message().replace("Document", "D" * 61),
            f"the root element is '{'D' * 60}' in the namespace '{NAMESPACE}', {ELSEWHERE}",
        ),
        (
            message().replace(NAMESPACE, "n" * 81),
            f"the root element is 'Document' in the namespace '{'n' * 80}', {ELSEWHERE}",
        ),
        (
            message().replace("001.08", "001.14"),
            "camt.053.001.14 is not a version that is read; ask the bank for camt.053.001.02 to .13.",
        ),
        (
            f'<?xml version="1.0" encoding="{"U" * 41}"?>' + message(),
            f"declares the encoding '{'U' * 40}', which it is not in or which is not read; ask the bank for "
            "a UTF-8 file.",
        ),
        (
            "<!DOCTYPE x>" + message(),
            "has a document type or entity declaration (DTDForbidden), which no bank statement "
            "needs and attacks use; do not open it, and ask the bank for the file again.",
        ),
        (
            "<a>",
            "not well-formed XML (no element found: line 1, column 3); download the statement again.",
        ),
        (
            message(balance(when=f"<Dt {NIL}>2026-03-04</Dt>")),
            "Dt has an xsi:type or xsi:nil attribute, which camt.053 does not use; ask the bank for "
            "the file again.",
        ),
        (
            message(balance() + "stray"),
            "stray text between the elements of Stmt; ask the bank for the file again.",
        ),
        (
            # White space to Python, text to XML.
            message(balance() + "\u00a0"),
            "stray text between the elements of Stmt; ask the bank for the file again.",
        ),
        (
            message(balance("x"), identifier="S\u200b1"),
            f"account 12, statement 'S?1': the amount 'x' is not a plain decimal number; {AMOUNT}",
        ),
        (
            message(account=f"<Ccy>{'U' * 11}</Ccy>"),
            HELD + USD.replace("USD", "U" * 10),
        ),
        (
            message(balance() + "<Foo>1</Foo>"),
            "against the schema of camt.053.001.08 (Unknown property AccountStatement9:Foo); "
            + BANK,
        ),
        (message(more=page("0")), f"{HELD}the page number '0' is not 1 to 99999; {BANK}"),
        (
            message(more=page("x" * 21)),
            f"{HELD}the page number '{'x' * 20}' is not 1 to 99999; {BANK}",
        ),
        (
            message(pages="<MsgPgntn><PgNb>0</PgNb><LastPgInd>true</LastPgInd></MsgPgntn>"),
            f"message header: the page number '0' is not 1 to 99999; {BANK}",
        ),
        (
            message(identifier="I\u200b"),
            f"statement without a usable id: the statement id 'I\\u200b' {UNPRINTABLE}",
        ),
        (
            message(message_id="M\u200b"),
            f"message header: the message id 'M\\u200b' {UNPRINTABLE}",
        ),
        (
            message(number="<IBAN>KG12</IBAN><Othr><Id>12</Id></Othr>"),
            f"statement 'S-1': 2 account numbers instead of one (IBAN or Othr); {BANK}",
        ),
        (
            message(number="<Othr><Id>=1</Id></Othr>"),
            "statement 'S-1': the account number '=1' is not 1 to 34 ASCII letters, digits, spaces, "
            "points, slashes or hyphens; copy the number from the account agreement, without "
            "formulas or other alphabets.",
        ),
        (message(account="<Ccy>USD</Ccy>"), HELD + USD),
        (message(balance(currency="USD")), HELD + USD),
        (
            message(account="<Ownr><Nm>A\u200b</Nm></Ownr>"),
            f"{HELD}the owner's name 'A\\u200b' {UNPRINTABLE}",
        ),
        (
            message(balance(code="<Cd>CLBD</Cd><Prtry>x</Prtry>")),
            f"{HELD}a balance with both a code and a proprietary type; {BANK}",
        ),
        (
            message(balance(sub="<Cd>ABCD</Cd>")),
            f"{HELD}a closing booked balance with a sub-type (CLBD/'ABCD'); ask the bank for a "
            "statement with a plain CLBD balance.",
        ),
        (
            message(balance(sub="<Prtry>INTM</Prtry>")),
            f"{HELD}a closing booked balance with a sub-type (CLBD/'INTM'); ask the bank for a "
            "statement with a plain CLBD balance.",
        ),
        (message(balance(when="")), HELD + ONE_DATE),
        (
            message(balance(when="<Dt>2026-03-04</Dt><DtTm>2026-03-04T00:00:00</DtTm>")),
            HELD + ONE_DATE,
        ),
        (
            message(more=sequence("1.5")),
            f"{HELD}the electronic sequence number 1.5 is not a whole number; {BANK}",
        ),
        (
            message(more=sequence("1" + "0" * 30)),
            f"{HELD}the electronic sequence number 1{'0' * 23} is not a whole number; {BANK}",
        ),
        (
            message(more=sequence("1" + "0" * 18)),
            f"{HELD}the electronic sequence number 1{'0' * 18} is not a whole number; {BANK}",
        ),
        (
            message(made="2026-03-04T23:59:59", created="2026-03-02T23:00:00"),
            f"{HELD}the balance closes on 2026-03-04 and the statement was made before that day had ended in "
            "Bishkek (2026-03-04 23:59): an intraday balance; use the statement that the bank makes when the day has "
            "ended.",
        ),
        (
            message(created="2026-03-04T24:00:00"),
            f"{HELD}the creation time 2026-03-04T24:00:00 is not a date and time; {BANK}",
        ),
        (
            message(
                balance(code="<Cd>OPBD</Cd>")
                + balance(code="<Prtry>own</Prtry>")
                + balance(code="<Cd>CLAV</Cd>", sub="<Cd>AB</Cd>")
            ),
            f"{HELD}0 closing booked balances (CLBD) instead of one; other balances: CLAV/'AB', "
            f"OPBD, proprietary 'own'; {CLOSED_DAY}",
        ),
        (
            message(balance() + balance()),
            f"{HELD}2 closing booked balances (CLBD) instead of one, of 2026-03-04 and 2026-03-04; other "
            f"balances: none; " + CLOSED_DAY,
        ),
    ],
    ids=lambda value: "" if value.startswith("<") else re.sub(r"\W+", "-", value, flags=re.A)[:60],
)
def test_read_reserves__message_refused__says_what_and_how(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(StatementError) as caught:
        read_reserves([path])
    assert str(caught.value) == f"a.xml: {said}"


@pytest.mark.parametrize(
    ("text", "tyiyn"),
    [
        ("\n" + message(), 100),
        ('<?xml version="1.0" encoding="us-ascii"?>' + message(), 100),
        ('<?xml version="1.0" encoding="ASCII"?>' + message(), 100),
        (message(more=sequence("0")), 100),
        (message(more=sequence("9" * 18)), 100),
        (message(created="2026-03-03T00:00:00"), 100),
        (message(more=page("99999"), identifier="I" * 140), 100),
        # What comes after a balance that does not count, counts.
        (
            message(
                balance("5.00", sub="<Cd>INTM</Cd>")
                + balance("3.00", code="<Cd>OPAV</Cd>")
                + balance("2.00")
            ),
            200,
        ),
    ],
    ids=[
        "newline",
        "us-ascii",
        "ascii",
        "sequence-0",
        "sequence-18-digits",
        "one-day-ahead",
        "last-page",
        "after-others",
    ],
)
def test_read_reserves__just_within_the_rules__is_read(
    tmp_path: Path, text: str, tyiyn: int
) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text)
    assert read_reserves([path]).total_tyiyn == tyiyn


def several(*statements: str) -> str:
    """One message of several statements, each given as a message of its own."""
    inner = [text.partition("<Stmt>")[2].partition("</Stmt>")[0] for text in statements]
    head, tail = message().split("<Stmt>")[0], message().split("</Stmt>")[1]
    return head + "".join(f"<Stmt>{one}</Stmt>" for one in inner) + tail


def of_three(kind: str) -> list[str]:
    """Three statements of one day, of 1, 2 and 3 som; the last by sequence or by the time that it was made."""
    made = {
        "sequence": [{"more": sequence(str(n))} for n in (0, 1, 2)],
        "sequence-alone": [{"more": sequence(str(n)), "created": ""} for n in (0, 1, 2)],
        "created": [{"created": f"2026-03-04T2{n}:00:00"} for n in (1, 2, 3)],
    }[kind]
    return [
        message(balance(f"{n}.00"), identifier=f"S-{n}", **one)
        for n, one in enumerate(made, start=1)
    ]


def nested(levels: int) -> str:
    """A message with free-form data, in all so many levels deep."""
    below = levels - 5
    data = f'<x xmlns="urn:x">{"<a>" * below}{"</a>" * below}</x>'
    end = "</BkToCstmrStmt>"
    return message().replace(end, f"<SplmtryData><Envlp>{data}</Envlp></SplmtryData>{end}")


def test_read_reserves__nested_to_the_limit__is_read_and_no_deeper(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(nested(64))
    assert read_reserves([path]).total_tyiyn == 100
    path.write_text(nested(65))
    with pytest.raises(StatementError) as caught:
        read_reserves([path])
    assert str(caught.value) == (
        "a.xml: nested deeper than 64 or more than 500000 elements, which no statement is; ask "
        "the bank for the file again."
    )


@pytest.mark.parametrize("kind", ["sequence", "sequence-alone"])
def test_read_reserves__sequence_of_zero__comes_before_one(tmp_path: Path, kind: str) -> None:
    none, one, _ = of_three(kind)
    path = tmp_path / "a.xml"
    path.write_text(several(one, none))
    assert read_reserves([path]).total_tyiyn == 200


@pytest.mark.parametrize("kind", ["sequence", "sequence-alone", "created"])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_read_reserves__three_statements_of_a_day__the_last_counts(
    tmp_path: Path, kind: str, order: tuple[int, ...]
) -> None:
    statements = of_three(kind)
    path = tmp_path / "a.xml"
    path.write_text(several(*(statements[i] for i in order)))
    assert read_reserves([path]).total_tyiyn == 300


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (
            [message(identifier=f"S-{n}") for n in (1, 2, 3)],
            "account 12, statement 'S-3': 3 statements close on 2026-03-04 (S-1, S-2, S-3) and "
            "neither their sequence numbers nor their creation times tell which is the last; give "
            "a file with only the last statement.",
        ),
        (
            [message(identifier=i) for i in ("S-1", "S-2", "S-1")],
            "account 12, statement 'S-1': two statements that close on 2026-03-04 have the same "
            "id; the statement is duplicated: keep the valid one.",
        ),
        (
            [message(identifier=f"S-{n}", more=sequence("7")) for n in (1, 2, 3)],
            "account 12, statement 'S-3': two statements that close on 2026-03-04 have the same "
            "electronic sequence number; the statement is duplicated: keep the valid one.",
        ),
        (
            [message(more=page(n).replace("true", "false")) for n in "213"],
            f"{HELD}pages [1, 2, 3] are here and the highest is not marked as the last, or a lower "
            "one is; add the page with LastPgInd true: it has the closing balance.",
        ),
        (
            [message(more=page(n).replace("true", "false")) for n in "211"],
            f"{HELD}a page appears twice (pages [1, 1, 2]); give each page of the statement once.",
        ),
        (
            [
                message(balance("5.00"), more=page("1").replace("true", "false")),
                message(balance("6.00"), more=page("2")),
            ],
            f"{HELD}an earlier page has another closing booked balance; {BANK}",
        ),
    ],
    ids=["no-order", "same-id", "same-sequence", "no-last-page", "page-twice", "other-balance"],
)
def test_read_reserves__statements_of_a_day_refused__says_what_and_how(
    tmp_path: Path, statements: list[str], said: str
) -> None:
    path = tmp_path / "a.xml"
    path.write_text(several(*statements))
    with pytest.raises(StatementError) as caught:
        read_reserves([path])
    assert str(caught.value) == f"a.xml: {said}"


def test_read_reserves__message_without_its_last_page__says_which_are_here(tmp_path: Path) -> None:
    paths = []
    for number in (1, 2):
        pages = f"<MsgPgntn><PgNb>{number}</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"
        paths.append(tmp_path / f"{number}.xml")
        paths[-1].write_text(message(pages=pages, number=f"<Othr><Id>1{number}</Id></Othr>"))
    with pytest.raises(StatementError) as caught:
        read_reserves(paths)
    assert str(caught.value) == (
        "1.xml, 2.xml: message 'M-1' is paginated and only its pages 1, 2 are here; give every "
        "page from 1 to the last, each once."
    )
    paths[1].write_text(paths[1].read_text().replace("false", "true").replace(">2<", ">3<"))
    with pytest.raises(StatementError, match=r"only its pages 1, 3 \(last\) are here"):
        read_reserves(paths)
