"""From requests on the chain to a batch and the file for the bank; what cannot be paid is named, with its reason."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kgst.errors import InputError, RefusedError
from kgst.moments import format_time
from kgst.paying.batch import BatchFile, BatchPayment, Debtor, Layout, batch_id
from kgst.paying.onec import onec_order
from kgst.paying.pain001 import pain001
from kgst.paying.register import Payee, Register
from kgst.paying.secret import Secret
from kgst.settling.orders import MOST
from kgst.statements.model import account_key
from kgst.storing import as_bytes, write_new
from kgst.units import TYIYN, format_som

__all__ = [
    "Made",
    "Refusal",
    "Request",
    "Terms",
    "bank_file_of",
    "make_batch",
    "sort_out",
    "write_batch",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the contract has of a request.

    Attributes:
        id: Counted from 1.
        requester: Address.
        value: Base units.
        reference: 0x and 64 digits.
        pay_by: Until when the tokens stay with the contract, in seconds since 1970; None when they are not locked.
    """

    id: int
    requester: str
    value: int
    reference: str
    pay_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that a batch is besides its payments.

    Attributes:
        created: Now, in seconds since 1970.
        needed_by: By when the bank has to have booked the payments, in seconds since 1970.
        day: On which it is asked to pay.
    """

    chain_id: int
    desk: str
    debtor: Debtor
    layout: Layout
    created: int
    needed_by: int
    day: date


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that cannot be paid, and why."""

    request: int
    why: str


@dataclass(frozen=True, slots=True)
class Made:
    """A batch, and the file for the bank."""

    batch: BatchFile
    bank_file: bytes


def sort_out(
    requests: Sequence[Request],
    register: Register,
    terms: Terms,
    *,
    taken: Mapping[int, str],
    own: Collection[str] = (),
) -> tuple[list[Request], list[Refusal]]:
    """Which of the requests can be paid on these terms, and why the others cannot; each in the order of ids.

    Args:
        requests: As the contract has them, each once.
        register: Who is behind them.
        terms: Of the batch.
        taken: Requests that an order was made for already, and what to call it (`taken_requests`).
        own: Keys (`account_key`) of the issuer's accounts, which no redemption is paid to.
    """
    if len({one.id for one in requests}) != len(requests):
        raise ValueError("a request is given twice")
    accounts = {*own, account_key(terms.debtor.account)}
    payable, refused = [], []
    for one in sorted(requests, key=lambda request: request.id):
        payee = register.payees.get(one.reference)
        if why := _why_not(one, payee, terms, taken, accounts):
            refused.append(Refusal(one.id, why))
        else:
            payable.append(one)
    return payable, refused


def _why_not(
    one: Request,
    payee: Payee | None,
    terms: Terms,
    taken: Mapping[int, str],
    own: Collection[str],
) -> str | None:
    if one.id in taken:
        return f"it is in {taken[one.id]}"
    if payee is None:
        return (
            f"no payee in the register hashes to its reference {one.reference}: their details are missing there, or "
            "differ in a character from those that were hashed; ask the requester for them, and for the salt"
        )
    if payee.requester is not None and payee.requester.lower() != one.requester.lower():
        return f"{one.requester} asks by the details of {payee.requester}"
    if account_key(payee.account) in own:
        return f"{payee.account} is an account of the issuer's own"
    if one.value <= 0 or one.value % TYIYN:
        return f"no bank pays {format_som(one.value)}: it is not of whole tyiyn"
    if one.pay_by is None:
        return "it is not locked: its tokens can be taken back while the bank pays"
    if one.pay_by < terms.needed_by:
        return (
            f"its lock ends at {format_time(one.pay_by)}, before the bank has to have booked it "
            f"({format_time(terms.needed_by)}): from then on its tokens can be taken back"
        )
    return None


def make_batch(
    payable: Sequence[Request], register: Register, terms: Terms, secret: Secret
) -> Made:
    """The batch that pays these requests, and the bank's file: the same bytes for the same arguments.

    Args:
        payable: As `sort_out` found them.
        register: As it was given there.
        terms: As they were given there.
        secret: For the end-to-end ids.

    Raises:
        RefusedError: there are none, or too many for one batch.
        InputError: the terms contradict one another.
    """
    if not 1 <= len(payable) <= MOST:
        raise RefusedError(
            f"{len(payable)} requests can be paid, and a batch has 1 to {MOST}; name fewer of them, or see why the "
            "others are refused."
        )
    payments = [
        BatchPayment(
            request=one.id,
            reference=one.reference,
            end_to_end_id=secret.end_to_end_id(terms.desk, terms.chain_id, one.id),
            tyiyn=one.value // TYIYN,
        )
        for one in payable
    ]
    payments.sort(key=lambda one: one.end_to_end_id)
    contents: dict[str, Any] = {
        "chain_id": terms.chain_id,
        "desk": terms.desk,
        "created": terms.created,
        "needed_by": terms.needed_by,
        "day": terms.day,
        "debtor": terms.debtor,
        "layout": terms.layout,
        "secret_mark": secret.mark,
        "count": len(payments),
        "tyiyn": sum(one.tyiyn for one in payments),
        "payments": tuple(payments),
    }
    # Without its id and the hash of the bank's file, which both follow from the rest.
    draft = BatchFile.model_construct(**contents)
    id_ = batch_id(terms.day, draft.model_dump(mode="json"))
    written = _bank_file(draft.model_copy(update={"id": id_}), register)
    try:
        batch = BatchFile(id=id_, bank_file_sha256=hashlib.sha256(written).hexdigest(), **contents)
    except ValueError as error:
        raise InputError(f"no batch can be made on these terms: {error}") from None
    return Made(batch, written)


def bank_file_of(batch: BatchFile, register: Register) -> bytes:
    """The bank's file of a batch that was made before, byte by byte.

    Raises:
        RefusedError: the register says something else than when the batch was made.
    """
    missing = [one.request for one in batch.payments if one.reference not in register.payees]
    if missing:
        raise RefusedError(
            f"batch {batch.id}: the register has no payee for the requests {missing[:10]}; give the register that the "
            "batch was made with."
        )
    written = _bank_file(batch, register)
    if hashlib.sha256(written).hexdigest() != batch.bank_file_sha256:
        raise RefusedError(
            f"batch {batch.id}: what would be written now is another file than the one that it was made with: the "
            "purpose of a payee was changed in the register, or the program; find the file with the SHA-256 "
            f"{batch.bank_file_sha256}."
        )
    return written


def write_batch(batch_path: Path, bank_path: Path, made: Made) -> None:
    """Write both files, for nobody else on this machine to read; what is there already with the same bytes stays.

    The batch comes first: a bank's file without one could be given to the bank, and its requests to another batch.

    Raises:
        FileError: something else is there, or they cannot be written.
    """
    before = os.umask(0o077)
    try:
        write_new([(batch_path, as_bytes(made.batch)), (bank_path, made.bank_file)])
    finally:
        os.umask(before)


def _bank_file(batch: BatchFile, register: Register) -> bytes:
    payees = [register.payees[one.reference] for one in batch.payments]
    if batch.layout == "1CClientBankExchange":
        return onec_order(batch, payees)
    return pain001(batch, payees)
