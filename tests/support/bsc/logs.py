"""`eth_getLogs`: how far it may reach, and who says no in which words."""

from __future__ import annotations

from typing import Any

from support.bsc.terms import Terms
from support.bsc.wire import Refusal

__all__ = ["DIALECTS", "check_range", "check_shape"]

DIALECTS: dict[str, tuple[int, str]] = {
    "geth": (-32000, "exceed maximum block range: {limit}"),
    "publicnode": (-32701, "exceed maximum block range: {limit}"),
    "drpc": (35, "ranges over {limit} blocks are not supported on freetier"),
    "drpc-newer": (35, "ranges over {limit} blocks are not supported on free plan"),
    "1rpc": (-32000, "eth_getLogs is limited to 0 - {limit} blocks range"),
    "quicknode": (-32614, "eth_getLogs is limited to a {limit:,} range"),
    "infura": (-32602, "range {asked} exceeds limit of {limit}"),
    "dataseed": (-32005, "limit exceeded"),
}
"""Code and text, as ERRORS.md and messages.jsonl of tests/data/bsc have them; 1rpc's and QuickNode's codes are not
recorded."""

_NEWEST = 2**64 - 1


def check_shape(asked: dict[str, Any]) -> None:
    """What geth refuses before it looks.

    Raises:
        Refusal: too many topics or addresses, or a block's hash and a range.
    """
    if "blockHash" in asked and ("fromBlock" in asked or "toBlock" in asked):
        raise Refusal("can't specify fromBlock/toBlock with blockHash")
    topics, addresses = asked.get("topics") or [], asked.get("address")
    if len(topics) > 4:
        raise Refusal("exceed max topics")
    lists = [t for t in (*topics, addresses) if isinstance(t, list)]
    if any(len(values) > 1000 for values in lists):
        raise Refusal("exceed max addresses or topics per search position")


def check_range(asked: dict[str, Any], first: int, last: int, head: int, terms: Terms) -> None:
    """The range is allowed.

    Args:
        asked: The filter as it was given, where `latest` still is a word.
        first: Its first block.
        last: Its last one.
        head: Where this machine is.
        terms: Of the node.

    Raises:
        Refusal: it is too long, or ends before it begins.
    """
    if first > last:
        raise Refusal("invalid block range params")
    if terms.log_range is None:
        return
    code, words = DIALECTS[terms.log_words]
    # geth takes `latest` for the greatest number there is, so that a range from a fixed block to it is always too long.
    by_geth = terms.log_words in ("geth", "publicnode")
    newest = ("latest", "pending", None)
    begin = _NEWEST if by_geth and asked.get("fromBlock") in newest else min(first, head)
    end = _NEWEST if by_geth and asked.get("toBlock") in newest else last
    if end - begin > terms.log_range:
        raise Refusal(words.format(limit=terms.log_range, asked=last - first), code)
