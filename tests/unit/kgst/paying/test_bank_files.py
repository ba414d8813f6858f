"""What a bank is given: pain.001 against the schemas of ISO 20022, and 1CClientBankExchange line by line."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from support.redemptions import DEBTOR, DESK, TERMS, made, ordered, payee, register, request

from kgst.paying.making import Made
from kgst.paying.register import Payee
from kgst.settling.references import references_in

PAIN = ["pain.001.001.03", "pain.001.001.09"]
SCHEMAS = {
    name: xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / f"{name}.xsd")) for name in PAIN
}
NAMES = st.text("AZazАЯаяЁёҢңӨөҮү09/-?:().,'+\"«»№", min_size=1, max_size=140)


def of(*people: Payee, layout: Any, **terms: Any) -> Made:
    asked = [request(number, 10 ** (2 * number) + number, of=one) for number, one in enumerate(people, 1)]  # fmt: skip
    return ordered(asked, register(*people), replace(TERMS, **terms), layout)


def text(found: Any, path: str) -> list[str | None]:
    namespace = found.tag.partition("}")[0] + "}"
    return [
        one.text for one in found.iterfind("/".join(namespace + name for name in path.split("/")))
    ]


@pytest.mark.parametrize("layout", PAIN)
def test_pain001__is_by_its_schema_and_says_what_the_batch_says(layout: str) -> None:
    people = [
        payee(1, inn="12307199400123", purpose="Погашение"),
        payee(2, account="GB82WEST12345698765432", bank="DEMOKG22XXX", inn="02307199410123"),
        payee(3),
    ]
    one = of(*people, layout=layout)
    SCHEMAS[layout].validate(one.bank_file.decode())
    root = ElementTree.fromstring(one.bank_file)
    assert root.tag == f"{{urn:iso:std:iso:20022:tech:xsd:{layout}}}Document"
    message = root[0]
    assert text(message, "GrpHdr/MsgId") == text(message, "PmtInf/PmtInfId") == [one.batch.id]
    assert text(message, "GrpHdr/NbOfTxs") == text(message, "PmtInf/NbOfTxs") == ["3"]
    assert text(message, "GrpHdr/CtrlSum") == text(message, "PmtInf/CtrlSum") == ["10101.06"]
    assert text(message, "GrpHdr/CreDtTm") == ["2026-11-30T10:00:00+06:00"]
    assert text(message, "PmtInf/BtchBookg") == ["false"]
    assert text(message, "PmtInf/ChrgBr") == ["DEBT"]
    day = "PmtInf/ReqdExctnDt" if layout.endswith("03") else "PmtInf/ReqdExctnDt/Dt"
    assert text(message, day) == ["2026-11-30"]
    assert text(message, "PmtInf/DbtrAcct/Id/Othr/Id") == [DEBTOR.account]
    bic = "BIC" if layout.endswith("03") else "BICFI"
    assert text(message, f"PmtInf/DbtrAgt/FinInstnId/{bic}") == [DEBTOR.bank]
    transfer = "PmtInf/CdtTrfTxInf"
    names = text(message, f"{transfer}/PmtId/EndToEndId")
    assert names == [payment.end_to_end_id for payment in one.batch.payments]
    order = [payment.request for payment in one.batch.payments]
    amounts = {1: "1.01", 2: "100.02", 3: "10000.03"}
    assert text(message, f"{transfer}/Amt/InstdAmt") == [amounts[number] for number in order]
    assert {amount.get("Ccy") for amount in root.iter() if amount.tag.endswith("InstdAmt")} == {"KGS"}  # fmt: skip
    assert text(message, f"{transfer}/Cdtr/Nm") == [people[number - 1].name for number in order]
    assert text(message, f"{transfer}/CdtrAcct/Id/IBAN") == [people[1].account]
    assert sorted(text(message, f"{transfer}/CdtrAcct/Id/Othr/Id"), key=str) == [
        people[0].account,
        people[2].account,
    ]
    assert text(message, f"{transfer}/CdtrAgt/FinInstnId/{bic}") == [people[1].bank]
    assert len(text(message, f"{transfer}/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId")) == 2
    assert text(message, f"{transfer}/Cdtr/Id/PrvtId/Othr/Id") == [people[0].inn]
    assert text(message, f"{transfer}/Cdtr/Id/OrgId/Othr/Id") == [people[1].inn]
    purposes = text(message, f"{transfer}/RmtInf/Ustrd")
    assert [references_in(str(one)) for one in purposes] == [(name,) for name in names]
    assert str(purposes[order.index(1)]).startswith("Погашение RF")
    assert str(purposes[order.index(3)]).startswith("KGST redemption RF")


def test_pain001__what_is_public_is_not_in_it() -> None:
    """Neither a request's id nor its hash nor an address: whoever reads the order cannot find the wallet."""
    numbers = (770_001, 770_002)
    details = [payee(n, name="Асанов", account=f"103000000000000{n % 10}") for n in numbers]
    asked = [request(n, 7, of=one) for n, one in zip(numbers, details, strict=True)]
    people = register(*details)
    for layout in ("pain.001.001.09", "1CClientBankExchange"):
        one = ordered(asked, people, layout=layout)  # type: ignore[arg-type]
        written = one.bank_file.decode("cp1251" if layout.startswith("1C") else "utf-8")
        assert "77000" not in written
        assert DESK[2:].lower() not in written.lower()
        assert "0x" not in written


