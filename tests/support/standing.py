"""A deployment with its files on the in-process chain, which reading commands take for one that outlives them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts

from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System
from kgst.files import Files
from kgst.node import connected
from kgst.policy import Policy

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "tests/support/policy.yaml"

# Where a command asks whether the chain ends with it.
_ASKED = ("kgst.doctor.diagnosis.is_short_lived", "kgst.deployment.system.is_short_lived")


def keep_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands take the in-process chain for one that outlives them."""
    for name in _ASKED:
        monkeypatch.setattr(name, lambda _: False)


def kept_system(
    folder: Path, deployment: Deployment, changes: Sequence[tuple[str, str]] = ()
) -> System:
    """`deployment` with policy and record in `folder`.

    Args:
        folder: Empty.
        deployment: From the tests' policy.
        changes: `(text, replacement)` in the policy.
    """
    text = POLICY.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "policy.yaml"
    path.write_text(text)
    files = Files(folder)
    deployment.record.save(files.record)
    deployment = Deployment.of(Policy.load(path), deployment.record)
    return System(deployment, connected(), files, path)


def person(label: str) -> Any:
    """The test account of a label of the tests' policy."""
    return ape_accounts.test_accounts[Policy.load(POLICY).address(label)]
