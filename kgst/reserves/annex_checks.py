"""What an auditor compares of a report's annex before signing, without a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kgst.errors import RefusedError
from kgst.reserves.annex import Annex, annex_of, read_annex
from kgst.reserves.format import som
from kgst.reserves.report import Published
from kgst.settling.legs import booked_once, take
from kgst.settling.model import Leg
from kgst.statements.entries import Entry
from kgst.statements.model import account_key

__all__ = ["check_annex"]


def check_annex(
    published: Published, entries: Sequence[Entry] | None, done: list[str], undone: list[str]
) -> Annex | None:
    """Compare the annex beside the report with the report, and its payments with the statements, as far as they are.

    Args:
        published: The report, which has the draft's hash.
        entries: Of the auditor's own statements; None without any.
        done: What agrees is added.
        undone: What could not be compared is added.

    Raises:
        RefusedError: something differs: do not sign.
        FileError: the annex cannot be used.
    """
    path = annex_of(published.path)
    if not path.exists():
        undone.append(
            f"annex: there is no {path.name} beside the report; which payments were counted is the issuer's word"
        )
        return None
    annex, hash_ = read_annex(path)
    report = published.report
    if hash_ != report.annex:
        raise RefusedError(
            f"{path}: its hash is {hash_}, and the report's annex has {report.annex}: it is not that report's. Do not "
            "sign; ask the issuer for both again."
        )
    added = sum(one.base_units for one in annex.settled)
    if annex.files != published.total.files:
        raise RefusedError(
            f"{path}: its files of statements are not those of the report; do not sign; ask the issuer why."
        )
    if added != report.owed.settled_now or annex.leaves() != list(report.leaves):
        raise RefusedError(
            f"{path}: its redemptions are not those that the report counts; do not sign; ask the issuer why."
        )
    done.append("the annex has the report's hash, and the redemptions that the report counts")
    paid = [one.leg for one in annex.settled if one.leg is not None]
    if entries is None:
        if paid:
            undone.append(f"payments: no --statement; {len(paid)} are counted by the annex alone")
        return annex
    _require_paid(published, paid, entries, done, undone)
    return annex


def _require_paid(
    published: Published,
    paid: Iterable[Leg],
    entries: Sequence[Entry],
    done: list[str],
    undone: list[str],
) -> None:
    """Each payment that settles stands in the statements as a booked debit."""
    booked = booked_once(entries)
    there = {key for entry in booked for key in _keys_of(entry)}
    first = min((entry.booking_day for entry in booked), default=date.max)
    absent = [leg for leg in paid if not there & set(_keys(leg))]
    earlier = [leg for leg in absent if leg.day < first]
    if wrong := [leg for leg in absent if leg.day >= first]:
        lines = [
            f"{one.account}, {one.day}: {'?' if one.tyiyn is None else som(one.tyiyn)}"
            for one in wrong[:10]
        ]
        raise RefusedError(
            f"{published.path}: {len(wrong)} payments are counted that the statements do not have: "
            f"{'; '.join(lines)}; do not sign; ask the issuer why."
        )
    if earlier:
        undone.append(
            f"payments: {len(earlier)} were booked before the first entry of these statements; add the earlier ones"
        )
    else:
        done.append("the payments that are counted stand in the statements as booked debits")


def _keys_of(entry: Entry) -> list[tuple[Any, ...]]:
    if entry.credit:
        return []
    return [key for leg in take(entry)[0] for key in _keys(leg)]


def _keys(leg: Leg) -> list[tuple[Any, ...]]:
    """By what a payment is known in another copy of the statement: the bank's id; else its amount and end-to-end id."""
    place = (account_key(leg.account), leg.day)
    if leg.servicer_reference is not None:
        return [(*place, leg.servicer_reference)]
    return [(*place, leg.tyiyn, leg.end_to_end_id)]
