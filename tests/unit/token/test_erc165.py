"""ERC-165: the interfaces that the token says it has, by their numbers in the standards' texts."""

from typing import Any

import pytest
from ape import chain
from eth_utils import function_signature_to_4byte_selector as selector

INTERFACES = {
    "ERC-165": ("01ffc9a7", ["supportsInterface(bytes4)"]),
    "ERC-20": (
        "36372b07",
        [
            "totalSupply()",
            "balanceOf(address)",
            "allowance(address,address)",
            "approve(address,uint256)",
            "transfer(address,uint256)",
            "transferFrom(address,address,uint256)",
        ],
    ),
    "ERC-20 metadata": ("a219a025", ["name()", "symbol()", "decimals()"]),
    "ERC-2612": (
        "9d8ff7da",
        [
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            "nonces(address)",
            "DOMAIN_SEPARATOR()",
        ],
    ),
    "ERC-5267": ("84b0196e", ["eip712Domain()"]),
    "ERC-7943 fungible": (
        "3edbb4c4",
        [
            "forcedTransfer(address,address,uint256)",
            "setFrozenTokens(address,uint256)",
            "canSend(address)",
            "canReceive(address)",
            "getFrozenTokens(address)",
            "canTransfer(address,address,uint256)",
        ],
    ),
}


@pytest.mark.parametrize("standard", INTERFACES)
def test_supports_interface__standard__is_true(token: Any, standard: str) -> None:
    number, functions = INTERFACES[standard]
    derived = 0
    for function in functions:
        derived ^= int.from_bytes(selector(function), "big")
    assert f"{derived:08x}" == number
    assert token.supportsInterface(bytes.fromhex(number)) is True


@pytest.mark.parametrize("standard", INTERFACES)
def test_supports_interface__standard__its_functions_are_there(token: Any, standard: str) -> None:
    there = {bytes(selector(abi.selector)) for abi in token.contract_type.methods}
    assert {bytes(selector(function)) for function in INTERFACES[standard][1]} <= there


@pytest.mark.parametrize(
    "number",
    # ERC-165's "never"; nothing; ERC-721; ERC-7943's other two interfaces.
    ["ffffffff", "00000000", "80ac58cd", "bf1ef5fe", "41c4fbad"],
)
def test_supports_interface__another__is_false(token: Any, number: str) -> None:
    assert token.supportsInterface(bytes.fromhex(number)) is False


@pytest.mark.parametrize("number", ["01ffc9a7", "3edbb4c4", "ffffffff"])
def test_supports_interface__gas__is_below_the_bound_of_the_standard(
    token: Any, number: str
) -> None:
    data = token.supportsInterface.encode_input(bytes.fromhex(number))
    gas = chain.provider.web3.eth.estimate_gas({"to": token.address, "data": data})
    assert gas - 21_000 < 30_000
