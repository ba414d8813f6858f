"""A history for people: a table, and a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from kgst.chronicle.entry import Entry, State
from kgst.moments import BISHKEK, format_time
from kgst.tables import table
from kgst.terminal import markup, markup_lines, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from kgst.chronicle.reading import Chronicle

__all__ = ["as_csv", "print_chronicle", "said_by", "what_of", "who_of"]

_COLUMNS: Final = (
    "time_utc", "time_bishkek", "state", "who", "what", "why", "document_sha256", "as_whom", "contract", "roles",
    "transaction", "block", "in_index", "words",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST: Final = 400
_NOBODY: Final = "not known here"


def who_of(entry: Entry, named: Callable[[str], str]) -> list[str]:
    """Everyone who signed, by the name of that time; of what only the chain knows, nobody."""
    return [
        f"{why.person} ({why.account})" if why.person else named(why.account) for why in entry.whys
    ]


def said_by(entry: Entry, about: str | None = None) -> list[str]:
    """Why, of everyone who said it; whose words they are when several signed."""
    found = [(why.person or why.account, why.words(about)) for why in entry.whys]
    told = [(who, words) for who, words in found if words]
    return [words if len(entry.whys) == 1 else f"{who}: {words}" for who, words in told]


def what_of(entry: Entry) -> str:
    """What it does; what was meant, where that was kept, and else what the bytes say."""
    return "; ".join(entry.titles) or entry.words


def print_chronicle(
    out: Console,
    chronicle: Chronicle,
    asked: Sequence[Entry],
    named: Callable[[str], str],
    about: str | None,
) -> None:
    """The entries that were asked for, and what is to be said of the files."""
    rows = table(f"{len(asked)} of {len(chronicle.entries)} acts", "when", "who", "what and why")
    for entry in asked:
        rows.add_row(
            markup(format_time(entry.at) if entry.at else _NOBODY),
            markup_lines("\n".join(who_of(entry, named)) or _NOBODY, None),
            markup_lines("\n".join(_told(entry, named, about)), None),
        )
    out.print(rows)
    index = chronicle.index
    if index is None:
        out.print(
            "[yellow]There is no index[/yellow] (`ape run index sync`): times are those of the signers' clocks, and "
            "what was sent from elsewhere is not here."
        )
    else:
        out.print(
            f"The index reaches block {index.last_block:d}; what is newer rests on journals alone."
        )
    for text in chronicle.unreadable:
        out.print(f"[red]Cannot be used:[/red] {markup(text, None)}", soft_wrap=True)
    for entry in chronicle.contradictions:
        out.print(
            f"[red]Contradiction:[/red] {markup(entry.sources[0])} has {markup(str(entry.transaction))} as done in "
            f"block {entry.block}, and the index has no event of it there. Look the transaction up with another node.",
            soft_wrap=True,
        )


def _told(entry: Entry, named: Callable[[str], str], about: str | None) -> list[str]:
    """What was done, why, and what became of it, a line each."""
    whys = [f"why: {plain(one, _LONGEST)}" for one in said_by(entry, about)]
    return [plain(what_of(entry), _LONGEST), *whys, _ending(entry, named)]


def _ending(entry: Entry, named: Callable[[str], str]) -> str:
    """What became of it, and how."""
    parts = [str(entry.state) + (f": {plain(entry.error, 120)}" if entry.error else "")]
    if entry.caller is not None and entry.caller != entry.sender:
        nonce = f", nonce {entry.nonce}" if entry.nonce is not None else ""
        parts.append(f"as {named(entry.caller)}{nonce}")
    if entry.transaction is not None and entry.state is not State.PROPOSED:
        parts.append(entry.transaction)
    if entry.whys == ():
        parts.append("only the chain knows of it")
    return plain(", ".join(parts), None)


def as_csv(asked: Sequence[Entry], named: Callable[[str], str], about: str | None) -> str:
    """The entries as RFC 4180 with a header; no cell is a formula."""
    from datetime import UTC, datetime

    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for entry in asked:
        at = datetime.fromtimestamp(entry.at, UTC) if entry.at else None
        documents = sorted({why.document_sha256 for why in entry.whys if why.document_sha256})
        cells = (
            f"{at:%Y-%m-%d %H:%M:%S}" if at else "",
            f"{at.astimezone(BISHKEK):%Y-%m-%d %H:%M:%S}" if at else "",
            str(entry.state),
            "; ".join(who_of(entry, named)),
            what_of(entry),
            "; ".join(said_by(entry, about)),
            " ".join(documents),
            named(entry.caller) if entry.caller else "",
            named(entry.contract) if entry.contract else "",
            " ".join(entry.roles),
            entry.transaction or "",
            str(entry.block or ""),
            {None: "", True: "yes", False: "no"}[entry.in_index],
            entry.words,
        )
        rows.writerow([_cell(text) for text in cells])
    return out.getvalue()


def _cell(text: str) -> str:
    shown = plain(text, None)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
