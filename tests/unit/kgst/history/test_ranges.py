"""How many blocks are asked for at once: less after a refusal, more again later, and never for ever."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgst.history.ranges import Ranges
from kgst.node import NodeRefusedError

MILLION = 1_000_000


def refusal(said: str) -> NodeRefusedError:
    return NodeRefusedError(said, said=said)


def read(
    ranges: Ranges, limit: int, said: str, most: int = 5_000
) -> tuple[list[tuple[int, int]], int]:
    """What is read from a node that takes `limit` blocks, and with how many questions."""
    found, questions = [], 0
    while ranges:
        questions += 1
        assert questions <= most
        piece = ranges.take()
        if piece[1] - piece[0] + 1 > limit:
            ranges.refused(*piece, refusal(said))
            continue
        ranges.answered(*piece)
        found.append(piece)
    return found, questions


@pytest.mark.parametrize(
    "said",
    [
        "exceed maximum block range: 5000",
        "block range is too wide",
        "limit exceeded",
        "query returned more than 10000 results",
        "eth_getLogs is limited to a 5,000 range",
    ],
)
def test_ranges__node_with_a_limit_of_5000__takes_210_questions_for_a_million_blocks(
    said: str,
) -> None:
    for begun in (None, 100):
        found, questions = read(Ranges(1, MILLION, begun), 5_000, said)
        assert questions <= 210
    assert [low for low, _ in found[1:]] == [high + 1 for _, high in found[:-1]]
    assert (found[0][0], found[-1][1]) == (1, MILLION)


@given(
    first=st.integers(0, 10**6),
    blocks=st.integers(1, 3_000),
    limits=st.lists(st.integers(1, 4_000), min_size=1, max_size=6),
    said=st.sampled_from(["too many results", "block range too large, max is 77"]),
    data=st.data(),
)
def test_ranges__limit_that_changes_and_answers_in_any_order__every_block_once(
    first: int, blocks: int, limits: list[int], said: str, data: st.DataObject
) -> None:
    ranges, last = Ranges(first, first + blocks - 1), first + blocks - 1
    under_way: list[tuple[int, int]] = []
    found: list[tuple[int, int]] = []
    for turn in range(10_000):
        while ranges and len(under_way) < 3:
            under_way.append(ranges.take())
        if not under_way:
            break
        piece = under_way.pop(data.draw(st.integers(0, len(under_way) - 1)) if turn < 50 else 0)
        limit = limits[turn % len(limits)] if turn < 100 else max(limits)
        if piece[1] - piece[0] + 1 > limit:
            ranges.refused(*piece, refusal(said))
        else:
            ranges.answered(*piece)
            found.append(piece)
    covered = sorted(found)
    assert covered[0][0] == first
    assert covered[-1][1] == last
    assert all(b[0] == a[1] + 1 for a, b in pairwise(covered))


def test_ranges__refused_for_many_results__grows_back_where_there_are_few() -> None:
    ranges = Ranges(0, 10 * MILLION)
    while ranges.size > 100:
        piece = ranges.take()
        ranges.refused(*piece, refusal("query returned more than 10000 results"))
    sizes = []
    for _ in range(60):
        piece = ranges.take()
        ranges.answered(*piece)
        sizes.append(ranges.size)
    assert max(sizes) >= 10_000


def test_ranges__limit_that_was_told__is_not_tried_to_pass() -> None:
    ranges = Ranges(0, MILLION)
    ranges.refused(*ranges.take(), refusal("block range exceeds 3,000"))
    for _ in range(300):
        low, high = ranges.take()
        assert high - low + 1 <= 3_000
        ranges.answered(low, high)


@pytest.mark.parametrize("said", ["the method eth_getLogs does not exist", "unauthorized"])
def test_ranges__other_refusal__is_told(said: str) -> None:
    ranges = Ranges(0, 100)
    with pytest.raises(NodeRefusedError, match=said):
        ranges.refused(*ranges.take(), refusal(said))


def test_ranges__one_block_is_too_much__is_told() -> None:
    ranges = Ranges(5, 5)
    with pytest.raises(NodeRefusedError):
        ranges.refused(*ranges.take(), refusal("limit exceeded"))


def test_ranges__answers_with_very_many_logs__are_made_smaller() -> None:
    ranges = Ranges(0, MILLION, 5_000)
    for _ in range(40):
        low, high = ranges.take()
        ranges.answered(low, high, logs=100 * (high - low + 1))
    assert ranges.size * 100 <= 20_000


def test_ranges__node_without_a_limit__is_soon_asked_for_much() -> None:
    _, questions = read(Ranges(1, 10 * MILLION, 5_000), 10**9, "")
    assert questions < 60
