"""Keeps a user's doings out of the tests, also of those that are started without make (`tools/run_alone.py`)."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = (
    "APE_DATA_FOLDER",
    "APE_FOUNDRY_HOST",
    "KGST_PROFILE",
    "KGST_ENGINE",
    "KGST_ARTIFACTS",
    "KGST_LIES",
    "KGST_STATEMENTS",
)
"""What may be set for the tests themselves."""
STRANGE = ("KGST_", "APE_", "WEB3_", "ETHERSCAN_", "BSCSCAN_")


def forget_settings() -> None:
    """Takes the user's settings of ape and of KGST out of this process's environment."""
    for name in list(os.environ):
        if name.startswith(STRANGE) and name not in OURS:
            del os.environ[name]
    os.environ.setdefault("APE_FOUNDRY_HOST", "auto")
    # What the tests sign is not what the user has signed.
    state = tempfile.mkdtemp(prefix="kgst-state-")
    atexit.register(shutil.rmtree, state, ignore_errors=True)
    os.environ["XDG_STATE_HOME"] = state


@cache
def policy_of(network: str) -> Path:
    """A copy of `deployments/<network>/policy.yaml` with nothing beside it.

    Never give a command the one in the checkout: next to it lie the record, the journal and the operations of whatever
    the user has deployed there.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"kgst-{network}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(shutil.copy(ROOT / "deployments" / network / "policy.yaml", folder))
