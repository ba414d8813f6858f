"""What a command tells its connection of a deployment is gone with the test, as the deployment itself is."""

from pathlib import Path

import pytest
from ape import chain as ape_chain
from conftest import POLICY

from kgst.deployment.applying import apply
from kgst.events import look_also_in
from kgst.policy import Policy


@pytest.mark.parametrize("turn", [1, 2])
def test_sources__of_a_test_before__are_forgotten(
    turn: int, deployer: object, tmp_path: Path
) -> None:
    """Else a deployment at the same addresses, of another fork, is asked for the first one's events."""
    assert "kgst_sources" not in vars(ape_chain.provider.web3), turn
    look_also_in(ape_chain.provider, apply(Policy.load(POLICY), deployer).record, tmp_path)
