"""Everything that a policy decides, changed on the chain one thing at a time: verify and the plan name each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ape import accounts as ape_accounts
from support.drifts import Drift, drifts, five_days_later

from kgst.checks import failed
from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.govern.changes import by_hand, changes_of
from kgst.multicall import ensure_multicall, latest
from kgst.node import connected
from kgst.policy import Policy
from kgst.verify.comparing import compare

POLICY = Policy.load(Path(__file__).parents[1] / "support/policy.yaml")


def person(label: str) -> Any:
    return ape_accounts.test_accounts[POLICY.address(label)]


@pytest.fixture(scope="module")
def deployed() -> Deployment:
    deployment = apply(POLICY, ape_accounts.test_accounts[24])
    ensure_multicall(connected())
    return deployment


def named(deployed: Deployment) -> tuple[list[str], list[str]]:
    """Items that fail, and lines of the plan."""
    provider = connected()
    done = compare(deployed, provider, latest(provider))
    assert done.failure is None
    assert done.state is not None
    plan = [change.summary for change in changes_of(deployed, done.state)]
    return [check.item for check in failed(done.checks)], plan + by_hand(deployed, done.state)


def test_nothing_changed__nothing_is_named(deployed: Deployment) -> None:
    assert named(deployed) == ([], [])


@pytest.mark.parametrize("drift", drifts(), ids=lambda drift: drift.name)
def test_one_thing_changed__verify_and_plan_name_it(deployed: Deployment, drift: Drift) -> None:
    drift.make(deployed, person)
    for later in (False, True) if drift.later else (False,):
        if later:
            five_days_later()
        items, plan = named(deployed)
        assert items, f"verify says nothing of: {drift.name}"
        assert [item for item in items if not item.startswith(drift.item)] == []
        assert len(plan) >= 1, f"plan says nothing of: {drift.name}"
