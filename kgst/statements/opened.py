"""A statement file, open: its bytes in pieces, as often as they are needed, and its text in whatever encoding."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from kgst.regularfile import NotRegularError, TooLargeError, open_regular
from kgst.statements.model import StatementError
from kgst.statements.source import MAX_SMALL_BYTES, Source, printable

__all__ = ["MAX_FILE_BYTES", "Progress", "StatementFile", "open_statement", "too_large"]

MAX_FILE_BYTES: Final = 512 * 1024 * 1024
"""Largest statement file that is read: 512 MiB, a day of about a million payments. Only camt.053 grows so large."""

Progress = Callable[[str, int, int], None]
"""Told the file's name, how many of its bytes have been read, and how many there are."""

_PIECE: Final = 1 << 20
_HEAD: Final = 4_096
_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_HIDDEN: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENCODINGS: Final = {
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "US-ASCII": "utf-8",
    "ASCII": "utf-8",
    "WINDOWS-1251": "cp1251",
    "CP1251": "cp1251",
    "WINDOWS-1252": "cp1252",
    "ISO-8859-1": "latin-1",
    "ISO-8859-5": "iso8859-5",
    "CP866": "cp866",
    "IBM866": "cp866",
    "KOI8-R": "koi8-r",
    "UTF-16": "utf-16",
    "UTF-16LE": "utf-16-le",
    "UTF-16BE": "utf-16-be",
}
"""Encodings that an XML declaration may name, and Python's names for them."""


