"""A real Safe 1.4.1 on a development chain, from Safe's own published artifacts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

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
