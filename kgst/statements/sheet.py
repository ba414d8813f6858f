"""One statement of one account as it stands in a file, or one page of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from kgst.statements.model import FileOrigin, SignedBy, StatementError, account_key
from kgst.statements.movements import Movements, Summary

__all__ = ["Closing", "LeftOut", "MessagePage", "Sheet", "Summaries"]

Summaries = dict[Literal["all", "credits", "debits"], Summary]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A closing booked balance as it stands in a statement."""

    tyiyn: int
    day: date
    credit: bool


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Which part of a message a file is."""

    message_id: str
    page: int
    last: bool
    created: datetime | None = None
    """When the message was made."""

    @property
    def whole(self) -> bool:
        """Whether the file is the whole message."""
        return self.page == 1 and self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One statement of one account, or one page of it."""

    file: str
    file_sha256: str
    layout: str
    """How it is written, like `camt.053.001.08`."""
    message: MessagePage
    account: str
    owner: str | None
    bank: str | None
    """BIC of the servicer, if the statement gives it."""
    statement_id: str
    sequence: int | None
    """Electronic sequence number."""
    created: datetime | None
    """When the statement was made, as it says."""
    period: tuple[datetime, datetime] | None
    """First and last moment that it covers, in Bishkek."""
    page: int
    last_page: bool
    openings: tuple[Closing, ...]
    """Opening booked balances, dated."""
    closings: tuple[Closing, ...]
    other_balances: tuple[str, ...]
    """Names of the balances that are not a plain closing booked balance."""
    movements: Movements
    summaries: Summaries = field(default_factory=dict)
    """What it says of its entries: in all, of the credits, of the debits."""
    transcribed: bool = False
    """Whether somebody wrote it, and not the bank."""
    signed_by: SignedBy | None = None
    """The bank's signature on the file, which was verified."""
    doubt: str = ""
    """Why a signature that the file has was not taken for the bank's."""

    @property
    def origin(self) -> FileOrigin:
        """The file, and whose word it is."""
        return FileOrigin(file=self.file, file_sha256=self.file_sha256, signed_by=self.signed_by)

    @property
    def key(self) -> str:
        """Identity of the account: two spellings of one number must not count twice."""
        return account_key(self.account)

    def fault(self, found: str, remedy: str) -> StatementError:
        """Build the error for this statement."""
        return StatementError(
            f"{self.file}: account {self.account}, statement {self.statement_id!r}: "
            f"{found}; {remedy}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An account in a file that is not one of the reserve accounts: it is named and not counted."""

    file: str
    account: str
    owner: str | None
    currency: str | None
    transcribed: bool = False
