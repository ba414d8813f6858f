"""From paths to statements: each file by the layout that its content shows, whatever its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kgst.statements.accounts import Accounts
from kgst.statements.entries import Entry, StatementEntries
from kgst.statements.given import files_of
from kgst.statements.layouts import HandOn, read_file
from kgst.statements.model import StatementError
from kgst.statements.opened import Progress
from kgst.statements.sheet import Closing, LeftOut, Sheet
from kgst.statements.signed import judged
from kgst.statements.vouching import require_signed

__all__ = ["HandOn", "read_entries", "read_sheets"]


def read_sheets(
    paths: Sequence[Path],
    currency: str,
    accounts: Accounts,
    hand_on: HandOn = lambda _: None,
    progress: Progress = lambda *_: None,
) -> list[Sheet | LeftOut]:
    """Every statement in the files, and each account that was left out.

    Args:
        paths: The files.
        currency: ISO 4217 code of the accounts that count.
        accounts: Those that count; without any, all.
        hand_on: Given each entry, in the order of the files.
        progress: Told of each piece that is read.

    Raises:
        StatementError: no files; one that appears twice, cannot be read or is no statement, or is not signed by the
            bank as it has to be.
    """
    if not paths:
        raise StatementError("no statement files were given; name at least one.")
    found: list[Sheet | LeftOut] = []
    seen: dict[str, str] = {}
    for file, beside in files_of(list(map(Path, paths)), progress):
        if twin := seen.get(file.sha256):
            raise StatementError(
                f"{file.name}: has the same content as {twin}; give each file once."
            )
        seen[file.sha256] = file.name
        content, verdict = judged(file, beside, accounts.banks)
        try:
            read = read_file(content, currency, accounts, accounts.tables, hand_on)
        except StatementError as error:
            if verdict.doubt:
                raise StatementError(
                    f"{file.name}: its signature does not count: {verdict.doubt}. Read as if it had none: {error}"
                ) from error
            raise
        require_signed([one for one in read if isinstance(one, Sheet)], verdict, accounts)
        found += [
            replace(one, signed_by=verdict.signed_by, doubt=verdict.doubt)
            if isinstance(one, Sheet)
            else one
            for one in read
        ]
    return found


def read_entries(
    paths: Sequence[Path],
    *,
    currency: str = "KGS",
    accounts: Accounts | None = None,
    progress: Progress = lambda *_: None,
) -> list[StatementEntries]:
    """Every statement in the files with its entries, in the order in which they stand.

    Whether a set of statements is one that may be counted, `read_reserves` says.

    Args:
        paths: The files.
        currency: ISO 4217 code of the accounts that count.
        accounts: Those that count; without any, all.
        progress: Told of each piece that is read.

    Raises:
        StatementError: as `read_sheets`.
    """
    entries: defaultdict[tuple[str, str, str], list[Entry]] = defaultdict(list)

    def keep(entry: Entry) -> None:
        entries[entry.file_sha256, entry.account, entry.statement_id].append(entry)

    sheets = read_sheets(paths, currency, accounts or Accounts(), keep, progress)
    return [
        StatementEntries(
            file=sheet.file,
            file_sha256=sheet.file_sha256,
            layout=sheet.layout,
            account=sheet.account,
            owner=sheet.owner,
            bank=sheet.bank,
            statement_id=sheet.statement_id,
            closing_day=max((one.day for one in sheet.closings), default=None),
            closing_tyiyn=_signed(sheet.closings),
            opening_tyiyn=_signed(sheet.openings),
            # Taken once: pages of one statement have one id.
            entries=tuple(entries.pop((sheet.file_sha256, sheet.account, sheet.statement_id), ())),
        )
        for sheet in sheets
        if isinstance(sheet, Sheet)
    ]


def _signed(balances: Sequence[Closing]) -> int | None:
    if not balances:
        return None
    last = max(balances, key=lambda one: one.day)
    return last.tyiyn if last.credit else -last.tyiyn
