"""After a chain split the same token lives on two chains: what is signed for one is worth nothing on the other.

The token keeps its domain separator of the first chain in its code, so this is where that could go wrong.
"""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from support.payments import SOM, permission

from kgst.attestation import Domain
from kgst.build import constructor_arguments, runtime_code, token_runtime_code
from kgst.deployment.contracts import initialization
from kgst.evm import Evm, EvmRevert
from kgst.policy import Policy

BORN_ON, SPLIT_OFF = 97, 9797
TOKEN = to_checksum_address("0x" + "70" * 20)
LOGIC = to_checksum_address("0x" + "71" * 20)
MANAGER = to_checksum_address("0x" + "72" * 20)
PERMIT = "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"
IMPLEMENTATION = int.from_bytes(keccak(text="eip1967.proxy.implementation")) - 1


@pytest.fixture(scope="module")
def token_code() -> bytes:
    """The token's runtime code as its constructor left it on the chain that it was born on."""
    logic = runtime_code("KGSTLogic", 30 * 86_400)
    policy = Policy.load("tests/support/policy.yaml")
    arguments = constructor_arguments("KGST", LOGIC, initialization(policy, MANAGER))
    return token_runtime_code(logic, arguments, MANAGER, LOGIC, Domain(BORN_ON, TOKEN))


def raw(address: str) -> bytes:
    return bytes.fromhex(address[2:])


def permitted(token_code: bytes, running_on: int, signed_for: int, owner: Any, spender: Any) -> int:
    """The allowance after a permit signed for one chain is submitted on another."""
    evm, at, sender = Evm(running_on), raw(TOKEN), raw(owner.address)
    evm.put(at, token_code, {IMPLEMENTATION: int(LOGIC, 16)})
    evm.put(raw(LOGIC), runtime_code("KGSTLogic", 30 * 86_400))
    arguments = permission(owner, spender, 5 * SOM).signed(owner, Domain(signed_for, TOKEN))
    types = PERMIT.partition("(")[2].rstrip(")").split(",")
    plain = [getattr(a, "address", a) for a in arguments]
    evm.call(sender, at, keccak(text=PERMIT)[:4] + encode(types, plain))
    asked = keccak(text="allowance(address,address)")[:4] + encode(
        ["address", "address"], [owner.address, spender.address]
    )
    return int.from_bytes(evm.call(sender, at, asked))


@pytest.mark.parametrize("chain", [BORN_ON, SPLIT_OFF])
def test_chain_split__signed_for_the_chain_it_runs_on__counts(
    token_code: bytes, holder: Any, spender: Any, chain: int
) -> None:
    assert permitted(token_code, chain, chain, holder, spender) == 5 * SOM


@pytest.mark.parametrize(("running_on", "signed_for"), [(BORN_ON, SPLIT_OFF), (SPLIT_OFF, BORN_ON)])
def test_chain_split__signed_for_the_other_chain__reverts(
    token_code: bytes, holder: Any, spender: Any, running_on: int, signed_for: int
) -> None:
    error = keccak(text="ERC2612InvalidSignature(address)")[:4].hex()
    with pytest.raises(EvmRevert, match=error):
        permitted(token_code, running_on, signed_for, holder, spender)
