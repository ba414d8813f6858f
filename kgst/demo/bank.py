"""A bank that keeps an account and writes its statements, camt.053.001.08: what the desk is given in the morning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from kgst.storing import write_new

__all__ = ["Bank", "Line", "batch", "payment"]

ZONE = "+06:00"


@dataclass(frozen=True)
class Line:
    """One entry.

    Attributes:
        tyiyn: Whole amount.
        credit: Whether money came in.
        details: Inside of `NtryDtls`; empty for none.
        code: Family and sub-family.
    """

    day: date
    tyiyn: int
    credit: bool
    details: str = ""
    code: tuple[str, str] = ("ICDT", "ESCT")
    reversal: bool = False
    text: str = ""


def payment(
    reference: str | None,
    *,
    reason: str | None = None,
    amount: int | None = None,
    text: str = "",
    other: str = "",
    credit: bool = False,
) -> str:
    """A payment of an entry, by its end-to-end id."""
    parts = f"<Refs><EndToEndId>{escape(reference)}</EndToEndId></Refs>" if reference else ""
    if amount is not None:
        parts += f'<Amt Ccy="KGS">{_money(amount)}</Amt><CdtDbtInd>{_side(credit)}</CdtDbtInd>'
    if other:
        side = "DbtrAcct" if credit else "CdtrAcct"
        parts += f"<RltdPties><{side}><Id><Othr><Id>{other}</Id></Othr></Id></{side}></RltdPties>"
    if text:
        parts += f"<RmtInf><Ustrd>{escape(text)}</Ustrd></RmtInf>"
    if reason:
        parts += f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf>"
    return f"<TxDtls>{parts}</TxDtls>"


def batch(order_id: str, count: int, tyiyn: int) -> str:
    """Payments that the bank books as one sum, by the order that asked for them."""
    return (
        f"<Btch><PmtInfId>{order_id}</PmtInfId><NbOfTxs>{count}</NbOfTxs>"
        f'<TtlAmt Ccy="KGS">{_money(tyiyn)}</TtlAmt></Btch>'
    )


@dataclass
class Bank:
    """One account.

    Attributes:
        opening: Tyiyn before the first day.
    """

    account: str
    opening: int
    bic: str = "DEMOKG22"
    owner: str = "Demo Issuer LLC"
    lines: list[Line] = field(default_factory=list)

    def book(self, day: date, tyiyn: int, details: str = "", **more: object) -> None:
        """One entry: a debit, unless `credit` is given."""
        values = {"credit": False, **more}
        self.lines.append(Line(day, tyiyn, details=details, **values))  # type: ignore[arg-type]

    def balance(self, until: date) -> int:
        """Tyiyn at the end of a day."""
        moved = (one.tyiyn if one.credit else -one.tyiyn for one in self.lines if one.day <= until)
        return self.opening + sum(moved)

    def write(self, folder: Path, first: date, last: date | None = None) -> Path:
        """The statement of a day, or of several."""
        last = last or first
        made = f"{last + timedelta(days=1)}T00:20:00{ZONE}"
        entries = [
            self._entry(number, one)
            for number, one in enumerate(self.lines, 1)
            if first <= one.day <= last
        ]
        number = last.toordinal()
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
            f"<GrpHdr><MsgId>M-{self.account}-{number}</MsgId><CreDtTm>{made}</CreDtTm></GrpHdr>"
            f"<Stmt><Id>S-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{made}</CreDtTm>"
            f"<FrToDt><FrDtTm>{first}T00:00:00{ZONE}</FrDtTm><ToDtTm>{last}T23:59:59{ZONE}</ToDtTm></FrToDt>"
            f"<Acct><Id><Othr><Id>{self.account}</Id></Othr></Id><Ccy>KGS</Ccy><Ownr><Nm>{self.owner}</Nm></Ownr>"
            f"<Svcr><FinInstnId><BICFI>{self.bic}</BICFI></FinInstnId></Svcr></Acct>"
            + _balance("OPBD", self.balance(first - timedelta(days=1)), first)
            + _balance("CLBD", self.balance(last), last)
            + "".join(entries)
            + "</Stmt></BkToCstmrStmt></Document>\n"
        )
        path = folder / f"{self.account}-{last}.xml"
        write_new([(path, text.encode())], force=True)
        return path

    def _entry(self, number: int, one: Line) -> str:
        family, sub = one.code
        return (
            f'<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="KGS">{_money(one.tyiyn)}</Amt>'
            f"<CdtDbtInd>{_side(one.credit)}</CdtDbtInd>"
            + ("<RvslInd>true</RvslInd>" if one.reversal else "")
            + f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>"
            f"<AcctSvcrRef>{self.account[-4:]}-{number}</AcctSvcrRef>"
            f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
            + (f"<NtryDtls>{one.details}</NtryDtls>" if one.details else "")
            + (f"<AddtlNtryInf>{escape(one.text)}</AddtlNtryInf>" if one.text else "")
            + "</Ntry>"
        )


def _balance(code: str, tyiyn: int, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="KGS">{_money(tyiyn)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
    )


def _money(tyiyn: int) -> str:
    return f"{tyiyn // 100}.{tyiyn % 100:02d}"


def _side(credit: bool) -> str:
    return "CRDT" if credit else "DBIT"
