"""Statements written from a ledger, in every layout, encoding, envelope and paging; and faults planted in them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from xml.sax.saxutils import escape

from openpyxl import Workbook
from support.ledger import OWNER, Book, Ledger, Movement, Payment

from kgst.statements import Accounts, ReserveAccount
from kgst.statements.profile import Columns, TableProfile

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
HEADINGS = (
    "Счёт",
    "Валюта",
    "Дата",
    "Входящий остаток",
    "Обороты Дт",
    "Обороты Кт",
    "Исходящий остаток",
)

Sheet = tuple[Book, int]
"""One day of one account."""


@dataclass
class Style:
    """How one account's statements are written.

    Attributes:
        files: `one` for all days, or `daily`.
        encoding: Of XML and 1C.
        envelope: Round an XML document: none, `header`, `soap`.
        pages: Each statement over two pages, from version .03 on.
        zipped: In an archive.
        summary, period: Whether statements have them.
    """

    files: str = "one"
    encoding: str = "utf-8"
    envelope: str = ""
    pages: bool = False
    zipped: bool = False
    summary: bool = True
    period: bool = True


@dataclass
class Fault:
    """What is wrong in the statements of one account; nothing unless it is set.

    Attributes:
        more: Tyiyn that the last closing balance is too high.
        header: Put into the message's header; `account`: into the account's element; `balance`: into the balance.
        created: When the last statement is made, instead of the day after.
        without: Position of an entry of the last day that is left out.
        owner, bank: Others than the account's.
    """

    more: int = 0
    header: str = ""
    account: str = ""
    balance: str = ""
    created: str = ""
    without: int | None = None
    owner: str = OWNER
    bank: str = ""
    last_page: bool = True
    payments_more: int = 0
    currency: str = "KGS"


@dataclass
class Writer:
    """Writes the files of one account.

    Attributes:
        style, fault: As above.
        skip: Numbers of days that are left out.
    """

    ledger: Ledger
    book: Book
    style: Style
    fault: Fault = field(default_factory=Fault)
    skip: frozenset[int] = frozenset()

    def files(self) -> list[tuple[str, bytes]]:
        """Name and content of each file."""
        days = [day for day in range(self.ledger.count) if day not in self.skip]
        sets = (
            [days]
            if self.style.files == "one" or self.book.layout == "csv"
            else [[d] for d in days]
        )
        if self.book.layout == "csv":
            # A row an account: the last day's.
            sets = [days[-1:]]
        write: Callable[[list[int]], bytes] = {
            "1c": self._onec, "mt940": self._mt940, "csv": self._csv, "xlsx": self._xlsx,
        }.get(self.book.layout, self._camt)  # fmt: skip
        suffix = {"1c": "txt", "mt940": "sta", "csv": "csv", "xlsx": "xlsx"}.get(
            self.book.layout, "xml"
        )
        found = []
        for chosen in sets:
            name = f"{self.book.number}-{chosen[0]}.{suffix}"
            content = write(chosen)
            if self.style.zipped:
                archive = io.BytesIO()
                with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
                    packed.writestr(name, content)
                name, content = f"{name}.zip", archive.getvalue()
            found.append((name, content))
        return found

    def _moved(self, day: int) -> list[Movement]:
        moved = self.book.days[day]
        if day == self.ledger.count - 1 and self.fault.without is not None:
            moved = moved[: self.fault.without] + moved[self.fault.without + 1 :]
        return moved

    def _closing(self, day: int) -> int:
        return self.book.closing(day) + (self.fault.more if day == self.ledger.count - 1 else 0)

    # camt.053

    def _camt(self, days: list[int]) -> bytes:
        version = self.book.layout[4:]
        body = "".join(self._stmt(day, version) for day in days)
        last = self.ledger.day(days[-1])
        made = self._made(last)
        document = (
            f'<Document xmlns="{NAMESPACE}{version}"><BkToCstmrStmt><GrpHdr><MsgId>M-{self.book.number}-{last}</MsgId>'
            f"<CreDtTm>{made}</CreDtTm>{self.fault.header}</GrpHdr>{body}</BkToCstmrStmt></Document>"
        )
        if self.style.envelope == "header":
            head = '<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><BizMsgIdr>1</BizMsgIdr></AppHdr>'
            document = f"<Envelope>{head}{document}</Envelope>"
        elif self.style.envelope == "soap":
            document = (
                '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                f"{document}</s:Body></s:Envelope>"
            )
        declared = "UTF-8" if self.style.encoding == "utf-8-sig" else self.style.encoding
        text = f'<?xml version="1.0" encoding="{declared}"?>\n{document}'
        return text.encode(self.style.encoding, "xmlcharrefreplace")

    def _made(self, day: date) -> str:
        is_last = day == self.ledger.day(self.ledger.count - 1)
        usual = f"{day + timedelta(days=1)}T00:20:00+06:00"
        return (self.fault.created if is_last else "") or usual

    def _stmt(self, number: int, version: str) -> str:
        day, moved = self.ledger.day(number), self._moved(number)
        entries = [self._entry(at, one, day, version) for at, one in enumerate(moved)]
        opening = self._balance("OPBD", self.book.opening(number), day)
        closing = self._balance("CLBD", self._closing(number), day, self.fault.balance)
        pages: list[tuple[str, str, list[str]]] = [("", opening + closing, entries)]
        if self.style.pages and version != "02":
            half = len(entries) // 2
            carried = self.book.opening(number) + sum(
                one.tyiyn if one.credit else -one.tyiyn for one in moved[:half] if one.booked
            )
            middle = "<SubTp><Cd>INTM</Cd></SubTp>"
            pages = [
                (
                    _page(1, False),
                    opening + self._balance("CLBD", carried, day, kind=middle),
                    entries[:half],
                ),
                (
                    _page(2, self.fault.last_page),
                    self._balance("OPBD", carried, day, kind=middle) + closing,
                    entries[half:],
                ),
            ]
        summary = self._summary(moved) if self.style.summary else ""
        period = f"<FrToDt><FrDtTm>{day}T00:00:00+06:00</FrDtTm><ToDtTm>{day}T23:59:59+06:00</ToDtTm></FrToDt>"
        bank = self.fault.bank or self.book.bank
        bic = f"<{'BIC' if version == '02' else 'BICFI'}>{bank}</{'BIC' if version == '02' else 'BICFI'}>"
        account = (
            f"<Acct><Id><Othr><Id>{self.book.number}</Id></Othr></Id>{self.fault.account}<Ccy>{self.fault.currency}</Ccy>"
            f"<Ownr><Nm>{escape(self.fault.owner)}</Nm></Ownr><Svcr><FinInstnId>{bic}</FinInstnId></Svcr></Acct>"
        )
        return "".join(
            f"<Stmt><Id>{self.book.number}-{number}</Id>{page}<ElctrncSeqNb>{100 + number}</ElctrncSeqNb>"
            f"<CreDtTm>{self._made(day)}</CreDtTm>{period if self.style.period else ''}{account}{balances}"
            f"{summary}{''.join(on_page)}</Stmt>"
            for page, balances, on_page in pages
        )

    def _balance(self, code: str, tyiyn: int, day: date, more: str = "", kind: str = "") -> str:
        # A credit line stands before the amount, in each version.
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry>{kind}</Tp>{more}{_amount(abs(tyiyn))}"
            f"<CdtDbtInd>{'CRDT' if tyiyn >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    def _summary(self, moved: list[Movement]) -> str:
        booked = [one for one in moved if one.booked]
        parts = [
            f"<{tag}><NbOfNtries>{len(found)}</NbOfNtries><Sum>{_som(sum(one.tyiyn for one in found))}</Sum></{tag}>"
            for tag, found in (
                ("TtlCdtNtries", [one for one in booked if one.credit]),
                ("TtlDbtNtries", [one for one in booked if not one.credit]),
            )
        ]
        return f"<TxsSummry>{''.join(parts)}</TxsSummry>"

    def _entry(self, at: int, one: Movement, day: date, version: str) -> str:
        status = "BOOK" if one.booked else "PDNG"
        details = "".join(self._payment(pay, one, version) for pay in one.payments)
        return (
            f"<Ntry><NtryRef>{at}</NtryRef>{_amount(one.tyiyn)}<CdtDbtInd>{_side(one.credit)}</CdtDbtInd>"
            f"{'<RvslInd>true</RvslInd>' if one.reversal else ''}"
            f"<Sts>{status if version in OLD_STATUS else f'<Cd>{status}</Cd>'}</Sts>"
            f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day + timedelta(days=one.value)}</Dt></ValDt>"
            f"<BkTxCd/><NtryDtls>{details}</NtryDtls></Ntry>"
        )

    def _payment(self, pay: Payment, one: Movement, version: str) -> str:
        amount = _amount(pay.tyiyn + self.fault.payments_more)
        amounts = (
            f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
            if version == "02"
            else f"{amount}<CdtDbtInd>{_side(one.credit)}</CdtDbtInd>"
        )
        charges = ""
        if one.charge:
            charges = f"<TtlChrgsAndTaxAmt Ccy='KGS'>{_som(one.charge)}</TtlChrgsAndTaxAmt>"
            charges += f"{_amount(one.charge)}" if version == "02" else ""
            charges = f"<Chrgs>{charges}</Chrgs>"
        role = "Dbtr" if one.credit != one.reversal else "Cdtr"
        parties = ""
        if pay.other:
            parties = f"<RltdPties><{role}Acct><Id><Othr><Id>{pay.other}</Id></Othr></Id></{role}Acct></RltdPties>"
        returned = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if one.returned else ""
        return (
            f"<TxDtls><Refs><EndToEndId>{pay.reference}</EndToEndId></Refs>{amounts}{charges}{parties}"
            f"<RmtInf><Ustrd>Төлөм {pay.reference}</Ustrd></RmtInf>{returned}</TxDtls>"
        )

    # The others

    def _onec(self, days: list[int]) -> bytes:
        named = {"windows-1251": "Windows", "cp866": "DOS"}.get(self.style.encoding, "UTF-8")
        last = self.ledger.day(days[-1]) + timedelta(days=1)
        lines = [
            "1CClientBankExchange", "ВерсияФормата=1.03", f"Кодировка={named}",
            f"ДатаСоздания={last:%d.%m.%Y}", "ВремяСоздания=00:20:00", f"РасчСчет={self.book.number}",
        ]  # fmt: skip
        for number in days:
            day, moved = self.ledger.day(number), self._moved(number)
            lines += [
                "СекцияРасчСчет", f"ДатаНачала={day:%d.%m.%Y}", f"ДатаКонца={day:%d.%m.%Y}",
                f"РасчСчет={self.book.number}", f"НачальныйОстаток={_som(self.book.opening(number))}",
                f"ВсегоПоступило={_som(sum(one.tyiyn for one in self.book.days[number] if one.credit))}",
                f"ВсегоСписано={_som(sum(one.tyiyn for one in self.book.days[number] if not one.credit))}",
                f"КонечныйОстаток={_som(self._closing(number))}", "КонецРасчСчет",
            ]  # fmt: skip
            for at, one in enumerate(moved):
                own, other = (
                    ("Получатель", "Плательщик") if one.credit else ("Плательщик", "Получатель")
                )
                lines += [
                    "СекцияДокумент=Платежное поручение", f"Номер={number}{at}", f"Дата={day:%d.%m.%Y}",
                    f"Сумма={_som(one.tyiyn)}", f"{own}Счет={self.book.number}",
                    f"{other}Счет={one.payments[0].other or '1'}",
                    f"{'ДатаПоступило' if one.credit else 'ДатаСписано'}={day:%d.%m.%Y}",
                    f"НазначениеПлатежа=Платеж {one.payments[0].reference}", "КонецДокумента",
                ]  # fmt: skip
        encoding = self.style.encoding if named != "UTF-8" else "utf-8"
        return "\r\n".join([*lines, "КонецФайла", ""]).encode(encoding)

    def _mt940(self, days: list[int]) -> bytes:
        text = ""
        for number in days:
            day = self.ledger.day(number)
            lines = "".join(
                f":61:{day:%y%m%d}{day:%m%d}{'C' if one.credit else 'D'}{_som(one.tyiyn).replace('.', ',')}NTRF"
                f"{one.payments[0].reference}\r\n:86:payment {one.payments[0].reference}\r\n"
                for one in self._moved(number)
            )
            text += (
                f"{{1:F01{self.book.bank}AXXX0000000000}}{{2:O9400020{day:%y%m%d}{self.book.bank}AXXX0000N}}{{4:\r\n"
                f":20:S{number}\r\n:25:{self.book.number}\r\n:28C:{100 + number}/1\r\n"
                f":60F:{_swift(self.book.opening(number), day)}\r\n{lines}"
                f":62F:{_swift(self._closing(number), day)}\r\n-}}\r\n"
            )
        return text.encode()

    def _csv(self, days: list[int]) -> bytes:
        day, tyiyn = self.ledger.day(days[-1]), self._closing(days[-1])
        side = "CRDT" if tyiyn >= 0 else "DBIT"
        return (
            "account,currency,date,closing_balance,indicator\r\n"
            f"{self.book.number},{self.fault.currency},{day},{_som(abs(tyiyn))},{side}\r\n"
        ).encode()

    def rows(self, days: list[int]) -> list[list[str]]:
        """A bank's own table."""
        return [list(HEADINGS)] + [
            [
                self.book.number,
                self.fault.currency,
                f"{self.ledger.day(number):%d.%m.%Y}",
                _table(self.book.opening(number)),
                _table(sum(one.tyiyn for one in self._moved(number) if not one.credit)),
                _table(sum(one.tyiyn for one in self._moved(number) if one.credit)),
                _table(self._closing(number)),
            ]
            for number in days
        ]

    def _xlsx(self, days: list[int]) -> bytes:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["Выписка"])
        for row in self.rows(days):
            sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()


