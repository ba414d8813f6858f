"""What banks answer to an order, in files of any kind: entries of statements and notifications, and status reports."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kgst.statements.accounts import Accounts
from kgst.statements.camt053 import CAMT054, read_camt054
from kgst.statements.checks import require_consistent
from kgst.statements.entries import Entry
from kgst.statements.given import files_of
from kgst.statements.joining import join_pages, require_one_origin, require_whole_messages
from kgst.statements.layouts import read_file
from kgst.statements.model import StatementError
from kgst.statements.opened import Progress
from kgst.statements.pain002 import PAIN002, StatusReport, read_pain002
from kgst.statements.sheet import Sheet
from kgst.statements.signed import judged
from kgst.statements.vouching import require_signed_entries, require_signed_report

__all__ = ["BankAnswers", "read_answers"]

_MESSAGE: Final = re.compile(rb"xsd:([a-z]{4}\.[0-9]{3}\.001)\.")


@dataclass(frozen=True, slots=True)
class BankAnswers:
    """What was found.

    Attributes:
        entries: Booked and pending, in the order of the files; what two files repeat appears twice.
        reports: In the order of the files.
    """

    entries: tuple[Entry, ...]
    reports: tuple[StatusReport, ...]


def read_answers(
    paths: Sequence[Path],
    *,
    currency: str = "KGS",
    accounts: Accounts | None = None,
    progress: Progress = lambda *_: None,
) -> BankAnswers:
    """All that the files say: camt.053 and every other layout of statements, camt.054, pain.002.

    Args:
        paths: In any order; a file with the content of another is passed over.
        currency: ISO 4217 code of the accounts.
        accounts: Whose entries are read; without any, all.
        progress: Told of each piece that is read.

    Raises:
        StatementError: a file is not one of these, or one that cannot be relied on; or it has entries of a bank that
            signs, and not its signature.
    """
    accounts = accounts or Accounts()
    entries: list[Entry] = []
    sheets: list[Sheet] = []
    reports: list[StatusReport] = []
    seen: set[str] = set()
    for given, beside in files_of(list(paths), progress):
        if given.sha256 in seen:
            continue
        seen.add(given.sha256)
        # What is signed in a file is all that is read of it.
        file, verdict = judged(given, beside, accounts.banks)
        if verdict.doubt and accounts.banks.trusted:
            raise StatementError(
                f"{given.name}: its signature does not count: {verdict.doubt}; fetch the file from the bank again and "
                "change nothing in it."
            )
        found_here: list[Entry] = []
        # The first message of the file decides; UTF-16 has a zero beside each of these characters.
        found = _MESSAGE.search(file.head.replace(b"\x00", b""))
        message = found[1].decode() if found else ""
        if message == PAIN002.message:
            require_signed_report(given.name, verdict, accounts)
            reports += read_pain002(file)
        elif message == CAMT054.message:
            read_camt054(file, currency, accounts, found_here.append)
        else:
            read = read_file(file, currency, accounts, accounts.tables, found_here.append)
            sheets += [one for one in read if isinstance(one, Sheet)]
        require_signed_entries(given.name, found_here, verdict, accounts)
        entries += found_here
    _require_sound(sheets, accounts)
    return BankAnswers(tuple(entries), tuple(reports))


def _require_sound(sheets: Sequence[Sheet], accounts: Accounts) -> None:
    """Statements are whole, each of one bank, and agree with themselves; their days may have gaps."""
    require_whole_messages(sheets, accounts)
    require_one_origin(sheets)
    by_account: defaultdict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_account[sheet.key].append(sheet)
    for pages in by_account.values():
        for whole in join_pages(pages):
            require_consistent(whole)
