"""Whether the statements of an account join, where they are read for their entries and nothing is counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kgst.statements.days import in_days, known_of
from kgst.statements.joining import join_pages
from kgst.statements.model import ReserveTotal, StatementError
from kgst.statements.sheet import LeftOut, Sheet

__all__ = ["discontinuities"]


def discontinuities(
    sheets: Iterable[Sheet | LeftOut], previous: ReserveTotal | None
) -> Iterator[tuple[str, str]]:
    """Each account of which a day is missing, or a statement contradicts itself; and what about it.

    Args:
        sheets: As `read_sheets` found them.
        previous: What was attested last, if the first statement has to continue it.
    """
    known = known_of(previous)
    by_account: defaultdict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        if isinstance(sheet, Sheet):
            by_account[sheet.key].append(sheet)
    for key in sorted(by_account):
        try:
            in_days(join_pages(by_account[key]), None, known.get(key))
        except StatementError as error:
            yield by_account[key][0].account, str(error)
