"""Whether two nodes said the same: what follows from the chain is compared, what each node has of its own is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kgst.node.errors import NodeRefusedError

__all__ = ["NULLABLE", "difference", "is_revert", "is_silence"]

NULLABLE: Final = frozenset(
    {
        "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts",
        "eth_getTransactionByBlockHashAndIndex", "eth_getTransactionByBlockNumberAndIndex",
        "eth_getTransactionByHash", "eth_getTransactionReceipt",
    }
)  # fmt: skip
"""Here null says no more than that this node has none yet, or none any more."""

_OWN: Final = frozenset({"milliTimestamp", "removed", "size", "totalDifficulty"})
"""Fields in which honest nodes of one chain differ, by version or client."""
_NUMBERS: Final = frozenset(
    {
        "eth_getBalance", "eth_getStorageAt", "eth_getTransactionCount", "eth_chainId",
        "balance", "baseFeePerGas", "blockNumber", "chainId", "cumulativeGasUsed", "difficulty", "effectiveGasPrice",
        "gas", "gasLimit", "gasPrice", "gasUsed", "index", "logIndex", "nonce", "number", "status", "timestamp",
        "transactionIndex", "type", "v", "value", "r", "s",
    }
)  # fmt: skip
"""Answers and fields whose leading zeros say nothing; all else that is hexadecimal is bytes."""
_HEX: Final = re.compile(r"0x[0-9a-fA-F]*", re.ASCII)
_SHOWN: Final = 80


def difference(method: str, one: Any, other: Any) -> str | None:
    """In what the two answers to one question differ, as `stateRoot: 0x12… and 0x34…`; None when in nothing."""
    return _differ(method, "", one, other)


def is_revert(error: NodeRefusedError) -> bool:
    """Whether the refusal is a contract's answer: its call reverts."""
    return error.code == 3 or error.said.lower().startswith(("execution reverted", "vm execution"))


def is_silence(method: str, answer: Any) -> bool:
    """Whether it says nothing: null where that may be, or a transaction that the node knows in no block."""
    if answer is None:
        return method in NULLABLE
    if not method.startswith("eth_getTransactionBy") or not isinstance(answer, Mapping):
        return False
    return answer.get("blockHash") is None


def _differ(name: str, where: str, one: Any, other: Any) -> str | None:
    if isinstance(one, NodeRefusedError) and isinstance(other, NodeRefusedError):
        return (
            None
            if one.data == other.data or None in (one.data, other.data)
            else _said(where, one.data, other.data)
        )
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in one.keys() & other.keys() - _OWN:
            if found := _differ(key, f"{where}.{key}" if where else str(key), one[key], other[key]):
                return found
        return None
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{where or 'it'}: {len(one)} and {len(other)} of them"
        for position, (left, right) in enumerate(zip(one, other, strict=True)):
            if found := _differ(name, f"{where}[{position}]", left, right):
                return found
        return None
    return None if _plain(name, one) == _plain(name, other) else _said(where, one, other)


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str) and _HEX.fullmatch(value):
        # Some proxies leave all zeros of a word out.
        return int(value[2:] or "0", 16) if name in _NUMBERS else value.lower()
    return value


def _said(where: str, one: Any, other: Any) -> str:
    def shown(value: Any) -> str:
        text = f"a revert ({value.said})" if isinstance(value, NodeRefusedError) else str(value)
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"

    return (
        f"{where}: {shown(one)} and {shown(other)}" if where else f"{shown(one)} and {shown(other)}"
    )
