"""A chain made up in this process: blocks with receipts under their headers, forks, and nodes that serve one of them.

Receipts and their blooms are py-evm's, tries Ethereum's `trie`; the product's own encoding has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import rlp
from eth.rlp.logs import Log as EvmLog
from eth.rlp.receipts import Receipt as EvmReceipt
from eth_utils.crypto import keccak
from trie import HexaryTrie

from kgst.node import NoAnswerError, NodeRefusedError, PrunedError

__all__ = ["CONTRACTS", "Block", "ChainNode", "Event", "Lie", "chain_of", "grown"]

CONTRACTS = ("0x" + 40 * "1", "0x" + 40 * "2")
STRANGER = "0x" + 40 * "3"
_EMPTY_UNCLES = keccak(rlp.encode([]))
_ADDRESSES = (*CONTRACTS, STRANGER)


@dataclass(frozen=True)
class Event:
    """What a transaction logs.

    Attributes:
        who: 0 and 1 are contracts of the index, 2 is a stranger.
        kind: Names the first topic.
        data: Up to 255.
    """

    who: int
    kind: int
    data: int

    @property
    def evm(self) -> EvmLog:
        address = bytes.fromhex(_ADDRESSES[self.who][2:])
        return EvmLog(address, (int.from_bytes(keccak(bytes([self.kind]))),), bytes([self.data]))


Transactions = tuple[tuple[Event, ...], ...]


@dataclass(frozen=True)
class Block:
    """One block; `transactions` has the events of each."""

    number: int
    parent_hash: bytes
    salt: int
    transactions: Transactions

    @cached_property
    def receipts(self) -> list[EvmReceipt]:
        return [
            EvmReceipt(b"\1", 21_000 * (at + 1), [event.evm for event in events])
            for at, events in enumerate(self.transactions)
        ]

    @cached_property
    def fields(self) -> list[bytes]:
        trie = HexaryTrie({})
        bloom = 0
        for at, receipt in enumerate(self.receipts):
            trie[rlp.encode(at)] = rlp.encode(receipt)
            bloom |= receipt.bloom
        zero = bytes(32)
        return [
            self.parent_hash, _EMPTY_UNCLES, bytes(20), zero, zero, trie.root_hash, bloom.to_bytes(256),
            b"\2", _number(self.number), _number(30_000_000), _number(21_000 * len(self.transactions)),
            _number(1_700_000_000 + self.number), bytes([self.salt]), zero, bytes(8),
        ]  # fmt: skip

    @cached_property
    def hash(self) -> bytes:
        return keccak(rlp.encode(self.fields))

    def transaction_hash(self, at: int) -> str:
        return hexed(keccak(self.hash + bytes([at])))

    @cached_property
    def logs(self) -> list[dict[str, Any]]:
        """All, as `eth_getLogs` has them."""
        found: list[dict[str, Any]] = []
        for at, receipt in enumerate(self.receipts):
            for log in receipt.logs:
                found.append(
                    {
                        "address": hexed(log.address),
                        "topics": [hexed(topic.to_bytes(32)) for topic in log.topics],
                        "data": hexed(log.data),
                        "blockNumber": hex(self.number),
                        "blockHash": hexed(self.hash),
                        "transactionHash": self.transaction_hash(at),
                        "transactionIndex": hex(at),
                        "logIndex": hex(len(found)),
                        "removed": False,
                    }
                )
        return found

    def of_contracts(self) -> list[dict[str, Any]]:
        """Those that an index of the contracts has."""
        return [log for log in self.logs if log["address"] in CONTRACTS]

    def as_json(self) -> dict[str, Any]:
        names = (
            "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom",
            "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce",
        )  # fmt: skip
        numbers = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
        told = {
            name: hex(int.from_bytes(value)) if name in numbers else hexed(value)
            for name, value in zip(names, self.fields, strict=True)
        }
        hashes = [self.transaction_hash(at) for at in range(len(self.transactions))]
        return {**told, "hash": hexed(self.hash), "transactions": hashes}

    def receipts_json(self) -> list[dict[str, Any]]:
        return [
            {
                "transactionHash": self.transaction_hash(at),
                "transactionIndex": hex(at),
                "blockNumber": hex(self.number),
                "blockHash": hexed(self.hash),
                "status": "0x1",
                "type": "0x0",
                "cumulativeGasUsed": hex(receipt.gas_used),
                "gasUsed": "0x5208",
                "logsBloom": hexed(receipt.bloom.to_bytes(256)),
                "logs": [log for log in self.logs if int(log["transactionIndex"], 16) == at],
            }
            for at, receipt in enumerate(self.receipts)
        ]


Chain = tuple[Block, ...]
Lie = Callable[[str, Any], Any]
"""What a node makes of a true answer to a method."""


def grown(chain: Chain, blocks: Sequence[Transactions], salt: int = 0) -> Chain:
    """`chain` with more blocks; another `salt` makes other ones."""
    found = list(chain)
    for transactions in blocks:
        parent = found[-1].hash if found else bytes(32)
        found.append(Block(len(found), parent, salt, transactions))
    return tuple(found)


def chain_of(*blocks: Transactions) -> Chain:
    return grown((), blocks)


@dataclass
class ChainNode:
    """A node that serves `chain`, as `kgst.node.pool.Node` does.

    Attributes:
        limit: Blocks that one question for logs may be about.
        kept_from: First block whose logs and receipts it has.
        silent: It says that there is nothing where it has pruned.
        lags: Blocks that it does not have yet.
        fails_at: The question that it has no answer to, counted from 0; None for none.
        lie: What it makes of its answers.
    """

    chain: Chain
    name: str = "a node"
    limit: int = 10_000
    kept_from: int = 0
    silent: bool = False
    lags: int = 0
    fails_at: int | None = None
    lie: Lie = field(default=lambda _, answer: answer)
    asked: int = 0

    def ask(self, method: str, params: Sequence[Any] = ()) -> Any:
        self.asked += 1
        if self.fails_at is not None and self.asked > self.fails_at:
            self.fails_at = None
            raise NoAnswerError(f"{self.name}: no answer.")
        answer = getattr(self, method)(*params)
        return self.lie(method, answer)

    def ask_all(self, questions: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        found: list[Any] = []
        for method, params in questions:
            try:
                found.append(self.ask(method, params))
            except NodeRefusedError as error:
                found.append(error)
        return found

    @property
    def _served(self) -> Chain:
        return self.chain[: len(self.chain) - self.lags]

    def _block(self, number: str) -> Block | None:
        at = int(number, 16)
        return self._served[at] if at < len(self._served) else None

    # Named as JSON-RPC has them.

    def eth_getBlockByNumber(self, number: str, _: bool) -> Any:
        block = self._block(number)
        return None if block is None else block.as_json()

    def eth_getBlockReceipts(self, number: str) -> Any:
        block = self._block(number)
        return None if block is None or block.number < self.kept_from else block.receipts_json()

    def eth_getTransactionByHash(self, _: str) -> Any:
        return None

    def eth_getLogs(self, wanted: dict[str, Any]) -> Any:
        low, high = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        if low < self.kept_from and not self.silent:
            raise PrunedError("pruned", code=4444, said="pruned history unavailable")
        if high - low + 1 > self.limit:
            said = f"exceed maximum block range: {self.limit}"
            raise NodeRefusedError(said, code=-32000, said=said)
        return [
            dict(log)
            for block in self._served[max(low, self.kept_from) : high + 1]
            for log in block.logs
            if log["address"] in [one.lower() for one in wanted["address"]]
        ]


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)
