"""pain.001 (customer credit transfer initiation, ISO 20022), versions .03 and .09: the order of a batch.

One group of payments, from one account on one day, to be booked singly. The batch's id is that of message and group, so
that a status report or a sum in a statement names the batch. No instruction id: the end-to-end id is all that the bank
is to know a payment by.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from kgst.moments import BISHKEK
from kgst.paying.batch import BatchFile, BatchPayment
from kgst.paying.details import is_iban, is_national_code
from kgst.paying.register import Payee

__all__ = ["CURRENCY", "pain001", "remittance", "som_of"]

CURRENCY: Final = "KGS"
DEFAULT_PURPOSE: Final = "KGST redemption"
_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"


def remittance(payee: Payee, end_to_end_id: str) -> str:
    """The purpose of a payment: words, and its reference, for banks that carry nothing else."""
    return f"{payee.purpose or DEFAULT_PURPOSE} {end_to_end_id}"


def som_of(tyiyn: int) -> str:
    """`1234.50`."""
    return f"{tyiyn // 100}.{tyiyn % 100:02d}"


def pain001(batch: BatchFile, payees: Sequence[Payee]) -> bytes:
    """The order, in UTF-8: the same bytes for the same batch and payees.

    Args:
        batch: Its layout is one of pain.001.
        payees: Of its payments, in their order.
    """
    old = batch.layout.endswith(".03")
    document = Element("Document", xmlns=_NAMESPACE + batch.layout)
    message = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(message, "GrpHdr")
    _add(header, "MsgId", batch.id)
    _add(header, "CreDtTm", datetime.fromtimestamp(batch.created, BISHKEK).isoformat())
    _add(header, "NbOfTxs", str(batch.count))
    _add(header, "CtrlSum", som_of(batch.tyiyn))
    _add(header, "InitgPty/Nm", batch.debtor.name)
    group = SubElement(message, "PmtInf")
    _add(group, "PmtInfId", batch.id)
    _add(group, "PmtMtd", "TRF")
    _add(group, "BtchBookg", "false")
    _add(group, "NbOfTxs", str(batch.count))
    _add(group, "CtrlSum", som_of(batch.tyiyn))
    _add(group, "ReqdExctnDt" if old else "ReqdExctnDt/Dt", batch.day.isoformat())
    _add(group, "Dbtr/Nm", batch.debtor.name)
    account = SubElement(group, "DbtrAcct")
    _add_account(account, batch.debtor.account)
    _add(account, "Ccy", CURRENCY)
    _add_bank(group, "DbtrAgt", batch.debtor.bank, old=old)
    # Whoever redeems gets the whole amount.
    _add(group, "ChrgBr", "DEBT")
    for payment, payee in zip(batch.payments, payees, strict=True):
        _add_transfer(SubElement(group, "CdtTrfTxInf"), payment, payee, old=old)
    ElementTree.indent(document, " ")
    written = ElementTree.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()


def _add_transfer(transfer: Element, payment: BatchPayment, payee: Payee, *, old: bool) -> None:
    _add(transfer, "PmtId/EndToEndId", payment.end_to_end_id)
    _add(transfer, "Amt/InstdAmt", som_of(payment.tyiyn)).set("Ccy", CURRENCY)
    _add_bank(transfer, "CdtrAgt", payee.bank, old=old)
    creditor = SubElement(transfer, "Cdtr")
    _add(creditor, "Nm", payee.name)
    if payee.inn is not None:
        # A person's begins with 1 or 2, a company's with 0.
        kind = "OrgId" if payee.inn.startswith("0") else "PrvtId"
        other = SubElement(SubElement(SubElement(creditor, "Id"), kind), "Othr")
        _add(other, "Id", payee.inn)
        _add(other, "SchmeNm/Cd", "TXID")
    _add_account(SubElement(transfer, "CdtrAcct"), payee.account)
    _add(transfer, "RmtInf/Ustrd", remittance(payee, payment.end_to_end_id))


def _add_account(account: Element, number: str) -> None:
    _add(account, "Id/IBAN" if is_iban(number) else "Id/Othr/Id", number)


def _add_bank(above: Element, name: str, bank: str, *, old: bool) -> None:
    bic = "BIC" if old else "BICFI"
    place = "ClrSysMmbId/MmbId" if is_national_code(bank) else bic
    _add(above, f"{name}/FinInstnId/{place}", bank)


def _add(above: Element, path: str, text: str) -> Element:
    """A new element, and those that it stands in."""
    for name in path.split("/"):
        above = SubElement(above, name)
    above.text = text
    return above
