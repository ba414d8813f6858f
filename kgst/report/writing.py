"""Reports as files: none that was given out is ever replaced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kgst.storing import FileError, write_new

__all__ = ["write_once"]


def write_once(files: Mapping[Path, bytes]) -> None:
    """All of them, each whole.

    Raises:
        FileError: one is there and says something else, or cannot be written.
    """
    for path, data in files.items():
        if path.is_file() and path.read_bytes() != data:
            raise FileError(
                f"{path}: a report of this period is there, and says something else: the index reaches further by now, "
                "or other files or names were given. It is never replaced: move it away, or name another place with "
                "--out."
            )
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_new(list(files.items()))
