"""EIP-170: code above 24,576 bytes cannot be deployed."""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain, project

LIMIT = 24_576


@pytest.mark.parametrize(
    "name",
    ["KGST", "KGSTLogic", "KGSTLogicV2Mock", "KGSTAccessManager", "ReserveFeed", "RedemptionDesk"],
)
def test_size__runtime_code__is_below_the_limit(name: str) -> None:
    code = project.get_contract(name).contract_type.get_runtime_bytecode()
    assert code is not None
    assert 0 < len(code) < LIMIT


def test_size__deployed_code__is_what_was_compiled(system: Any) -> None:
    for contract, name in ((system.token, "KGST"), (system.logic, "KGSTLogic")):
        compiled = project.get_contract(name).contract_type.get_runtime_bytecode()
        assert compiled is not None
        assert len(chain.provider.get_code(contract.address)) == len(compiled)
