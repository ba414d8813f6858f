"""From statement files to the reserves at one moment: whose balances count, of which day, what is taken off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from kgst.statements.accounts import Accounts
from kgst.statements.days import Account, Known, in_days, known_of
from kgst.statements.joining import bank_of, join_pages, require_one_origin, require_whole_messages
from kgst.statements.model import (
    AccountClosing,
    LeftOutAccount,
    ReserveTotal,
    StatementError,
    account_key,
)
from kgst.statements.opened import Progress
from kgst.statements.reading import HandOn, read_sheets
from kgst.statements.sheet import LeftOut, Sheet
from kgst.statements.transit import deductions, require_no_rounded_twin, require_swept_to
from kgst.units import MAX_TYIYN, TYIYN, format_som

__all__ = ["read_reserves"]


def read_reserves(
    paths: Sequence[Path],
    *,
    currency: str = "KGS",
    accounts: Accounts | None = None,
    not_after: date | None = None,
    closing: date | None = None,
    previous: ReserveTotal | None = None,
    hand_on: HandOn = lambda _: None,
    progress: Progress = lambda *_: None,
) -> ReserveTotal:
    """Add up the closing booked balances of the reserve accounts at the end of one day in Bishkek.

    The content of each file decides how it is read, not its name (see `layouts`). Of each account the statement of
    the closing day counts; on one date the one with the highest electronic sequence number, or without these the one
    made last. The balance must be CLBD, a credit, in `currency`, with at most two decimals. Every other statement of
    the account has to be in order too, and to continue the one before it.

    Args:
        paths: The files, in any order; all reserve accounts together.
        currency: ISO 4217 code of a currency with two decimals.
        accounts: Those that count; others in the files are left out and named. Without any, all count.
        not_after: No balance may close later than this day: the last that has ended, for an attestation.
        closing: The day that is attested, where banks closed on different days because one had a holiday: of
            each account the last closing until then counts.
        previous: What was attested last, so that no day since then can be missing.
        hand_on: Given each entry as it passes.
        progress: Told of each piece that is read.

    Returns:
        The total in tyiyn (hundredths of `currency`), with the accounts it is made of and what is taken off.

    Raises:
        StatementError: a file that cannot be read or is not a statement; a statement that contradicts itself or the
            one before it, or was made before its day had ended; an account that is missing, appears twice, has no
            closing balance, or closes on another day than the others.
    """
    accounts = accounts or Accounts()
    found = read_sheets(paths, currency, accounts, hand_on, progress)
    sheets = [sheet for sheet in found if isinstance(sheet, Sheet)]
    left_out = [one for one in found if isinstance(one, LeftOut)]
    _require_all(sheets, left_out, accounts)
    require_whole_messages(sheets, accounts)
    require_one_origin(sheets)
    by_account: defaultdict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_account[sheet.key].append(sheet)
    known = _known(previous, closing)
    chosen = {
        key: in_days(join_pages(by_account[key]), closing, known.get(key))
        for key in sorted(by_account)
    }
    closings = {key: _closing(one, not_after, accounts) for key, one in chosen.items()}
    day = _one_day(list(closings.values()), closing, not_after, previous)
    require_swept_to(chosen, accounts)
    taken = tuple(deductions(chosen, accounts, day))
    total = sum(one.closing_balance_tyiyn for one in closings.values()) - sum(
        one.tyiyn for one in taken
    )
    if total > MAX_TYIYN:
        raise StatementError(
            f"the {len(closings)} accounts add up to more than the token can hold "
            f"({format_som(MAX_TYIYN * TYIYN)}); check the amounts in the statements."
        )
    if total < 0:
        reasons = "; ".join(f"account {one.account}: {one.reason}" for one in taken)
        raise StatementError(f"more is taken off the balances than they are ({reasons}).")
    return ReserveTotal(
        currency=currency,
        total_tyiyn=total,
        closing_day=day,
        accounts=tuple(closings.values()),
        files=tuple(
            sorted(
                {sheet.file_sha256: sheet.origin for sheet in sheets}.values(),
                key=lambda one: (one.file, one.file_sha256),
            )
        ),
        deductions=taken,
        left_out=tuple(
            LeftOutAccount(
                file=one.file, account=one.account, owner=one.owner, currency=one.currency
            )
            for one in dict.fromkeys(left_out)
        ),
        notes=(*_notes(chosen), *_doubts(sheets)),
    )


def _require_all(sheets: Sequence[Sheet], left_out: Sequence[LeftOut], accounts: Accounts) -> None:
    """Every account that counts has a statement, of its own bank and owner, and no table has a number rounded.

    Raises:
        StatementError: naming each that has none.
    """
    numbers = {key: one.account for key, one in accounts.reserve.items()}
    # What stands beside it in the same table has kept its digits.
    numbers |= {one.key: one.account for one in sheets if not one.transcribed}
    transcribed = {one.key: one.file for one in sheets if one.transcribed}
    transcribed |= {account_key(one.account): one.file for one in left_out if one.transcribed}
    require_no_rounded_twin(numbers, transcribed)
    missing = [
        f"account {one.account} of reserve_accounts has no statement"
        for key, one in accounts.reserve.items()
        if not any(sheet.key == key for sheet in sheets)
    ]
    if missing:
        others = ", ".join(dict.fromkeys(f"{one.account} in {one.file}" for one in left_out))
        raise StatementError(
            f"{'; '.join(missing)}{f' (the files have {others})' if others else ''}; add its statement, or have the "
            "policy changed if the account was closed or the bank writes it in another way."
        )
    for sheet in sheets:
        listed = accounts.find(sheet.account)
        if listed is None:
            continue
        if listed.bank and sheet.bank and listed.bank[:8] != sheet.bank[:8]:
            raise sheet.fault(
                f"it is of the bank {sheet.bank}, and reserve_accounts says {listed.bank}",
                "use the statement of that bank, or have the policy changed",
            )
        if listed.owner and sheet.owner and _folded(listed.owner) != _folded(sheet.owner):
            raise sheet.fault(
                f"its owner is {sheet.owner!r}, and reserve_accounts says {listed.owner!r}",
                "only the issuer's own money is a reserve: find out whose account it is",
            )


def _folded(name: str) -> str:
    """A name without what banks write in different ways: case, quotes, points, white space."""
    return "".join(filter(str.isalnum, name)).casefold()


def _known(previous: ReserveTotal | None, closing: date | None) -> Mapping[str, Known]:
    if previous is None or (closing is not None and closing < previous.closing_day):
        return {}
    return known_of(previous)


def _closing(account: Account, not_after: date | None, accounts: Accounts) -> AccountClosing:
    statement, closing = account.counts.last, account.counts.closing
    if not closing.credit:
        raise statement.fault(
            "the closing balance is a debit (DBIT)",
            "an overdrawn account is not a reserve; settle it before attesting",
        )
    if closing.tyiyn > MAX_TYIYN:
        raise statement.fault(
            f"the balance is more than the token can hold ({format_som(MAX_TYIYN * TYIYN)})",
            "check the amount",
        )
    if not_after is not None and closing.day > not_after:
        raise statement.fault(
            f"the balance closes on {closing.day}, after {not_after}",
            "use a statement of a day that has ended",
        )
    return AccountClosing(
        account=statement.account,
        owner=statement.owner,
        bank=statement.bank or bank_of(statement, accounts),
        closing_balance_tyiyn=closing.tyiyn,
        closing_date=closing.day,
        statement_id=statement.statement_id,
        file=statement.file,
        file_sha256=statement.file_sha256,
        layout=statement.layout,
        transcribed=statement.transcribed,
    )


def _one_day(
    closings: Sequence[AccountClosing],
    wanted: date | None,
    not_after: date | None,
    previous: ReserveTotal | None,
) -> date:
    """The day that all balances are of.

    Raises:
        StatementError: they are of different days, and nobody said which is meant; or of an earlier one than was
            attested.
    """
    days = sorted({one.closing_date for one in closings})
    if wanted is None and len(days) > 1:
        each = "; ".join(
            f"{one.file}: account {one.account} on {one.closing_date}"
            for one in sorted(closings, key=lambda one: one.closing_date)
        )
        raise StatementError(
            f"the accounts close on different days, and money moved between them would count twice ({each}); give the "
            f"statements of one day. If a bank had a holiday, say which day is attested: --closing {days[-1]}."
        )
    day = wanted or days[-1]
    if not_after is not None and day > not_after:
        raise StatementError(
            f"--closing {day} has not ended in Bishkek; the last day that has is {not_after}."
        )
    if wanted is not None and days[-1] < wanted:
        raise StatementError(
            f"--closing {wanted}: the last closing in the statements is {days[-1]}; attest that day, or add the "
            "statements of the later one."
        )
    if previous is not None and day < previous.closing_day:
        names = ", ".join(sorted({one.file for one in closings}))
        raise StatementError(
            f"{names}: the statements close on {day}, and {previous.closing_day} has been attested already; give those "
            "of that day or a later one."
        )
    return day


def _doubts(sheets: Sequence[Sheet]) -> list[str]:
    """Signatures that nobody checked, of files that need none."""
    doubts = {sheet.file: sheet.doubt for sheet in sheets if sheet.doubt}
    return [
        f"{file}: it has a signature that does not count: {doubt}."
        for file, doubt in doubts.items()
    ]


def _notes(chosen: Mapping[str, Account]) -> list[str]:
    notes: list[str] = []
    for one in chosen.values():
        notes += one.notes
        if one.movements.unknown:
            last = one.counts.last
            notes.append(
                f"{last.file}: account {last.account}: entries have elements that are not the standard's and were not "
                f"read: {', '.join(sorted(one.movements.unknown)[:10])}."
            )
    return notes
