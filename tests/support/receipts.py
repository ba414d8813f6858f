"""Receipts as a node answers them, of any kind, and the same as py-evm has them."""

from __future__ import annotations

from functools import cache
from typing import Any

from eth.rlp.logs import Log as EvmLog
from eth.rlp.receipts import Receipt as EvmReceipt
from eth.vm.forks.prague.receipts import PragueTypedReceipt
from eth_utils.crypto import keccak
from hypothesis import strategies as st

from kgst.proofs import Receipt


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


LOGS = st.builds(
    lambda address, topics, data: {
        "address": hexed(address), "topics": [hexed(topic) for topic in topics], "data": hexed(data), "removed": False,
    },
    st.binary(min_size=20, max_size=20),
    st.lists(st.binary(min_size=32, max_size=32), max_size=4),
    st.binary(max_size=80),
)  # fmt: skip
RECEIPTS = st.builds(
    lambda outcome, **rest: rest | outcome,
    st.sampled_from([{"status": "0x0"}, {"status": "0x1"}, {"status": "0x1", "root": "0x"}])
    | st.binary(min_size=32, max_size=32).map(lambda root: {"root": hexed(root)}),
    type=st.integers(0, 4).map(hex) | st.none(),
    cumulativeGasUsed=st.integers(0, 2**64 - 1).map(hex),
    logs=st.lists(LOGS, max_size=4),
)


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data) ^ 1 << bit).to_bytes(len(data))


def with_bloom(receipt: dict[str, Any]) -> dict[str, Any]:
    return receipt | {"logsBloom": hexed(Receipt.of_json(receipt).bloom)}


def made(index: int) -> dict[str, Any]:
    """The receipt at `index` of a block, with as many logs as its last digit says."""
    seed = keccak(index.to_bytes(32))
    logs = [
        {
            "address": hexed(seed[:20]),
            "topics": [hexed(keccak(seed + bytes([n])))],
            "data": hexed(seed * (n % 3)),
        }
        for n in range(index % 10)
    ]
    return with_bloom(
        {
            "type": hex(index % 5),
            "status": hex(index % 7 and 1),
            "cumulativeGasUsed": hex(21_000 * (index + 1)),
            "logs": logs,
            "transactionIndex": hex(index),
        }
    )


@cache
def a_block(size: int) -> tuple[dict[str, Any], ...]:
    return tuple(made(index) for index in range(size))


def by_py_evm(receipt: dict[str, Any]) -> EvmReceipt | PragueTypedReceipt:
    def of(text: str) -> bytes:
        return bytes.fromhex(text[2:])

    status = receipt.get("status")
    outcome = of(receipt["root"]) if status is None else b"\x01" if status == "0x1" else b""
    logs = [
        EvmLog(
            of(log["address"]), tuple(int(topic, 16) for topic in log["topics"]), of(log["data"])
        )
        for log in receipt["logs"]
    ]
    inner = EvmReceipt(outcome, int(receipt["cumulativeGasUsed"], 16), logs)
    kind = int(receipt["type"] or "0x0", 16)
    return PragueTypedReceipt(kind, inner) if kind else inner
