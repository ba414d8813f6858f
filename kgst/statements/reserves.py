"""From statement files to the reserve total: which statement of each account counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from kgst.statements.accounts import Accounts
from kgst.statements.model import AccountClosing, ReserveTotal, StatementError
from kgst.statements.reading import read_sheets
from kgst.statements.sheet import Sheet
from kgst.units import MAX_TYIYN, TYIYN, format_som

__all__ = ["read_reserves"]


def read_reserves(
    paths: Sequence[Path], *, currency: str = "KGS", not_after: date | None = None
) -> ReserveTotal:
    """Add up the last closing booked balance of every account in the statement files.

    Each file is a camt.053 message (ISO 20022, versions .02 to .12) or a CSV table; the
    content decides which, not the name. For each account the statement with the latest
    closing date counts; on one date the one with the highest electronic sequence number, or
    without these the one made last. The balance must be CLBD, a credit, in `currency`, with at
    most two decimals. Every other statement in the files has to be in order too.

    Args:
        paths: the files, in any order; all reserve accounts together.
        currency: ISO 4217 code of a currency with two decimals.
        not_after: no balance may close later than this day (today, for an attestation).

    Returns:
        The total in tyiyn (hundredths of `currency`), with the accounts it is made of.

    Raises:
        StatementError: no files; a file that cannot be read or is not a statement; an account
            or statement that stands twice; two statements of which neither is plainly the
            last; a missing last page; no closing balance or several; a debit; another currency.
    """
    found = read_sheets(paths, currency, Accounts())
    sheets = [sheet for sheet in found if isinstance(sheet, Sheet)]
    _require_whole_messages(sheets)
    _require_one_origin(sheets)
    by_account: defaultdict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_account[sheet.key].append(sheet)
    accounts = tuple(
        _closing(_last(_join_pages(by_account[key])), not_after) for key in sorted(by_account)
    )
    total = sum(account.closing_balance_tyiyn for account in accounts)
    if total > MAX_TYIYN:
        raise StatementError(
            f"the {len(accounts)} accounts add up to more than the token can hold "
            f"({format_som(MAX_TYIYN * TYIYN)}); check the amounts in the statements."
        )
    dates = [account.closing_date for account in accounts]
    return ReserveTotal(
        currency=currency,
        total_tyiyn=total,
        accounts=accounts,
        earliest_closing_date=min(dates),
        latest_closing_date=max(dates),
    )


def _require_whole_messages(sheets: Sequence[Sheet]) -> None:
    """Refuse a paginated message of which a page is missing: it may hold the last statement."""
    pages: defaultdict[str, dict[str, Sheet]] = defaultdict(dict)
    for sheet in sheets:
        if not sheet.message.whole:
            pages[sheet.message.message_id][sheet.file_sha256] = sheet
    for message_id, files in pages.items():
        found = sorted((one.message.page, one.message.last) for one in files.values())
        wanted = [(page, page == len(found)) for page in range(1, len(found) + 1)]
        if found != wanted:
            names = ", ".join(sorted(one.file for one in files.values()))
            numbers = ", ".join(f"{page}{' (last)' if last else ''}" for page, last in found)
            raise StatementError(
                f"{names}: message {message_id!r} is paginated and only its pages {numbers} are "
                "here; give every page from 1 to the last, each once."
            )


def _require_one_origin(sheets: Iterable[Sheet]) -> None:
    """Refuse an account that comes from two files, unless they are pages of one message."""
    origin: dict[str, Sheet] = {}
    for sheet in sheets:
        first = origin.setdefault(sheet.key, sheet)
        same_message = (
            not sheet.message.whole
            and not first.message.whole
            and sheet.message.message_id == first.message.message_id
        )
        if sheet.file_sha256 != first.file_sha256 and not same_message:
            raise sheet.fault(
                f"the account stands also in {first.file} (as {first.account})",
                "an account counts once: give only the file with its last statement",
            )


def _join_pages(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the statements of one account, each as its last page."""
    statements: list[Sheet] = []
    groups: defaultdict[int | str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.page == 1 and sheet.last_page:
            statements.append(sheet)
        else:
            groups[sheet.statement_id if sheet.sequence is None else sheet.sequence].append(sheet)
    for pages in groups.values():
        pages.sort(key=lambda sheet: sheet.page)
        numbers = [sheet.page for sheet in pages]
        if len(set(numbers)) != len(numbers):
            raise pages[-1].fault(
                f"a page stands twice (pages {numbers})", "give each page of the statement once"
            )
        if [sheet.last_page for sheet in pages] != [False] * (len(pages) - 1) + [True]:
            raise pages[-1].fault(
                f"pages {numbers} are here and the highest is not marked as the last, or a lower "
                "one is",
                "add the page with LastPgInd true: it has the closing balance",
            )
        last = pages[-1]
        if any(closing not in last.closings for sheet in pages for closing in sheet.closings):
            raise last.fault(
                "an earlier page has another closing booked balance",
                "ask the bank for a correct statement",
            )
        statements.append(last)
    return statements


def _last(statements: Sequence[Sheet]) -> Sheet:
    """Return the statement that counts, of all those of one account."""
    for statement in statements:
        if len(statement.closings) != 1:
            balances = ", ".join(statement.other_balances) or "none"
            raise statement.fault(
                f"{len(statement.closings)} closing booked balances (CLBD) instead of one; "
                f"other balances: {balances}",
                "ask the bank for a statement of a closed day",
            )
    day = max(statement.closings[0].day for statement in statements)
    latest = [statement for statement in statements if statement.closings[0].day == day]
    ids = [statement.statement_id for statement in latest]
    sequences = [one.sequence for one in latest if one.sequence is not None]
    for values, what in ((ids, "id"), (sequences, "electronic sequence number")):
        if len(set(values)) != len(values):
            raise latest[-1].fault(
                f"two statements that close on {day} have the same {what}",
                "the statement is duplicated: keep the valid one",
            )
    if len(latest) == 1:
        return latest[0]
    by_sequence = len(sequences) == len(latest)
    if by_sequence:
        latest.sort(key=lambda statement: statement.sequence or 0)
    moments = [one.created for one in latest if one.created is not None]
    ordered = len(moments) == len(latest)
    if ordered and len({moment.tzinfo is None for moment in moments}) == 1:
        rising = sorted(moments)
        if by_sequence and rising == moments:
            return latest[-1]
        if not by_sequence and rising[-1] != rising[-2]:
            return latest[moments.index(rising[-1])]
    elif by_sequence:
        return latest[-1]
    raise latest[-1].fault(
        f"{len(latest)} statements close on {day} ({', '.join(ids)}) and neither their sequence "
        "numbers nor their creation times tell which is the last",
        "give a file with only the last statement",
    )


def _closing(statement: Sheet, not_after: date | None) -> AccountClosing:
    closing = statement.closings[0]
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
        closing_balance_tyiyn=closing.tyiyn,
        closing_date=closing.day,
        statement_id=statement.statement_id,
        file=statement.file,
        file_sha256=statement.file_sha256,
    )
