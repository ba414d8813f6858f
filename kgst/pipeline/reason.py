"""What `--reason` and `--document` say, as it is kept."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path
from typing import Final

from kgst.errors import InputError
from kgst.storing import read_bytes

__all__ = ["MAX_REASON", "parse_reason", "sha256_of"]

MAX_REASON: Final = 300
"""Characters of a reason."""

_LEAST: Final = 3
_MAX_DOCUMENT: Final = 100 * 1024 * 1024
_FORMULA: Final = ("=", "+", "-", "@")


def parse_reason(text: str) -> str:
    """What `--reason` says, in Unicode's NFC.

    Raises:
        InputError: it says nothing, is too long, or could be misread.
    """
    said = unicodedata.normalize("NFC", text)
    if not _LEAST <= len(said) <= MAX_REASON or said != said.strip() or not said.isprintable():
        raise InputError(
            f"write {_LEAST} to {MAX_REASON} printable characters, in one line, without spaces around, as "
            "somebody who asks in a year should read them."
        )
    if said.startswith(_FORMULA):
        raise InputError(
            f"it begins with {said[0]!r}, which a spreadsheet takes for a formula; begin with a word."
        )
    return said


def sha256_of(path: Path) -> str:
    """SHA-256 of the document at `path`, in 64 digits.

    Raises:
        FileError: it cannot be read, or has more than 100 MiB.
    """
    return hashlib.sha256(read_bytes(path, _MAX_DOCUMENT)).hexdigest()
