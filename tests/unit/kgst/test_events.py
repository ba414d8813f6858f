"""Events read in pages, from a node that refuses, has pruned, or makes things up: each block once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgst import events
from kgst.errors import KgstError
from kgst.events import (
    address_topic,
    event_topic,
    forget_sources,
    read_logs,
    require_events,
    topic_at,
    uint_topic,
)
from kgst.node import NodeError, NodeRefusedError, PrunedError

TOKEN, MANAGER = "0x" + 40 * "a", "0x" + 40 * "b"
HOLDER = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"
SIGNATURES = ("Paused(uint256)", "Unpaused(uint256)")


class Node:
    """Has an event in each of its blocks, and serves so many at once.

    Attributes:
        limit: Blocks; 0 serves none.
        pruned: Blocks up to this one it no longer has.
        asked: Ranges and filters of all questions.
    """

    def __init__(self, head: int, limit: int = 10**9, pruned: int = -1) -> None:
        self.block_number, self.limit, self.pruned = head, limit, pruned
        self.asked: list[dict[str, Any]] = []
        self.hidden: set[int] = set()

    def get_logs(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        self.asked.append(asked)
        first, last = asked["fromBlock"], asked["toBlock"]
        if first <= self.pruned:
            raise PrunedError("pruned", code=-32000, said="missing trie node")
        if last - first + 1 > self.limit:
            said = f"exceed maximum block range: {self.limit}"
            raise NodeRefusedError(said, code=-32005, said=said)
        return [{"blockNumber": n} for n in range(first, last + 1) if n not in self.hidden]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Any:
    def serve(node: Node) -> Node:
        provider = SimpleNamespace(web3=SimpleNamespace(eth=node))
        monkeypatch.setattr(events, "connected", lambda: provider)
        return node

    return serve


def blocks(first: int, last: int | None = None, **options: Any) -> list[int]:
    return [log["blockNumber"] for log in read_logs(TOKEN, SIGNATURES, first, last, **options)]


@given(
    first=st.integers(0, 50),
    length=st.integers(0, 400),
    limit=st.integers(1, 450),
)
def test_read_logs__whatever_the_limit__each_block_once_and_in_order(
    first: int, length: int, limit: int
) -> None:
    node = Node(head=10**6, limit=limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "connected", lambda: SimpleNamespace(web3=SimpleNamespace(eth=node)))
        assert blocks(first, first + length) == list(range(first, first + length + 1))


def test_read_logs__a_refusal_between_pages__leaves_no_block_out(served: Any) -> None:
    node, refuse = served(Node(head=5_000, limit=1_000)), [0]
    ask = node.get_logs

    def sometimes(asked: dict[str, Any]) -> Any:
        refuse[0] += 1
        node.limit = 100 if refuse[0] % 5 == 3 else 1_000
        return ask(asked)

    node.get_logs = sometimes
    assert blocks(1) == list(range(1, 5_001))


def test_read_logs__asks_for_these_events_of_these_contracts_and_this_account(served: Any) -> None:
    node = served(Node(head=7))
    assert blocks(3) == [3, 4, 5, 6, 7], "to the latest"
    topics = ["0x" + event_topic(one).hex() for one in SIGNATURES]
    assert node.asked == [{"address": TOKEN, "fromBlock": 3, "toBlock": 7, "topics": [topics]}]
    list(read_logs([TOKEN, MANAGER], SIGNATURES[:1], 7, 7, about=HOLDER))
    assert node.asked[-1] == {
        "address": [TOKEN, MANAGER], "fromBlock": 7, "toBlock": 7,
        "topics": [topics[:1], "0x" + 24 * "0" + HOLDER[2:].lower()],
    }  # fmt: skip
    assert blocks(8, 7) == []
    assert len(node.asked) == 2, "of no block nothing is asked"


def test_read_logs__pruned__is_said_and_never_taken_for_nothing(served: Any) -> None:
    served(Node(head=100, pruned=50))
    with pytest.raises(PrunedError):
        blocks(1)
    assert blocks(51) == list(range(51, 101))


def test_read_logs__refuses_a_single_block__serves_none(served: Any) -> None:
    served(Node(head=100, limit=0))
    with pytest.raises(
        NodeRefusedError, match="refuses even the events of a single block"
    ) as found:
        blocks(1)
    assert (found.value.code, found.value.said) == (-32005, "exceed maximum block range: 0")


def test_read_logs__would_take_too_many_questions__is_refused_at_once(served: Any) -> None:
    node = served(Node(head=21_000, limit=10))
    with pytest.raises(NodeRefusedError, match="at 10 blocks a question, 21000 blocks") as found:
        blocks(1)
    assert (len(node.asked), found.value.code) == (1, -32005)
    assert len(blocks(1_001)) == 20_000, "2,000 questions are asked"


def test_read_logs__another_refusal__is_the_answer(served: Any) -> None:
    node = served(Node(head=100))

    def refuse(_: Any) -> Any:
        raise NodeRefusedError("no", code=-32601, said="the method eth_getLogs does not exist")

    node.get_logs = refuse
    with pytest.raises(NodeRefusedError, match=r"^no$"):
        blocks(1)


RECORD: Any = SimpleNamespace(
    configuration=SimpleNamespace(block_number=40), manager=SimpleNamespace(address=MANAGER)
)


def test_require_events__asks_for_one_that_is_known_to_be_there(served: Any) -> None:
    node = served(Node(head=100))
    require_events(RECORD)
    [asked] = node.asked
    assert (asked["address"], asked["fromBlock"], asked["toBlock"]) == (MANAGER, 40, 40)
    assert asked["topics"] == [
        ["0x" + event_topic("RoleGranted(uint64,address,uint32,uint48,bool)").hex()]
    ]
    node.hidden.add(40)
    with pytest.raises(NodeError, match="shows no event of block 40"):
        require_events(RECORD)


def test_forget_sources__of_a_connection_without_any__is_nothing() -> None:
    forget_sources(SimpleNamespace(web3=SimpleNamespace()))  # type: ignore[arg-type]


def log(*topics: int) -> dict[str, Any]:
    return {"address": TOKEN, "topics": [topic.to_bytes(32) for topic in topics]}


def test_topics__are_words_and_what_fits_in_them() -> None:
    found = log(1, 2**160 - 1, 2**64 - 1)
    assert topic_at(found, 0) == bytes(31) + b"\1"
    assert address_topic(found, 1) == "0xFFfFfFffFFfffFFfFFfFFFFFffFFFffffFfFFFfF"
    assert uint_topic(found, 2, 64) == 2**64 - 1
    assert uint_topic(log(0, 2**256 - 1), 1) == 2**256 - 1


@pytest.mark.parametrize(
    "read",
    [
        lambda: topic_at(log(1, 2), 2),
        lambda: topic_at({"address": TOKEN, "topics": [b"\1" * 31]}, 0),
        lambda: uint_topic(log(1, 2**64), 1, 64),
        lambda: address_topic(log(1, 2**160), 1),
    ],
    ids=["none there", "no word", "more than 64 bits", "no address"],
)
def test_topics__that_no_contract_logs__are_the_nodes(read: Any) -> None:
    with pytest.raises(KgstError, match="cannot be relied on"):
        read()
