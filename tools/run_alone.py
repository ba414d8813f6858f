"""Runs a command as on a machine where nothing was done before: an empty home folder, none of the user's environment.

python tools/run_alone.py <command> [argument …]

Only the list below is passed on: no key, node, setting or proxy of the user reaches a test, and nothing that a test
writes reaches the user. ape starts anvil on a port of its own, whatever listens on 8545.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

KEPT: tuple[str, ...] = (
    "PATH",
    "TERM",
    "TZ",
    "TMPDIR",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "CI",
    "GITHUB_ACTIONS",
)
KEPT += (
    "SOLCX_BINARY_PATH",
    "KGST_PROFILE",
    "KGST_ENGINE",
    "KGST_LIES",
    "KGST_STATEMENTS",
    "KGST_CHROMIUM",
)


def environment(given: Mapping[str, str], home: Path) -> dict[str, str]:
    """What a command is given that runs in `home`, out of the user's environment."""
    kept = {name: given[name] for name in KEPT if name in given}
    kept |= {name: value for name, value in given.items() if name == "LANG" or name[:3] == "LC_"}
    return kept | {
        "HOME": str(home),
        "APE_DATA_FOLDER": str(home / ".ape"),
        "APE_FOUNDRY_HOST": "auto",
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PYTHONNOUSERSITE": "1",
    }


def main(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="kgst-home-", ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(command, env=environment(os.environ, Path(home)))
        # Ctrl-C reaches the whole group: the command ends by itself, and its home is removed after that.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
