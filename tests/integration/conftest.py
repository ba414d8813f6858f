"""A node of BNB Smart Chain with the token on it: `support.bsc`. anvil stands behind it, for set-up only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.bsc import BscNode, bsc_in_front_of
from support.bsc.deployed import Deployed, deployed_on_bsc


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
