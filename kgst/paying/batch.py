"""Batches: which requests a bank is asked to pay together, from which account: those of one lock.

That a bank pays them once does not rest on a journal: the id by which it takes an order once follows from the chain. A
batch has no names and no accounts of payees: those stand in the register and in the bank's file, which it knows by
its SHA-256. It does tie requests to ids that the bank sees, and is confidential as the register is.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.document import Sha256
from kgst.fields import Address
from kgst.moments import bishkek_day
from kgst.paying.details import Account, Bank, Name
from kgst.settling.model import Digits, Order
from kgst.settling.orders import MOST
from kgst.settling.references import is_reference
from kgst.storing import read_model

__all__ = [
    "LAYOUTS",
    "Batch",
    "BatchFile",
    "BatchPayment",
    "Debtor",
    "Layout",
    "Number",
    "batch_id",
    "layout_of",
    "read_batch",
]

Layout = Literal["pain.001.001.09", "pain.001.001.03", "1CClientBankExchange"]
"""How the bank's file is written."""

LAYOUTS: Final[tuple[Layout, ...]] = (
    "pain.001.001.09",
    "pain.001.001.03",
    "1CClientBankExchange",
)


def layout_of(text: str) -> Layout:
    """The layout that `1c`, or its own name, names."""
    return next(one for one in LAYOUTS if one.casefold().startswith(text.casefold()))


_WHAT: Final = "a batch of redemptions"
_SECONDS: Final = 2**40
_REFERENCE: Final = re.compile(r"^0x[0-9a-f]{64}$")

Number = Annotated[int, Field(ge=1, lt=2**53)]
"""A request's id; the contract counts them from 1."""

Seconds = Annotated[int, Field(ge=1, lt=_SECONDS)]


class Debtor(BaseModel):
    """From which account a batch is paid.

    Attributes:
        name: Of its owner.
        account: 16 digits, or an IBAN.
        bank: BIC, or a code (БИК) of six digits.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    account: Account
    bank: Bank


class BatchPayment(BaseModel):
    """The payment of one request.

    Attributes:
        request: Its id on the chain.
        reference: Its hash of the payee's details.
        end_to_end_id: By which the bank's lines name it.
        tyiyn: Amount.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    request: Number
    reference: Annotated[str, Field(pattern=_REFERENCE)]
    end_to_end_id: Annotated[str, Field(max_length=35)]
    tyiyn: Annotated[Digits, Field(ge=1)]

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not is_reference(self.end_to_end_id):
            raise ValueError(f"end_to_end_id of request {self.request} is no reference")
        return self


class Batch(BaseModel):
    """Requests that one transaction locked, as a bank is asked to pay them: whoever reads the chain makes the same.

    Attributes:
        id: `MsgId` and `PmtInfId` of the order, by which a bank takes it once: of chain, desk and lock alone.
        chain_id: EIP-155.
        desk: Address of the contract that has the requests.
        lock: Hash of the transaction that locked them.
        created: When that was, in seconds since 1970.
        needed_by: From then on they may be withdrawn, in seconds since 1970.
        day: Of the lock, in Bishkek: on which the bank is asked to pay.
        debtor: From which account.
        secret_mark: Tells by which secret the end-to-end ids were made.
        count: How many payments.
        tyiyn: Their sum.
        payments: In the order of their end-to-end ids, which says nothing of the requests.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(max_length=35)]
    chain_id: Annotated[int, Field(ge=1)]
    desk: Address
    lock: Annotated[str, Field(pattern=_REFERENCE)]
    created: Seconds
    needed_by: Seconds
    day: date
    debtor: Debtor
    secret_mark: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    count: Annotated[int, Field(ge=1, le=MOST)]
    tyiyn: Digits
    payments: Annotated[tuple[BatchPayment, ...], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        requests = {one.request for one in self.payments}
        names = [one.end_to_end_id for one in self.payments]
        if not self.count == len(self.payments) == len(requests) == len(set(names)):
            raise ValueError("count is not that of its payments, each request once")
        if names != sorted(names):
            raise ValueError("payments are not in the order of their end-to-end ids")
        if self.tyiyn != sum(one.tyiyn for one in self.payments):
            raise ValueError("tyiyn is not the sum of its payments")
        if not self.created < self.needed_by:
            raise ValueError("needed_by is not after created")
        if self.day != bishkek_day(self.created):
            raise ValueError("day is not that of the lock")
        if self.id != batch_id(self.day, self.chain_id, self.desk, self.lock):
            raise ValueError("id is not that of chain, desk and lock: something in it was changed")
        return self

    @property
    def order(self) -> Order:
        """For the matching of redemptions, where a bank books the batch as one sum."""
        return Order(
            id=self.id, payments=tuple((one.end_to_end_id, one.tyiyn) for one in self.payments)
        )


class BatchFile(Batch):
    """A batch of redemptions that a file for a bank was written of; confidential.

    Attributes:
        layout: How the bank's file is written.
        bank_file_sha256: SHA-256 of the bank's file.
    """

    format: Literal["kgst-batch/2"] = "kgst-batch/2"
    layout: Layout
    bank_file_sha256: Sha256


def batch_id(day: date, chain_id: int, desk: str, lock: str) -> str:
    """34 characters: `KGST`, the day, 22 digits of a hash; letters and digits only.

    Not of what is paid, nor from where: whatever the register of a checkout says, a bank gets one order of one lock.

    Args:
        day: Of the lock.
        chain_id: EIP-155.
        desk: Its address.
        lock: Hash of the transaction.
    """
    digits = keccak(text=f"kgst/batch/{chain_id}/{desk.lower()}/{lock.lower()}").hex()[:22].upper()
    return f"KGST{day:%Y%m%d}{digits}"


def read_batch(path: Path) -> BatchFile:
    """The batch in the file at `path`.

    Raises:
        FileError: it is none, or was changed.
    """
    return read_model(path, BatchFile, _WHAT)
