"""Transactions by JSON, against recorded ones of BNB Smart Chain and what eth-account signs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eth_account import Account
from support.proving import DATA

from kgst.proofs import ProofError, RecoveredTransaction

RECORDED = [
    answer
    for path in sorted((DATA / "tx").glob("*eth_getTransactionByHash*.json"))
    if (answer := json.loads(path.read_text())["result"]) is not None
]
PLAIN = next(answer for answer in RECORDED if int(answer["type"], 16) == 0)
KEY = "0x" + 64 * "7"


def hexed(value: Any) -> Any:
    """As JSON-RPC has it."""
    if isinstance(value, int):
        return hex(value)
    return "0x" + bytes(value).hex() if isinstance(value, bytes) else value


def as_told(**fields: Any) -> dict[str, Any]:
    """A node's answer for a transaction of these fields, signed by `KEY`."""
    signed = Account.sign_transaction(fields, KEY)
    told = {name: hexed(value) for name, value in fields.items() if name != "data"}
    return {
        **told,
        "input": fields.get("data", "0x"),
        "hash": signed.hash.to_0x_hex(),
        "from": Account.from_key(KEY).address.lower(),
        "r": hex(signed.r),
        "s": hex(signed.s),
        "v": hex(signed.v),
        "type": hexed(fields.get("type", 0)),
    }


@pytest.mark.parametrize("answer", RECORDED)
def test_of_json__recorded__hashes_and_recovers(answer: dict[str, Any]) -> None:
    found = RecoveredTransaction.of_json(answer)
    assert "0x" + found.hash.hex() == answer["hash"]
    assert found.sender.lower() == answer["from"]
    assert found.nonce == int(answer["nonce"], 16)


@pytest.mark.parametrize(
    "fields",
    [
        {"gasPrice": 10**9},
        {"gasPrice": 10**9, "chainId": 97},
        {"type": 1, "gasPrice": 10**9, "chainId": 97, "accessList": [
            {"address": "0x" + 40 * "1", "storageKeys": ["0x" + 64 * "2"]},
        ]},
        {"type": 2, "maxFeePerGas": 10**9, "maxPriorityFeePerGas": 1, "chainId": 97, "accessList": []},
    ],
    ids=["before EIP-155", "legacy", "EIP-2930", "EIP-1559"],
)  # fmt: skip
def test_of_json__each_type__is_the_signers(fields: dict[str, Any]) -> None:
    told = as_told(nonce=5, gas=21_000, to="0x" + 40 * "3", value=7, data="0xab", **fields)
    found = RecoveredTransaction.of_json(told)
    assert (found.sender, found.nonce) == (Account.from_key(KEY).address, 5)


def test_of_json__delegation__is_the_signers() -> None:
    authorization = Account.sign_authorization(
        {"chainId": 97, "address": "0x" + 40 * "4", "nonce": 1}, KEY
    )
    fields = {
        "type": 4, "chainId": 97, "nonce": 0, "gas": 100_000, "to": "0x" + 40 * "3", "value": 0, "data": "0x",
        "maxFeePerGas": 10**9, "maxPriorityFeePerGas": 1, "accessList": [],
    }  # fmt: skip
    signed = Account.sign_transaction({**fields, "authorizationList": [authorization]}, KEY)
    told = {
        **{name: hexed(value) for name, value in fields.items()},
        "input": "0x", "hash": signed.hash.to_0x_hex(), "from": Account.from_key(KEY).address,
        "r": hex(signed.r), "s": hex(signed.s), "yParity": hex(signed.v),
        "authorizationList": [{
            "chainId": "0x61", "address": "0x" + 40 * "4", "nonce": "0x1", "yParity": hex(authorization.y_parity),
            "r": hex(authorization.r), "s": hex(authorization.s),
        }],
    }  # fmt: skip
    assert RecoveredTransaction.of_json(told).sender == Account.from_key(KEY).address


@pytest.mark.parametrize(
    "field", ["nonce", "gasPrice", "gas", "to", "value", "input", "v", "r", "s", "hash", "from"]
)
def test_of_json__one_field_changed__is_refused(field: str) -> None:
    true = PLAIN[field]
    other = "0x00" if true == "0x" else true[:-1] + format(int(true[-1], 16) ^ 1, "x")
    with pytest.raises(ProofError):
        RecoveredTransaction.of_json({**PLAIN, field: other})


@pytest.mark.parametrize(
    "change",
    [{"type": "0x3"}, {"type": "0x7e"}, {"nonce": None}, {"r": "0x"}, {"to": "0x12"}, {"v": "one"}],
)
def test_of_json__no_transaction__is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProofError):
        RecoveredTransaction.of_json({**PLAIN, **change})


@pytest.mark.parametrize("answer", [None, [], "0x", {}])
def test_of_json__nothing__is_refused(answer: Any) -> None:
    with pytest.raises(ProofError):
        RecoveredTransaction.of_json(answer)
