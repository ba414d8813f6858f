"""A real Safe 1.4.1 on a development chain, from Safe's own published artifacts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak
from web3.logs import DISCARD

ARTIFACTS = (
    Path(__file__).parents[2] / "node_modules/@safe-global/safe-contracts/build/artifacts/contracts"
)
ZERO = "0x" + 40 * "0"

_FILES = {
    "SafeL2": "SafeL2.sol/SafeL2.json",
    "SafeProxyFactory": "proxies/SafeProxyFactory.sol/SafeProxyFactory.json",
    "CompatibilityFallbackHandler": "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json",
}


def deploy_safe(web3: Any, owners: Sequence[str], threshold: int, *, salt: int = 0) -> str:
    """Address of a Safe with these owners, made as Safe's application makes it: a proxy by the factory.

    Args:
        web3: Of anvil or of the in-process chain, whose accounts sign by themselves.
        owners: Checksummed addresses.
        threshold: How many of them must sign.
        salt: Another one gives another address.
    """
    sender = web3.eth.accounts[0]
    singleton, factory, handler = (_create(web3, name, sender) for name in _FILES)
    setup = singleton.encode_abi(
        "setup", [list(owners), threshold, ZERO, b"", handler.address, ZERO, 0, ZERO]
    )
    create = factory.functions.createProxyWithNonce(
        singleton.address, bytes.fromhex(setup[2:]), salt
    )
    receipt = _mined(web3, create.transact({"from": sender}))
    [event] = factory.events.ProxyCreation().process_receipt(receipt, errors=DISCARD)
    proxy = str(event["args"]["proxy"])
    # The in-process chain wants its caller to afford even an eth_call; nodes do not.
    _mined(web3, web3.eth.send_transaction({"from": sender, "to": proxy, "value": 10**18}))
    return proxy


def safe_at(web3: Any, address: str) -> Any:
    """web3's contract of the Safe at `address`."""
    return web3.eth.contract(address=address, abi=_artifact("SafeL2")["abi"])


def owners_do(
    web3: Any, safe: str, owners: Sequence[str], to: str, data: bytes, operation: int = 0
) -> None:
    """The Safe does it, approved by `owners`, whom the chain lets send.

    Args:
        web3: As for `deploy_safe`.
        safe: Its address.
        owners: As many as it takes.
        to: Whom it calls.
        data: With what.
        operation: 1 for a delegatecall.
    """
    contract = safe_at(web3, safe)
    fields = (to, 0, data, operation, 0, 0, 0, ZERO, ZERO)
    nonce = contract.functions.nonce().call()
    digest = contract.functions.getTransactionHash(*fields, nonce).call()
    signatures = b""
    for owner in sorted(owners, key=str.lower):
        _mined(web3, contract.functions.approveHash(digest).transact({"from": owner}))
        signatures += bytes(12) + bytes.fromhex(owner[2:]) + bytes(32) + b"\x01"
    sent = contract.functions.execTransaction(*fields, signatures).transact({"from": owners[0]})
    _mined(web3, sent)


def owners_overwrite(
    web3: Any, safe: str, owners: Sequence[str], slot: int, word: int | str
) -> None:
    """The owners were led to a delegatecall that overwrites a word of the Safe's storage, as those of Bybit were.

    Args:
        web3: As for `deploy_safe`.
        safe: Its address.
        owners: As many as it takes.
        slot: Which word.
        word: The new one, or an address.
    """
    # SSTORE(calldata[0:32], calldata[32:64])
    trojan = put_code(web3, bytes.fromhex("6020355f355500"))
    value = int(word, 16) if isinstance(word, str) else word
    owners_do(web3, safe, owners, trojan, slot.to_bytes(32) + value.to_bytes(32), operation=1)


def put_code(web3: Any, runtime: bytes) -> str:
    """Address of a new contract with this code."""
    # Copies what stands behind these 10 bytes, and returns it.
    creation = bytes.fromhex(f"61{len(runtime):04x}80600a5f395ff3") + runtime
    sender = web3.eth.accounts[0]
    sent = web3.eth.send_transaction({"from": sender, "data": creation, "gas": 6_000_000})
    return str(_mined(web3, sent)["contractAddress"])


def look_alike(web3: Any) -> str:
    """Address of an implementation that answers everything as Safe's own does, and is not: one byte more of code."""
    return put_code(web3, bytes.fromhex(_artifact("SafeL2")["deployedBytecode"][2:]) + b"\0")


def entry(mapping: int, key: int | str) -> int:
    """The slot of an entry of a Safe's mapping: 1 for modules, 2 for owners."""
    number = int(key, 16) if isinstance(key, str) else key
    return int.from_bytes(keccak(number.to_bytes(32) + mapping.to_bytes(32)))


def _create(web3: Any, name: str, sender: str) -> Any:
    artifact = _artifact(name)
    contract = web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
    receipt = _mined(web3, contract.constructor().transact({"from": sender}))
    return web3.eth.contract(address=receipt["contractAddress"], abi=artifact["abi"])


def _mined(web3: Any, transaction: Any) -> Any:
    receipt = web3.eth.wait_for_transaction_receipt(transaction, poll_latency=0.05)
    assert receipt["status"] == 1
    return receipt


@cache
def _artifact(name: str) -> dict[str, Any]:
    artifact: dict[str, Any] = json.loads((ARTIFACTS / _FILES[name]).read_text())
    return artifact