@pytest.mark.parametrize("layout", PAIN)
@given(
    names=st.lists(NAMES, min_size=1, max_size=4),
    purpose=st.none() | NAMES.map(lambda text: text[:100]),
    tyiyn=st.integers(1, 10**17),
)
@settings(max_examples=20, deadline=None)
def test_pain001__whatever_the_register_takes__is_by_the_schema(
    layout: str, names: list[str], purpose: str | None, tyiyn: int
) -> None:
    people = []
    for number, name in enumerate(names, 1):
        try:
            people.append(payee(number, name=name, purpose=purpose))
        except ValueError:  # Latin and Cyrillic in one word
            people.append(payee(number, name="Ө" * 140, purpose="ү" * 100))
    asked = [request(number, tyiyn, of=one) for number, one in enumerate(people, 1)]
    one = ordered(asked, register(*people), layout=layout)  # type: ignore[arg-type]
    SCHEMAS[layout].validate(one.bank_file.decode())
    amounts = re.findall(r'<InstdAmt Ccy="KGS">([0-9.]+)<', one.bank_file.decode())
    assert [Decimal(amount) for amount in amounts] == [Decimal(tyiyn) / 100] * len(people)


def test_schema__refuses_what_is_not_by_it() -> None:
    """So that the tests above could fail."""
    written = made(700).bank_file.decode().replace("<PmtMtd>TRF</PmtMtd>", "")
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMAS["pain.001.001.09"].validate(written)


def test_onec_order__line_by_line() -> None:
    people = [payee(1, name="Өмүров Ыңтымак", inn="12307199400123", purpose="Төлөм")]
    one = of(*people, layout="1CClientBankExchange")
    name = one.batch.payments[0].end_to_end_id
    assert one.bank_file.decode("cp1251").split("\r\n") == [
        "1CClientBankExchange",
        "ВерсияФормата=1.02",
        "Кодировка=Windows",
        "Отправитель=KGST",
        "Получатель=",
        "ДатаСоздания=30.11.2026",
        "ВремяСоздания=10:00:00",
        "ДатаНачала=30.11.2026",
        "ДатаКонца=30.11.2026",
        "РасчСчет=1990010000123456",
        "Документ=Платежное поручение",
        "СекцияДокумент=Платежное поручение",
        "Номер=1",
        "Дата=30.11.2026",
        "Сумма=1.01",
        "ПлательщикСчет=1990010000123456",
        "Плательщик=Your Issuer LLC",
        "ПлательщикРасчСчет=1990010000123456",
        "ПлательщикБИК=TLPRKG22",
        "ПолучательСчет=1030000000000001",
        "Получатель=Омуров Ынтымак",
        "ПолучательИНН=12307199400123",
        "ПолучательРасчСчет=1030000000000001",
        "ПолучательБИК=103001",
        f"НазначениеПлатежа=Толом {name}",
        "КонецДокумента",
        "КонецФайла",
        "",
    ]


@given(st.lists(NAMES, min_size=1, max_size=3))
@settings(max_examples=20, deadline=None)
def test_onec_order__whatever_the_register_takes__can_be_written(names: list[str]) -> None:
    people = []
    for number, name in enumerate(names, 1):
        try:
            people.append(payee(number, name=name))
        except ValueError:
            people.append(payee(number))
    lines = of(*people, layout="1CClientBankExchange").bank_file.decode("cp1251").split("\r\n")
    assert lines.count("СекцияДокумент=Платежное поручение") == len(people)
    assert all(line.count("=") <= 1 for line in lines)
