"""Read a statement file as bytes, and the small texts in it, trusting neither."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kgst.regularfile import NotRegularError, TooLargeError, read_regular
from kgst.statements.model import Fault, StatementError, account_key

__all__ = [
    "MAX_SMALL_BYTES",
    "Source",
    "clean_account",
    "clean_text",
    "parse_day",
    "parse_tyiyn",
    "printable",
]

MAX_SMALL_BYTES: Final = 10 * 1024 * 1024
"""Largest file that is read into memory: 10 MiB."""

# ISO 20022 amounts have at most 18 digits in all; the som has two decimals.
_MONEY: Final = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,2}))?")
_MONEY_DIGITS: Final = 18
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,33}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Source:
    """A statement file, decoded."""

    name: str
    sha256: str
    text: str
    """Without a byte order mark."""

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read a regular UTF-8 file of at most `MAX_SMALL_BYTES` bytes.

        Raises:
            StatementError: no such file, a folder, device, FIFO or socket (also behind a
                symlink), empty, too large, not UTF-8, or with control characters.
        """
        name = path.name or str(path)
        if not printable(name):
            raise StatementError(
                f"{name!r}: the file's name has characters that cannot be printed, and the "
                "report shows it; rename the file."
            )
        return cls.of(name, _read_bytes(path, name))

    @classmethod
    def of(cls, name: str, data: bytes) -> "Source":
        """The text in `data`, of the file `name`.

        Raises:
            StatementError: empty, not UTF-8, or with control characters.
        """
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise StatementError(
                f"{name}: byte {error.start} is not UTF-8 (UTF-16 and Windows code pages are "
                "refused); ask the bank for, or save the statement as, UTF-8."
            ) from error
        if not text.strip():
            raise StatementError(f"{name}: the file is empty; download the statement again.")
        if hidden := re.search(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text):
            raise StatementError(
                f"{name}: the character U+{ord(hidden.group()):04X} cannot stand in a statement "
                "(a UTF-16 or binary file looks like this); save the statement as UTF-8 text."
            )
        return cls(name, hashlib.sha256(data).hexdigest(), text)


def parse_tyiyn(text: str, fault: Fault) -> int:
    """Read a non-negative decimal of at most two decimals and 18 digits as tyiyn."""
    match = _MONEY.fullmatch(text)
    if match is None or len(match[1]) + len(match[2] or "") > _MONEY_DIGITS:
        raise fault(
            f"the amount {_shown(text)} {_money_fault(text)}",
            'it must be digits, at most two after a point, like "6000000.00"; '
            "ask the bank for a correct statement",
        )
    return int(match[1] + (match[2] or "").ljust(2, "0"))


def parse_day(text: str, fault: Fault) -> date:
    """Read an ISO 8601 calendar date, YYYY-MM-DD."""
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError as error:
        raise fault(
            f"the date {_shown(text)} is not a calendar date", "write it as 2026-01-31"
        ) from error


def clean_account(text: str, fault: Fault) -> str:
    """Check an account number: ASCII letters, digits and separators, at most 34 characters.

    Anything else could make one account look like two, as a Cyrillic letter does.
    """
    account = " ".join(text.split())
    if _ACCOUNT.fullmatch(account) is None or not account_key(account):
        raise fault(
            f"the account number {_shown(text)} is not 1 to 34 ASCII letters, digits, spaces, "
            "points, slashes or hyphens",
            "copy the number from the account agreement, without formulas or other alphabets",
        )
    return account


def clean_text(text: str, what: str, fault: Fault) -> str:
    """Check a name or an identifier that the report will show; whitespace runs become one."""
    cleaned = " ".join(text.split())
    if not cleaned or len(cleaned) > 140 or not printable(cleaned):
        raise fault(
            f"the {what} {_shown(text)} is empty, longer than 140 characters or has characters "
            "that cannot be printed",
            "ask the bank for a correct statement",
        )
    return cleaned


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return read_regular(path, MAX_SMALL_BYTES)
    except NotRegularError as error:
        raise StatementError(
            f"{name}: {error}, not a file; give the statement files themselves."
        ) from None
    except TooLargeError:
        raise StatementError(
            f"{name}: larger than {MAX_SMALL_BYTES // 2**20} MiB; "
            "ask the bank for a statement of fewer days."
        ) from None
    except OSError as error:
        raise StatementError(
            f"{name}: cannot be read ({error.strerror}); check the path and the permissions."
        ) from error


def _money_fault(text: str) -> str:
    if not text.strip():
        return "is empty"
    if text[0] in "+-\u2212":
        return "has a sign"
    if re.fullmatch(r"[0-9]+\.[0-9]{3,}", text):
        return "has more than two decimals"
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) and len(text.replace(".", "")) > _MONEY_DIGITS:
        return f"has more than {_MONEY_DIGITS} digits"
    if re.fullmatch(r"[0-9][0-9.,' \u00a0\u2009\u202f_]*", text) and not text.endswith("."):
        return "has separators between its digits"
    return "is not a plain decimal number"


def printable(text: str) -> bool:
    """Whether it shows as it is."""
    # Also refuses what only changes how its neighbours look, such as bidirectional marks.
    return text.isprintable() and not any(
        unicodedata.category(character) in {"Cf", "Co"} for character in text
    )


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
