from __future__ import annotations

from typing import Any

import pytest
from ape import accounts, project
from support.auditing import ascending
from support.repairs import whole_errors

__all__ = ["whole_errors"]


@pytest.fixture(scope="session")
def successors() -> list[Any]:
    """Three who are not auditors yet, ascending."""
    return ascending(accounts.test_accounts[i] for i in (23, 24, 25))


@pytest.fixture(scope="session")
def crowd() -> list[Any]:
    """Sixteen accounts, ascending: the largest set."""
    return ascending(accounts.test_accounts[i] for i in range(14, 30))


@pytest.fixture
def wallet(deployer: Any, outsider: Any) -> Any:
    """A contract that signs with the key of ``outsider``."""
    return deployer.deploy(project.ERC1271WalletMock, outsider)
