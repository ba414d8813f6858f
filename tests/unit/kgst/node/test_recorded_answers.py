"""What real nodes of BSC answered goes through the transport: decoded, or refused by its right name.

The files are described in tests/data/bsc/INDEX.md. Ids are made those of the question; nothing else is changed.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.answering import Said, answering
from web3._utils.method_formatters import PYTHONIC_RESULT_FORMATTERS

from kgst.node import NoAnswerError, NodeRefusedError, PrunedError, patience, rpc
from kgst.node.answers import check
from kgst.node.faults import Failure, Refusal, fault_of
from kgst.node.reading import answer_of
from kgst.node.transport import Transport
from kgst.node.web3_provider import web3_of

DATA = Path(__file__).parents[3] / "data" / "bsc"


@pytest.fixture
def serve() -> Iterator[Callable[[Any, int], str]]:
    open_ = []

    def start(body: Any, status: int = 200) -> str:
        def answer(request: Any) -> Said:
            said = body
            if isinstance(body, dict) and body.get("id") is not None:
                said = {**body, "id": request["id"]}
            return Said(status, json.dumps(said).encode())

        running = answering(answer)
        open_.append(running)
        return running.__enter__().address

    yield start
    for running in open_:
        running.__exit__(None, None, None)


def files(folder: str, words: str = "") -> list[Path]:
    found = sorted(p for p in (DATA / folder).glob("*.json") if words in p.name)
    assert found, f"{folder} has no *{words}*.json"
    return found


def ids(path: Path) -> str:
    return path.stem


def result_of(path: Path) -> Any:
    """The result, of a whole answer or alone."""
    document = json.loads(path.read_text())
    return document["result"] if isinstance(document, dict) and "result" in document else document


HEADERS = files("headers")
WHOLE = [path for path in HEADERS if "hash" in result_of(path)]


@pytest.mark.parametrize("path", WHOLE, ids=ids)
def test_header__whole__is_read(serve: Any, path: Path) -> None:
    block = result_of(path)
    number = int(block["number"], 16)
    eth = web3_of(serve({"jsonrpc": "2.0", "id": 1, "result": block})).eth
    with rpc("read it"):
        found = eth.get_block(number)
    assert found["number"] == number
    assert "0x" + bytes(found["hash"]).hex() == block["hash"]
    assert "0x" + bytes(found["proofOfAuthorityData"]).hex() == block["extraData"]
    assert len(found["transactions"]) == len(block["transactions"])


@pytest.mark.parametrize("path", [p for p in HEADERS if p not in WHOLE], ids=ids)
def test_header__as_light_clients_have_it__is_no_answer(serve: Any, path: Path) -> None:
    address = serve({"jsonrpc": "2.0", "id": 1, "result": result_of(path)})
    with patience(0.3), pytest.raises(NoAnswerError, match="wrong shape"), rpc("read it"):
        web3_of(address).eth.get_block(int(result_of(path)["number"], 16))


@pytest.mark.parametrize("path", files("receipts"), ids=ids)
def test_receipt__recorded__is_read(serve: Any, path: Path) -> None:
    from kgst.node import get_receipt

    receipt = result_of(path)
    address = serve(json.loads(path.read_text()))
    provider: Any = type("P", (), {"web3": web3_of(address)})
    found = get_receipt(provider, receipt["transactionHash"] if receipt else "0x" + "00" * 32)
    if receipt is None:
        assert found is None
    else:
        assert found is not None
        assert found["gasUsed"] == int(receipt["gasUsed"], 16)
        assert len(found["logs"]) == len(receipt["logs"])


@pytest.mark.parametrize("path", files("tx", "ransaction"), ids=ids)
def test_transaction__recorded__is_read(serve: Any, path: Path) -> None:
    from web3.exceptions import TransactionNotFound

    transaction = result_of(path)
    eth = web3_of(serve(json.loads(path.read_text()))).eth
    if transaction is None:
        with pytest.raises(TransactionNotFound):
            eth.get_transaction("0x" + "00" * 32)  # type: ignore[arg-type]
        return
    found = eth.get_transaction(transaction["hash"])
    assert found["gas"] == int(transaction["gas"], 16)
    assert found["gasPrice"] == int(transaction["gasPrice"], 16)


METHODS = (
    "eth_blockNumber", "eth_getBalance", "eth_chainId", "eth_call", "eth_gasPrice", "eth_getTransactionCount",
    "eth_sendRawTransaction", "net_version", "web3_clientVersion", "eth_syncing", "eth_feeHistory",
)  # fmt: skip
SMALL = [
    (path, method)
    for path in files("rpc")
    for method in METHODS
    if method.lower() in path.stem.lower()
]


@pytest.mark.parametrize(
    ("path", "method"), SMALL, ids=lambda v: v.stem if isinstance(v, Path) else ""
)
def test_rpc__recorded__is_the_result(serve: Any, path: Path, method: str) -> None:
    assert Transport(serve(json.loads(path.read_text()))).ask(method) == result_of(path)


def test_rpc__small_answers__are_all_there() -> None:
    assert len(SMALL) >= 30


ERRORS = files("errors")
STATUS = {"http403": 403, "http401": 401, "http400": 400}


@pytest.mark.parametrize("path", ERRORS, ids=ids)
def test_error__recorded__gets_its_name(serve: Any, path: Path) -> None:
    body = json.loads(path.read_text())
    status = next((code for sign, code in STATUS.items() if sign in path.stem), 200)
    methods = ("eth_getLogs" if "getLogs" in path.stem else "", *path.stem.split("-"), "eth_call")
    method = next(one for one in methods if one.startswith(("eth_", "debug_")))
    transport = Transport(serve(body, status))
    if "error" not in body and status == 200:
        assert transport.ask(method, [{}]) == body["result"]
        return
    expected: Any = NodeRefusedError
    if "archive" in path.stem or "historical-state" in path.stem:
        expected = PrunedError
    elif status in (400, 401) or "http403-error" in path.stem:
        expected = NoAnswerError
    with patience(1), pytest.raises(expected) as e:
        transport.ask(method, [{}])
    if isinstance(e.value, NodeRefusedError):
        assert e.value.code == body["error"]["code"]
        assert e.value.said[:40] == body["error"]["message"][:40].rstrip(".")
    else:
        assert not e.value.rate_limited


MESSAGES = [json.loads(line) for line in (DATA / "errors/messages.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("quoted", MESSAGES, ids=lambda q: q["message"][:50])
def test_error__quoted__gets_its_name(quoted: dict[str, Any]) -> None:
    """The texts of which no whole body was recorded."""
    from kgst.node.faults import is_behind, is_pruned

    message = quoted["message"]
    refusal = Refusal(quoted["code"] or 0, message)
    fault = fault_of("eth_call", refusal)
    limited = "rate limit" in message or quoted["code"] == -32005
    assert (fault is not None) is (limited or "indexing" in message)
    lost = "missing trie node" in message or "pruned" in message
    assert is_pruned(refusal) is lost
    assert is_behind(refusal) is ("missing trie node" in message or "header" in message)


# What passes the check is decoded by web3: nothing else may be raised later.

JUNK: tuple[Any, ...] = (
    None,
    True,
    5,
    -1,
    1.5,
    "",
    "0x",
    "0xz",
    "zz",
    "0x" + "f" * 300,
    [],
    [None],
    {},
    {"a": 1},
    "0x1",
)


def spoiled(value: Any, choose: random.Random) -> Any:
    """`value` with one thing in it replaced by junk, or left out."""
    found = copy.deepcopy(value)
    at = found
    while isinstance(at, dict | list) and at:
        key = choose.choice(list(at) if isinstance(at, dict) else range(min(len(at), 3)))
        if isinstance(at[key], dict | list) and at[key] and choose.random() < 0.7:
            at = at[key]
            continue
        if isinstance(at, dict) and choose.random() < 0.1:
            del at[key]
        else:
            at[key] = choose.choice(JUNK)
        break
    return found


@pytest.mark.parametrize(
    ("method", "samples"),
    [
        ("eth_getBlockByNumber", WHOLE),
        ("eth_getTransactionReceipt", files("receipts", "Receipt-1") + files("receipts", "getblock")),
        ("eth_getTransactionByHash", files("tx", "ByHash-0") + files("tx", "ByHash-3")),
    ],
)  # fmt: skip
def test_check__spoiled_answers__are_refused_or_decode(method: str, samples: list[Path]) -> None:
    choose = random.Random(19)
    decode = PYTHONIC_RESULT_FORMATTERS[method]  # type: ignore[index]
    refused = 0
    for _ in range(1500):
        answer = spoiled(result_of(choose.choice(samples)), choose)
        asked = {"eth_getBlockByNumber": "number", "eth_getTransactionReceipt": "transactionHash"}
        param = answer.get(asked.get(method, "hash"))
        try:
            check(method, [param], answer)
        except Failure:
            refused += 1
            continue
        # web3 has another name for it in the middleware for such chains.
        decode({k: v for k, v in answer.items() if k != "extraData"})
    assert 300 < refused < 1500


@pytest.mark.parametrize(
    "envelope",
    [*JUNK, {"id": 1}, {"id": 1, "result": "0x1", "jsonrpc": "1.0"}, {"id": True, "result": "0x1"}],
)
def test_answer_of__junk__is_a_failure(envelope: Any) -> None:
    with pytest.raises(Failure):
        answer_of(envelope, (1, "eth_blockNumber", []))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"code": "-32000", "message": "no"}, -32000),
        ({"code": None, "message": "no"}, 0),
        ({"code": True, "message": "no"}, 0),
    ],
)
def test_answer_of__odd_code__is_a_refusal_all_the_same(error: Any, code: int) -> None:
    assert answer_of({"id": 1, "error": error}, (1, "eth_call", [])) == Refusal(code, "no")
