"""A node and a folder for commands that run in a process of their own: see `support.cli`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import ROOT, running_anvil


@pytest.fixture
def anvil() -> Iterator[str]:
    """Address of a node like the testnet's: chain id 97, a block each second."""
    with running_anvil() as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one deployment: a copy of the rehearsal's policy."""
    shutil.copy(ROOT / "deployments/rehearsal/policy.yaml", tmp_path)
    return tmp_path
