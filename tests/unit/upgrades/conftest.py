from __future__ import annotations

from typing import Any

import pytest
from ape import accounts, project
from ape.contracts import ContractInstance
from support.auditing import ascending
from support.repairs import whole_errors

__all__ = ["whole_errors"]


@pytest.fixture(scope="session")
def successors() -> list[Any]:
    """Three who are not auditors yet, ascending."""
    return ascending(accounts.test_accounts[i] for i in (23, 24, 25))


@pytest.fixture
def second(deployer: Any, token: Any) -> Any:
    """The next implementation, deployed and not yet in use."""
    return deployer.deploy(project.KGSTLogicV2Mock, token.RECOVERY_DELAY())


@pytest.fixture
def upgraded_token(token: Any) -> Any:
    """The token's address, read with the interface of the next implementation."""
    return ContractInstance(token.address, project.KGSTLogicV2Mock.contract_type)
