"""How statements are written: the one list that files, messages, documentation and tests go through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from kgst.statements.accounts import Accounts
from kgst.statements.camt053 import VERSIONS, read_camt053
from kgst.statements.entries import Entry
from kgst.statements.model import StatementError
from kgst.statements.mt940 import is_mt940, read_mt940
from kgst.statements.onec import FIRST_LINE, read_onec
from kgst.statements.opened import StatementFile
from kgst.statements.profile import TableProfile
from kgst.statements.profiled import is_of_bank, read_profiled, rows_of
from kgst.statements.sheet import LeftOut, Sheet
from kgst.statements.table import CSV_HEADER, read_table

__all__ = ["LAYOUTS", "REFUSED", "Layout", "Refused", "read_file"]

HandOn = Callable[[Entry], None]
Read = Callable[[StatementFile, str, Accounts, HandOn], Sequence[Sheet | LeftOut]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A way of writing statements that is read."""

    name: str
    is_it: Callable[[bytes], bool]
    """By the first bytes of a file."""
    read: Read


@dataclass(frozen=True, slots=True)
class Refused:
    """A kind of file that is known and not read."""

    name: str
    starts: tuple[bytes, ...]
    remedy: str


_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def _first(head: bytes) -> bytes:
    """The first characters, without mark, UTF-16's zeros and white space."""
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"").lstrip()


_TABLE: Final = (f"{CSV_HEADER[0]},".encode(), f'"{CSV_HEADER[0]}"'.encode())

LAYOUTS: Final = (
    Layout(
        f"camt.053.001.{VERSIONS[0]} to .{VERSIONS[-1]}",
        lambda head: _first(head).startswith(b"<"),
        read_camt053,
    ),
    Layout(FIRST_LINE, lambda head: _first(head).startswith(FIRST_LINE.encode()), read_onec),
    Layout("MT940", is_mt940, read_mt940),
    Layout(
        f"CSV with the line {','.join(CSV_HEADER)}",
        lambda head: head.removeprefix(_MARKS[0]).startswith(_TABLE),
        lambda file, currency, accounts, _: read_table(file.source(), currency, accounts),
    ),
)
"""Those that a file says of itself; tables of banks are known by the profiles in the policy."""

_CAMT: Final = "ask the bank for camt.053"
REFUSED: Final = (
    Refused("a PDF, which is made to be looked at", (b"%PDF",), _CAMT),
    Refused(
        "an Excel file of the old binary kind (XLS)",
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08\x10\x00"),
        f"{_CAMT}, or for XLSX and have a profile for it written into the policy",
    ),
    Refused(
        "a web page (HTML), whatever it is called", (b"<html", b"<!doctype html", b"<table"), _CAMT
    ),
    Refused("a RAR archive", (b"Rar!\x1a\x07",), "unpack it, and give the files in it"),
    Refused("a 7-Zip archive", (b"7z\xbc\xaf\x27\x1c",), "unpack it, and give the files in it"),
    Refused("a gzip archive", (b"\x1f\x8b",), "unpack it, and give the file in it"),
    Refused("a rich text document (RTF)", (b"{\\rtf",), _CAMT),
    Refused(
        "an encrypted message (PGP)", (b"-----BEGIN PGP",), "decrypt it, and give the file in it"
    ),
    Refused(
        "a signed or encrypted mail (S/MIME)",
        (b"mime-version:", b"content-type: multipart/signed", b"content-type: application/pkcs7"),
        "ask the bank for its files with CMS signatures (.p7m, .p7s) and not as mail",
    ),
    Refused("a picture", (b"\x89PNG", b"\xff\xd8\xff"), _CAMT),
)


def read_file(
    file: StatementFile,
    currency: str,
    accounts: Accounts,
    profiles: Sequence[TableProfile],
    hand_on: HandOn,
) -> Sequence[Sheet | LeftOut]:
    """The statements in one file.

    Raises:
        StatementError: it is none that is read, or one that cannot be counted.
    """
    first = _first(file.head)
    lower = first[:64].lower()
    for kind in REFUSED:
        if file.head.startswith(kind.starts) or lower.startswith(kind.starts):
            raise StatementError(f"{file.name}: {kind.name}, which is not read; {kind.remedy}.")
    for layout in LAYOUTS:
        if layout.is_it(file.head):
            return layout.read(file, currency, accounts, hand_on)
    fitting = [
        (profile, rows) for profile in profiles if (rows := rows_of(file, profile)) is not None
    ]
    if not fitting:
        raise _unknown(file, profiles)
    # Two banks may name their columns alike: then the accounts say whose table it is.
    profile, rows = next((one for one in fitting if is_of_bank(*one, accounts)), fitting[0])
    return read_profiled(file, profile, rows, currency, accounts, hand_on)


def _unknown(file: StatementFile, profiles: Sequence[TableProfile]) -> StatementError:
    if file.head.startswith(b"PK\x03\x04"):
        return StatementError(
            f"{file.name}: an Excel file (XLSX) whose columns no profile in the policy names "
            f"(statement_tables); have one written for this bank, or {_CAMT}."
        )
    # What is no text at all is said to be that.
    line = file.source("cp1251" if not _is_utf8(file.head) else None).text.lstrip().split("\n")[0]
    named = f" and none of the {len(profiles)} profiles' columns" if profiles else ""
    return StatementError(
        f"{file.name}: line 1: neither XML nor a CSV statement, nor 1C or MT940{named}: {line[:60].strip()!r}; a "
        f"camt.053 file starts with <, a CSV file with the columns {','.join(CSV_HEADER)}; for the bank's own "
        "columns have a profile written into the policy (statement_tables)."
    )


def _is_utf8(head: bytes) -> bool:
    try:
        head[:-4].decode("utf-8") if len(head) > 8 else head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 8
    return True
