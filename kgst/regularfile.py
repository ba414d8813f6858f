"""The one way to read a file that somebody gives, and the one to write a file: whole, whatever stands at its path."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

__all__ = ["NotRegularError", "TooLargeError", "open_regular", "read_regular", "write_regular"]

# Not every system has each. Where it is there, a pipe opens without waiting for its writer, and no terminal is taken.
_FLAGS: Final = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")


class NotRegularError(ValueError):
    """It is no file: `a folder`, or `a device, pipe or socket`."""


class TooLargeError(ValueError):
    """It is larger than was allowed."""


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of the regular file at `path`, links followed.

    Args:
        path: As it was given.
        limit: Most bytes that are read.

    Raises:
        NotRegularError: there is something else.
        TooLargeError: it has more than `limit` bytes.
        OSError: there is nothing, or it cannot be read; `strerror` says why.
    """
    with open_regular(path, limit) as file:
        # A non-blocking read that has nothing to give returns None.
        data = file.read(limit + 1) or b""
    if len(data) > limit:
        raise TooLargeError(f"larger than {limit} bytes")
    return data


def open_regular(path: Path, limit: int) -> BinaryIO:
    """The regular file at `path`, links followed, open for reading.

    Args:
        path: As it was given.
        limit: Most bytes that it has; it may still grow while it is read.

    Raises:
        NotRegularError: there is something else.
        TooLargeError: it has more than `limit` bytes.
        OSError: there is nothing, or it cannot be read; `strerror` says why.
    """
    try:
        # Looked at first, because merely opening some devices does something.
        _require_regular(path.stat())
        flags = os.O_RDONLY
        for name in _FLAGS:
            flags |= getattr(os, name, 0)
        file = os.fdopen(os.open(path, flags), "rb")
        try:
            # Looked at again on the open file: the path may point elsewhere by now.
            status = os.fstat(file.fileno())
            _require_regular(status)
            if status.st_size > limit:
                raise TooLargeError(f"larger than {limit} bytes")
        except BaseException:
            file.close()
            raise
    except (NotRegularError, TooLargeError):
        raise
    except ValueError as error:  # a path with a NUL byte
        raise OSError(errno.EINVAL, str(error)) from error
    return file


def write_regular(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all, over what is there.

    It is written beside, under a name that nobody can guess and that must be new, and then put into place: a link that
    waits at the one name or at the other is never followed. A file that is replaced keeps its mode.

    Args:
        path: In a folder that is there.
        data: All of it.

    Raises:
        OSError: it cannot be written; nothing has changed.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            with suppress(FileNotFoundError):
                there = path.lstat()
                if stat.S_ISREG(there.st_mode):
                    os.fchmod(file.fileno(), stat.S_IMODE(there.st_mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        folder = stat.S_ISDIR(status.st_mode)
        raise NotRegularError("a folder" if folder else "a device, pipe or socket")
