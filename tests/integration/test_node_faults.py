"""Every way in which a node can fail is named, tried again where that can help, and over in time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.answering import Answer, Said, answering, envelope, in_turn, refusal, result
from support.in_process import invoke

from kgst import redaction
from kgst.errors import InputError
from kgst.events import read_logs, require_events
from kgst.fork.relay import relayed
from kgst.multicall import latest, many
from kgst.node import (
    ChainRevertError,
    NoAnswerError,
    NodeError,
    NodeRefusedError,
    PrunedError,
    block_at,
    chain_id,
    final_block,
    get_receipt,
    is_dev_node,
    patience,
    retries_told,
    rpc,
    started_here,
    wire,
)
from kgst.node.pool import Node, nodes_of
from kgst.node.web3_provider import NodeProvider, web3_of

DATA = Path(__file__).parents[1] / "data"
KEY = "5b1cc0dedeadbeef42"
HASH = "0x" + "ab" * 32
ADDRESS = "0x" + "12" * 20
BLOCK = {
    "number": "0x64", "hash": HASH, "parentHash": "0x" + "cd" * 32, "timestamp": "0x65000000",
    "extraData": "0x" + "00" * 280, "transactions": [], "difficulty": "0x2", "gasLimit": "0x8583b00",
}  # fmt: skip
RECEIPT = {
    "transactionHash": HASH, "blockHash": HASH, "blockNumber": "0x64", "status": "0x1", "gasUsed": "0x5208",
    "logs": [],
}  # fmt: skip
GENESIS = {
    chain: json.loads(path.read_text())["hash"]
    for chain in (56, 97)
    for path in DATA.glob(f"bsc/headers/{chain}-0-*.json")
}
PAGE = b"<!DOCTYPE html>\n<html><body>Just a moment...</body></html>"


@pytest.fixture(autouse=True)
def _brief() -> Iterator[None]:
    with patience(1.5):
        yield


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Any]]:
    open_ = []

    def start(answer: Answer) -> Any:
        running = answering(answer)
        server = running.__enter__()
        open_.append(running)
        return server

    yield start
    for running in open_:
        running.__exit__(None, None, None)


def provider_of(address: str) -> Any:
    network = SimpleNamespace(name="testnet")
    return SimpleNamespace(web3=web3_of(address), name="node", network=network)


def said(status: int = 200, body: Any = b"", **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: Said(status, data, {k.replace("_", "-"): v for k, v in headers.items()})


def other_id(body: Any) -> Said:
    return Said(body=json.dumps({"jsonrpc": "2.0", "id": 10**6, "result": "0x1"}).encode())


def both(body: Any) -> Said:
    return Said(
        body=json.dumps(envelope(body, result="0x1", error={"code": 1, "message": "no"})).encode()
    )


def raw_result(text: str) -> Answer:
    return lambda body: Said(
        body=b'{"jsonrpc":"2.0","id":%d,"result":%s}' % (body["id"], text.encode())
    )


AGAIN: dict[str, tuple[Answer, str]] = {
    "drops": (lambda _: None, "the connection was cut"),
    "cut in the middle": (lambda _: Said(body=b'{"js', cut=True), "the connection was cut"),
    "429": (said(429, b"slow down"), "rate-limited"),
    "429 with words": (said(429, {"error": {"code": -32005, "message": "limit"}}), "rate-limited: limit"),
    "-32005": (refusal(-32005, "limit exceeded"), "rate-limited: limit exceeded"),
    "rate in words": (refusal(-32000, "method eth_call in batch triggered rate limit"), "rate-limited"),
    "rate in a string": (said(200, {"error": "Too many requests"}), "rate-limited: Too many requests"),
    "500": (said(500, b"oops"), "it failed inside: HTTP 500"),
    "503 page": (said(503, PAGE), "it failed inside: HTTP 503"),
    "page": (said(200, PAGE), "a web page instead of an answer"),
    "empty": (said(200), "an empty answer"),
    "not json": (said(200, b"OK"), "an answer that is not JSON"),
    "half json": (said(200, b'{"jsonrpc":"2.0","id":'), "an answer that is not JSON"),
    "nan": (raw_result("NaN"), "an answer that is not JSON"),
    "deep": (said(200, b"[" * 200_000), "an answer that is not JSON"),
    "not utf-8": (said(200, b'"\xff"'), "an answer that is not JSON"),
    "null": (said(200, b"null"), "an answer that is not JSON-RPC"),
    "list": (said(200, [1]), "an answer that is not JSON-RPC"),
    "number": (said(200, b"5"), "an answer that is not JSON-RPC"),
    "nothing in it": (said(200, {}), "an answer that is not JSON-RPC"),
    "other id": (other_id, "the answer to another question"),
    "both": (both, "a result and an error at once"),
    "string for an error": (said(200, {"error": "boom"}), "an answer that is not JSON-RPC: boom"),
    "null result": (result(None), "null, where there must be an answer"),
    "wrong type": (result(True), "an answer of the wrong shape: of eth_blockNumber"),
    "not a quantity": (result("100"), "an answer of the wrong shape: of eth_blockNumber"),
    "indexing": (refusal(-32000, "transaction indexing is in progress"), "transaction indexing is in progress"),
    "timed out inside": (refusal(-32002, "request timed out"), "it is busy: request timed out"),
}  # fmt: skip

ONCE: dict[str, tuple[Answer, str]] = {
    "401": (said(401, {"error": "message: API key disabled"}), "HTTP 401, message: API key disabled"),
    "403": (said(403, {"error": "message: API key is not allowed"}), "it does not let us in: HTTP 403, message"),
    "redirect": (said(302, b"", Location="https://elsewhere.example"), "it sends us to another address: HTTP 302"),
    "404": (said(404, PAGE), "it does not take the request: HTTP 404"),
    "400 flat": (said(400, {"message": "chain is not available on free plan", "code": 35}), "chain is not available"),
}  # fmt: skip


def ask(address: str) -> Any:
    with rpc("ask for the last block"):
        return web3_of(address).eth.block_number


@pytest.mark.parametrize("name", [*AGAIN, *ONCE])
def test_ask__fault__is_named_and_hides_the_key(serve: Any, name: str) -> None:
    answer, words = (AGAIN | ONCE)[name]
    server = serve(answer)
    with patience(0.5), pytest.raises(NoAnswerError) as e:
        ask(f"{server.address}/v2/{KEY}?apikey={KEY}")
    text = str(e.value)
    assert text.startswith(
        "could not ask for the last block: no answer from the node (http://127.0.0.1:"
    )
    assert words in text
    assert KEY not in text
    assert "try again" in text
    assert e.value.rate_limited is ("rate-limited" in words)
    assert (len(server.asked) > 1) is (name in AGAIN)


@pytest.mark.parametrize("name", AGAIN)
def test_ask__fault_that_passes__is_not_noticed(serve: Any, name: str) -> None:
    server = serve(in_turn(AGAIN[name][0], result("0x64")))
    with patience(20):
        assert ask(server.address) == 100
    assert len(server.asked) == 2


def test_ask__nobody_there__says_so() -> None:
    with pytest.raises(NoAnswerError, match=r"nobody listens there; asked \d times"):
        ask("http://127.0.0.1:9")


def test_ask__unknown_name__says_so() -> None:
    with pytest.raises(NoAnswerError, match="no answer from the node"):
        ask("http://nobody.invalid")


@pytest.mark.parametrize(
    "slow",
    [
        Said(hangs=30),
        Said(body=b" " * 500, every=0.1),
        Said(body=b"{}", every=0.1, slow_headers=True, headers={"X": "x" * 500}),
    ],
    ids=["hangs", "trickles", "trickles headers"],
)
def test_ask__slow_node__is_left_when_the_time_is_up(serve: Any, slow: Said) -> None:
    server = serve(lambda _: slow)
    begun = time.monotonic()
    with pytest.raises(NoAnswerError, match="it did not answer in time"):
        ask(server.address)
    assert time.monotonic() - begun < 10
    assert len(server.asked) == 1


def test_ask__endless_answer__is_bounded(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST", 100_000)
    server = serve(said(200, b" " * 300_000))
    with pytest.raises(NoAnswerError, match="an answer that is too large"):
        ask(server.address)
    assert len(server.asked) == 1


def test_retry_after__within_the_patience__is_honoured(serve: Any) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    server = serve(
        in_turn(said(429, b"", Retry_After="1"), said(503, b"", Retry_After=soon), result("0x64"))
    )
    with patience(60):
        assert ask(server.address) == 100
    assert server.at[1] - server.at[0] >= 1
    assert server.at[2] - server.at[1] > 0.7


def test_retry_after__longer_than_the_patience__is_told_at_once(serve: Any) -> None:
    server = serve(said(429, b"", Retry_After="300"))
    with patience(60), pytest.raises(NoAnswerError, match="left alone for 300 s") as e:
        ask(server.address)
    assert e.value.rate_limited
    assert len(server.asked) == 1


def test_retries_told__question_asked_again__is_told_without_its_key(serve: Any) -> None:
    server = serve(in_turn(AGAIN["429"][0], AGAIN["page"][0], result("0x64")))
    lines: list[str] = []
    with patience(30), retries_told(lines.append):
        assert ask(f"{server.address}/{KEY}") == 100
    assert [line.partition(": ")[2] for line in lines] == [
        "rate-limited; asked again (try 2)",
        "a web page instead of an answer; asked again (try 3)",
    ]
    assert KEY not in "".join(lines)


def test_ask__one_answer_in_two_fails__is_answered(serve: Any) -> None:
    faults = [AGAIN[name][0] for name in ("429", "drops", "page", "empty", "500")]
    server = serve(in_turn(*faults, result("0x64")))
    with patience(30):
        assert ask(server.address) == 100


# What acts is not done twice


def test_ask__what_acts__is_not_repeated_once_it_may_have_arrived(serve: Any) -> None:
    server = serve(lambda _: None)
    with pytest.raises(NoAnswerError):
        Node(server.address).ask("evm_mine", [])
    with pytest.raises(NoAnswerError):
        Node(server.address).ask("eth_sendTransaction", [{}])
    assert server.methods == ["evm_mine", "eth_sendTransaction"]


def test_ask__signed_transaction__is_handed_over_again(serve: Any) -> None:
    server = serve(in_turn(lambda _: None, result(HASH)))
    with patience(20):
        assert Node(server.address).ask("eth_sendRawTransaction", ["0x00"]) == HASH
    assert len(server.asked) == 2


# Refusals


def test_ask__error_of_json_rpc__is_the_answer(serve: Any) -> None:
    server = serve(refusal(-32000, "nonce too low: next nonce 137, tx nonce 136"))
    with pytest.raises(NodeRefusedError, match="the node said: nonce too low: next nonce 137") as e:
        ask(server.address)
    assert (e.value.code, e.value.said) == (-32000, "nonce too low: next nonce 137, tx nonce 136")
    assert not isinstance(e.value, PrunedError)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4444, "pruned history unavailable"),
        (-32701, "History has been pruned for this block"),
        (-32000, "required historical state unavailable (reexec=128)"),
        (-32000, "missing trie node 7c1d37 (path ) state 0x7c1d is not available"),
        (-32000, "historical state 0x12 is not available"),
    ],
)
def test_ask__pruned__is_told_apart(serve: Any, code: int, words: str) -> None:
    server = serve(refusal(code, words))
    with pytest.raises(PrunedError, match="keeps only what is recent"):
        block_at(provider_of(server.address), 5)


@pytest.mark.parametrize(("block", "again"), [("0x2", False), ("0x3e0", True)])
def test_call__state_is_lost__is_asked_again_only_where_a_backend_may_lag(
    serve: Any, block: str, again: bool
) -> None:
    """At the head another backend may have it; of an old block hundreds of questions must not wait in vain."""
    lost = refusal(-32000, "missing trie node 7c1d37 (path ) state 0x7c1d is not available")
    head = result("0x3e8")
    server = serve(lambda body: (head if body["method"] == "eth_blockNumber" else lost)(body))
    node = Node(server.address)
    node.ask("eth_blockNumber", [])
    with pytest.raises(PrunedError):
        node.ask("eth_call", [{"to": "0x" + "11" * 20}, block])
    assert (server.methods.count("eth_call") > 1) is again


def test_ask__archive_behind_a_403__is_told_apart(serve: Any) -> None:
    body = {"error": {"code": -32602, "message": "Archive requests require a personal token."}}
    server = serve(said(403, body))
    with pytest.raises(PrunedError):
        block_at(provider_of(server.address), 5)


@pytest.mark.parametrize("data", ["0x", None, "0x08c379a0" + "0" * 62 + "20" + "0" * 64])
def test_call__reverts__is_no_failure_of_the_node(serve: Any, data: str | None) -> None:
    words = "execution reverted" + (f": {data}" if data else "")
    server = serve(refusal(3, words, data))
    with pytest.raises(ChainRevertError), rpc("simulate it"):
        web3_of(server.address).eth.call({"to": ADDRESS})
    assert len(server.asked) == 1


def test_call__revert_with_http_500__is_a_revert(serve: Any) -> None:
    def answer(body: Any) -> Said:
        error = {"code": 3, "message": "execution reverted", "data": "0x"}
        return Said(500, json.dumps(envelope(body, error=error)).encode())

    with pytest.raises(ChainRevertError), rpc("simulate it"):
        web3_of(serve(answer).address).eth.call({"to": ADDRESS})


@pytest.mark.parametrize(
    "data", ["transaction indexing", "0x4e487b71" + "ff" * 32, {"a": 1}, 5, ["x"]]
)
def test_call__data_that_is_no_revert__is_a_refusal(serve: Any, data: Any) -> None:
    server = serve(refusal(-32000, "no such account", data))
    with pytest.raises(NodeRefusedError), rpc("simulate it"):
        web3_of(server.address).eth.call({"to": ADDRESS})


def test_call__offchain_lookup__fetches_nothing(serve: Any) -> None:
    assert web3_of(serve(result("0x")).address).provider.global_ccip_read_enabled is False


# Backends at different heights


def test_ask__backend_has_not_seen_the_block__is_asked_again(serve: Any) -> None:
    server = serve(in_turn(refusal(-32000, "header not found"), result("0x01")))
    with patience(20), rpc("call"):
        assert bytes(web3_of(server.address).eth.call({"to": ADDRESS}, 100)) == b"\x01"
    assert len(server.asked) == 2


def test_block_at__recent_and_null__is_asked_again(serve: Any) -> None:
    server = serve(in_turn(result(BLOCK), result(None), result({**BLOCK, "number": "0x65"})))
    provider = provider_of(server.address)
    with patience(20):
        assert latest(provider).number == 100
        assert (block_at(provider, 101) or {})["number"] == 101
    assert len(server.asked) == 3


def test_block_at__old_and_null__is_none_at_once(serve: Any) -> None:
    server = serve(in_turn(result({**BLOCK, "number": "0x10000"}), result(None)))
    provider = provider_of(server.address)
    latest(provider)
    assert block_at(provider, 5) is None
    assert len(server.asked) == 2


# Asked once


def test_connection__facts__are_asked_once(serve: Any) -> None:
    answers = {"web3_clientVersion": "Geth/v1.7.7", "eth_chainId": "0x61", "net_version": "0x38"}

    def answer(body: Any) -> Said | None:
        return result(answers[body["method"]])(body)

    server = serve(answer)
    provider = provider_of(server.address)
    for _ in range(3):
        assert provider.web3.is_connected()
        assert is_dev_node(provider) is False
        assert chain_id(provider) == 97
        assert provider.web3.net.version == "0x38"
    assert sorted(server.methods) == ["eth_chainId", "net_version", "web3_clientVersion"]


def anvil_on(chain: int, genesis: str) -> Answer:
    """A node that says that it is anvil, on the chain with this id and first block."""
    answers = {
        "web3_clientVersion": "anvil/v1.7.1",
        "eth_chainId": hex(chain),
        "eth_getBlockByNumber": {**BLOCK, "number": "0x0", "hash": genesis},
    }
    return lambda body: result(answers[body["method"]])(body)


@pytest.mark.parametrize(
    ("chain", "genesis", "network", "dev"),
    [
        (97, HASH, "testnet", True),
        (97, GENESIS[97], "testnet", False),
        (97, GENESIS[97], "local", False),
        (56, HASH, "testnet", False),
        (56, GENESIS[56], "local", False),
        (31337, HASH, "local", True),
        (97, HASH, "mainnet", False),
    ],
)
def test_is_dev_node__tunnel_to_a_live_node_that_says_anvil__is_none(
    serve: Any, chain: int, genesis: str, network: str, dev: bool
) -> None:
    provider = provider_of(serve(anvil_on(chain, genesis)).address)
    provider.network.name = network
    assert is_dev_node(provider) is dev
    started_here(provider)
    assert is_dev_node(provider) is True


def test_is_dev_node__anvil_on_another_machine__is_none(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(anvil_on(97, HASH))
    provider = provider_of(server.address)
    assert is_dev_node(provider) is True
    provider.web3.provider.endpoint_uri = "http://anvil.example:8545"
    assert is_dev_node(provider) is False


def test_connection__proxy_without_client_version__is_connected(serve: Any) -> None:
    provider = provider_of(serve(refusal(-32601, "the method does not exist")).address)
    assert provider.web3.is_connected()
    assert is_dev_node(provider) is False


# Batches


def numbered(limit: int, *, one_object: bool = True) -> Answer:
    """Blocks by their number, at most `limit` at once."""

    def block(request: Any) -> Any:
        return envelope(request, result={**BLOCK, "number": request["params"][0]})

    def answer(body: Any) -> Said:
        if not isinstance(body, list):
            return Said(body=json.dumps(block(body)).encode())
        if len(body) > limit:
            error = {"code": -32600, "message": f"batch size {len(body)} exceeds {limit}"}
            said = {"jsonrpc": "2.0", "id": None, "error": error}
            return Said(200 if one_object else 413, json.dumps(said).encode())
        return Said(body=json.dumps([block(one) for one in reversed(body)]).encode())

    return answer


@pytest.mark.parametrize("one_object", [True, False])
@pytest.mark.parametrize(("limit", "batches"), [(5, 2), (3, 5), (0, 2)])
def test_many__batch_limit__is_found_and_remembered(
    serve: Any, limit: int, batches: int, one_object: bool
) -> None:
    server = serve(numbered(limit, one_object=one_object))
    provider = provider_of(server.address)
    requests: list[Any] = [lambda eth, n=n: eth.get_block(n) for n in range(1, 6)]
    for _ in range(2):
        found = many(provider, "read blocks", *requests)
        assert [block["number"] for block in found] == [1, 2, 3, 4, 5]
    assert server.methods.count("batch") == batches


def test_many__some_of_a_batch_fail__are_asked_alone(serve: Any) -> None:
    def answer(body: Any) -> Said | None:
        if isinstance(body, list):
            error = {"code": -32005, "message": "method eth_call in batch triggered rate limit"}
            answers = [envelope(body[0], result="0x5"), envelope(body[1], error=error), 7, None]
            return Said(body=json.dumps(answers).encode())
        return result("0x6")(body)

    server = serve(answer)
    found = many(provider_of(server.address), "read", *[lambda eth: eth.gas_price] * 3)
    assert found == [5, 6, 6]
    assert server.methods == ["batch", "eth_gasPrice", "eth_gasPrice"]


def test_many__one_is_refused__says_what_was_tried(serve: Any) -> None:
    def answer(body: Any) -> Said:
        error = {"code": -32000, "message": "no"}
        return Said(body=json.dumps([envelope(one, error=error) for one in body]).encode())

    with pytest.raises(NodeRefusedError, match="could not read it: the node said: no"):
        many(provider_of(serve(answer).address), "read it", *[lambda eth: eth.gas_price] * 2)


# Answers that do not fit the question


@pytest.mark.parametrize(
    "lie",
    [
        {**RECEIPT, "transactionHash": "0x" + "00" * 32},
        {**RECEIPT, "status": None},
        {**RECEIPT, "blockHash": "0xab"},
        {**RECEIPT, "logs": None},
        {k: v for k, v in RECEIPT.items() if k != "gasUsed"},
        "0x", True, [], {},
    ],
)  # fmt: skip
def test_get_receipt__that_is_none__is_no_answer(serve: Any, lie: Any) -> None:
    server = serve(result(lie))
    with patience(0.5), pytest.raises(NoAnswerError):
        get_receipt(provider_of(server.address), HASH)


def test_get_receipt__null__is_none_and_a_receipt_is_one(serve: Any) -> None:
    server = serve(in_turn(result(None), result(RECEIPT)))
    provider = provider_of(server.address)
    assert get_receipt(provider, HASH) is None
    assert (get_receipt(provider, HASH) or {})["gasUsed"] == 21_000


@pytest.mark.parametrize("lie", [True, "0x1", "0xzz", "", 5, {}, "1234"])
def test_call__data_that_is_none__is_no_answer(serve: Any, lie: Any) -> None:
    server = serve(result(lie))
    with patience(0.5), pytest.raises(NoAnswerError, match="wrong shape"), rpc("call"):
        web3_of(server.address).eth.call({"to": ADDRESS})


# Finality


def test_final_block__known__is_its_number(serve: Any) -> None:
    assert final_block(provider_of(serve(result(BLOCK)).address)) == 100


@pytest.mark.parametrize(
    "answer",
    [
        refusal(-32602, "invalid argument 0: hex string without 0x prefix"),
        refusal(-32602, "Invalid params: unknown variant `finalized`"),
        refusal(-32000, "invalid block tag"),
    ],
)
def test_final_block__unknown_tag__is_established_once(serve: Any, answer: Answer) -> None:
    server = serve(answer)
    provider = provider_of(server.address)
    assert [final_block(provider) for _ in range(4)] == [None] * 4
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: None,
        said(429),
        result(None),
        refusal(-32603, "Internal error"),
        refusal(-32000, "something else"),
        refusal(-32602, "Archive requests require a personal token."),
        said(403, {"error": {"code": -32602, "message": "no access to finalized"}}),
    ],
)
def test_final_block__error__is_not_taken_for_an_unknown_tag(serve: Any, answer: Answer) -> None:
    answers = [answer]
    server = serve(lambda request: answers[0](request))
    provider = provider_of(server.address)
    with patience(0.5), pytest.raises(NodeError):
        final_block(provider)
    answers[0] = result(BLOCK)
    with patience(30):
        assert final_block(provider) == 100


def test_final_block__tag_known_before__is_never_unknown(serve: Any) -> None:
    provider = provider_of(
        serve(in_turn(result(BLOCK), refusal(-32602, "invalid block tag"))).address
    )
    assert final_block(provider) == 100
    with pytest.raises(NodeRefusedError):
        final_block(provider)


def test_final_block__nothing_final_yet__is_zero(serve: Any) -> None:
    provider = provider_of(serve(refusal(-32000, "finalized block not found")).address)
    assert final_block(provider) == 0


# Events


def log_of(block: int, **changes: Any) -> dict[str, Any]:
    from kgst.events import event_topic

    return {
        "address": ADDRESS, "topics": ["0x" + event_topic("A()").hex()], "data": "0x", "blockNumber": hex(block),
        "blockHash": HASH, "transactionHash": HASH, "transactionIndex": "0x0", "logIndex": "0x0", "removed": False,
    } | changes  # fmt: skip


def limited(most: int, code: int, words: str) -> Answer:
    """A log in each thousandth block; at most `most` blocks at once."""

    def answer(body: Any) -> Said:
        asked = body["params"][0]
        assert asked["toBlock"].startswith("0x"), "a tag counts as further than any limit"
        first, last = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
        if last - first + 1 > most:
            return refusal(code, words)(body)  # type: ignore[return-value]
        found = [log_of(n) for n in range(first, last + 1) if n % 1000 == 0]
        return Said(body=json.dumps(envelope(body, result=found)).encode())

    return answer


@pytest.fixture
def logs_from(serve: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], Any]:
    def start(answer: Answer) -> Any:
        server = serve(answer)
        provider = provider_of(server.address)
        monkeypatch.setattr("kgst.events.connected", lambda: provider)
        return server

    return start


@pytest.mark.parametrize(
    ("most", "code", "words", "questions"),
    [
        (5000, -32000, "exceed maximum block range: 5000", 6),
        (5000, -32602, "eth_getLogs is limited to a 5,000 range", 6),
        (5000, -32701, "exceed maximum block range: 5000", 6),
        (1000, 35, "ranges over 1000 blocks are not supported on freetier", 22),
        (1000, -32005, "query returned more than 10000 results", None),
        (1000, -32002, "request timed out", None),
        (200, -32000, "eth_getLogs is limited to 0 - 200 blocks range", 102),
        (7000, -32602, "range 20000 exceeds limit of 7000", 5),
    ],
)
def test_read_logs__dialect_of_refusal__asks_for_less(
    logs_from: Any, most: int, code: int, words: str, questions: int | None
) -> None:
    server = logs_from(limited(most, code, words))
    with patience(30):
        found = list(read_logs(ADDRESS, ("A()",), 1, 20_000))
    assert [log["blockNumber"] for log in found] == list(range(1000, 20_001, 1000))
    if questions is not None:
        assert len(server.asked) == questions


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-32005, "limit exceeded"),
        (-32601, "the method eth_getLogs does not exist/is not available"),
    ],
)
def test_read_logs__switched_off__is_told_at_once(logs_from: Any, code: int, words: str) -> None:
    server = logs_from(refusal(code, words))
    with pytest.raises(NodeRefusedError, match=words.replace("/", ".")):
        list(read_logs(ADDRESS, ("A()",), 1, 20_000))
    assert len(server.asked) <= 2


def test_read_logs__switched_off__says_what_to_do(logs_from: Any) -> None:
    logs_from(refusal(-32005, "limit exceeded"))
    with pytest.raises(NodeRefusedError, match="so it serves none"):
        list(read_logs(ADDRESS, ("A()",), 1, 20_000))


def test_read_logs__would_take_for_ever__is_refused(logs_from: Any) -> None:
    server = logs_from(limited(50, -32000, "limited to 0 - 50 blocks range"))
    with pytest.raises(NodeRefusedError, match="would take 200,000 questions"):
        list(read_logs(ADDRESS, ("A()",), 1, 10_000_000))
    assert len(server.asked) == 1


def test_read_logs__no_answer__is_no_reason_to_ask_for_less(logs_from: Any) -> None:
    server = logs_from(lambda _: None)
    with patience(0.5), pytest.raises(NoAnswerError):
        list(read_logs(ADDRESS, ("A()",), 1, 20_000))
    assert len({body["params"][0]["toBlock"] for body in server.asked}) == 1


def test_read_logs__pruned__is_told_apart(logs_from: Any) -> None:
    server = logs_from(refusal(4444, "pruned history unavailable"))
    with pytest.raises(PrunedError):
        list(read_logs(ADDRESS, ("A()",), 1, 20_000))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "lie",
    [
        log_of(5, address="0x" + "34" * 20), log_of(5, topics=["0x" + "00" * 32]), log_of(5, topics=[]),
        log_of(21_000), log_of(0), log_of(5, data="0x1"), log_of(5, blockHash=None), 7,
    ],
)  # fmt: skip
def test_read_logs__log_that_was_not_asked_for__is_no_answer(logs_from: Any, lie: Any) -> None:
    logs_from(result([log_of(1000), lie]))
    with patience(0.5), pytest.raises(NoAnswerError):
        list(read_logs(ADDRESS, ("A()",), 1, 20_000))


def test_require_events__node_that_shows_none__proves_nothing(logs_from: Any) -> None:
    record: Any = SimpleNamespace(
        configuration=SimpleNamespace(block_number=7), manager=SimpleNamespace(address=ADDRESS)
    )
    logs_from(result([]))
    with pytest.raises(NodeError, match="shows no event of block 7"):
        require_events(record)


# Which node


def test_network__key_from_the_environment__is_filled_in(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(result("0x64"))
    monkeypatch.setenv("KGST_TEST_KEY", KEY)
    node = Node(server.address + "/${KGST_TEST_KEY}")
    assert node.name == server.address + "/…"
    assert node.ask("eth_blockNumber") == "0x64"


@pytest.mark.parametrize(
    "url",
    [
        "http://h/${KGST_TEST_ABSENT}",
        "http://h/${}",
        "ws://h",
        "/tmp/geth.ipc",
        "http://",
        "http://a b",
    ],
)
def test_node__address_that_cannot_be_used__is_refused(url: str) -> None:
    with pytest.raises(InputError):
        Node(url)


def test_nodes_of__same_node_twice__is_there_once(serve: Any) -> None:
    server = serve(result("0x64"))
    provider = provider_of(server.address)
    nodes = nodes_of(provider, [server.address + "/", "http://127.0.0.1:9", "http://127.0.0.1:9/"])
    assert [node.name for node in nodes] == [server.address, "http://127.0.0.1:9"]
    assert nodes[0].ask("eth_blockNumber") == "0x64"
    with (
        patience(0.5),
        pytest.raises(NoAnswerError, match="for eth_gasPrice: no answer from the node"),
    ):
        nodes[1].ask("eth_gasPrice")


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("bsc:testnet:ws://127.0.0.1:9", "is a WebSocket: nodes are asked over HTTP"),
        ("bsc:testnet:wss://127.0.0.1:9/" + KEY, "is a WebSocket: nodes are asked over HTTP"),
        ("bsc:testnet", "no node was named"),
        ("bsc:mainnet", "no node was named"),
    ],
)
def test_command__node_that_was_not_named__is_refused_and_no_other_is_asked(
    serve: Any, network: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(result("0x61"))
    monkeypatch.setenv("WEB3_PROVIDER_URI", server.address)
    done = invoke("status", "--json", "--network", network)
    assert done.exit_code == 2, done.output
    assert words in json.loads(done.stdout)["error"]["message"]
    assert KEY not in done.stdout + done.stderr
    assert not server.asked


def test_command__key_from_the_environment__is_in_no_argument(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(said(403, {"error": f"no such key: {KEY}"}))
    monkeypatch.setenv("KGST_TEST_KEY", KEY)
    network = f"bsc:testnet:{server.address}/v2/${{KGST_TEST_KEY}}"
    done = invoke("status", "--json", "--network", network)
    assert done.exit_code == 1, done.output
    assert server.paths == [f"/v2/{KEY}"]
    assert KEY not in done.stdout + done.stderr


def test_command__locked_out__shows_no_key(serve: Any) -> None:
    server = serve(said(403, {"error": f"no such key: {KEY}"}))
    done = invoke("status", "--json", "--network", f"bsc:testnet:{server.address}/v2/{KEY}")
    assert done.exit_code == 1, done.output
    assert "it does not let us in: HTTP 403" in json.loads(done.stdout)["error"]["message"]
    assert KEY not in done.stdout + done.stderr


# For forks


def test_relay__forwards_reading_again_and_again_and_nothing_else(serve: Any) -> None:
    server = serve(in_turn(AGAIN["429"][0], AGAIN["page"][0], result("0x64")))
    with patience(20), relayed(Node(f"{server.address}/{KEY}")) as address:
        assert KEY not in address
        inside = web3_of(address)
        assert inside.eth.block_number == 100
        before = len(server.asked)
        with pytest.raises(NodeRefusedError, match="eth_sendRawTransaction is not passed on"):
            Node(address).ask("eth_sendRawTransaction", ["0x00"])
        assert len(server.asked) == before


def test_relay__refusal__is_handed_on(serve: Any) -> None:
    server = serve(refusal(3, "execution reverted: 0x", "0x"))
    with relayed(Node(server.address)) as address, pytest.raises(ChainRevertError), rpc("call"):
        web3_of(address).eth.call({"to": ADDRESS})


def test_provider__shown__has_no_key(serve: Any) -> None:
    provider = web3_of(f"{serve(result('0x1')).address}/{KEY}").provider
    assert isinstance(provider, NodeProvider)
    assert KEY not in f"{provider} {provider!r}"
    assert redaction.redact(f"Max retries exceeded with url: /{KEY} (x)").count(KEY) == 0
