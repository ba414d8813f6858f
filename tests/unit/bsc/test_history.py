"""What the double has, has no more, or has not yet: tags, pruning, machines that lag, logs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from support.bsc import BscNode, Refusal, running_bsc
from support.bsc.logs import DIALECTS
from support.bsc.people import Key
from support.bsc.terms import Terms

ERRORS = Path(__file__).parents[2] / "data/bsc/errors"
MESSAGES = [json.loads(line) for line in (ERRORS / "messages.jsonl").read_text().splitlines()]
EMITS = "0x60006000a0"  # LOG0 of nothing, at whatever address it is put
NOISY = to_checksum_address(f"0x{0xA0150:040x}")


def number(node: BscNode, tag: str) -> int:
    return int(node.ask("eth_getBlockByNumber", tag, False)["number"], 16)


def refused(node: BscNode, method: str, *params: Any) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        node.ask(method, *params)
    return caught.value.code, caught.value.message


@pytest.fixture
def receipt(node: BscNode, signed: Any) -> dict[str, Any]:
    """Of a transaction that emitted a log."""
    node.anvil.ask("anvil_setCode", NOISY, EMITS)
    sent = node.ask("eth_sendRawTransaction", signed(to=NOISY, value=0, gas=100_000))
    found: dict[str, Any] = node.ask("eth_getTransactionReceipt", sent)
    assert len(found["logs"]) == 1
    return found


# Finality


def test_finalized__with_votes__is_two_blocks_behind_and_more_without(node: BscNode) -> None:
    seen = set()
    for _ in range(45):
        node.mine()
        head = int(node.ask("eth_blockNumber"), 16)
        assert number(node, "finalized") <= number(node, "safe") <= head
        seen.add(head - number(node, "finalized"))
    assert seen == {2, 3}


def test_finalized__stalled__stays_and_goes_on(node: BscNode) -> None:
    node.mine(3)
    before = number(node, "finalized")
    node.terms.finality_stalled = True
    number(node, "finalized")
    node.mine(5)
    assert number(node, "finalized") == before
    assert number(node, "latest") > before + 6
    node.terms.finality_stalled = False
    assert number(node, "finalized") > before


def test_finalized__unknown_tag__is_refused_as_a_block(node: BscNode) -> None:
    node.terms.finality_known = False
    said = refused(node, "eth_getBlockByNumber", "finalized", False)
    assert said == (-32000, "finalized block not found")
    asked = {"fromBlock": "finalized", "toBlock": "latest"}
    assert refused(node, "eth_getLogs", asked) == (-32000, "finalized header not found")


# Pruned


def test_state__older_than_kept__is_a_missing_trie_node(node: BscNode, payer: Key) -> None:
    node.terms.state_blocks = 10
    node.mine(12)
    old, young = number(node, "latest") - 10, number(node, "latest") - 9
    node.ask("eth_getBalance", payer.address, hex(young))
    for method in ("eth_getBalance", "eth_getCode", "eth_getTransactionCount"):
        code, said = refused(node, method, payer.address, hex(old))
        assert (code, said[:18]) == (-32000, "missing trie node ")
        assert " (path ) state 0x" in said
    assert refused(node, "eth_call", {"to": payer.address}, hex(old))[1].startswith(
        "missing trie node"
    )
    node.terms.state_words = "path"
    assert refused(node, "eth_getCode", payer.address, hex(old))[1].startswith("historical state ")
    node.terms.state_words = "publicnode"
    expected = (-32701, "History has been pruned for this block")
    assert refused(node, "eth_getCode", payer.address, hex(old)) == expected


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("4444", (4444, "pruned history unavailable")),
        ("publicnode", (-32701, "History has been pruned for this block")),
    ],
)
def test_history__cut_off__is_refused(
    node: BscNode, receipt: dict[str, Any], words: str, error: tuple[int, str]
) -> None:
    node.terms.history_blocks, node.terms.pruned_words = 2, words
    node.mine(4)
    at, sent = receipt["blockNumber"], receipt["transactionHash"]
    for question in (
        ("eth_getBlockByNumber", at, False),
        ("eth_getBlockByHash", receipt["blockHash"], False),
        ("eth_getTransactionByHash", sent),
        ("eth_getTransactionReceipt", sent),
        ("eth_getLogs", {"fromBlock": at, "toBlock": at}),
    ):
        assert refused(node, *question) == error
    assert node.ask("eth_getBlockByNumber", "latest", False) is not None


def test_history__cut_off_silently__is_null_and_empty(
    node: BscNode, receipt: dict[str, Any]
) -> None:
    node.terms.history_blocks, node.terms.pruned_words = 2, "null"
    node.mine(4)
    at, sent = receipt["blockNumber"], receipt["transactionHash"]
    assert node.ask("eth_getBlockByNumber", at, False) is None
    assert node.ask("eth_getTransactionReceipt", sent) is None
    assert node.ask("eth_getTransactionByHash", sent) is None
    assert node.ask("eth_getLogs", {"fromBlock": at, "toBlock": at}) == []


def test_receipts_and_logs__have_terms_of_their_own(node: BscNode, receipt: dict[str, Any]) -> None:
    at, sent = receipt["blockNumber"], receipt["transactionHash"]
    node.mine(4)
    assert len(node.ask("eth_getLogs", {"fromBlock": at, "toBlock": at})) == 1
    node.terms.log_blocks, node.terms.pruned_words = 2, "null"
    assert node.ask("eth_getLogs", {"fromBlock": at, "toBlock": at}) == []
    assert node.ask("eth_getTransactionReceipt", sent) is not None
    node.terms.receipt_blocks = 2
    assert node.ask("eth_getTransactionReceipt", sent) is None
    assert node.ask("eth_getBlockByNumber", at, False) is not None


def test_index__not_done__says_so_twice(node: BscNode) -> None:
    node.terms.indexing = True
    for method in ("eth_getTransactionByHash", "eth_getTransactionReceipt"):
        with pytest.raises(Refusal) as caught:
            node.ask(method, "0x" + 64 * "2")
        words = "transaction indexing is in progress"
        assert (caught.value.code, caught.value.message, caught.value.data) == (
            -32000,
            words,
            words,
        )


# Machines


def test_backends__in_turn__answer_from_their_own_heads(
    node: BscNode, receipt: dict[str, Any], payer: Key
) -> None:
    node.terms.backends = (0, 2)
    heads = {int(node.ask("eth_blockNumber"), 16) for _ in range(4)}
    newest = max(heads)
    assert heads == {newest, newest - 2}
    node.terms.backends = (2,)
    assert node.ask("eth_getTransactionReceipt", receipt["transactionHash"]) is None
    assert node.ask("eth_getTransactionByHash", receipt["transactionHash"])["blockHash"] is None
    assert node.ask("eth_getBlockByNumber", hex(newest), False) is None
    assert node.ask("eth_getBlockByHash", receipt["blockHash"], False) is None
    assert refused(node, "eth_getBalance", payer.address, hex(newest)) == (
        -32000,
        "header not found",
    )
    assert node.ask("eth_getLogs", {"fromBlock": hex(newest), "toBlock": hex(newest)}) == []
    by_hash = {"blockHash": receipt["blockHash"]}
    assert (
        refused(node, "eth_call", {"to": payer.address}, by_hash)[1] == "header for hash not found"
    )
    assert refused(node, "eth_getLogs", by_hash) == (-32000, "unknown block")


# Logs


def test_logs__carry_this_chain_s_hashes(node: BscNode, receipt: dict[str, Any]) -> None:
    at = receipt["blockNumber"]
    [log] = node.ask("eth_getLogs", {"blockHash": receipt["blockHash"]})
    assert [log] == receipt["logs"] == node.ask("eth_getLogs", {"fromBlock": at, "toBlock": at})
    block = node.ask("eth_getBlockByNumber", at, False)
    assert (log["blockHash"], log["blockTimestamp"]) == (block["hash"], block["timestamp"])
    node.terms.client = "Geth/v1.5.8-294c7321-20250323/linux-amd64/go1.24.0"
    assert "blockTimestamp" not in node.ask("eth_getLogs", {"blockHash": receipt["blockHash"]})[0]
    assert "milliTimestamp" not in node.ask("eth_getBlockByNumber", at, False)


def test_logs__range__is_limited_as_geth_does(node: BscNode) -> None:
    node.terms.log_range = 5
    error = (-32000, "exceed maximum block range: 5")
    node.ask("eth_getLogs", {"fromBlock": "0x1", "toBlock": "0x6"})
    assert refused(node, "eth_getLogs", {"fromBlock": "0x1", "toBlock": "0x7"}) == error
    # `latest` is the greatest number there is.
    newest = hex(number(node, "latest"))
    assert refused(node, "eth_getLogs", {"fromBlock": newest, "toBlock": "latest"}) == error
    node.ask("eth_getLogs", {"fromBlock": "latest", "toBlock": "latest"})
    assert (
        refused(node, "eth_getLogs", {"fromBlock": "0x3", "toBlock": "0x2"})[1]
        == "invalid block range params"
    )


@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) - {"geth", "publicnode"}))
def test_logs__range_before_a_proxy__is_refused_in_its_words(node: BscNode, dialect: str) -> None:
    node.mine(20)
    node.terms.log_words, node.terms.log_range = dialect, 10
    newest = number(node, "latest")
    code, said = refused(node, "eth_getLogs", {"fromBlock": "0x1", "toBlock": "latest"})
    words = DIALECTS[dialect][1].format(limit=10, asked=newest - 1)
    assert (code, said) == (DIALECTS[dialect][0], words)
    node.ask("eth_getLogs", {"fromBlock": hex(newest - 5), "toBlock": "latest"})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_logs__dialect__is_quoted(dialect: str) -> None:
    code, words = DIALECTS[dialect]
    said = [words.format(limit=n, asked=1_000_000) for n in (50, 5_000, 10_000, 50_000)]
    quoted = {(m["message"], m["code"]) for m in MESSAGES}
    assert {(text, known) for text in said for known in (code, None)} & quoted


def test_logs__switched_off__is_the_data_seeds_answer(node: BscNode) -> None:
    node.terms.logs_off = True
    answer = json.loads((ERRORS / "56-dataseed-eth_getLogs-limit-exceeded.json").read_text())
    said = refused(node, "eth_getLogs", {"fromBlock": "0x1", "toBlock": "0x1"})
    assert said == (answer["error"]["code"], answer["error"]["message"])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"topics": [None] * 5}, "exceed max topics"),
        ({"address": [NOISY] * 1001}, "exceed max addresses or topics per search position"),
        ({"blockHash": "0x" + 64 * "0", "toBlock": "0x1"}, "can't specify fromBlock/toBlock with blockHash"),
        ({"fromBlock": "pending"}, "pending logs are not supported"),
    ],
)  # fmt: skip
def test_logs__of_the_wrong_shape__are_refused(
    node: BscNode, asked: dict[str, Any], message: str
) -> None:
    assert refused(node, "eth_getLogs", asked) == (-32000, message)


# Calls


@pytest.mark.parametrize(
    ("client", "tail"),
    [("Geth/v1.7.7-6c154fb3-20260723/linux-amd64/go1.26.5", True), ("Geth/v1.5.8/linux", False)],
)
def test_call__reverts__has_its_data_in_the_text_since_1_5_13(
    node: BscNode, client: str, tail: bool
) -> None:
    node.terms.client = client
    reason = "08c379a0" + f"{32:064x}{5:064x}" + b"BEP20".hex().ljust(64, "0")
    code = "0x6064600c60003960646000fd" + reason
    node.anvil.ask("anvil_setCode", NOISY, code)
    with pytest.raises(Refusal) as caught:
        node.ask("eth_call", {"to": NOISY}, "latest")
    error = caught.value
    assert (error.code, error.data) == (3, "0x" + reason)
    assert error.message == "execution reverted: BEP20" + (f": 0x{reason}" if tail else "")


@pytest.mark.parametrize(
    ("code", "message"),
    [("0x60006000fd", "execution reverted: 0x"), ("0xfe", "invalid opcode: INVALID"), ("0x5b600056", "out of gas")],
)  # fmt: skip
def test_call__fails__in_geth_s_words(node: BscNode, code: str, message: str) -> None:
    node.anvil.ask("anvil_setCode", NOISY, code)
    assert refused(node, "eth_call", {"to": NOISY, "gas": "0x186a0"}, "latest")[1] == message


def test_call__asks_for_a_block_s_hash__gets_the_one_that_the_node_tells(node: BscNode) -> None:
    # BLOCKHASH(NUMBER − 1)
    node.anvil.ask("anvil_setCode", NOISY, "0x600143034060005260206000f3")
    node.mine(2)
    block = node.ask("eth_getBlockByNumber", "latest", False)
    assert node.ask("eth_call", {"to": NOISY}, block["number"]) == block["parentHash"]


def test_call__with_overrides__is_one_argument_too_many(node: BscNode) -> None:
    question = "eth_call", {"to": NOISY}, "latest", {NOISY: {"code": "0x00"}}
    assert refused(node, *question) == (-32602, "too many arguments, want at most 2")
    node.terms.state_overrides = True
    assert node.ask(*question) == "0x"


# Methods


@pytest.mark.parametrize(
    "method", ["debug_traceTransaction", "trace_block", "anvil_mine", "evm_snapshot", "txpool_content", "eth_foo"]
)  # fmt: skip
def test_method__of_others__does_not_exist(node: BscNode, method: str) -> None:
    said = refused(node, method, "0x0")
    assert said == (-32601, f"the method {method} does not exist/is not available")


def test_method__developer__lets_anvil_s_own_through(node: BscNode) -> None:
    assert node.ask("web3_clientVersion").startswith("Geth/v1.7")
    assert node.ask("eth_accounts") == []
    node.terms.developer = True
    assert node.ask("web3_clientVersion").startswith("anvil/")
    assert len(node.ask("eth_accounts")) == 10
    before = int(node.ask("eth_blockNumber"), 16)
    node.ask("evm_mine")
    assert int(node.ask("eth_blockNumber"), 16) == before + 1


def test_prices__are_the_terms_and_base_fee_is_none(node: BscNode) -> None:
    node.terms.gas_price = 10**8
    assert node.ask("eth_gasPrice") == node.ask("eth_maxPriorityFeePerGas") == hex(10**8)
    history = node.ask("eth_feeHistory", "0x2", "latest", [50])
    recorded = json.loads((ERRORS.parent / "rpc/56-getblock-docs-eth_feehistory.json").read_text())
    assert set(history) == set(recorded["result"])
    assert history["baseFeePerGas"] == ["0x0"] * 3
    assert history["reward"] == [[hex(10**8)]] * 2


def test_chain__56__has_its_own_validators() -> None:
    with running_bsc(Terms(chain_id=56, block_time=None, net_version="0x38")) as node:
        node.mine(3)
        block = node.ask("eth_getBlockByNumber", "0x3", False)
        assert len(block["extraData"]) // 2 - 1 == 280
        assert (node.ask("eth_chainId"), node.ask("net_version")) == ("0x38", "0x38")
