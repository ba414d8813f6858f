"""Blocks, transactions and receipts of the chain in this process: what they are, and how JSON-RPC tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import rlp
from eth_abi.abi import encode
from eth_bloom.bloom import BloomFilter
from eth_utils.crypto import keccak
from support.bsc.pool import Sent
from trie import HexaryTrie

__all__ = [
    "GAS", "Block", "Mined", "Reverted", "bloom_of", "has_topics", "header_of", "revert_of", "transaction_of",
    "type_of",
]  # fmt: skip

GAS: Final = 50_000_000
_EMPTY_ROOT: Final = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
_STATE_ROOT: Final = "0x" + keccak(text="the state of a chain that has no tries").hex()


class Reverted(Exception):  # noqa: N818 # as in the double: it is an answer
    """A call reverted, with this data; or, without data, the EVM stopped for another reason."""

    def __init__(self, data: bytes, message: str = "execution reverted") -> None:
        super().__init__(message)
        self.data = data


@dataclass(frozen=True)
class Mined:
    """One transaction in its block."""

    sent: Sent
    raw: str
    receipt: dict[str, Any]


@dataclass
class Block:
    """One block.

    Attributes:
        milliseconds: Its time.
        mark: Of the state after it, where it changed anything; spent whenever it is gone back to.
    """

    number: int
    milliseconds: int
    parent: str
    salt: int
    mark: Any = None
    mined: list[Mined] = field(default_factory=list)
    header: dict[str, Any] = field(default_factory=dict)

    @property
    def time(self) -> int:
        return self.milliseconds // 1000


def header_of(block: Block) -> dict[str, Any]:
    receipts = [_encoded(mined) for mined in block.mined]
    logs = [log for mined in block.mined for log in mined.receipt["logs"]]
    roots = [_root(receipts), _root([bytes.fromhex(mined.raw[2:]) for mined in block.mined])]
    identity = (block.number, block.parent, block.salt, block.milliseconds, *roots)
    return {
        "number": hex(block.number),
        "hash": "0x" + keccak(encode(["string"], [repr(identity)])).hex(),
        "parentHash": block.parent,
        "timestamp": hex(block.time),
        "stateRoot": _STATE_ROOT,
        "receiptsRoot": roots[0],
        "transactionsRoot": roots[1],
        "logsBloom": bloom_of(logs),
        "gasLimit": hex(2 * GAS),
        "gasUsed": block.mined[-1].receipt["cumulativeGasUsed"] if block.mined else "0x0",
        "size": "0x400",
    }


def _root(values: list[bytes]) -> str:
    if not values:
        return _EMPTY_ROOT
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie[rlp.encode(index)] = value
    return "0x" + bytes(trie.root_hash).hex()


def _encoded(mined: Mined) -> bytes:
    receipt = mined.receipt
    raw = bytes.fromhex
    logs = [
        [raw(log["address"][2:]), [raw(topic[2:]) for topic in log["topics"]], raw(log["data"][2:])]
        for log in receipt["logs"]
    ]
    bloom = bytes.fromhex(bloom_of(receipt["logs"])[2:])
    fields = [int(receipt["status"], 16), int(receipt["cumulativeGasUsed"], 16), bloom, logs]
    kind = int(receipt["type"], 16)
    return (bytes([kind]) if kind else b"") + bytes(rlp.encode(fields))


def bloom_of(logs: list[dict[str, Any]]) -> str:
    bloom = BloomFilter()
    for log in logs:
        bloom.add(bytes.fromhex(log["address"][2:]))
        for topic in log["topics"]:
            bloom.add(bytes.fromhex(topic[2:]))
    return f"0x{int(bloom):0512x}"


def type_of(raw: str) -> str:
    first = int(raw[2:4], 16)
    return "0x0" if first >= 0xC0 else hex(first)


def transaction_of(sent: Sent, raw: str) -> dict[str, Any]:
    """As JSON-RPC has it; the signature is taken from the signed bytes."""
    data = bytes.fromhex(raw[2:])
    fields = rlp.decode(data if data[0] >= 0xC0 else data[1:])
    v, r, s = (int.from_bytes(one) for one in fields[-3:])
    found: dict[str, Any] = {
        "hash": sent.hash,
        "type": type_of(raw),
        "from": sent.sender.lower(),
        "nonce": hex(sent.nonce),
        "gas": hex(sent.gas),
        "gasPrice": hex(sent.fee_cap),
        "to": "0x" + sent.to.hex() if sent.to else None,
        "value": hex(sent.value),
        "input": "0x" + sent.data.hex(),
        "v": hex(v),
        "r": hex(r),
        "s": hex(s),
        "chainId": hex(sent.chain_id or 0),
    }
    if type_of(raw) == "0x2":
        found |= {"maxFeePerGas": hex(sent.fee_cap), "maxPriorityFeePerGas": hex(sent.tip_cap)}
        found |= {"accessList": [], "yParity": hex(v)}
    return found


def has_topics(topics: list[str], asked: list[Any]) -> bool:
    if len(asked) > len(topics):
        return False
    for topic, wanted in zip(topics, asked, strict=False):
        some = [wanted] if isinstance(wanted, str) else wanted
        if some and topic not in {one.lower() for one in some}:
            return False
    return True


def revert_of(message: str) -> Reverted:
    kind, _, output = message.partition("output: ")
    if kind.startswith("Revert"):
        return Reverted(bytes.fromhex(output.split()[0].removeprefix("0x").rstrip("}")))
    return Reverted(b"", message[:200])
