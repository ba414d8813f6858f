"""The statements of one account, day after day: which of them counts, and that no day is missing before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kgst.statements.checks import require_consistent, signed, som_of
from kgst.statements.joining import Whole
from kgst.statements.model import ReserveTotal, StatementError, account_key
from kgst.statements.movements import Movements

__all__ = ["Account", "Known", "in_days", "known_of"]


@dataclass(frozen=True, slots=True)
class Known:
    """What was attested of the account last."""

    day: date
    tyiyn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account at the closing.

    Attributes:
        counts: The statement whose balance counts.
        movements: Of all its statements up to that one, each counted once.
        notes: What does not stand in the way and should be looked at.
    """

    counts: Whole
    movements: Movements
    notes: tuple[str, ...]


def known_of(previous: ReserveTotal | None) -> dict[str, Known]:
    """By account, what the last report has; nothing without one."""
    if previous is None:
        return {}
    return {
        account_key(one.account): Known(one.closing_date, one.closing_balance_tyiyn)
        for one in previous.accounts
    }


def in_days(wholes: Sequence[Whole], closing: date | None, known: Known | None) -> Account:
    """The account at its last closing, or at the last one until `closing`.

    Args:
        wholes: Its statements.
        closing: The day that is attested; None for the last that there is.
        known: What was attested of it last, if that is known.

    Raises:
        StatementError: two statements of one day of which neither is plainly the last; one that contradicts itself
            or the one before it; none until `closing`.
    """
    days: dict[date, list[Whole]] = {}
    for one in wholes:
        days.setdefault(one.closing.day, []).append(one)
    chosen = [day for day in sorted(days) if closing is None or day <= closing]
    if not chosen:
        raise wholes[0].last.fault(
            f"its first closing is {min(days)}, after {closing}",
            f"add its statement of {closing}, or attest a later day",
        )
    ordered: list[Whole] = []
    for day in chosen:
        ordered += _ordered(days[day], day, last=day == chosen[-1])
    for one in ordered:
        require_consistent(one)
    # By a later statement of the same days an earlier one is said again.
    chain = _chain(ordered)
    notes = [*_sequence_gaps(chain), *_continued(chain, known)]
    movements = Movements(is_own=chain[-1].movements.is_own)
    for one in chain:
        if known is None or one.closing.day > known.day or one is chain[-1]:
            movements.merge(one.movements)
    return Account(counts=ordered[-1], movements=movements, notes=tuple(notes))


def _ordered(latest: list[Whole], day: date, *, last: bool) -> list[Whole]:
    """The statements that close on one day, in their order; of an earlier day it need not be known."""
    ids = [one.last.statement_id for one in latest]
    sequences = [one.last.sequence for one in latest if one.last.sequence is not None]
    for values, what in ((ids, "id"), (sequences, "electronic sequence number")):
        if len(set(values)) != len(values) and last:
            raise latest[-1].last.fault(
                f"two statements that close on {day} have the same {what}",
                "the statement is duplicated: keep the valid one",
            )
    if len(latest) == 1:
        return latest
    by_sequence = len(sequences) == len(latest)
    if by_sequence:
        latest.sort(key=lambda one: one.last.sequence or 0)
    moments = [one.last.created for one in latest if one.last.created is not None]
    if len(moments) == len(latest) and len({moment.tzinfo is None for moment in moments}) == 1:
        rising = sorted(moments)
        if by_sequence and rising == moments:
            return latest
        if not by_sequence and rising[-1] != rising[-2]:
            return sorted(latest, key=lambda one: moments[latest.index(one)])
    elif by_sequence:
        return latest
    if not last:
        return latest[-1:]
    raise latest[-1].last.fault(
        f"{len(latest)} statements close on {day} ({', '.join(ids)}) and neither their sequence "
        "numbers nor their creation times tell which is the last",
        "give a file with only the last statement",
    )


def _chain(ordered: Sequence[Whole]) -> list[Whole]:
    """Statements of which each begins where the one before it ended.

    Raises:
        StatementError: one begins with another balance.
    """
    chain: list[Whole] = []
    for one in ordered:
        opening = one.opening
        while chain and opening is not None:
            before = chain[-1]
            if signed(opening) == signed(before.closing):
                break
            if _begins_before(one, before) and before.opening is not None:
                # It covers the earlier one's days too, and has to tell the same of them.
                if len(chain) == 1 and signed(before.opening) != signed(opening):
                    raise _gap(one, before)
                chain.pop()
                continue
            raise _gap(one, before)
        chain.append(one)
    return chain


def _begins_before(one: Whole, before: Whole) -> bool:
    """Whether a statement begins no later than the one before it closed."""
    period = one.last.period
    if period is not None:
        return period[0].date() <= before.closing.day
    return one.opening is not None and one.opening.day <= before.closing.day


def _gap(one: Whole, before: Whole) -> StatementError:
    opening = 0 if one.opening is None else signed(one.opening)
    return one.last.fault(
        f"it opens with {som_of(opening)}, and statement {before.last.statement_id!r} in {before.last.file} closed "
        f"with {som_of(signed(before.closing))} on {before.closing.day}",
        "a statement between them is missing: add it",
    )


def _sequence_gaps(chain: Sequence[Whole]) -> list[str]:
    """Numbers that are missing between statements, where these do not say their opening balances."""
    notes: list[str] = []
    for before, one in pairwise(chain):
        first, second = before.last.sequence, one.last.sequence
        missing = first is not None and second is not None and second > first + 1
        if missing and one.opening is None:
            notes.append(
                f"{one.last.file}: account {one.last.account}: statement {second} follows {first}, and those between "
                "them are not here; the balances do not show whether anything is missing."
            )
    return notes


def _continued(chain: Sequence[Whole], known: Known | None) -> list[str]:
    """The first statement after what was attested last opens with its balance.

    Raises:
        StatementError: it does not.
    """
    if known is None:
        return []
    account = chain[-1].last.account
    for one in chain:
        if one.closing.day == known.day and signed(one.closing) != known.tyiyn:
            raise one.last.fault(
                f"it closes {known.day} with {som_of(signed(one.closing))}, and the last report has "
                f"{som_of(known.tyiyn)} for the same closing",
                "ask the bank which is right; a corrected figure is attested without --previous, with the auditors' "
                "knowledge",
            )
    later = [one for one in chain if one.closing.day > known.day]
    if not later or any(one.closing.day == known.day for one in chain):
        return []
    first = later[0]
    if first.opening is None:
        return [
            f"{first.last.file}: account {account}: the statement does not say its opening balance, so it cannot be "
            f"seen whether it continues the last report's {som_of(known.tyiyn)} of {known.day}."
        ]
    begins = first.last.period[0].date() if first.last.period else None
    if begins is not None and begins <= known.day and signed(first.opening) != known.tyiyn:
        return [
            f"{first.last.file}: account {account}: the statement begins before the last report's closing of "
            f"{known.day}, so its balance of that day cannot be seen."
        ]
    if signed(first.opening) != known.tyiyn:
        raise first.last.fault(
            f"it opens with {som_of(signed(first.opening))}, and the last report closed {known.day} with "
            f"{som_of(known.tyiyn)}",
            "the statements since then are not all here: add those of the days between",
        )
    return []
