"""An address is read with the interface that a test names, not with that of another test before it."""

from __future__ import annotations

from typing import Any

from ape import chain, project
from support.repairs import contract_at


def test_contract_at__another_stood_there_before__has_its_own_interface_alone(
    deployer: Any, token: Any
) -> None:
    before = chain.snapshot()
    other = deployer.deploy(project.TokenMock, token, 1)
    chain.restore(before)
    desk = contract_at(project.MintDesk, other.address)
    assert desk.contract_type == project.MintDesk.contract_type
    assert not hasattr(desk, "decimals")
