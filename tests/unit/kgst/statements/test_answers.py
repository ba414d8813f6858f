"""What banks answer to an order: camt.054 and pain.002, beside statements, by the same guards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from support.bank import Bank
from support.bank import payment as paid
from support.camt053 import Write, message
from support.signing_banks import Signer, accounts_of, signer_of

from kgst.moments import BISHKEK
from kgst.statements import Accounts, ReserveAccount, StatementError
from kgst.statements.answers import read_answers
from kgst.statements.pain002 import Status

ACCOUNT = "1990010000123456"
ACCOUNTS = Accounts([ReserveAccount(account=ACCOUNT, bank="TLPRKG22")])
CAMT = [f"{number:02d}" for number in range(2, 14)]
PAIN = [f"{number:02d}" for number in range(3, 15)]


def entry(
    amount: str = "7.00", *, status: str = "BOOK", version: str = "08", name: str = "RF1"
) -> str:
    sts = status if version in ("02", "03") else f"<Cd>{status}</Cd>"
    return (
        f'<Ntry><Amt Ccy="KGS">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>{sts}</Sts>'
        "<BookgDt><Dt>2026-11-30</Dt></BookgDt><AcctSvcrRef>B-7</AcctSvcrRef>"
        "<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{name}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
    )


def notification(
    *entries: str,
    version: str = "08",
    account: str = ACCOUNT,
    kind: str = "",
    summary: str = "",
    header: str = "",
    currency: str = "KGS",
    more: str = "",
) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}"><BkToCstmrDbtCdtNtfctn>'
        f"<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-11-30T12:00:00+06:00</CreDtTm>{header}</GrpHdr>"
        "<Ntfctn><Id>N-1</Id><CreDtTm>2026-11-30T12:00:00+06:00</CreDtTm>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id>{kind}<Ccy>{currency}</Ccy></Acct>{summary}"
        f"{''.join(entries or [entry(version=version)])}</Ntfctn>{more}</BkToCstmrDbtCdtNtfctn></Document>"
    )


def report(
    *groups: str, version: str = "10", order: str = "", created: str = "2026-11-30T10:01:00+06:00"
) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>S-1</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>KGST1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{order}</OrgnlGrpInfAndSts>{''.join(groups)}</CstmrPmtStsRpt></Document>"
    )


def group(*payments: str, more: str = "") -> str:
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>KGST1</OrgnlPmtInfId>{more}"
        f"{''.join(payments)}</OrgnlPmtInfAndSts>"
    )


def payment(name: str, status: str, reason: str = "") -> str:
    said = f"<StsRsnInf>{reason}</StsRsnInf>" if reason else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>{said}</TxInfAndSts>"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_it(text: str | bytes, name: str = "a.xml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_it


def refusal(*paths: Path, **more: Any) -> str:
    with pytest.raises(StatementError) as refused:
        read_answers(paths, **{"accounts": ACCOUNTS, **more})
    assert any(path.name in str(refused.value) for path in paths)
    return str(refused.value)


@pytest.mark.parametrize("version", CAMT)
def test_camt054__entries__of_each_version(write: Write, version: str) -> None:
    more = [entry(version=version), entry("3.50", status="PDNG", version=version, name="RF2")]
    path = write(notification(*more, version=version))
    found = read_answers([path], accounts=ACCOUNTS)
    assert [(one.tyiyn, one.booked, one.details[0].end_to_end_id) for one in found.entries] == [
        (700, True, "RF1"),
        (350, False, "RF2"),
    ]
    first = found.entries[0]
    assert (first.account, first.booking_day, first.statement_id, first.number) == (
        ACCOUNT,
        date(2026, 11, 30),
        "N-1",
        1,
    )
    assert found.reports == ()


def test_camt054__another_account__is_left_out(write: Write) -> None:
    path = write(notification(account="1990010000999999"))
    assert read_answers([path], accounts=ACCOUNTS).entries == ()
    assert len(read_answers([path]).entries) == 1


def test_camt054__its_summary__agrees(write: Write) -> None:
    def of(count: int, total: str) -> str:
        return f"<TxsSummry><TtlDbtNtries><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum></TtlDbtNtries></TxsSummry>"

    assert len(read_answers([write(notification(summary=of(1, "7.00")))]).entries) == 1
    two = [entry(), entry("1.00", status="PDNG")]
    for said in (of(1, "7.00"), of(2, "8.00")):
        assert len(read_answers([write(notification(*two, summary=said))]).entries) == 2
    for wrong in (of(2, "7.00"), of(1, "7.01")):
        assert "cut off or altered" in refusal(write(notification(summary=wrong)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (notification(version="01"), "camt.054.001.01 is not a version that is read"),
        (notification(version="14"), "camt.054.001.14 is not a version that is read"),
        (notification().replace("<Ntfctn>", "<Ntfctn><!DOCTYPE x>", 1), "not well-formed"),
        (notification().replace("?>", '?><!DOCTYPE x [<!ENTITY y "z">]>', 1), "document type"),
        (notification().replace("<Ntfctn>", "<Ntfctn>stray"), "stray text"),
        (notification(header="<AddtlInf>TEST</AddtlInf>"), "calls it a test"),
        (notification(currency="USD"), "USD"),
        (notification(entry().replace("KGS", "USD")), "an amount of an entry in 'USD'"),
        (notification(entry("7.001")), "more than two decimals"),
        (notification(kind="<Tp><Cd>LOAN</Cd></Tp>"), "holds no money of its owner's"),
        (notification(more="<Odd/>"), "against the schema of camt.054.001.08"),
        (notification(account="Ж" * 3), "is not 1 to 34 ASCII"),
        (notification().replace("<Ntfctn><Id>N-1</Id>", "<Ntfctn><Id>\u200b</Id>"), "notification id"),
        (notification()[:-40], "not well-formed"),
    ],
    ids=lambda value: value.replace(" ", "_") if len(value) < 60 else "",
)  # fmt: skip
def test_camt054__what_cannot_be_relied_on__is_refused(write: Write, text: str, said: str) -> None:
    accounts = Accounts() if "Ж" in text else ACCOUNTS
    assert said in refusal(write(text), accounts=accounts)


@pytest.mark.parametrize("version", PAIN)
def test_pain002__what_is_said__of_each_version(write: Write, version: str) -> None:
    coded = "<Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed since May</AddtlInf>"
    path = write(
        report(
            group(
                payment("RF1", "RJCT", coded),
                payment("RF2", "ACSP"),
                payment("RF3", "RJCT", "<Rsn><Prtry>нет денег</Prtry></Rsn>"),
                more="<PmtInfSts>PART</PmtInfSts>",
            ),
            version=version,
            order="<OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>17.5</OrgnlCtrlSum><GrpSts>PART</GrpSts>",
        )
    )
    found = read_answers([path])
    assert found.entries == ()
    [one] = found.reports
    assert (one.id, one.order_id, one.count, one.sum_tyiyn) == ("S-1", "KGST1", 3, 1_750)
    assert one.created == datetime(2026, 11, 30, 10, 1, tzinfo=BISHKEK).timestamp()
    assert one.statuses == (
        Status(status="PART"),
        Status(status="PART", group_id="KGST1"),
        Status(status="RJCT", reasons=("AC04",), words="closed since May", group_id="KGST1", end_to_end_id="RF1"),
        Status(status="ACSP", group_id="KGST1", end_to_end_id="RF2"),
        Status(status="RJCT", words="нет денег", group_id="KGST1", end_to_end_id="RF3"),
    )  # fmt: skip


def test_pain002__nothing_said_of_sums__is_none(write: Write) -> None:
    [one] = read_answers([write(report(order="<GrpSts>XYZW</GrpSts>"))]).reports
    assert (one.count, one.sum_tyiyn, one.statuses) == (None, None, (Status(status="XYZW"),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (report(version="02"), "pain.002.001.02 is not a version that is read"),
        (report(version="15"), "pain.002.001.15 is not a version that is read"),
        (report().replace("?>", "?><!DOCTYPE x>", 1), "document type"),
        (report(created="now"), "against the schema"),
        (report(order="<OrgnlCtrlSum>1.005</OrgnlCtrlSum>"), "no amount"),
        (report(group(payment("RF1", "RJCT", "<Odd/>"))), "against the schema of pain.002.001.10"),
        (report().replace("<OrgnlMsgId>KGST1</OrgnlMsgId>", "<OrgnlMsgId>\u202e</OrgnlMsgId>"), "id of the order"),
        (report().replace("pain.002", "pain.001"), "neither" ),
    ],
    ids=["02", "15", "DTD", "no time", "no amount", "schema", "hidden", "pain.001"],
)  # fmt: skip
def test_pain002__what_cannot_be_relied_on__is_refused(write: Write, text: str, said: str) -> None:
    if said == "neither":
        said = "not a camt.053 statement"
    assert said in refusal(write(text))


def test_read_answers__files_of_every_kind__together(write: Write, tmp_path: Path) -> None:
    bank = Bank(ACCOUNT, 10_000_00, bic="TLPRKG22")
    bank.book(date(2026, 11, 30), 700, paid("RF1"))
    statement = bank.write(tmp_path, date(2026, 11, 30))
    paths = [
        write(notification(), "n.xml"),
        statement,
        write(report(group(payment("RF1", "ACSC"))), "r.xml"),
        write(notification(), "again.xml"),
        write(notification().encode("utf-16"), "wide.xml"),
    ]
    found = read_answers(paths, accounts=ACCOUNTS)
    # What has the content of another file is passed over; another encoding is another content.
    assert [one.file for one in found.entries] == ["n.xml", statement.name, "wide.xml"]
    assert [one.file for one in found.reports] == ["r.xml"]


def test_read_answers__a_statement_that_contradicts_itself__is_refused(
    write: Write, tmp_path: Path
) -> None:
    bank = Bank(ACCOUNT, 10_000_00, bic="TLPRKG22")
    bank.book(date(2026, 11, 30), 700, paid("RF1"))
    text = bank.write(tmp_path, date(2026, 11, 30)).read_text()
    cut = write(text.replace(">7.00<", ">7.01<", 1), "cut.xml")
    assert "cut off, altered" in refusal(cut)


def test_read_answers__no_answer__is_refused(write: Write) -> None:
    assert "not a camt.053 statement" in refusal(write(message().replace("camt.053", "camt.052")))
    assert "neither XML nor" in refusal(write("hello", "hello.txt"))


# Of banks that sign: tokens are burned by these entries


BANK, OTHER = signer_of("TLPRKG22"), signer_of("NOWHKG22")
OLD = signer_of("TLPRKG22", "old", ends=datetime(2026, 11, 30, tzinfo=UTC))


def signed_accounts(folder: Path, *signers: Signer) -> Accounts:
    listed = ((ACCOUNT, "TLPRKG22"), ("1290010000456781", "NOWHKG22"))
    return accounts_of(folder / "banks", *listed, signers=signers or (BANK, OTHER))


@pytest.mark.parametrize("how", ["enveloped", "enveloping", "around", "beside"])
def test_read_answers__signed_by_the_account_s_bank__is_read(tmp_path: Path, how: str) -> None:
    text, path = notification(), tmp_path / "camt054.xml"
    if how == "beside":
        path.write_text(text)
        (tmp_path / "camt054.xml.p7s").write_bytes(BANK.beside(text.encode()))
    elif how == "around":
        path.write_bytes(BANK.cms(text.encode()))
    else:
        path.write_bytes(getattr(BANK, how)(text))
    found = read_answers([path], accounts=signed_accounts(tmp_path))
    assert [one.tyiyn for one in found.entries] == [700]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("unsigned", "the policy requires the signature of the bank TLPRKG22, and it has none"),
        ("says another bank", "requires the signature of the bank TLPRKG22"),
        ("by another bank", "is signed by the bank NOWHKG22, and the account is of TLPRKG22"),
        ("altered", "its signature does not count"),
        ("altered beside", "its signature does not count"),
        ("expired", "an entry is of 2026-11-30"),
    ],
)
@pytest.mark.parametrize("kind", ["notification", "statement"])
def test_read_answers__not_signed_as_it_has_to_be__burns_nothing(
    tmp_path: Path, how: str, said: str, kind: str
) -> None:
    path = tmp_path / "answers.xml"
    if kind == "statement":
        bank = Bank(ACCOUNT, 10_000, bic="NOWHKG22" if how == "says another bank" else "TLPRKG22")
        bank.book(date(2026, 11, 30), 700, paid("RF1"))
        text = bank.write(tmp_path, date(2026, 11, 30)).read_text()
    else:
        servicer = "<Svcr><FinInstnId><BICFI>NOWHKG22</BICFI></FinInstnId></Svcr>"
        text = notification()
        if how == "says another bank":
            text = text.replace("<Ccy>KGS</Ccy></Acct>", f"<Ccy>KGS</Ccy>{servicer}</Acct>")
    signers = {"by another bank": OTHER, "expired": OLD}
    data = signers.get(how, BANK).enveloped(text)
    if how in ("unsigned", "says another bank"):
        data = text.encode()
    elif how == "altered":
        data = data.replace(b"7.00", b"9.00")
    elif how == "altered beside":
        data = text.replace("7.00", "9.00").encode()
        (tmp_path / "answers.xml.p7s").write_bytes(BANK.beside(text.encode()))
    path.write_bytes(data)
    accounts = signed_accounts(tmp_path, OLD, OTHER) if how == "expired" else signed_accounts(tmp_path)  # fmt: skip
    with pytest.raises(StatementError) as refused:
        read_answers([path], accounts=accounts)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("signer", "said"),
    [
        (BANK, ""),
        (None, "requires the signature of the bank that pays redemptions (TLPRKG22), and it has none"),
        (OTHER, "(TLPRKG22), and it is signed by the bank NOWHKG22"),
    ],
    ids=["by the payer's bank", "unsigned", "by another bank"],
)  # fmt: skip
def test_read_answers__report__is_of_the_bank_that_pays(
    tmp_path: Path, signer: Signer | None, said: str
) -> None:
    """It names no account of its own: a forged rejection would have a payment made twice."""
    text, path = report(), tmp_path / "pain002.xml"
    path.write_bytes(signer.enveloped(text) if signer else text.encode())
    payer = with_payer(signed_accounts(tmp_path))
    if said:
        with pytest.raises(StatementError) as refused:
            read_answers([path], accounts=payer)
        assert said in str(refused.value)
    else:
        assert read_answers([path], accounts=payer).reports


def with_payer(accounts: Accounts) -> Accounts:
    """The same accounts, of which the first pays redemptions."""
    listed = [
        one.model_copy(update={"pays_redemptions": one.account == ACCOUNT})
        for one in accounts.reserve.values()
    ]
    return Accounts(listed, banks=accounts.banks)
