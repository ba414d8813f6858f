"""`redemptions pay`: the file by which a bank pays what is locked.

Which requests belong together, and by which id the bank takes their order once, follows from the transaction that
locked them. So two checkouts write the same bytes, and none has to know what another has written.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import Answer, console
from kgst.deployment.system import open_system
from kgst.errors import InputError, RefusedError
from kgst.moments import both_times, format_span
from kgst.multicall import latest
from kgst.paying.batch import Batch, Debtor, Layout
from kgst.paying.making import batch_of, make_batch, require_same, sort_out, write_batch
from kgst.paying.payer import own_accounts, payer_of
from kgst.paying.register import Register, read_register
from kgst.paying.secret import Secret, read_secret
from kgst.quantities import format_duration, parse_duration
from kgst.redemptions.documents import RedemptionsPayDocument
from kgst.redemptions.pay_views import (
    Written,
    part_of,
    print_cautions,
    print_payments,
    print_written,
)
from kgst.reserves.reading import block_of, final_enough
from kgst.snapshot.batches import requests_of, terms_of
from kgst.snapshot.locks import Lock, Locks, read_locks
from kgst.snapshot.requests import Request, Stage, read_desk

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["Given", "folder_of", "needs_of", "pay"]

_ENDINGS: Final = {"1CClientBankExchange": ".txt"}


@dataclass(frozen=True)
class Given:
    """What the treasurer gives.

    Attributes:
        register: The file of payees.
        locks: Hashes of transactions; none for every one that has something locked.
        without: Requests that are left out.
        bank_needs: Seconds from now until the bank has booked a payment, and it is confirmed.
    """

    policy_path: Path | None
    register: Path
    layout: Layout
    locks: Sequence[str] = ()
    without: Collection[int] = ()
    bank_needs: int = 0


def needs_of(text: str) -> int:
    """Seconds of a time like `6 hours`.

    Raises:
        InputError: it is none.
    """
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InputError(f"--bank-needs: {error}") from None


def folder_of(system: System) -> Path:
    """Where orders for the bank and proofs of its payments are kept.

    Raises:
        RefusedError: on a chain that ends with this process.
    """
    if system.files is None:
        raise RefusedError(
            "this chain ends with the command, and no bank pays for it: name a network that lasts with --network."
        )
    return system.files.payments


def pay(given: Given, *, quiet: bool) -> Answer[RedemptionsPayDocument]:
    """Write the order of each lock that has something locked; all of them, or none.

    Raises:
        InputError: no secret, no payer, an unknown lock or request.
        RefusedError: something that is locked cannot be paid, or not in time.
        FileError: the register; or another order of a lock was written here.
    """
    system = open_system(given.policy_path, quiet=quiet)
    folder, secret, debtor = folder_of(system), read_secret(), payer_of(system.policy)
    register = read_register(given.register)
    locks = read_locks(system, block_of(system, final_enough(system)))
    # What was locked is final; how it stands is what it is by now.
    newest = latest(system.provider)
    stands = read_desk(system, head=newest).requests
    chosen = _chosen(locks, stands, given)
    now = newest.time if system.is_dev else max(newest.time, int(time.time()))
    written: list[Written] = []
    wrong: list[str] = []
    for lock in chosen:
        found, why = _order(system, given, lock, debtor, secret, register, folder)
        if found is not None and not found.there:
            why = [*_moved_on(found.made.batch, stands), *_late(lock, now, given.bank_needs)]
        if why:
            wrong += [
                f"lock {lock.transaction} of {both_times(lock.time)}:",
                *map("  {}".format, why),
            ]
        elif found is not None:
            written.append(found)
    if wrong:
        raise RefusedError(
            "\n".join([*wrong, "Nothing was written. Others can be paid by their --lock."])
        )
    out = console(stderr=quiet)
    for one in written:
        print_payments(out, one, register, stands)
    there = [one for one in written if write_batch(one.batch_path, one.bank_path, one.made)]
    late = [one for one in written if now + given.bank_needs > one.made.batch.needed_by]

    def show_it(out: Console) -> None:
        print_written(out, written, there, late)
        print_cautions(out, register.cautions)

    document = RedemptionsPayDocument(
        chain_id=system.record.chain_id,
        desk=system.deployment.redemption_desk.address,
        account=debtor.account,
        batches=[
            part_of(one, register, there=one in there, too_late=one in late) for one in written
        ],
    )
    return Answer(document, show_it)


def _chosen(locks: Locks, stands: Sequence[Request], given: Given) -> list[Lock]:
    known = {lock.transaction: lock for lock in locks.all}
    wanted = [one.lower() for one in given.locks]
    if unknown := [one for one in wanted if one not in known]:
        raise InputError(
            f"--lock {unknown[0]}: no such transaction locked anything in a block that is final by now; "
            "`ape run redemptions list` shows what is locked."
        )
    locked = {one.id for one in stands if one.stage is Stage.LOCKED}
    chosen = [
        lock
        for lock in locks.all
        if (
            lock.transaction in wanted if wanted else any(one.id in locked for one in lock.requests)
        )
    ]
    ids = {one.id for lock in chosen for one in lock.requests}
    if stray := sorted(set(given.without) - ids):
        raise InputError(
            f"--without {stray[0]}: the request is in none of the locks that are paid."
        )
    return chosen


def _order(
    system: System,
    given: Given,
    lock: Lock,
    debtor: Debtor,
    secret: Secret,
    register: Register,
    folder: Path,
) -> tuple[Written | None, list[str]]:
    """The order of a lock, not written yet; or why some of it cannot be paid."""
    asked = [one for one in requests_of(lock) if one.id not in given.without]
    _, refusals = sort_out(asked, register, own_accounts(system.policy))
    if refusals:
        lines = [f"request {one.request}: {one.why}." for one in refusals]
        return None, [
            *lines,
            "Leave out by --without what cannot be paid: its holder withdraws it later.",
        ]
    batch = batch_of(asked, terms_of(system, lock, debtor), secret)
    made = make_batch(batch, register, given.layout)
    path = folder / f"{batch.id}.json"
    require_same(path, made.batch)
    return Written(made, path, path.with_suffix(_ENDINGS.get(given.layout, ".xml"))), []


def _moved_on(batch: Batch, stands: Sequence[Request]) -> list[str]:
    """An order is written anew only while nothing of it has happened yet: else another checkout has had it paid."""
    now = [stands[one.request - 1] for one in batch.payments]
    moved = [
        f"{one.id} is {one.stage.name.lower()}"
        for one in sorted(now, key=lambda one: one.id)
        if one.stage is not Stage.LOCKED
    ]
    if not moved:
        return []
    return [
        f"not all of it is locked any more: request {', '.join(moved)}. Its order was probably written in another "
        "checkout, and given to the bank: look for it there."
    ]


def _late(lock: Lock, now: int, needs: int) -> list[str]:
    left = lock.pay_by - now
    if left >= needs:
        return []
    until = f"{format_span(left)} are left" if left > 0 else f"it ended {format_span(-left)} ago"
    return [
        f"it may be withdrawn from {both_times(lock.pay_by)} on; {until}, and the bank needs "
        f"{format_duration(needs)} (--bank-needs): paid later, the tokens may be gone and the money, too."
    ]
