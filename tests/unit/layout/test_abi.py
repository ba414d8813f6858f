"""``IKGST`` against what is compiled: nothing reachable is missing from it, and no selectors collide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ape import project
from eth_utils import keccak

from kgst.roles import FUNCTIONS

HOT_PATH = {
    "transfer(address,uint256)",
    "transferFrom(address,address,uint256)",
    "approve(address,uint256)",
    "balanceOf(address)",
    "allowance(address,address)",
    "totalSupply()",
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
    "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
    "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
}

# Of OpenZeppelin's Address and ERC1967Utils: only the constructor of KGST, which takes no BNB, and an upgrade call a
# contract. The first refuses an address without code, before there is a token; the second has refused it itself.
UNREACHABLE = {
    "AddressEmptyCode(address)",
    "ERC1967InvalidImplementation(address)",
    "ERC1967NonPayable()",
}


def signatures(contract: str, kind: str) -> set[str]:
    """``name(types)`` of every entry of ``kind`` in the ABI; for functions with what they return and may change."""
    found = set()
    for entry in project.get_contract(contract).contract_type.abi:
        if entry.type != kind:
            continue
        signature = str(entry.selector)
        if kind == "function":
            outputs = ",".join(output.canonical_type for output in entry.outputs)
            mutability = str(entry.stateMutability)
            signature += f" {'view' if mutability == 'pure' else mutability} ({outputs})"
        if kind == "event":
            signature += " " + "".join("i" if i.indexed else "d" for i in entry.inputs)
        found.add(signature)
    return found


def functions(contract: str) -> set[str]:
    return {signature.partition(" ")[0] for signature in signatures(contract, "function")}


def selector(function: str) -> bytes:
    return keccak(text=function)[:4]


@pytest.mark.parametrize("kind", ["function", "event"])
def test_ikgst__functions_and_events__are_just_those_compiled(kind: str) -> None:
    compiled = signatures("KGST", kind) | signatures("KGSTLogic", kind)
    assert signatures("IKGST", kind) == compiled


def test_ikgst__errors__are_all_declared() -> None:
    compiled = signatures("KGST", "error") | signatures("KGSTLogic", "error")
    assert compiled - signatures("IKGST", "error") - UNREACHABLE == set()


def test_ikgst__errors__are_all_in_use() -> None:
    compiled = signatures("KGST", "error") | signatures("KGSTLogic", "error")
    sources = "".join(p.read_text() for p in (project.path / "contracts").rglob("*.sol"))
    unused = {
        error
        for error in signatures("IKGST", "error")
        if not re.search(rf"revert (\w+\.)?{error.partition('(')[0]}\(", sources)
    }
    # Raised by OpenZeppelin's own code.
    unused -= {"FailedCall()", "SafeERC20FailedOperation(address)"}
    # ERC-6093 declares errors for approvals and allowances whether a token needs them or not.
    assert unused <= {"ERC20InvalidApprover(address)", "AccessManagedRequiredDelay(address,uint32)"}
    assert signatures("IKGST", "error") <= compiled | unused


def test_kgst__own_functions__are_the_hot_path_and_shared_on_purpose() -> None:
    assert functions("KGST") == HOT_PATH
    assert functions("KGST") & functions("KGSTLogic") == HOT_PATH
    assert functions("KGST") <= functions("IKGST")


def test_selectors__of_everything_reachable__are_distinct() -> None:
    reachable = functions("KGST") | functions("KGSTLogic")
    assert len({selector(function) for function in reachable}) == len(reachable)


def test_selectors__other_than_the_hot_path__do_not_hide_behind_it() -> None:
    own = {selector(function) for function in functions("KGST")}
    behind = {selector(function) for function in functions("KGSTLogic") - HOT_PATH}
    assert own & behind == set()


def test_kgst__takes_no_bnb() -> None:
    for entry in project.get_contract("KGST").contract_type.abi:
        assert entry.type != "receive"
        assert getattr(entry, "stateMutability", "nonpayable") != "payable"


def restricted_functions() -> list[str]:
    """``name(types)`` of every function with the modifier ``restricted``, as often as the sources have it."""
    found: list[Any] = []
    for path in sorted((project.path / "contracts").rglob("*.sol")):
        source = re.sub(r"//[^\n]*", "", path.read_text())
        for name, parameters, modifiers in re.findall(
            r"function (\w+)\(([^)]*)\)([^{;]*)\{", source
        ):
            if re.search(r"\brestricted\b", modifiers):
                types = [p.split()[0] for p in parameters.split(",") if p.strip()]
                found.append(f"{name}({','.join(types)})")
    return found


def test_roles__every_restricted_function__has_exactly_one_role() -> None:
    assigned = [f for roles in FUNCTIONS.values() for listed in roles.values() for f in listed]
    # The mint desk asks the AccessManager only about who is no auditor.
    assert sorted(assigned) == sorted([*restricted_functions(), "cancel(bytes32)"])
    for contract, roles in FUNCTIONS.items():
        own = [function for listed in roles.values() for function in listed]
        assert len(set(own)) == len(own)
        assert set(own) <= functions("KGSTLogic" if contract == "KGST" else contract) - HOT_PATH
