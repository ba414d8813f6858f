"""Each leaf of the policy, another than it was: verify and the plan name it.

Generated from the policy's file. What no chain can say stands in `support.leaves`, with its reason.
"""

from __future__ import annotations

import pytest
from ape import accounts as ape_accounts
from pydantic import ValidationError
from support.leaves import FILE, NOT_ON_THE_CHAIN, POLICY, REFUSED, Leaf, leaves

from kgst.checks import failed
from kgst.deployment.applying import apply
from kgst.deployment.contracts import Deployment
from kgst.errors import RefusedError
from kgst.govern.changes import by_hand, changes_of
from kgst.multicall import ensure_multicall, latest
from kgst.node import connected
from kgst.policy import Policy
from kgst.verify.comparing import compare, inspect


@pytest.fixture(scope="module")
def deployed() -> Deployment:
    deployment = apply(POLICY, ape_accounts.test_accounts[24])
    ensure_multicall(connected())
    return deployment


@pytest.mark.parametrize("leaf", leaves(FILE), ids=lambda leaf: leaf.key)
def test_policy__one_leaf_is_another__verify_names_it(deployed: Deployment, leaf: Leaf) -> None:
    if leaf.key in REFUSED:
        with pytest.raises(ValidationError):
            Policy.model_validate(leaf.policy)
        return
    if leaf.key == "chain_id":
        account = {"account": "1", "currency": "KGS", "bank": "TLPRKG22"}
        policy = Policy.model_validate({**leaf.policy, "reserve_accounts": [account]})
        with pytest.raises(RefusedError, match="chain"):
            inspect(policy, deployed.record)
        return
    policy = Policy.model_validate(leaf.policy)
    deployment = Deployment.of(policy, deployed.record)
    provider = connected()
    done = compare(deployment, provider, latest(provider))
    assert done.failure is None
    assert done.state is not None
    named = failed(done.checks)
    plan = [*changes_of(deployment, done.state), *by_hand(deployment, done.state)]
    if leaf.key.startswith(NOT_ON_THE_CHAIN):
        assert (named, plan) == ([], [])
        return
    assert named, leaf.key
    assert plan, leaf.key
