"""From sheets to whole statements: no page of a message or of a statement is missing, none is of another bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kgst.statements.accounts import Accounts
from kgst.statements.model import StatementError
from kgst.statements.movements import Movements
from kgst.statements.sheet import Closing, Sheet

__all__ = ["Whole", "join_pages", "require_one_origin", "require_whole_messages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One statement of one account.

    Attributes:
        last: Its last page, with the closing balance.
        opening: Balance before the first entry that is counted in `movements`, where it is given.
        movements: Over all pages that are here.
        pages: All that are here, in their order.
    """

    last: Sheet
    opening: Closing | None
    movements: Movements
    pages: tuple[Sheet, ...]

    @property
    def closing(self) -> Closing:
        """The one closing booked balance.

        Raises:
            StatementError: there is none, or there are several.
        """
        found = self.last.closings
        if len(found) != 1:
            balances = ", ".join(self.last.other_balances) or "none"
            days = " and ".join(str(one.day) for one in found)
            raise self.last.fault(
                f"{len(found)} closing booked balances (CLBD) instead of one"
                f"{f', of {days}' if days else ''}; other balances: {balances}",
                "ask the bank for a statement of a closed day",
            )
        return found[0]


def require_whole_messages(sheets: Sequence[Sheet], accounts: Accounts) -> None:
    """Refuse a paginated message of which a page is missing: it may hold the last statement.

    Pages belong together by the message's id, its bank and its creation time; and where two banks share even these,
    by the accounts on them.
    """
    messages: defaultdict[tuple[object, ...], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        if not sheet.message.whole:
            bank = bank_of(sheet, accounts)
            messages[sheet.message.message_id, sheet.message.created, bank].append(sheet)
    for (message_id, *_), pages in messages.items():
        if _are_whole(pages) and len(_parts(pages)) == 1:
            continue
        for part in _parts(pages) if _has_twins(pages) else [pages]:
            if not _are_whole(part):
                raise _missing(str(message_id), part)


def bank_of(sheet: Sheet, accounts: Accounts) -> str | None:
    """BIC of the bank, from the statement or else from the list of accounts; without a branch."""
    listed = accounts.find(sheet.account)
    bank = sheet.bank or (listed.bank if listed else None)
    return None if bank is None else bank[:8]


def require_one_origin(sheets: Sequence[Sheet]) -> None:
    """Refuse an account that comes from two files, unless they are of different days or pages of one message."""
    origin: defaultdict[str, list[Sheet]] = defaultdict(list)
    # A page without a closing balance is of the day on which its statement in the same file closes.
    days: defaultdict[tuple[str, str, str], set[date]] = defaultdict(set)
    for sheet in sheets:
        days[_statement(sheet)] |= {closing.day for closing in sheet.closings}
    for sheet in sheets:
        for first in origin[sheet.key]:
            if first.file_sha256 == sheet.file_sha256 or _same_message(sheet, first):
                continue
            both = days[_statement(sheet)], days[_statement(first)]
            if _of_one_bank(sheet, first) and all(both) and not both[0] & both[1]:
                continue
            where = "another file of that name" if first.file == sheet.file else first.file
            raise sheet.fault(
                f"the account stands also in {where} (as {first.account})",
                "an account counts once: give only the file with its last statement",
            )
        origin[sheet.key].append(sheet)


def join_pages(sheets: Sequence[Sheet]) -> list[Whole]:
    """The statements of one account."""
    statements: list[Whole] = []
    groups: defaultdict[tuple[str, int | str], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.page == 1 and sheet.last_page:
            statements.append(_whole([sheet]))
        else:
            name = sheet.statement_id if sheet.sequence is None else sheet.sequence
            groups[sheet.bank or "", name].append(sheet)
    for pages in groups.values():
        pages.sort(key=lambda sheet: sheet.page)
        numbers = [sheet.page for sheet in pages]
        if len(set(numbers)) != len(numbers):
            raise pages[-1].fault(
                f"a page appears twice (pages {numbers})", "give each page of the statement once"
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
        statements.append(_whole(pages))
    return statements


def _whole(pages: Sequence[Sheet]) -> Whole:
    movements = Movements(is_own=pages[0].movements.is_own)
    # Pages that follow one another without a gap, up to the last: their first opening is before all of them.
    joined = [pages[-1]]
    for page in reversed(pages[:-1]):
        if page.page != joined[0].page - 1:
            break
        joined.insert(0, page)
    for page in joined:
        movements.merge(page.movements)
    openings = joined[0].openings
    summaries = {name: one for page in joined for name, one in page.summaries.items()}
    return Whole(
        last=replace(pages[-1], summaries=summaries),
        opening=min(openings, key=lambda one: one.day) if openings else None,
        movements=movements,
        pages=tuple(joined),
    )


def _are_whole(pages: Iterable[Sheet]) -> bool:
    found = sorted({(one.file_sha256, one.message.page, one.message.last) for one in pages})
    numbers = sorted((page, last) for _, page, last in found)
    return numbers == [(page, page == len(numbers)) for page in range(1, len(numbers) + 1)]


def _has_twins(pages: Sequence[Sheet]) -> bool:
    """Whether a page number appears twice: then there are two messages by one name."""
    files = {(one.file_sha256, one.message.page) for one in pages}
    numbers = [page for _, page in files]
    return len(set(numbers)) != len(numbers)


def _parts(pages: Sequence[Sheet]) -> list[list[Sheet]]:
    """Pages that share an account, directly or over others, or stand in one file."""
    parts: list[tuple[set[str], list[Sheet]]] = []
    for page in pages:
        names = {page.key, page.file_sha256}
        touching = [one for one in parts if one[0] & names]
        parts = [one for one in parts if not one[0] & names]
        merged = [sheet for _, found in touching for sheet in found] + [page]
        parts.append((names.union(*(one[0] for one in touching)), merged))
    return [found for _, found in parts]


def _missing(message_id: str, pages: Sequence[Sheet]) -> StatementError:
    found = sorted({(one.message.page, one.message.last) for one in pages})
    names = ", ".join(sorted({one.file for one in pages}))
    numbers = ", ".join(f"{page}{' (last)' if last else ''}" for page, last in found)
    return StatementError(
        f"{names}: message {message_id!r} is paginated and only its pages {numbers} are "
        "here; give every page from 1 to the last, each once."
    )


def _same_message(one: Sheet, other: Sheet) -> bool:
    return (
        not one.message.whole
        and not other.message.whole
        and one.message.message_id == other.message.message_id
        and one.message.created == other.message.created
        and (one.bank is None or other.bank is None or one.bank == other.bank)
    )


def _of_one_bank(one: Sheet, other: Sheet) -> bool:
    """Whether a later statement may continue an earlier one: tables without openings cannot show it."""
    if one.transcribed or other.transcribed:
        return False
    return not (one.bank and other.bank and one.bank != other.bank)


def _statement(sheet: Sheet) -> tuple[str, str, str]:
    return sheet.file_sha256, sheet.key, sheet.statement_id
