"""Files that one process has at a time.

The lock is the kernel's, on the file itself: nothing is laid beside it, its content stays, and the lock ends with its
process, however that ends. A link at the file's path is refused and not followed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Self

from filelock import FileLock, Timeout

__all__ = ["HeldError", "LockedFile"]


class HeldError(Exception):
    """Somebody else has the file now."""


class LockedFile:
    """The file at a path, made if absent, open and locked until `close`.

    Attributes:
        file: To read and to write, at its beginning; the very file that is locked, wherever it is moved meanwhile.
    """

    def __init__(self, path: Path, *, wait: bool = False) -> None:
        """Lock the file at `path`.

        Args:
            path: In a folder that is there.
            wait: Until nobody else has it.

        Raises:
            HeldError: somebody else has it, and `wait` is not given.
            OSError: it cannot be opened or locked, or a link stands there.
        """
        opened: list[IO[bytes]] = []
        self._lock = FileLock(
            path,
            blocking=wait,
            thread_local=False,
            # A lock that is only a file would outlive its process.
            fallback_to_soft=False,
            preserve_lock_file=True,
            on_acquired=lambda descriptor: opened.append(os.fdopen(os.dup(descriptor), "r+b")),
        )
        try:
            self._lock.acquire()
        except Timeout:
            raise HeldError(f"{path} is held by another") from None
        self.file = opened.pop()

    def close(self) -> None:
        """Let others have it."""
        try:
            self.file.close()
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
