"""A node of BNB Smart Chain with the token on it: `support.bsc`. anvil stands behind it, for set-up only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.bsc import BscNode, bsc_in_front_of
from support.bsc.deployed import Deployed, deployed_on_bsc
from support.desk import POLICY, lived
from support.narrow import check_narrow
from support.redeeming import SECRET, Redeeming
from support.watching import Watched, put_back, watched

from kgst.deployment.applying import apply
from kgst.policy import Policy
from kgst.rows import Rows


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> list[Rows]:
    """Whatever a command of this process prints fits on a narrow terminal, and loses nothing there."""
    return check_narrow(monkeypatch)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The rehearsal's policy, deployed once for a module by people of its own."""
    with deployed_on_bsc(tmp_path_factory.mktemp("deployment")) as found:
        yield found


@pytest.fixture
def node(deployed: Deployed) -> Iterator[BscNode]:
    """Another node of the same network, for the test's own faults; `deployed.node` has none."""
    with bsc_in_front_of(deployed.node.upstream, deployed.node.terms) as found:
        yield found


@pytest.fixture(scope="module")
def redeemed(deployer: Any) -> Any:
    """A deployment on the in-process chain, whose redemptions `redeeming` is about."""
    return apply(Policy.load(POLICY), deployer)


@pytest.fixture
def redeeming(
    redeemed: Any, tmp_path: Path, issuer: Any, holder: Any, redeemer: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Redeeming]:  # fmt: skip
    """The redemption desk with a holder, the operator and the issuer's bank; nothing has been asked for yet."""
    monkeypatch.setenv("KGST_REDEMPTION_SECRET", SECRET)
    for desk in lived(redeemed, tmp_path, issuer, monkeypatch):
        yield Redeeming(desk, redeemed.redemption_desk, holder, redeemer)


@pytest.fixture(scope="module")
def watched_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A deployment in memory with a watch and its sink, for a module."""
    with (
        pytest.MonkeyPatch.context() as patch,
        watched(tmp_path_factory.mktemp("watched"), patch) as found,
    ):
        yield found


@pytest.fixture
def world(watched_once: Watched) -> Iterator[Watched]:
    """It as it was at first."""
    with put_back(watched_once) as found:
        yield found
