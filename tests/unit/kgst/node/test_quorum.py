"""Several nodes as one: what they agree on is believed, what they differ in is named, and silence is neither."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from kgst.node import NoAnswerError, NodeRefusedError, PrunedError, retries_told
from kgst.node.agreement import difference
from kgst.node.errors import DisagreementError
from kgst.node.faults import Refusal, refused
from kgst.node.quorum import Agreeing

RECORDED = Path(__file__).parents[3] / "data/bsc/headers"
ADDRESS = "0x" + "11" * 20
HASH = "0x" + "5a" * 32
CODE = ("eth_getCode", [ADDRESS, "latest"])


class Node:
    """Says what it is told to, and remembers what it was asked.

    Attributes:
        head: Number of its last block.
    """

    def __init__(self, name: str, head: int = 1_000, **answers: Any) -> None:
        self.name, self.url, self.head = name, f"https://{name}", head
        self.answers, self.asked = answers, list[tuple[str, list[Any]]]()

    def ask(self, method: str, params: Any = ()) -> Any:
        self.asked.append((method, list(params)))
        if method == "eth_blockNumber" and method not in self.answers:
            return hex(self.head)
        if (
            method == "eth_getBlockByNumber"
            and params[0] == "finalized"
            and method not in self.answers
        ):
            return {"number": hex(self.head - 2)}
        answer = self.answers[method]
        answer = answer(*params) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def ask_all(self, questions: Any) -> list[Any]:
        found = []
        for method, params in questions:
            try:
                found.append(self.ask(method, params))
            except NodeRefusedError as error:
                found.append(error)
        return found


def nodes(*answers: Any, method: str = "eth_getCode", quorum: int = 2) -> Agreeing:
    """One node for each answer, called a, b, c."""
    named = [Node(name, **{method: answer}) for name, answer in zip("abc", answers, strict=False)]
    return Agreeing(named, quorum)


SILENT = NoAnswerError("cut")
PRUNED = refused(Refusal(-32000, "missing trie node 5a"))


# Agreement


def test_ask__enough_say_the_same__is_their_answer() -> None:
    assert nodes("0x60", "0x60", SILENT).ask(*CODE) == "0x60"
    assert nodes("0xAB", "0xab").ask(*CODE) == "0xAB", "the case of digits is no difference"


@pytest.mark.parametrize(
    "answers", [("0x60", "0x61"), ("0x60", "0x60", "0x61"), ("0x61", "0x60", "0x60")]
)
def test_ask__one_says_something_else__ends_and_names_both(answers: tuple[str, ...]) -> None:
    """Also where a majority is of one mind: who is right, no majority knows."""
    with pytest.raises(
        DisagreementError,
        match=r"a and [bc] contradict each other about eth_getCode\(.*0x6[01] and 0x6[01]",
    ):
        nodes(*answers).ask(*CODE)


def test_ask__too_few_answer__says_who_and_why() -> None:
    with pytest.raises(
        NoAnswerError,
        match=r"2 nodes have to agree by the policy, and of 3 a answered in time \(b: cut; c: cut\)",
    ):
        nodes("0x60", SILENT, SILENT).ask(*CODE)


def test_ask__one_has_it_and_one_has_pruned__is_refused() -> None:
    with pytest.raises(PrunedError):
        nodes("0x60", PRUNED).ask(*CODE)
    assert nodes("0x60", PRUNED, "0x60").ask(*CODE) == "0x60"


def test_call__reverts_and_results__are_compared() -> None:
    revert = NodeRefusedError("it reverts", code=3, said="execution reverted", data="0x01")
    other = NodeRefusedError("it reverts", code=3, said="execution reverted", data="0x02")
    call = ("eth_call", [{"to": ADDRESS}, "0x10"])
    with pytest.raises(NodeRefusedError, match="it reverts"):
        nodes(revert, revert, method="eth_call").ask(*call)
    for answers in ((revert, other), (revert, "0x"), ("0x", revert)):
        with pytest.raises(DisagreementError):
            nodes(*answers, method="eth_call").ask(*call)


def test_receipt__one_has_none__is_silence_and_no_contradiction() -> None:
    receipt = {
        "transactionHash": HASH,
        "blockHash": HASH,
        "blockNumber": "0x1",
        "status": "0x1",
        "logs": [],
    }
    asked = ("eth_getTransactionReceipt", [HASH])
    assert nodes(receipt, None, method=asked[0]).ask(*asked) is None
    assert nodes(receipt, None, receipt, method=asked[0]).ask(*asked) == receipt
    with pytest.raises(DisagreementError, match="status: 0x1 and 0x0"):
        nodes(receipt, {**receipt, "status": "0x0"}, method=asked[0]).ask(*asked)


def test_transaction__mined_at_one_and_waiting_at_another__is_silence() -> None:
    mined = {"hash": HASH, "from": ADDRESS, "blockHash": HASH, "blockNumber": "0x1"}
    waits = {**mined, "blockHash": None, "blockNumber": None}
    asked = ("eth_getTransactionByHash", [HASH])
    assert nodes(mined, waits, method=asked[0]).ask(*asked) is None


def test_logs__one_hides_an_event__is_named() -> None:
    log = {"address": ADDRESS, "topics": [HASH], "data": "0x", "logIndex": "0x0"}
    asked = ("eth_getLogs", [{"fromBlock": "0x1", "toBlock": "0x2"}])
    with pytest.raises(DisagreementError, match="2 and 1 of them"):
        nodes([log, {**log, "logIndex": "0x1"}], [log], method=asked[0]).ask(*asked)


def test_logs__one_serves_fewer_blocks_at_once__is_refused_so_that_less_is_asked_for() -> None:
    limit = refused(Refusal(-32005, "exceed maximum block range: 5000"))
    asked = ("eth_getLogs", [{"fromBlock": "0x1", "toBlock": "0x9999"}])
    with pytest.raises(NodeRefusedError, match="maximum block range"):
        nodes([], limit, method=asked[0]).ask(*asked)


# Which block


@pytest.mark.parametrize(
    ("heads", "block"), [((1_000, 997, 990), 997), ((990, 1_000, 1_001), 1_000)]
)
def test_latest__is_a_block_that_the_quorum_has(heads: tuple[int, ...], block: int) -> None:
    members = [
        Node(name, head, eth_getCode="0x60") for name, head in zip("abc", heads, strict=True)
    ]
    assert Agreeing(members, 2).ask(*CODE) == "0x60"
    for member in members:
        assert ("eth_getCode", [ADDRESS, hex(block)]) in member.asked
    assert Agreeing(members, 2).ask("eth_blockNumber") == hex(block)


def test_finalized__is_what_the_quorum_has_made_final() -> None:
    members = [Node(name, head) for name, head in zip("abc", (1_000, 996, 900), strict=True)]
    for member in members:
        member.answers["eth_getBlockByNumber"] = lambda block, _, at=member.head - 2: (
            {"number": hex(at)} if block == "finalized" else {"number": block, "hash": HASH}
        )
    found = Agreeing(members, 2).ask("eth_getBlockByNumber", ["finalized", False])
    assert found == {"number": hex(994), "hash": HASH}


def test_latest__one_is_far_ahead__is_a_contradiction_and_a_laggard_is_left_behind() -> None:
    ahead = [Node("a", 10**6), Node("b", 1_000), Node("c", 1_000)]
    with pytest.raises(
        DisagreementError, match="a says that the latest block is 1000000, b that it is 1000"
    ):
        Agreeing(ahead, 2).ask("eth_blockNumber")
    told: list[str] = []
    behind = [Node("a", 10**6), Node("b", 10**6), Node("c", 1_000)]
    with retries_told(told.append):
        assert Agreeing(behind, 2).ask("eth_blockNumber") == hex(10**6)
    assert told == ["c: its latest block is 1000, and others have 1000000"]


def test_ask_all__a_batch__is_of_one_block() -> None:
    members = [
        Node(name, head, eth_getCode="0x60", eth_getBalance="0x1")
        for name, head in (("a", 5), ("b", 7))
    ]
    found = Agreeing(members, 2).ask_all(
        [CODE, ("eth_getBalance", [ADDRESS, "latest"]), ("eth_blockNumber", [])]
    )
    assert found == ["0x60", "0x1", "0x5"]
    assert [method for method, _ in members[1].asked].count("eth_blockNumber") == 1


# Sending, prices, nonces


def test_send__goes_to_all__and_one_that_takes_it_is_enough() -> None:
    known = refused(Refusal(-32000, "already known"))
    several = nodes(known, HASH, SILENT, method="eth_sendRawTransaction")
    assert several.ask("eth_sendRawTransaction", ["0x02"]) == HASH
    wait_for(lambda: all(member.node.asked for member in several._members))
    with pytest.raises(NodeRefusedError, match="already known"):
        nodes(known, SILENT, method="eth_sendRawTransaction").ask(
            "eth_sendRawTransaction", ["0x02"]
        )


def test_pending_nonce__is_the_highest() -> None:
    several = nodes("0x5", "0x7", SILENT, method="eth_getTransactionCount")
    assert several.ask("eth_getTransactionCount", [ADDRESS, "pending"]) == "0x7"


def test_gas_price__is_asked_of_one__of_the_next_when_that_is_silent() -> None:
    assert nodes(SILENT, "0x9", "0x8", method="eth_gasPrice").ask("eth_gasPrice") == "0x9"


# Time


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    opened = threading.Event()
    yield opened
    opened.set()


def test_ask__one_hangs__holds_the_others_up_once(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kgst.node.members._GRACE", 0.3)

    def hang(*_: Any) -> str:
        gate.wait(30)
        return "0x60"

    several, told = nodes("0x60", "0x60", hang), list[str]()
    code = ("eth_getCode", [ADDRESS, "0x10"])
    with retries_told(told.append):
        begun = time.monotonic()
        assert several.ask(*code) == "0x60"
        first = time.monotonic() - begun
        for _ in range(5):
            assert several.ask(*code) == "0x60"
        later = time.monotonic() - begun - first
    assert first >= 0.3
    assert later < 0.3, "it still owes its first answer, and is not asked again"
    assert told == ["c: no answer yet; the others are enough"]
    assert several.silent == ["c"]


def test_ask__a_fault_of_our_own__is_raised_and_nobody_waits() -> None:
    with pytest.raises(ZeroDivisionError):
        nodes("0x60", lambda *_: 1 // 0).ask(*CODE)


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


# What is compared, on recorded blocks of real nodes

HEADERS = sorted(path for path in RECORDED.glob("*.json") if "hash" in json.loads(path.read_text()))


def test_difference__of_a_recorded_header__each_field_is_seen_and_what_nodes_have_of_their_own_is_not() -> (
    None
):
    block = json.loads(next(p for p in HEADERS if p.name.startswith("97-5547")).read_text())
    block = block.get("result", block)
    for name, value in block.items():
        changed = deepcopy(block)
        changed[name] = _other(value)
        own = name in ("milliTimestamp", "size", "totalDifficulty")
        assert (difference("eth_getBlockByNumber", block, changed) is None) == own, name
        del changed[name]
        assert difference("eth_getBlockByNumber", block, changed) is None, (
            "a version that does not tell it"
        )


def _other(value: Any) -> Any:
    if isinstance(value, str) and len(value) > 2:
        return value[:-1] + ("1" if value[-1] == "0" else "0")
    return [*value, HASH] if isinstance(value, list) else "0x1234"


def test_difference__leading_zeros__of_a_number_say_nothing_and_of_bytes_do() -> None:
    assert difference("eth_getStorageAt", "0x01", "0x" + "00" * 31 + "01") is None
    assert difference("eth_getStorageAt", "0x", "0x" + "00" * 32) is None
    assert difference("eth_call", "0x01", "0x0001") is not None
