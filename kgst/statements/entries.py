"""What moved on an account: entries of a statement, and the payments that each stands for (ISO 20022 names)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = ["Batch", "Detail", "Entry", "StatementEntries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """An order that the bank booked as one entry (`NtryDtls/Btch`)."""

    order_id: str | None
    """`PmtInfId`: the id that whoever ordered the payments gave their group."""
    message_id: str | None
    """`MsgId` of the message that ordered them."""
    count: int | None
    """`NbOfTxs`."""
    tyiyn: int | None
    """`TtlAmt`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One payment of an entry (`NtryDtls/TxDtls`)."""

    tyiyn: int | None
    """The payment's own amount, without charges; None where the bank gives none."""
    credit: bool
    end_to_end_id: str | None
    """None also for `NOTPROVIDED`."""
    instruction_id: str | None = None
    order_id: str | None = None
    """`PmtInfId`."""
    servicer_reference: str | None = None
    """`AcctSvcrRef`, `TxId` or `UETR`: the bank's own id of the payment."""
    return_reason: str | None = None
    """`RtrInf/Rsn/Cd`, or "returned" where no code is given; None for a payment that is no return."""
    charges_tyiyn: int = 0
    """What of the entry's amount, for this payment, is the bank's charge."""
    party: str | None = None
    """Name of the other side."""
    party_account: str | None = None
    texts: tuple[str, ...] = ()
    """Purpose and additional information, as the bank wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an account (`Ntry`)."""

    file: str
    file_sha256: str
    account: str
    bank: str | None
    """BIC of the servicer, where the statement gives it."""
    statement_id: str
    number: int
    """Position in the statement, from 1."""
    tyiyn: int
    """The whole amount, charges included; at least 0."""
    credit: bool
    """As it is booked: a reversed debit is a credit with `reversal`."""
    reversal: bool
    """`RvslInd`."""
    booked: bool
    """Status BOOK; a pending entry is none that moved money."""
    booking_day: date
    value_day: date | None
    reference: str | None
    """`NtryRef`."""
    servicer_reference: str | None
    """`AcctSvcrRef`: the bank's own id of the entry, the same in each statement that repeats it."""
    code: str | None
    """`BkTxCd` as `domain/family/subfamily`, or the proprietary code."""
    charges_tyiyn: int = 0
    batch: Batch | None = None
    details: tuple[Detail, ...] = ()
    texts: tuple[str, ...] = ()
    """`AddtlNtryInf` and the like; for formats without details, the purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntries:
    """One statement of one account, or one page of it, and its entries in their order."""

    file: str
    file_sha256: str
    layout: str
    """How the file is written, like `camt.053.001.08`."""
    account: str
    owner: str | None
    bank: str | None
    """BIC of the servicer, where the statement gives it."""
    statement_id: str
    closing_day: date | None
    """Day of the closing balance; None on a page without one."""
    closing_tyiyn: int | None
    """Below zero when the account is overdrawn."""
    opening_tyiyn: int | None
    """Balance before the first entry, where the statement gives it."""
    entries: tuple[Entry, ...]
