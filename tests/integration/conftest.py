"""A node and a folder for commands that run in a process of their own: see `support.cli`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ape import networks
from support.cli import ROOT, running_anvil


@pytest.fixture(scope="module", autouse=True)
def _module_leaves_nothing(system: Any) -> Iterator[None]:
    """A command that connects and disconnects makes ape forget its snapshots: the tests have their own.

    Asks for the system, which lives as long as the session, so that it is not taken back with the module.
    """
    yield from _taken_back()


@pytest.fixture(autouse=True)
def _test_leaves_nothing(_module_leaves_nothing: None) -> Iterator[None]:
    """The same for each test."""
    yield from _taken_back()


def _taken_back() -> Iterator[None]:
    provider = networks.active_provider
    if provider is None or provider.name != "test":
        yield
        return
    before = provider.snapshot()
    yield
    if networks.active_provider is not None and networks.active_provider.name == "test":
        networks.active_provider.restore(before)


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