OLD_STATUS = ("02", "03", "04", "05", "06")


def profile(kind: str, **changes: str) -> TableProfile:
    """The profile of the tables that are written here."""
    columns = Columns(
        account=HEADINGS[0], currency=HEADINGS[1], day=HEADINGS[2], opening=HEADINGS[3],
        debits=HEADINGS[4], credits=HEADINGS[5], closing=HEADINGS[6],
    )  # fmt: skip
    return TableProfile.model_validate(
        {"bank": "TLPRKG22", "kind": kind, "columns": columns} | changes
    )


def accounts_of(ledger: Ledger) -> Accounts:
    """The policy's list of them, each with its bank and owner."""
    listed = [
        ReserveAccount(account=book.number, bank=book.bank, owner=OWNER) for book in ledger.books
    ]
    banks = {book.bank for book in ledger.books if book.layout == "xlsx"}
    return Accounts(listed, (), [profile("xlsx", bank=bank) for bank in sorted(banks)])


def table_csv(rows: list[list[str]], separator: str) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


def _page(number: int, last: bool) -> str:
    return f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{str(last).lower()}</LastPgInd></StmtPgntn>"


def _som(tyiyn: int) -> str:
    sign = "-" if tyiyn < 0 else ""
    return f"{sign}{abs(tyiyn) // 100}.{abs(tyiyn) % 100:02d}"


def _amount(tyiyn: int) -> str:
    return f'<Amt Ccy="KGS">{_som(tyiyn)}</Amt>'


def _side(credit: bool) -> str:
    return "CRDT" if credit else "DBIT"


def _swift(tyiyn: int, day: date) -> str:
    side = "C" if tyiyn >= 0 else "D"
    return f"{side}{day:%y%m%d}KGS{_som(abs(tyiyn)).replace('.', ',')}"


def _table(tyiyn: int) -> str:
    """As tables have it: a space between thousands, a comma before the hundredths."""
    whole = f"{abs(tyiyn) // 100:,}".replace(",", " ")
    return f"{'-' if tyiyn < 0 else ''}{whole},{abs(tyiyn) % 100:02d}"
