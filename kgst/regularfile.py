"""The one way to read a file that somebody gives: a regular one of bounded size, whatever stands at its path."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

__all__ = ["NotRegularError", "TooLargeError", "read_regular"]

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
    try:
        # Looked at first, because merely opening some devices does something.
        _require_regular(path.stat())
        flags = os.O_RDONLY
        for name in _FLAGS:
            flags |= getattr(os, name, 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            # Looked at again on the open file: the path may point elsewhere by now.
            status = os.fstat(file.fileno())
            _require_regular(status)
            # A non-blocking read that has nothing to give returns None.
            data = b"" if status.st_size > limit else file.read(limit + 1) or b""
    except NotRegularError:
        raise
    except ValueError as error:  # a path with a NUL byte
        raise OSError(errno.EINVAL, str(error)) from error
    if status.st_size > limit or len(data) > limit:
        raise TooLargeError(f"larger than {limit} bytes")
    return data


def _require_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        folder = stat.S_ISDIR(status.st_mode)
        raise NotRegularError("a folder" if folder else "a device, pipe or socket")
