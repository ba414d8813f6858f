"""The double over HTTP: batches, limits, and answers that are no answers."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from typing import Any

import pytest
from support.bsc import BscNode, Fault, bsc_in_front_of, faults
from support.bsc.deployed import web3_of
from support.bsc.terms import Terms

ERRORS = Path(__file__).parents[2] / "data/bsc/errors"
JSON = {"Content-Type": "application/json"}
NOT_JSON = b"invalid content type, only application/json is supported\n"
HEAD = {"jsonrpc": "2.0", "id": 7, "method": "eth_blockNumber", "params": []}


def post(
    node: BscNode, body: Any, *, headers: dict[str, str] | None = None, method: str = "POST"
) -> tuple[int, bytes, dict[str, str]]:
    host = node.address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, "/", data, JSON if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.headers)
    finally:
        connection.close()


def asked(node: BscNode, body: Any) -> Any:
    return json.loads(post(node, body)[1])


def test_batch__is_answered_in_one_list(node: BscNode) -> None:
    calls = [{**HEAD, "id": n} for n in (3, 1, 2)]
    answers = asked(node, calls)
    assert [a["id"] for a in answers] == [3, 1, 2]
    assert node.asked["eth_blockNumber"] == 3


def test_batch__too_large__is_one_error_object(node: BscNode) -> None:
    node.terms.batch_limit = 2
    answer = asked(node, [{**HEAD, "id": n} for n in (3, 1, 2)])
    assert answer == {
        "jsonrpc": "2.0",
        "id": 3,
        "error": {"code": -32600, "message": "batch too large"},
    }


def test_batch__of_the_data_seeds__is_refused_in_their_words(node: BscNode) -> None:
    node.terms.batches_off = True
    quoted = (ERRORS / "messages.jsonl").read_text().splitlines()[0]
    recorded = json.loads(quoted)
    answer = asked(node, [{**HEAD, "method": "eth_call"}])
    assert answer["error"] == {"code": recorded["code"], "message": recorded["message"]}
    assert "result" in asked(node, HEAD)


def test_rate__too_many__is_429(node: BscNode) -> None:
    node.terms.requests_per_second, node.terms.retry_after = 0.5, 3
    answers = [post(node, HEAD) for _ in range(4)]
    assert [status for status, *_ in answers].count(429) >= 2
    status, body, headers = answers[-1]
    assert (status, body, headers["Retry-After"]) == (429, b"", "3")


@pytest.mark.parametrize(
    ("body", "headers", "method", "status", "said"),
    [
        (b"[" + b" " * 200 + b"]", JSON, "POST", 413, b"content length too large (202>100)\n"),
        (b"{}", {"Content-Type": "text/html"}, "POST", 415, NOT_JSON),
        (b"{}", JSON, "PUT", 405, b"method not allowed\n"),
    ],
)  # fmt: skip
def test_http__not_for_geth__is_plain_text(
    node: BscNode, body: bytes, headers: dict[str, str], method: str, status: int, said: bytes
) -> None:
    node.terms.body_limit = 100
    answer = post(node, body, headers=headers, method=method)
    assert answer[:2] == (status, said)
    assert answer[2]["Content-Type"] == "text/plain; charset=utf-8"


def test_http__no_json__is_a_parse_error(node: BscNode) -> None:
    assert asked(node, b"{")["error"]["code"] == -32700


def test_web3__with_its_middleware__reads_blocks(node: BscNode) -> None:
    web3 = web3_of(node.address)
    block = web3.eth.get_block("latest")
    assert len(block["proofOfAuthorityData"]) in (97, 277)  # type: ignore[typeddict-item]
    assert web3.eth.chain_id == 97


# Faults


@pytest.mark.parametrize("fault", [faults.drops, faults.loses_the_answer])
def test_fault__cut__is_no_answer(node: BscNode, fault: Fault) -> None:
    node.faults["eth_blockNumber"] = fault
    with pytest.raises((http.client.BadStatusLine, ConnectionError)):
        post(node, HEAD)
    assert "result" in asked(node, {**HEAD, "method": "eth_chainId"})


def test_fault__loses_the_answer__but_does_what_was_asked(node: BscNode, signed: Any) -> None:
    node.faults["eth_sendRawTransaction"] = faults.loses_the_answer
    head = int(node.ask("eth_blockNumber"), 16)
    with pytest.raises((http.client.BadStatusLine, ConnectionError)):
        post(node, {**HEAD, "method": "eth_sendRawTransaction", "params": [signed()]})
    assert int(node.ask("eth_blockNumber"), 16) == head + 1


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (faults.empty(), 200, b""),
        (faults.null(), 200, b"null"),
        (faults.http(503, b"busy", {"Retry-After": "1"}), 503, b"busy"),
    ],
)
def test_fault__no_json_rpc__comes_as_it_is(
    node: BscNode, fault: Fault, status: int, body: bytes
) -> None:
    node.faults["any"] = fault
    assert post(node, HEAD)[:2] == (status, body)
    assert post(node, [HEAD, HEAD])[:2] == (status, body)


def test_fault__page__is_html(node: BscNode) -> None:
    node.faults["any"] = faults.page(502)
    status, body, headers = post(node, HEAD)
    assert (status, headers["Content-Type"]) == (502, "text/html; charset=UTF-8")
    assert body.startswith(b"<!DOCTYPE html>")


def test_fault__refuses_and_says__keep_the_id(node: BscNode) -> None:
    node.faults["eth_blockNumber"] = faults.refuses(-32005, "limit exceeded", {"a": 1})
    error = {"code": -32005, "message": "limit exceeded", "data": {"a": 1}}
    assert asked(node, HEAD) == {"jsonrpc": "2.0", "id": 7, "error": error}
    node.faults["eth_blockNumber"] = faults.says([])
    assert asked(node, HEAD) == {"jsonrpc": "2.0", "id": 7, "result": []}


def test_fault__lags__answers_from_an_older_block(node: BscNode) -> None:
    node.mine(3)
    head = int(node.ask("eth_blockNumber"), 16)
    node.faults["any"] = faults.lags(2)
    assert int(asked(node, HEAD)["result"], 16) == head - 2
    block = asked(node, {**HEAD, "method": "eth_getBlockByNumber", "params": ["latest", False]})
    assert int(block["result"]["number"], 16) == head - 2


def test_fault__slow__comes_late_or_a_byte_at_a_time(node: BscNode) -> None:
    right = asked(node, HEAD)
    for fault in (faults.hangs(0.3), faults.trickles(0.01)):
        node.faults["eth_blockNumber"] = fault
        began = time.monotonic()
        assert asked(node, HEAD) == right
        assert time.monotonic() - began >= 0.3


def test_fault__sometimes__is_its_share_and_the_seed_s_order(node: BscNode) -> None:
    def outcomes(seed: int) -> list[int]:
        node.faults["any"] = faults.sometimes(0.5, seed, faults.http(429), faults.http(503))
        return [post(node, HEAD)[0] for _ in range(60)]

    first = outcomes(1)
    assert set(first) == {200, 429, 503}
    assert 15 <= first.count(200) <= 45
    assert outcomes(1) == first
    assert outcomes(2) != first


def test_fault__times__ends(node: BscNode) -> None:
    node.faults["eth_blockNumber"] = faults.times(2, faults.http(500))
    assert [post(node, HEAD)[0] for _ in range(4)] == [500, 500, 200, 200]
    node.faults["eth_blockNumber"] = faults.once(faults.empty())
    assert [len(post(node, HEAD)[1]) > 0 for _ in range(3)] == [False, True, True]


def test_another_address__of_the_same_chain__tells_the_same_hashes(node: BscNode) -> None:
    """Two nodes of one network agree on every header, whatever each of them refuses."""
    node.mine(50)
    with bsc_in_front_of(node.upstream, Terms(logs_off=True)) as other:
        for number in (0, 1, 40, 48):
            question = ("eth_getBlockByNumber", hex(number), False)
            assert other.ask(*question) == node.ask(*question)
