"""Whose signature a file must have: that of the bank of its accounts, by a certificate valid at the closing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from kgst.statements.accounts import Accounts
from kgst.statements.entries import Entry
from kgst.statements.joining import bank_of
from kgst.statements.model import StatementError, end_of
from kgst.statements.sheet import Sheet
from kgst.statements.signed import Trusted, Verdict
from kgst.statements.texts import bishkek

__all__ = ["require_signed", "require_signed_entries", "require_signed_report"]


def require_signed(sheets: Sequence[Sheet], verdict: Verdict, accounts: Accounts) -> None:
    """Every account that counts in the file is of the bank that signed it; or of one that need not sign.

    Args:
        sheets: Of one file.
        verdict: Of its signature.
        accounts: Those that count, and their banks.

    Raises:
        StatementError: naming file, account and bank, and what to do.
    """
    for sheet in sheets:
        bank = bank_of(sheet, accounts)
        if verdict.by is None:
            _require_none(sheet, bank, verdict, accounts)
        elif bank != verdict.by.bank[:8]:
            raise sheet.fault(
                f"the file is signed by the bank {verdict.by.bank}, and the account is of {bank or 'no known bank'}",
                "a bank vouches for its own accounts only: ask the account's own bank for its statement",
            )
        else:
            _require_valid(sheet, verdict.by)


def require_signed_entries(
    name: str, entries: Iterable[Entry], verdict: Verdict, accounts: Accounts
) -> None:
    """The same of a file by which tokens are burned: by the policy's word on whose account it is, not by the file's.

    Args:
        name: Of the file.
        entries: All that stand in it.
        verdict: Of its signature.
        accounts: Those that count, and their banks.

    Raises:
        StatementError: naming file, account and bank, and what to do.
    """
    for account, days in _days(entries).items():
        listed = accounts.find(account[0])
        bank = ((listed.bank if listed else None) or account[1] or "")[:8]
        where = f"{name}: account {account[0]}"
        if verdict.by is None:
            if accounts.banks.requires(bank):
                why = verdict.doubt or "it has none"
                raise StatementError(
                    f"{where}: the policy requires the signature of the bank {bank}, and {why}; fetch the signed file "
                    "from the bank, with its signature (.p7s) where that is a file of its own."
                )
        elif bank != verdict.by.bank[:8]:
            raise StatementError(
                f"{where}: the file is signed by the bank {verdict.by.bank}, and the account is of "
                f"{bank or 'no known bank'}; "
                "a bank vouches for its own accounts only."
            )
        else:
            certificate = verdict.by.certificate
            first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            if wrong := [day for day in sorted(days) if not first <= end_of(day) <= last]:
                raise StatementError(
                    f"{where}: the certificate of the bank {verdict.by.bank} is valid from {_utc(first)} to "
                    f"{_utc(last)}, and an entry is of {wrong[0]}; ask the bank for a file signed as it signed then."
                )


def require_signed_report(name: str, verdict: Verdict, accounts: Accounts) -> None:
    """The same of a report of payments, which names no account: it is of the bank that pays redemptions.

    A rejection that nobody's bank has said would have a payment made twice.

    Args:
        name: Of the file.
        verdict: Of its signature.
        accounts: Those that count, and their banks.

    Raises:
        StatementError: naming file and bank, and what to do.
    """
    listed = list(accounts.reserve.values())
    payers = [one for one in listed if one.pays_redemptions] or listed
    banks = sorted({(one.bank or "")[:8] for one in payers})
    if not any(accounts.banks.requires(bank) for bank in banks):
        return
    if verdict.by is None or verdict.by.bank[:8] not in banks:
        why = (
            f"it is signed by the bank {verdict.by.bank}"
            if verdict.by
            else verdict.doubt or "it has none"
        )
        raise StatementError(
            f"{name}: the policy requires the signature of the bank that pays redemptions ({', '.join(banks)}), and "
            f"{why}; fetch the signed report from that bank."
        )


def _days(entries: Iterable[Entry]) -> dict[tuple[str, str | None], set[date]]:
    found: defaultdict[tuple[str, str | None], set[date]] = defaultdict(set)
    for one in entries:
        found[one.account, one.bank].add(one.booking_day)
    return found


def _require_none(sheet: Sheet, bank: str | None, verdict: Verdict, accounts: Accounts) -> None:
    banks = accounts.banks
    if verdict.doubt and banks.signs(bank):
        raise sheet.fault(
            f"its signature does not count: {verdict.doubt}",
            f"fetch the file from the bank {bank} again and change nothing in it",
        )
    if banks.requires(bank):
        raise sheet.fault(
            f"it is not signed, and the policy requires the signature of the bank {bank}",
            "fetch the signed file from the bank, with its signature (.p7s) where that is a file of its own",
        )


def _require_valid(sheet: Sheet, by: Trusted) -> None:
    first, last = by.certificate.not_valid_before_utc, by.certificate.not_valid_after_utc
    for moment in _moments(sheet):
        if not first <= moment <= last:
            raise sheet.fault(
                f"the certificate of the bank {by.bank} (SHA-256 {by.sha256[:16]}…) is valid from {_utc(first)} to "
                f"{_utc(last)}, and the statement closes at {_utc(moment)}",
                "ask the bank for the file signed by the certificate that it had then",
            )


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _moments(sheet: Sheet) -> list[datetime]:
    """The closings; of a page without one, when it was made."""
    days: list[date] = [one.day for one in sheet.closings]
    if days:
        return [end_of(day) for day in days]
    made = [bishkek(one) for one in (sheet.created, sheet.message.created) if one is not None]
    if not made:
        raise sheet.fault(
            "the page has neither a closing nor a time at which it was made, so nobody can say whether the bank's "
            "certificate was valid then",
            "ask the bank for a correct statement",
        )
    return [max(made)]
