"""What a set of statements says: the public result, the error, and the parts between."""

import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.errors import KgstError
from kgst.units import MAX_TYIYN

__all__ = [
    "REPORT_FORMAT",
    "AccountClosing",
    "Fault",
    "ReserveTotal",
    "StatementError",
    "account_key",
]

REPORT_FORMAT: Final = "kgst-reserves/1"
"""Names the shape of `ReserveTotal.report`; it changes whenever the shape does."""

_Tyiyn = Annotated[int, Field(ge=0, le=MAX_TYIYN)]


class StatementError(KgstError, ValueError):
    """A bank statement that cannot be counted. Names the file, the account and the remedy."""


class AccountClosing(BaseModel):
    """The last closing booked balance of one reserve account."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    account: str
    """IBAN or the bank's own number, as the statement writes it."""
    owner: str | None
    """Owner's name, if the statement gives one."""
    closing_balance_tyiyn: _Tyiyn
    """Closing booked balance in tyiyn, always a credit."""
    closing_date: date
    """Day of the closing balance, as the bank dates it."""
    statement_id: str
    """camt.053 `Stmt/Id`, or `line N` of a CSV file."""
    file: str
    """Name of the file, without its folder."""
    file_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the file's bytes, in hex."""


class ReserveTotal(BaseModel):
    """Every reserve account's last closing balance, and their sum."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    currency: str
    """ISO 4217 code that every balance is in."""
    total_tyiyn: _Tyiyn
    """Sum of the accounts' balances, in tyiyn (hundredths of `currency`)."""
    accounts: tuple[AccountClosing, ...] = Field(min_length=1)
    """One entry an account, sorted by account number."""
    earliest_closing_date: date
    latest_closing_date: date

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.total_tyiyn != sum(one.closing_balance_tyiyn for one in self.accounts):
            raise ValueError("total_tyiyn is not the sum of the accounts")
        dates = [one.closing_date for one in self.accounts]
        if (self.earliest_closing_date, self.latest_closing_date) != (min(dates), max(dates)):
            raise ValueError("the closing dates are not those of the accounts")
        return self

    def report(self) -> bytes:
        """Return the report to publish: canonical JSON (RFC 8785), UTF-8, no final newline.

        The bytes depend on the contents of the files and their names, not on the order or the
        folder they were given in. Amounts are decimal strings in tyiyn, because many JSON
        readers round large numbers. keccak256 of these bytes is the attestation's `reportHash`.
        """
        # With ASCII keys and only strings as values, sorted keys without whitespace are
        # exactly what RFC 8785 prescribes.
        document = {
            "accounts": [
                {
                    "account": one.account,
                    "closing_balance_tyiyn": str(one.closing_balance_tyiyn),
                    "closing_date": one.closing_date.isoformat(),
                    "file": one.file,
                    "file_sha256": one.file_sha256,
                    "owner": one.owner,
                    "statement_id": one.statement_id,
                }
                for one in self.accounts
            ],
            "currency": self.currency,
            "earliest_closing_date": self.earliest_closing_date.isoformat(),
            "format": REPORT_FORMAT,
            "latest_closing_date": self.latest_closing_date.isoformat(),
            "total_tyiyn": str(self.total_tyiyn),
        }
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")


def account_key(account: str) -> str:
    """Reduce an account number to its letters and digits, upper case, no leading zeros."""
    return "".join(filter(str.isalnum, account)).upper().lstrip("0")


Fault = Callable[[str, str], StatementError]
"""Builds an error from what was found and what to do about it."""
