"""Batches: which requests a bank was asked to pay together, by which file, from which account.

A batch has no names and no accounts of payees: those stand in the register and in the bank's file, which it knows by
its SHA-256. It does tie requests to ids that the bank sees, and is confidential as the register is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.document import Sha256
from kgst.fields import Address
from kgst.moments import bishkek_day
from kgst.paying.details import Account, Bank, Name
from kgst.settling.model import Digits, Order
from kgst.settling.orders import MOST
from kgst.settling.references import is_reference
from kgst.storing import FileError, read_model

__all__ = ["LAYOUTS", "BatchFile", "BatchPayment", "Debtor", "Layout", "Number", "read_batches"]

Layout = Literal["pain.001.001.09", "pain.001.001.03", "1CClientBankExchange"]
"""How the bank's file is written."""

LAYOUTS: Final[tuple[Layout, ...]] = (
    "pain.001.001.09",
    "pain.001.001.03",
    "1CClientBankExchange",
)

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


class BatchFile(BaseModel):
    """A batch of redemptions that a bank was ordered to pay; confidential.

    Attributes:
        id: `MsgId` and `PmtInfId` of the order: made of all that follows, but of the bank's file.
        chain_id: EIP-155.
        desk: Address of the contract that has the requests.
        created: When it was made, in seconds since 1970.
        needed_by: By when the bank has to have booked it, in seconds since 1970: no request's lock ends before.
        day: On which the bank is asked to pay, in Bishkek.
        debtor: From which account.
        layout: How the bank's file is written.
        bank_file_sha256: SHA-256 of the bank's file.
        secret_mark: Tells by which secret the end-to-end ids were made.
        count: How many payments.
        tyiyn: Their sum.
        payments: In the order of their end-to-end ids, which says nothing of the requests.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-batch/1"] = "kgst-batch/1"
    id: Annotated[str, Field(max_length=35)]
    chain_id: Annotated[int, Field(ge=1)]
    desk: Address
    created: Seconds
    needed_by: Seconds
    day: date
    debtor: Debtor
    layout: Layout
    bank_file_sha256: Sha256
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
        if not bishkek_day(self.created) <= self.day <= bishkek_day(self.needed_by):
            raise ValueError("day is not between created and needed_by")
        if self.id != batch_id(self.day, self.model_dump(mode="json")):
            raise ValueError("id is not that of its contents: something in it was changed")
        return self

    @property
    def order(self) -> Order:
        """For the matching of redemptions, where a bank books the batch as one sum."""
        return Order(
            id=self.id, payments=tuple((one.end_to_end_id, one.tyiyn) for one in self.payments)
        )


def batch_id(day: date, contents: Mapping[str, Any]) -> str:
    """34 characters: `KGST`, the day, 22 digits of a hash; letters and digits only.

    Args:
        day: On which the bank is asked to pay.
        contents: Of the batch's file as JSON has them; `id` and `bank_file_sha256`, which follows from it, are not in
            the hash.
    """
    rest = {key: contents[key] for key in contents if key not in ("id", "bank_file_sha256")}
    digits = keccak(text=json.dumps(rest, sort_keys=True)).hex()[:22].upper()
    return f"KGST{day:%Y%m%d}{digits}"


def read_batches(paths: Sequence[Path]) -> list[BatchFile]:
    """The batches in these files.

    Raises:
        FileError: a file is none, was changed, or is given twice.
    """
    found: dict[str, Path] = {}
    batches = []
    for path in paths:
        batch = read_model(path, BatchFile, _WHAT)
        if (other := found.setdefault(batch.id, path)) is not path:
            raise FileError(f"{path}: batch {batch.id} is also in {other}; give it once.")
        batches.append(batch)
    return batches
