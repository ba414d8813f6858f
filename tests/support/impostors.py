"""Creation code that returns the genuine runtime code, and leaves storage of its own behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi.abi import encode
from eth_utils.address import to_canonical_address
from eth_utils.crypto import keccak

from kgst.build import creation_code
from kgst.deployment.creations import CONTRACT_OF, arguments_of
from kgst.evm import Evm
from kgst.node import chain_id, connected
from kgst.policy import Policy
from kgst.sending.transactions import created_by
from kgst.slots import HOLDERS

_PUSH2, _PUSH32, _SSTORE = b"\x61", b"\x7f", b"\x55"
_TAIL = 11
FORTUNE = 10**12 * 10**6
"""10^12 som, in base units."""


def impostor(code: bytes, words: Mapping[int, int]) -> bytes:
    """Creation code that leaves `words` in storage and returns `code`, whatever arguments follow it."""
    writes = b"".join(
        _PUSH32 + word.to_bytes(32) + _PUSH32 + slot.to_bytes(32) + _SSTORE
        for slot, word in words.items()
    )
    offset = len(writes) + _TAIL
    copy = (
        _PUSH2 + len(code).to_bytes(2) + b"\x80" + _PUSH2 + offset.to_bytes(2) + b"\x5f\x39\x5f\xf3"
    )
    assert len(copy) == _TAIL
    return writes + copy + code


def of_token(policy: Policy, deployer: str, nonce: int, chain_id: int, holder: str) -> bytes:
    """An impostor of the token that `deployer` is about to deploy: `holder` is rich."""
    evm, at = _until("token", policy, deployer, nonce, chain_id)
    token = to_canonical_address(at["token"])
    slot = int.from_bytes(keccak(encode(["address", "uint256"], [holder, HOLDERS])))
    return impostor(evm.code(token), {**evm.storage(token), slot: FORTUNE})


def of_manager(policy: Policy, deployer: str, nonce: int, chain_id: int, admin: str) -> bytes:
    """An impostor of the AccessManager that `deployer` is about to deploy: `admin` is an ADMIN too."""
    evm, at = _until("manager", policy, deployer, nonce, chain_id)
    other, _ = _until("manager", policy, admin, nonce, chain_id)
    manager = to_canonical_address(at["manager"])
    theirs = to_canonical_address(created_by(admin, nonce))
    return impostor(evm.code(manager), {**evm.storage(manager), **other.storage(theirs)})


def _until(
    last: str, policy: Policy, deployer: str, nonce: int, chain_id: int
) -> tuple[Evm, dict[str, str]]:
    """The deployment up to the step `last`, in an EVM of this process."""
    evm, sender = Evm(chain_id), to_canonical_address(deployer)
    at: dict[str, str] = {}
    for i, (step, contract) in enumerate(CONTRACT_OF.items()):
        at[step] = created_by(deployer, nonce + i)
        creation = creation_code(contract) + arguments_of(step, policy, deployer, at)
        evm.deploy(sender, creation, to_canonical_address(at[step]))
        if step == last:
            break
    return evm, at


def instead(monkeypatch: Any, name: str, creation: bytes, on_chain: int) -> None:
    """Have a deployment send `creation` where it means the contract `name`, on the chain with this id."""

    def code(contract: str) -> bytes:
        here = contract == name and chain_id(connected()) == on_chain
        return creation if here else creation_code(contract)

    monkeypatch.setattr("kgst.deployment.applying.creation_code", code)
