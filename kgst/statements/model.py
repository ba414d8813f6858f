"""What a set of statements says: the public result, the error, and the parts between."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.errors import KgstError
from kgst.jsonfile import canonical_json
from kgst.moments import BISHKEK
from kgst.units import MAX_TYIYN

__all__ = [
    "REPORT_FORMAT",
    "AccountClosing",
    "Fault",
    "FileOrigin",
    "ReserveTotal",
    "SignedBy",
    "StatementError",
    "account_key",
]

REPORT_FORMAT: Final = "kgst-reserves/3"
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
    bank: str | None = None
    """BIC of the bank, from the statement or else from the policy."""
    closing_balance_tyiyn: _Tyiyn
    """Closing booked balance in tyiyn, always a credit."""
    closing_date: date
    """Day of the closing balance, as the bank dates it."""
    statement_id: str
    """camt.053 `Stmt/Id`, or `line N` of a CSV file."""
    file: str
    """Name of the file, without its folder."""
    file_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the file's bytes, in hex; of a file in an archive, of that file's own."""
    layout: str
    """How the file is written, like `camt.053.001.08`."""
    transcribed: bool = False
    """Whether somebody wrote the figure down, and not the bank."""


class SignedBy(BaseModel):
    """The bank's signature on a file, which was verified."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    bank: str
    """BIC, as the policy has it."""
    certificate_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Fingerprint of the certificate, as the policy has it."""
    kind: Literal["xmldsig", "cms"]


class FileOrigin(BaseModel):
    """A file of statements, and whether the bank signed it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    file: str
    """Its name, without its folder."""
    file_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of its bytes, with a signature that is in them."""
    signed_by: SignedBy | None
    """None: what stands in it is, for all that the file itself shows, the issuer's word."""


class Deduction(BaseModel):
    """What is taken off the balances, because it is not held there at the closing."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Literal["transfer_in_transit", "value_after_closing"]
    account: str
    tyiyn: Annotated[int, Field(ge=1, le=MAX_TYIYN)]
    reason: str


class LeftOutAccount(BaseModel):
    """An account in a file that is not one of the reserve accounts."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    file: str
    account: str
    owner: str | None
    currency: str | None


class ReserveTotal(BaseModel):
    """The reserves at one moment: what the banks said at the end of one day in Bishkek."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    currency: str
    """ISO 4217 code that every balance is in."""
    total_tyiyn: _Tyiyn
    """Sum of the accounts' balances less the deductions, in tyiyn (hundredths of `currency`)."""
    closing_day: date
    """The day at whose end, in Bishkek, the figures are."""
    accounts: tuple[AccountClosing, ...] = Field(min_length=1)
    """One entry an account, sorted by account number."""
    files: tuple[FileOrigin, ...] = Field(min_length=1)
    """Every file that has a statement of these accounts, sorted by name."""
    deductions: tuple[Deduction, ...] = ()
    left_out: Annotated[tuple[LeftOutAccount, ...], Field(exclude=True)] = ()
    """Accounts in the files that are no reserve accounts; not part of the report."""
    notes: Annotated[tuple[str, ...], Field(exclude=True)] = ()
    """What does not stand in the way and should be looked at; not part of the report."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        held = sum(one.closing_balance_tyiyn for one in self.accounts)
        if self.total_tyiyn != held - sum(one.tyiyn for one in self.deductions):
            raise ValueError("total_tyiyn is not the sum of the accounts less the deductions")
        if any(one.closing_date > self.closing_day for one in self.accounts):
            raise ValueError("an account closes after closing_day")
        known = {one.file_sha256: one.file for one in self.files}
        if len(known) != len(self.files) or any(
            known.get(one.file_sha256) != one.file for one in self.accounts
        ):
            raise ValueError("files are not those that the accounts are from, each once")
        return self

    @property
    def as_of(self) -> int:
        """The moment of the figures, in seconds since 1970: 24:00 of `closing_day` in Bishkek."""
        return int(end_of(self.closing_day).timestamp())

    @property
    def earlier(self) -> tuple[AccountClosing, ...]:
        """Accounts whose bank closed before `closing_day` and not on it: a holiday, as the issuer said."""
        return tuple(one for one in self.accounts if one.closing_date < self.closing_day)

    def report(self) -> bytes:
        """Return the report to publish: canonical JSON (RFC 8785), UTF-8, no final newline.

        The bytes depend on the contents of the files and their names, not on the order or the
        folder they were given in. Amounts are decimal strings in tyiyn, because many JSON
        readers round large numbers. keccak256 of these bytes is the attestation's `reportHash`.
        """
        # With ASCII keys and no numbers among the values, sorted keys without whitespace are
        # exactly what RFC 8785 prescribes.
        document = {
            "accounts": [
                {
                    "account": one.account,
                    "bank": one.bank,
                    "closing_balance_tyiyn": str(one.closing_balance_tyiyn),
                    "closing_date": one.closing_date.isoformat(),
                    "file": one.file,
                    "file_sha256": one.file_sha256,
                    "layout": one.layout,
                    "owner": one.owner,
                    "statement_id": one.statement_id,
                    "transcribed": one.transcribed,
                }
                for one in self.accounts
            ],
            "closing_day": self.closing_day.isoformat(),
            "currency": self.currency,
            "deductions": [
                {
                    "account": one.account,
                    "kind": one.kind,
                    "reason": one.reason,
                    "tyiyn": str(one.tyiyn),
                }
                for one in self.deductions
            ],
            "files": [one.model_dump(mode="json") for one in self.files],
            "format": REPORT_FORMAT,
            "total_tyiyn": str(self.total_tyiyn),
        }
        return canonical_json(document)


def end_of(day: date) -> datetime:
    """24:00 of a day in Bishkek."""
    return datetime.combine(day, time(), BISHKEK) + timedelta(days=1)


def account_key(account: str) -> str:
    """Reduce an account number to its letters and digits, upper case, no leading zeros."""
    return "".join(filter(str.isalnum, account)).upper().lstrip("0")


Fault = Callable[[str, str], StatementError]
"""Builds an error from what was found and what to do about it."""
