"""Reports as files: one form of their bytes, and none that was given out is ever replaced."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kgst.storing import FileError, write_new

__all__ = ["canonical", "write_once"]


def canonical(document: Mapping[str, Any]) -> bytes:
    """RFC 8785, as the reports of attestations: ASCII keys, and no number but whole ones below 2^53."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


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