class StatementFile:
    """One file of statements, or one member of an archive.

    Attributes:
        name: Without its folder; shown in messages and in the report.
        sha256: Of its bytes, in hex. They are held to it whenever they are read again.
        size: Bytes.
        head: The first bytes.
    """

    def __init__(
        self, name: str, open_it: Callable[[], AbstractContextManager[BinaryIO]], progress: Progress
    ) -> None:
        self.name = name
        self._open = open_it
        self._progress = progress
        digest = hashlib.sha256()
        self.size = 0
        self.head = b""
        for piece in self._pieces():
            digest.update(piece)
            self.size += len(piece)
            self.head = self.head or piece[:_HEAD]
        self.sha256 = self._read_sha256 = digest.hexdigest()

    def holding(self, content: bytes) -> StatementFile:
        """The same file, by its name and SHA-256, of which only `content` is read: what a signature in it is on."""
        inner = StatementFile(self.name, lambda: BytesIO(content), self._progress)
        inner.sha256 = self.sha256
        return inner

    def mentions(self, text: str) -> bool:
        """Whether an ASCII text stands in it, in any encoding that is read."""
        wanted = [text.encode(one) for one in ("ascii", "utf-16-le", "utf-16-be")]
        tail = b""
        for piece in self._pieces():
            window = tail + piece
            if any(one in window for one in wanted):
                return True
            tail = window[-max(map(len, wanted)) :]
        return False

    def pieces(self) -> Iterator[bytes]:
        """The bytes.

        Raises:
            StatementError: they are no longer what they were.
        """
        digest, done = hashlib.sha256(), 0
        for piece in self._pieces():
            digest.update(piece)
            done += len(piece)
            self._progress(self.name, done, self.size)
            yield piece
        if digest.hexdigest() != self._read_sha256:
            raise StatementError(
                f"{self.name}: the file changed while it was read; wait until it is all there, and start again."
            )

    def data(self) -> bytes:
        """All bytes, of a layout that is read into memory.

        Raises:
            StatementError: more than `MAX_SMALL_BYTES`.
        """
        if self.size > MAX_SMALL_BYTES:
            raise StatementError(
                f"{self.name}: larger than {MAX_SMALL_BYTES // 2**20} MiB, which only camt.053 may be; "
                "ask the bank for camt.053, or for a file of one day."
            )
        return b"".join(self.pieces())

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The file itself, for a layout that has its own way through it."""
        return self._open()

    def source(self, encoding: str | None = None) -> Source:
        """The text, in memory; UTF-8 with or without a byte order mark, or in `encoding`."""
        data = self.data()
        if encoding is None:
            return Source.of(self.name, data)
        return Source(self.name, self.sha256, "".join(self._decoded(iter([data]), encoding)))

    def xml(self) -> Iterator[bytes]:
        """The text of an XML file in UTF-8, from its first character on.

        Raises:
            StatementError: it is not in the encoding that it declares, or declares one that is not read; or it has
                control characters.
        """
        begun = False
        for text in self._decoded(self.pieces(), self._encoding()):
            shown = text if begun else text.lstrip()
            begun = begun or bool(shown)
            if shown:
                yield shown.encode("utf-8")

    def _pieces(self) -> Iterator[bytes]:
        total = 0
        try:
            with self._open() as file:
                while piece := file.read(_PIECE):
                    total += len(piece)
                    if total > MAX_FILE_BYTES:
                        raise TooLargeError
                    yield piece
        except TooLargeError:
            raise too_large(self.name) from None
        except OSError as error:
            raise _unreadable(self.name, error) from error

    def _encoding(self) -> str:
        for mark, encoding in _BOMS:
            if self.head.startswith(mark):
                return encoding
        for start, encoding in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
            if self.head.startswith(start):
                return encoding
        declared = _DECLARATION.match(self.head.decode("ascii", "replace"))
        if declared is None:
            return "utf-8"
        encoding = _ENCODINGS.get(declared[1].upper(), "")
        if not encoding or encoding.startswith("utf-16"):
            raise StatementError(
                f"{self.name}: declares the encoding {declared[1][:40]!r}, which it is not in or which is not read; "
                "ask the bank for a UTF-8 file."
            )
        return encoding

    def _decoded(self, pieces: Iterator[bytes], encoding: str) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(encoding)()
        done = 0
        name = "UTF-8" if encoding.startswith("utf-8") else encoding
        try:
            for piece in pieces:
                yield self._clean(decoder.decode(piece))
                done += len(piece)
            yield self._clean(decoder.decode(b"", final=True))
        except UnicodeDecodeError as error:
            raise StatementError(
                f"{self.name}: byte {done + error.start} is not {name}, the encoding that the file declares or that is "
                "taken when it declares none; ask the bank for, or save the statement as, UTF-8."
            ) from error

    def _clean(self, text: str) -> str:
        if hidden := _HIDDEN.search(text):
            raise StatementError(
                f"{self.name}: the character U+{ord(hidden.group()):04X} cannot stand in a statement "
                "(a UTF-16 or binary file looks like this); save the statement as UTF-8 text."
            )
        return text


def open_statement(path: Path, progress: Progress = lambda *_: None) -> StatementFile:
    """The file at `path`.

    Raises:
        StatementError: no such file, a folder, device, FIFO or socket (also behind a symlink), empty, too large.
    """
    name = path.name or str(path)
    if not printable(name):
        raise StatementError(
            f"{name!r}: the file's name has characters that cannot be printed, and the "
            "report shows it; rename the file."
        )
    try:
        file = StatementFile(name, lambda: open_regular(path, MAX_FILE_BYTES), progress)
    except NotRegularError as error:
        raise StatementError(
            f"{name}: {error}, not a file; give the statement files themselves."
        ) from None
    if not file.head.removeprefix(codecs.BOM_UTF8).strip():
        raise StatementError(f"{name}: the file is empty; download the statement again.")
    return file


def too_large(name: str) -> StatementError:
    """The error for a file with more than `MAX_FILE_BYTES`."""
    return StatementError(
        f"{name}: larger than {MAX_FILE_BYTES // 2**20} MiB, which no bank's day is; "
        "ask the bank for a file of fewer days."
    )


def _unreadable(name: str, error: OSError) -> StatementError:
    return StatementError(
        f"{name}: cannot be read ({error.strerror}); check the path and the permissions."
    )
