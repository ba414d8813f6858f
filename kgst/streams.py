"""Printing never stops an operation: for the time of a command stdout and stderr take whatever is written to them.

A character that the terminal's encoding lacks is replaced by what looks like it. When the reader has gone (a closed
pipe), the disk is full or the terminal is lost, what is written is dropped and the command goes on: its exit code is
the operation's.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TextIO, cast

__all__ = ["SafeStream", "is_heard", "safe_streams"]

_LOOKALIKES: Final = {
    "✓": "ok",
    "✗": "x",
    "×": "x",
    "–": "-",
    "—": "-",
    "−": "-",
    "•": "*",
    "·": ".",
    "…": "...",
    "→": "->",
    "←": "<-",
    "≤": "<=",
    "≥": ">=",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
}
_ERRORS: Final = "kgst-lookalikes"


def _lookalike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    piece = error.object[error.start : error.end]
    shown = (_LOOKALIKES.get(c) or c.encode("ascii", "backslashreplace").decode() for c in piece)
    return "".join(shown), error.end


codecs.register_error(_ERRORS, _lookalike)


class SafeStream:
    """Writes to a stream as long as that works; never raises for what is written, nor for where it goes.

    It offers no `buffer`: click would write past it.

    Attributes:
        is_broken: Whether something could not be written; nothing is from then on.
    """

    def __init__(self, stream: TextIO | None) -> None:
        """Wrap `stream`; None is a stream that was closed before the program began."""
        self._stream = stream
        self.is_broken = stream is None

    def write(self, text: str) -> int:
        """Write `text`, or drop it."""
        if not isinstance(text, str):
            raise TypeError(f"text is written here, not {type(text).__name__}")
        self._try(lambda stream: stream.write(self._encodable(text)))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Write each of `texts`."""
        for text in texts:
            self.write(text)

    def flush(self) -> None:
        """Pass on what was written."""
        self._try(lambda stream: stream.flush())

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        try:
            return self._stream is not None and self._stream.isatty()
        except (OSError, ValueError):
            return False

    def fileno(self) -> int:
        """The file descriptor.

        Raises:
            OSError: it has none.
        """
        if self._stream is None:
            raise OSError("the stream is closed")
        return self._stream.fileno()

    def writable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Never."""
        return False

    @property
    def encoding(self) -> str:
        """As the stream says."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:
        """How others should encode for it."""
        return _ERRORS

    @property
    def closed(self) -> bool:
        """Never: it can always be written to."""
        return False

    def _try(self, action: Callable[[TextIO], Any]) -> None:
        if self._stream is None or self.is_broken:
            return
        try:
            action(self._stream)
        except (OSError, ValueError):  # ValueError: the file was closed
            self.is_broken = True
            _drain(self._stream)

    def _encodable(self, text: str) -> str:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode(self.encoding, _ERRORS).decode(self.encoding)
        except LookupError:
            return text.encode("ascii", _ERRORS).decode()
        return text


def _drain(stream: TextIO) -> None:
    """Let what is still buffered for the lost reader go nowhere, or the interpreter complains of it as it ends."""
    with suppress(OSError, ValueError):
        descriptor = stream.fileno()
        if descriptor in (1, 2):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
        stream.flush()


@contextmanager
def safe_streams() -> Iterator[tuple[SafeStream, SafeStream]]:
    """For the time of the block, `sys.stdout` and `sys.stderr` are these two."""
    before = sys.stdout, sys.stderr
    out, err = (s if isinstance(s, SafeStream) else SafeStream(s) for s in before)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", err)
    try:
        yield out, err
    finally:
        out.flush()
        err.flush()
        sys.stdout, sys.stderr = before


def is_heard(stream: object) -> bool:
    """Whether all that was written to `stream` until now arrived, as far as is known."""
    if isinstance(stream, SafeStream):
        stream.flush()
        return not stream.is_broken
    return stream is not None
