"""From requests that were locked together to the file for the bank; what cannot be paid is named, with its reason."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgst.errors import InputError, RefusedError
from kgst.moments import bishkek_day
from kgst.paying.batch import Batch, BatchFile, BatchPayment, Debtor, Layout, batch_id, read_batch
from kgst.paying.onec import onec_order
from kgst.paying.pain001 import pain001
from kgst.paying.register import Payee, Register
from kgst.paying.secret import Secret
from kgst.settling.orders import MOST
from kgst.statements.model import account_key
from kgst.storing import FileError, as_bytes, write_new
from kgst.units import TYIYN, format_som

__all__ = [
    "Made",
    "Refusal",
    "Request",
    "Terms",
    "batch_of",
    "make_batch",
    "require_same",
    "sort_out",
    "write_batch",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it was locked.

    Attributes:
        id: Counted from 1.
        requester: Address.
        value: Base units.
        reference: 0x and 64 digits.
    """

    id: int
    requester: str
    value: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that a batch is besides its payments; but for the debtor, the chain says it.

    Attributes:
        lock: Hash of the transaction.
        created: The time of its block, in seconds since 1970.
        needed_by: From when on the requests may be withdrawn, in seconds since 1970.
    """

    chain_id: int
    desk: str
    lock: str
    debtor: Debtor
    created: int
    needed_by: int


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
    requests: Sequence[Request], register: Register, own: Collection[str] = ()
) -> tuple[list[Request], list[Refusal]]:
    """Which of the requests a bank can pay, and why it cannot the others; each in the order of ids.

    Args:
        requests: As the contract has them, each once.
        register: Who is behind them.
        own: Keys (`account_key`) of the issuer's accounts, which no redemption is paid to.
    """
    payable, refused = [], []
    for one in sorted(requests, key=lambda request: request.id):
        payee = register.payees.get(one.reference)
        if why := _why_not(one, payee, own):
            refused.append(Refusal(one.id, why))
        else:
            payable.append(one)
    return payable, refused


def _why_not(one: Request, payee: Payee | None, own: Collection[str]) -> str | None:
    if payee is None:
        return (
            f"no payee in the register hashes to its reference {one.reference}: their details are missing there, or "
            "differ in a character from those that were hashed; ask the requester for them, and for the salt"
        )
    if payee.requester is not None and payee.requester.lower() != one.requester.lower():
        return f"{one.requester} asks by the details of {payee.requester}"
    if account_key(payee.account) in own:
        return "its payee's account is one of the issuer's own"
    if one.value <= 0 or one.value % TYIYN:
        return f"no bank pays {format_som(one.value)}: it is not of whole tyiyn"
    if one.value // TYIYN >= 10**16:
        return f"no bank's file carries {format_som(one.value)}"
    return None


def batch_of(requests: Sequence[Request], terms: Terms, secret: Secret) -> Batch:
    """What a bank is asked to pay, without saying to whom: the same for the same arguments.

    Args:
        requests: Those that a file for the bank has, or all of the lock.
        terms: Of the lock.
        secret: For the end-to-end ids.

    Raises:
        RefusedError: there are none, or too many for one batch.
        InputError: the terms contradict one another.
    """
    if not 1 <= len(requests) <= MOST:
        raise RefusedError(
            f"{len(requests)} requests can be paid, and a batch has 1 to {MOST}; see why the others are refused."
        )
    payments = [
        BatchPayment(
            request=one.id,
            reference=one.reference,
            end_to_end_id=secret.end_to_end_id(terms.desk, terms.chain_id, one.id),
            tyiyn=one.value // TYIYN,
        )
        for one in requests
    ]
    payments.sort(key=lambda one: one.end_to_end_id)
    day = bishkek_day(terms.created)
    try:
        return Batch(
            id=batch_id(day, terms.chain_id, terms.desk, terms.lock),
            chain_id=terms.chain_id,
            desk=terms.desk,
            lock=terms.lock,
            created=terms.created,
            needed_by=terms.needed_by,
            day=day,
            debtor=terms.debtor,
            secret_mark=secret.mark,
            count=len(payments),
            tyiyn=sum(one.tyiyn for one in payments),
            payments=tuple(payments),
        )
    except ValueError as error:
        raise InputError(f"no batch can be made on these terms: {error}") from None


def make_batch(batch: Batch, register: Register, layout: Layout) -> Made:
    """The batch, and the file for the bank: the same bytes for the same arguments.

    Args:
        batch: Of requests that `sort_out` found payable.
        register: As it was given there.
        layout: Of the bank's file.
    """
    payees = [register.payees[one.reference] for one in batch.payments]
    make = onec_order if layout == "1CClientBankExchange" else pain001
    draft = BatchFile.model_construct(**dict(batch), layout=layout, bank_file_sha256="")
    written = make(draft, payees)
    digest = hashlib.sha256(written).hexdigest()
    return Made(draft.model_copy(update={"bank_file_sha256": digest}), written)


def write_batch(batch_path: Path, bank_path: Path, made: Made) -> bool:
    """Write both files, for nobody else on this machine to read; what is there already with the same bytes stays.

    The batch comes first: a bank's file without one would not show what it is of.

    Returns:
        Whether both were there.

    Raises:
        FileError: something else is there, or they cannot be written.
    """
    there = batch_path.exists() and bank_path.exists()
    require_same(batch_path, made.batch)
    before = os.umask(0o077)
    try:
        batch_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new([(batch_path, as_bytes(made.batch)), (bank_path, made.bank_file)])
    except OSError as error:
        raise FileError(f"{batch_path.parent}: cannot be made ({error.strerror}).") from error
    finally:
        os.umask(before)
    return there


def require_same(path: Path, batch: BatchFile) -> None:
    """What was written of this lock before is this batch.

    Raises:
        FileError: it is another; what differs is named.
    """
    if not path.exists():
        return
    was, now = (_flat(one) for one in (read_batch(path), batch))
    differing = [key for key in now if was.get(key) != now[key]]
    if differing:
        words = [f"{key} was {was.get(key)}, and would be {now[key]}" for key in differing]
        if differing == ["bank_file_sha256"]:
            words.append(
                "the register has another purpose or name for a payee, or the program is another"
            )
        raise FileError(
            f"{path}: another file of this lock was written: {'; '.join(words)}. The bank takes one order of a lock, "
            "and may have that one: give what differs as it was. Only if the bank has never had it, move both away."
        )


def _flat(batch: BatchFile) -> dict[str, Any]:
    found: dict[str, Any] = batch.model_dump(mode="json", exclude={"payments", "debtor"})
    debtor = {f"debtor.{key}": value for key, value in batch.debtor.model_dump().items()}
    return {**found, **debtor, "requests": sorted(one.request for one in batch.payments)}
