"""The proof of payments that goes to the chain, and the file that is kept of it.

`paymentHash` binds the issuer to the very entries of its bank's statement by which requests were paid, and shows
nothing of them. Who is given a payment's fields and its salt finds it in the hash, and nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.document import Sha256
from kgst.fields import Address
from kgst.paying.answers import Answer, State
from kgst.paying.batch import Batch, Number
from kgst.paying.details import Salt
from kgst.paying.typed import struct_hash
from kgst.settling.model import Digits, Leg
from kgst.storing import read_model

__all__ = [
    "PAYMENT_TYPE",
    "ConfirmationFile",
    "PaidRequest",
    "confirm",
    "read_confirmations",
]

PAYMENT_TYPE: Final = (
    "BookedPayment(uint256 request,string endToEndId,uint256 tyiyn,string account,string day,"
    "string bankReference,bytes32 file,string statement,uint256 entry,bytes32 salt)"
)
"""EIP-712 type of a leaf: a booked debit and the request that it paid."""

_WHAT: Final = "a confirmation of redemptions"


class PaidRequest(BaseModel):
    """The booked debit that paid a request.

    Attributes:
        request: Its id on the chain.
        end_to_end_id: By which the bank named it.
        tyiyn: Amount.
        account: That was debited.
        day: Of booking.
        bank_reference: The bank's own id of the payment; empty where it gives none.
        file_sha256: SHA-256 of the bank's file that has it.
        statement: Id of the statement or notification.
        entry: Its number there, from 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    request: Number
    end_to_end_id: str
    tyiyn: Annotated[Digits, Field(ge=1)]
    account: str
    day: date
    bank_reference: str
    file_sha256: Sha256
    statement: str
    entry: Annotated[int, Field(ge=1)]

    def leaf(self, salt: bytes) -> bytes:
        """`hashStruct` of EIP-712 with the request's own salt, 32 bytes.

        Args:
            salt: Of the confirmation.
        """
        return struct_hash(
            PAYMENT_TYPE,
            request=self.request,
            endToEndId=self.end_to_end_id,
            tyiyn=self.tyiyn,
            account=self.account,
            day=self.day.isoformat(),
            bankReference=self.bank_reference,
            file=bytes.fromhex(self.file_sha256),
            statement=self.statement,
            entry=self.entry,
            salt=keccak(salt + self.request.to_bytes(32)),
        )


class ConfirmationFile(BaseModel):
    """What of a batch is confirmed on the chain by one hash; confidential.

    Attributes:
        batch: Its id.
        chain_id: EIP-155.
        desk: Address of the contract that has the requests.
        salt: 32 bytes that nobody can guess; the salt of a request is keccak256 of it and the request's id as 32 bytes.
        payment_hash: keccak256 of the leaves of `paid`, one after the other; zero when there are none.
        paid: In the order of their ids.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-confirmation/2"] = "kgst-confirmation/2"
    batch: Annotated[str, Field(max_length=35)]
    chain_id: Annotated[int, Field(ge=1)]
    desk: Address
    salt: Salt
    payment_hash: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
    paid: tuple[PaidRequest, ...]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        ids = [one.request for one in self.paid]
        if ids != sorted(set(ids)):
            raise ValueError("requests are not in the order of their ids, each once")
        if self.payment_hash != payment_hash(self.paid, self.salt):
            raise ValueError("payment_hash is not that of the payments: something was changed")
        return self


def payment_hash(paid: Sequence[PaidRequest], salt: str) -> str:
    """`paymentHash` on the chain: 0x and 64 digits.

    Args:
        paid: In the order of their ids.
        salt: Of the confirmation, 0x and 64 digits.
    """
    if not paid:
        return "0x" + bytes(32).hex()
    return "0x" + keccak(b"".join(one.leaf(bytes.fromhex(salt[2:])) for one in paid)).hex()


def confirm(batch: Batch, found: Iterable[Answer], salt: bytes) -> ConfirmationFile:
    """What is to be confirmed of these answers: what was paid.

    Args:
        batch: Of which they are.
        found: As `answers` gave them, or some of them.
        salt: 32 bytes that nobody can guess (`Secret.salt`).
    """
    names = {one.request: one for one in batch.payments}
    ordered = sorted(found, key=lambda one: one.request)
    paid = tuple(
        _paid(one.request, names[one.request].end_to_end_id, one.leg)
        for one in ordered
        if one.state is State.PAID and one.leg is not None
    )
    text = "0x" + salt.hex()
    return ConfirmationFile(
        batch=batch.id,
        chain_id=batch.chain_id,
        desk=batch.desk,
        salt=text,
        payment_hash=payment_hash(paid, text),
        paid=paid,
    )


def _paid(request: int, end_to_end_id: str, leg: Leg) -> PaidRequest:
    return PaidRequest(
        request=request,
        end_to_end_id=end_to_end_id,
        tyiyn=leg.tyiyn or 0,
        account=leg.account,
        day=leg.day,
        bank_reference=leg.servicer_reference or "",
        file_sha256=leg.file_sha256,
        statement=leg.statement_id,
        entry=leg.number,
    )


def read_confirmations(paths: Sequence[Path]) -> list[ConfirmationFile]:
    """The confirmations in these files.

    Raises:
        FileError: a file is none, or was changed.
    """
    return [read_model(path, ConfirmationFile, _WHAT) for path in paths]
