"""What is scheduled is simulated as the AccessManager will execute it, before the delay begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.bsc.deployed import deployed_on_bsc, quick

from kgst.deployment.contracts import Deployment
from kgst.deployment.system import System
from kgst.files import Files
from kgst.node import ChainRevertError, connected
from kgst.pipeline.operation import Operation, call_data
from kgst.pipeline.simulation import simulate_execution
from kgst.policy import Policy
from kgst.record import Record
from kgst.roles import Role


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Deployed with the rehearsal's delays, on a node that knows state overrides."""
    from ape import networks

    with (
        deployed_on_bsc(
            tmp_path_factory.mktemp("deployment"), quick(state_overrides=True)
        ) as deployed,
        networks.parse_network_choice(f"bsc:testnet:{deployed.node.address}"),
    ):
        policy = Policy.load(deployed.policy)
        record = Record.load(Files(deployed.folder).record)
        yield System(Deployment.of(policy, record), connected(), None, deployed.policy)


def operation(system: System, role: Role, method: str, *arguments: Any) -> Operation:
    data = call_data(getattr(system.token, method), *arguments)
    return Operation(method, method, system.token.address, data, role)


def test_simulate_execution__that_will_succeed__is_true(system: System) -> None:
    assert simulate_execution(system, operation(system, Role.RESERVE_ADMIN, "setMaxAge", 86_400))
    assert system.token.reserveLimits()[0] == 7 * 86_400


def test_simulate_execution__manager_s_own_function__is_true(system: System) -> None:
    grant = call_data(
        system.manager.grantRole, int(Role.PAUSER), system.policy.address("guardian"), 0
    )
    assert simulate_execution(
        system, Operation("grant", "grant", system.manager.address, grant, Role.ADMIN)
    )


def test_simulate_execution__value_out_of_range__reverts(system: System) -> None:
    with pytest.raises(ChainRevertError, match=r"MaxAgeOutOfRange\(maxAge=1\)"):
        simulate_execution(system, operation(system, Role.RESERVE_ADMIN, "setMaxAge", 1))


def test_simulate_execution__upgrade_without_consent__reverts(system: System) -> None:
    upgrade = operation(system, Role.UPGRADER, "upgradeToAndCall", system.record.logic.address, b"")
    with pytest.raises(ChainRevertError, match="ImplementationNotApproved"):
        simulate_execution(system, upgrade)
