"""A node's logs of a long stretch of blocks, in order, with several questions under way."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from kgst.history.ranges import Ranges
from kgst.node import NoAnswerError, NodeRefusedError, PrunedError
from kgst.node.pool import Node

__all__ = ["IN_FLIGHT", "Portion", "fetch"]

IN_FLIGHT: Final = 4
_FIRST: Final = 100
"""Blocks of the first question: few, since nobody knows how many events they have."""


@dataclass(frozen=True)
class Portion:
    """All logs of some blocks.

    Attributes:
        first: First block.
        last: Last block, inclusive.
        logs: As the node gave them (JSON-RPC), by block and position.
    """

    first: int
    last: int
    logs: list[dict[str, Any]]


def fetch(
    node: Node, addresses: Sequence[str], first: int, last: int, in_flight: int = IN_FLIGHT
) -> Iterator[Portion]:
    """Logs of any event at `addresses` in blocks `first` to `last`, in portions without gap.

    Raises:
        PrunedError: the node no longer has logs of so long ago.
        NodeRefusedError: the node serves no logs.
        NodeError: no answer came.
    """

    def ask(low: int, high: int) -> list[dict[str, Any]]:
        wanted = {"address": list(addresses), "fromBlock": hex(low), "toBlock": hex(high)}
        logs = node.ask("eth_getLogs", [wanted])
        return sorted(logs, key=_place)

    ranges = Ranges(first, last, _FIRST)
    with ThreadPoolExecutor(in_flight) as pool:
        yield from _in_order(ranges, ask, pool, first, in_flight)


def _in_order(
    ranges: Ranges,
    ask: Callable[[int, int], list[dict[str, Any]]],
    pool: ThreadPoolExecutor,
    first: int,
    in_flight: int,
) -> Iterator[Portion]:
    under_way: dict[tuple[int, int], Future[list[dict[str, Any]]]] = {}
    try:
        while ranges or under_way:
            # Until the node has shown what it serves, one question says as much as four.
            while ranges and len(under_way) < (in_flight if ranges.served else 1):
                piece = ranges.take()
                context = contextvars.copy_context()
                under_way[piece] = pool.submit(partial(context.run, ask, *piece))
            piece = min(under_way)
            try:
                logs = under_way.pop(piece).result()
            except PrunedError:
                raise
            except NodeRefusedError as error:
                ranges.refused(*piece, error)
                continue
            except NoAnswerError as error:
                if not error.too_large:
                    raise
                ranges.refused(*piece, NodeRefusedError(str(error), said="too large"))
                continue
            ranges.answered(*piece, len(logs))
            yield Portion(*piece, logs)
    finally:
        for future in under_way.values():
            future.cancel()


def _place(log: dict[str, Any]) -> tuple[int, int]:
    return int(log["blockNumber"], 16), int(log["logIndex"], 16)
