"""What the double's pool refuses, in the recorded words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.bsc import GWEI, BscNode, Refusal
from support.bsc.people import Key, key_of
from support.bsc.pool import decode, underpriced_words

ERRORS = Path(__file__).parents[2] / "data/bsc/errors"


def recorded(name: str) -> str:
    return str(json.loads((ERRORS / f"{name}.json").read_text())["error"]["message"])


def refused(node: BscNode, raw: str) -> str:
    with pytest.raises(Refusal) as caught:
        node.ask("eth_sendRawTransaction", raw)
    assert caught.value.code == -32000
    return caught.value.message


def test_send__good__is_mined_and_read_by_its_hash(node: BscNode, signed: Any) -> None:
    raw = signed()
    sent = node.ask("eth_sendRawTransaction", raw)
    assert sent == decode(raw).hash
    receipt = node.ask("eth_getTransactionReceipt", sent)
    found = node.ask("eth_getTransactionByHash", sent)
    block = node.ask("eth_getBlockByHash", receipt["blockHash"], True)
    assert receipt["blockHash"] == found["blockHash"] == block["hash"]
    assert block["transactions"] == [found]
    assert receipt["effectiveGasPrice"] == hex(GWEI)
    assert node.ask("eth_getTransactionByHash", "0x" + 64 * "1") is None
    assert node.ask("eth_getTransactionReceipt", "0x" + 64 * "1") is None


BELOW = "transaction gas price below minimum: gas tip cap {}, minimum needed 50000000"
FLOOR = "insufficient gas for floor data gas cost: gas 23000, minimum needed 25000"
INIT_CODE = "max initcode size exceeded: code size 50000, limit 49152"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gas": 0}, recorded("97-aiotx-send_transaction-5-eth_sendRawTransaction")),
        ({"gas": 20_999}, "intrinsic gas too low: gas 20999, minimum needed 21000"),
        ({"data": "0x" + "11" * 100, "gas": 23_000}, FLOOR),
        ({"gas": 2**24 + 1, "gasPrice": 10**8}, "transaction gas limit too high (cap: 16777216, tx: 16777217)"),
        ({"gas": 2**24, "gasPrice": 10**11}, "tx fee (1.68 ether) exceeds the configured cap (1.00 ether)"),
        ({"gasPrice": 49_999_999}, BELOW.format(49_999_999)),
        ({"maxFeePerGas": GWEI, "maxPriorityFeePerGas": 5}, BELOW.format(5)),
        ({"chainId": 56}, "invalid sender: invalid chain id for signer: have 56 want 97"),
        ({"data": "0x" + "00" * 50_000, "to": "", "gas": 2**24}, INIT_CODE),
    ],
)  # fmt: skip
def test_send__cannot_be_taken__is_refused_in_geth_s_words(
    node: BscNode, signed: Any, changes: dict[str, Any], message: str
) -> None:
    assert refused(node, signed(**changes)) == message


def test_send__nonce_used__names_both(node: BscNode, signed: Any, payer: Key) -> None:
    nonce = int(node.ask("eth_getTransactionCount", payer.address, "latest"), 16)
    node.ask("eth_sendRawTransaction", signed())
    said = refused(node, signed(nonce=nonce, value=7))
    assert said == f"nonce too low: next nonce {nonce + 1}, tx nonce {nonce}"
    like = recorded("97-aiotx-send_token_transaction-7-eth_sendRawTransaction")
    assert like == "nonce too low: next nonce 137, tx nonce 136"


def test_send__too_poor__names_three_amounts(node: BscNode, signed: Any) -> None:
    said = refused(node, signed(value=10**20))
    like = recorded("97-aiotx-send_transaction-2-eth_sendRawTransaction")
    words = lambda text: "".join(c for c in text if not c.isdigit())  # noqa: E731
    assert words(said) == words(like)


def test_send__waiting_already__is_known_or_underpriced(node: BscNode, signed: Any) -> None:
    node.anvil.ask("evm_setAutomine", False)
    try:
        raw = signed(value=3)
        nonce = decode(raw).nonce
        node.ask("eth_sendRawTransaction", raw)
        assert refused(node, raw) == "already known"
        like = recorded("97-aiotx-send_token_transaction-2-eth_sendRawTransaction")
        for price in (GWEI, GWEI * 109 // 100):
            assert refused(node, signed(nonce=nonce, value=4, gasPrice=price)) == like
        better = node.ask(
            "eth_sendRawTransaction", signed(nonce=nonce, value=4, gasPrice=GWEI * 110 // 100)
        )
        node.anvil.ask("evm_mine")
        assert node.ask("eth_getTransactionReceipt", better) is not None
    finally:
        node.anvil.ask("evm_setAutomine", True)


def test_send__unprotected__is_refused(node: BscNode, payer: Key) -> None:
    from eth_account import Account

    request = {"nonce": 0, "gas": 21_000, "gasPrice": GWEI, "to": payer.address, "value": 1}
    raw = Account.sign_transaction(request, key_of("payer").private_key).raw_transaction
    said = refused(node, "0x" + bytes(raw).hex())
    assert said == "only replay-protected (EIP-155) transactions allowed over RPC"


@pytest.mark.parametrize(
    ("client", "file"),
    [
        ("Geth/v1.5.17/linux-amd64/go1.23.10", "97-aiotx-send_token_transaction-3-eth_sendRawTransaction"),
        ("Geth/v1.4.14-86406c08/linux-amd64/go1.21.8", "97-aiotx-send_token_transaction-3-eth_sendRawTransaction"),
    ],
)  # fmt: skip
def test_underpriced__older_client__says_it_as_recorded(client: str, file: str) -> None:
    assert underpriced_words(client, 0, 1) == recorded(file)


def test_underpriced__oldest_client__turns_it_round() -> None:
    lines = [json.loads(line) for line in (ERRORS / "messages.jsonl").read_text().splitlines()]
    known = [line["message"] for line in lines]
    assert underpriced_words("Geth/v1.3.8/linux", 10**9, 3 * 10**9) in known
    assert underpriced_words("Geth/v1.5.0/linux", 1, 10**9) in known


@pytest.mark.parametrize("name", sorted(p.stem for p in ERRORS.glob("97-*eth_get*.json")))
def test_wrong_argument__is_refused_as_recorded(node: BscNode, name: str) -> None:
    """The parameters that the real node was given stand in INDEX.md beside the answer."""
    index = (ERRORS.parent / "INDEX.md").read_text()
    [line] = [line for line in index.splitlines() if line.startswith(f"errors/{name}.json")]
    params = json.loads(line.split("request params ")[1].split(" | ")[0])
    with pytest.raises(Refusal) as caught:
        node.ask(name.rsplit("-", 1)[1], *params)
    answer = json.loads((ERRORS / f"{name}.json").read_text())
    assert {"code": caught.value.code, "message": caught.value.message} == answer["error"]
