"""One double for the tests of a module: they change its terms and faults, and get it back as it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from eth_account import Account
from support.bsc import GWEI, BscNode, Terms, running_bsc
from support.bsc.people import Key, key_of


@pytest.fixture(scope="module")
def _running() -> Iterator[BscNode]:
    # One block for each transaction, and more when a test mines them.
    with running_bsc(Terms(block_time=None)) as node:
        node.mine(3)
        yield node


@pytest.fixture
def node(_running: BscNode) -> Iterator[BscNode]:
    kept = dataclasses.asdict(_running.terms)
    yield _running
    for name, value in kept.items():
        setattr(_running.terms, name, value)
    _running.faults.clear()
    _running.asked.clear()


@pytest.fixture(scope="module")
def payer(_running: BscNode) -> Key:
    key = key_of("payer")
    _running.give(key.address)
    return key


@pytest.fixture
def signed(node: BscNode, payer: Key) -> Any:
    """The signed bytes of a payment of 1 wei by `payer`, with whatever is given changed."""

    def sign(**changes: Any) -> str:
        nonce = int(node.ask("eth_getTransactionCount", payer.address, "pending"), 16)
        request = {
            "nonce": nonce, "gas": 21_000, "gasPrice": GWEI, "to": payer.address, "value": 1, "chainId": 97,
        } | changes  # fmt: skip
        if "maxFeePerGas" in changes:
            del request["gasPrice"]
        raw = Account.sign_transaction(request, payer.private_key).raw_transaction
        return "0x" + bytes(raw).hex()

    return sign
