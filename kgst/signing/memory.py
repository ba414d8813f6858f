"""Where this machine remembers what was signed on it: hashes and figures, never a signature."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["signed_folder"]


def signed_folder() -> Path:
    """The folder, which need not be there."""
    # https://specifications.freedesktop.org/basedir-spec/latest/: what should persist, and is no setting.
    state = os.environ.get("XDG_STATE_HOME", "")
    base = Path(state) if Path(state).is_absolute() else Path.home() / ".local" / "state"
    return base / "kgst" / "signed"
