"""1CClientBankExchange, version 1.02: the order of a batch as accounting programs of the CIS give it to a bank.

windows-1251 has no Kyrgyz letters: they are written as the Russian ones that banks put in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from kgst.moments import BISHKEK
from kgst.paying.batch import BatchFile, BatchPayment
from kgst.paying.pain001 import remittance, som_of
from kgst.paying.register import Payee

__all__ = ["onec_order"]

_FIRST_LINE: Final = "1CClientBankExchange"
_KIND: Final = "Платежное поручение"
_KYRGYZ: Final = str.maketrans("ҢңӨөҮү", "НнОоУу")


def onec_order(batch: BatchFile, payees: Sequence[Payee]) -> bytes:
    """The order, in windows-1251 with CRLF: the same bytes for the same batch and payees.

    Args:
        batch: Its layout is this one.
        payees: Of its payments, in their order.
    """
    made = datetime.fromtimestamp(batch.created, BISHKEK)
    lines = [
        _FIRST_LINE,
        "ВерсияФормата=1.02",
        "Кодировка=Windows",
        "Отправитель=KGST",
        "Получатель=",
        f"ДатаСоздания={_day(made.date())}",
        f"ВремяСоздания={made:%H:%M:%S}",
        f"ДатаНачала={_day(batch.day)}",
        f"ДатаКонца={_day(batch.day)}",
        f"РасчСчет={batch.debtor.account}",
        f"Документ={_KIND}",
    ]
    for number, (payment, payee) in enumerate(zip(batch.payments, payees, strict=True), 1):
        lines += _document(number, batch, payment, payee)
    lines.append("КонецФайла")
    text = "".join(f"{line}\r\n" for line in lines)
    return text.translate(_KYRGYZ).encode("cp1251")


def _document(number: int, batch: BatchFile, payment: BatchPayment, payee: Payee) -> Iterator[str]:
    yield f"СекцияДокумент={_KIND}"
    # Of its place in the file: the request's id would tell the bank whose wallet it is.
    yield f"Номер={number}"
    yield f"Дата={_day(batch.day)}"
    yield f"Сумма={som_of(payment.tyiyn)}"
    yield f"ПлательщикСчет={batch.debtor.account}"
    yield f"Плательщик={batch.debtor.name}"
    yield f"ПлательщикРасчСчет={batch.debtor.account}"
    yield f"ПлательщикБИК={batch.debtor.bank}"
    yield f"ПолучательСчет={payee.account}"
    yield f"Получатель={payee.name}"
    if payee.inn is not None:
        yield f"ПолучательИНН={payee.inn}"
    yield f"ПолучательРасчСчет={payee.account}"
    yield f"ПолучательБИК={payee.bank}"
    yield f"НазначениеПлатежа={remittance(payee, payment.end_to_end_id)}"
    yield "КонецДокумента"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
