"""From entries of statements to movements of money: each entry once, each payment of an entry by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from kgst.settling.model import Leg
from kgst.statements.entries import Detail, Entry
from kgst.statements.model import account_key

__all__ = ["booked_once", "take"]


def booked_once(
    entries: Iterable[Entry], *, after: date | None = None, until: date | None = None
) -> list[Entry]:
    """Entries that moved money, booked after one day and up to another, each once, in order of their days.

    Statements may overlap. What two of them have in common is one entry; what appears twice in one of them is two.
    """
    counts: dict[tuple[str, str], Counter[Any]] = {}
    kept: Counter[Any] = Counter()
    found = []
    for entry in entries:
        day = entry.booking_day
        if not entry.booked or (after and day <= after) or (until and day > until):
            continue
        identity = _identity(entry)
        count = counts.setdefault((entry.file_sha256, entry.statement_id), Counter())
        count[identity] += 1
        if count[identity] > kept[identity]:
            kept[identity] += 1
            found.append(entry)
    return sorted(found, key=lambda one: one.booking_day)


def take(entry: Entry) -> tuple[tuple[Leg, ...], int]:
    """The payments of an entry, or the entry itself; and the tyiyn of it that are the bank's own charge."""
    if not entry.details:
        return _whole(entry)
    named = sum(one.charges_tyiyn for one in entry.details)
    amounts = [one.tyiyn for one in entry.details]
    if amounts == [None] and entry.details[0].credit == entry.credit:
        # Banks that say a charge of an entry and of its one payment mean the same charge.
        charges = 0 if entry.credit else max(entry.charges_tyiyn, named)
        return (_leg(entry, entry.details[0], max(0, entry.tyiyn - charges)),), charges
    legs = tuple(_leg(entry, one, one.tyiyn) for one in entry.details)
    parts = sum((leg.tyiyn or 0) * (1 if leg.credit else -1) for leg in legs)
    # A charge is taken from what comes in, and on top of what goes out.
    charges = parts - entry.tyiyn * (1 if entry.credit else -1)
    usual = {0, entry.charges_tyiyn, named, entry.charges_tyiyn + named}
    if None in amounts or charges not in usual:
        # Of what does not add up, what may have come back is taken to have come back.
        credit = entry.credit
        return tuple(replace(leg, adds_up=False, credit=leg.credit or credit) for leg in legs), 0
    return legs, charges


def _whole(entry: Entry) -> tuple[tuple[Leg, ...], int]:
    """An entry without parts: itself, or the sum of an order."""
    batch = entry.batch
    charges = 0 if entry.credit else entry.charges_tyiyn
    leg = _leg(entry, None, max(0, entry.tyiyn - charges))
    if batch and batch.order_id is not None and not entry.credit:
        leg = replace(
            leg, order_id=batch.order_id, order_count=batch.count, order_tyiyn=batch.tyiyn
        )
    return (leg,), charges


def _leg(entry: Entry, detail: Detail | None, tyiyn: int | None) -> Leg:
    reference = (detail.servicer_reference if detail else None) or entry.servicer_reference
    return Leg(
        file=entry.file,
        file_sha256=entry.file_sha256,
        account=entry.account,
        statement_id=entry.statement_id,
        number=entry.number,
        day=entry.booking_day,
        tyiyn=tyiyn,
        credit=detail.credit if detail else entry.credit,
        reversal=entry.reversal,
        code=entry.code,
        end_to_end_id=detail.end_to_end_id if detail else None,
        instruction_id=detail.instruction_id if detail else None,
        servicer_reference=reference,
        return_reason=detail.return_reason if detail else None,
        party=detail.party if detail else None,
        party_account=detail.party_account if detail else None,
        texts=(*(detail.texts if detail else ()), *_shared(entry)),
    )


def _shared(entry: Entry) -> Iterator[str]:
    """The texts of an entry, where they are of one payment: of several they name whichever."""
    if len(entry.details) <= 1:
        yield from entry.texts


def _identity(entry: Entry) -> tuple[Any, ...]:
    """Equal for one entry in two statements.

    By the bank's own id of it. Without one, two debits that look alike are one, whatever their positions, and two
    credits only at one position: a payment that is missed settles too little, a return that is missed too much.
    """
    return (
        account_key(entry.account),
        entry.booking_day,
        entry.credit,
        entry.reversal,
        entry.tyiyn,
        entry.servicer_reference or ((entry.reference, entry.texts) if entry.credit else None),
        tuple((one.end_to_end_id, one.tyiyn, one.credit) for one in entry.details),
    )
