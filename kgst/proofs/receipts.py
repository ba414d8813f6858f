"""A transaction's receipt: what it did, in the bytes that the root in the header commits to.

A receipt is a list of four in RLP: outcome, gas, bloom, logs (yellow paper, 4.3.1; status instead of a root since
EIP-658), with its type before it unless it is a legacy one (EIP-2718). The bloom says nothing that the logs do not:
it is made of them here, and one that differs is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

import rlp
from eth_utils.crypto import keccak

from kgst.proofs.encoding import (
    Item,
    as_bytes,
    as_list,
    as_number,
    decode,
    json_bytes,
    json_list,
    json_number,
    json_object,
    number_of,
)
from kgst.proofs.errors import ProofError

__all__ = ["Log", "Receipt", "bloom_bits", "encode_receipt"]

_ADDRESS: Final = 20
_HASH: Final = 32
_BLOOM: Final = 256
_MOST_TOPICS: Final = 4
_LAST_TYPE: Final = 4
"""EIP-2930, EIP-1559, EIP-4844, EIP-7702; the receipts of all have the same four parts."""

_SUCCESS: Final = b"\x01"
_FAILURE: Final = b""
_DEPTH: Final = 4  # the receipt, its logs, a log, its topics


@dataclass(frozen=True)
class Log:
    """An event.

    Attributes:
        address: The contract's, 20 bytes.
        topics: At most four, 32 bytes each.
        data: Any number of bytes.
    """

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes

    @classmethod
    def of_json(cls, log: object) -> Self:
        """From a node's answer.

        Raises:
            ProofError: a part is missing, or is none; or the log is of a block that is no longer one.
        """
        given = json_object(log, "a log")
        if given.get("removed") not in (None, False):
            raise ProofError("a log was removed: its block is no longer part of the chain")
        topics = json_list(given.get("topics"), "a log's topics")
        return cls._of(
            json_bytes(given.get("address"), "a log's address", _ADDRESS),
            tuple(json_bytes(topic, "a log's topic", _HASH) for topic in topics),
            json_bytes(given.get("data"), "a log's data"),
        )

    @classmethod
    def of_item(cls, item: Item) -> Self:
        """From what RLP held.

        Raises:
            ProofError: it is no log.
        """
        address, topics, data = as_list(item, "a log", 3)
        return cls._of(
            as_bytes(address, "a log's address", _ADDRESS),
            tuple(
                as_bytes(topic, "a log's topic", _HASH)
                for topic in as_list(topics, "a log's topics")
            ),
            as_bytes(data, "a log's data"),
        )

    @classmethod
    def _of(cls, address: bytes, topics: tuple[bytes, ...], data: bytes) -> Self:
        if len(topics) > _MOST_TOPICS:
            raise ProofError(f"a log has {len(topics)} topics, more than {_MOST_TOPICS}")
        return cls(address, topics, data)


@dataclass(frozen=True)
class Receipt:
    """What a transaction did.

    Attributes:
        type: 0 for a legacy one, else EIP-2718's.
        status: 1 for success, 0 for a revert; None before EIP-658, which `root` then has the place of.
        root: Of the state after it, 32 bytes; None since EIP-658.
        cumulative_gas_used: Of the block until then, this transaction included.
        logs: Its events, in their order.
    """

    type: int
    status: int | None
    root: bytes | None
    cumulative_gas_used: int
    logs: tuple[Log, ...]

    @classmethod
    def of_json(cls, receipt: object) -> Self:
        """From a node's answer to `eth_getTransactionReceipt`, or one of `eth_getBlockReceipts`.

        Raises:
            ProofError: a part is missing, or is none; or the bloom is of other logs.
        """
        given = json_object(receipt, "the receipt")
        kind = given.get("type")
        root = given.get("root")
        status, state = given.get("status"), None
        if status is not None:
            status = json_number(status, "the receipt's status")
            if root not in (None, "0x"):
                raise ProofError("the receipt has both a status and a root")
        else:
            state = json_bytes(root, "the receipt's root (it has no status)", _HASH)
        made = cls._of(
            0 if kind is None else json_number(kind, "the receipt's type"),
            status,
            state,
            json_number(given.get("cumulativeGasUsed"), "the receipt's cumulativeGasUsed"),
            tuple(map(Log.of_json, json_list(given.get("logs"), "the receipt's logs"))),
        )
        bloom = given.get("logsBloom")
        if bloom is not None:
            made.require_bloom(json_bytes(bloom, "the receipt's logsBloom", _BLOOM))
        return made

    @classmethod
    def of_rlp(cls, data: bytes) -> Self:
        """From the bytes under the root.

        Raises:
            ProofError: they are no receipt in RLP's one form, of a type that is not known, or with another bloom.
        """
        if not isinstance(data, bytes) or not data:
            raise ProofError("the receipt is not bytes, or none")
        kind, payload = (data[0], data[1:]) if 0 < data[0] <= _LAST_TYPE else (0, data)
        parts = as_list(decode(payload, "the receipt", depth=_DEPTH), "the receipt", 4)
        outcome = as_bytes(parts[0], "the receipt's outcome")
        state = outcome if len(outcome) == _HASH else None
        if state is None and outcome not in (_FAILURE, _SUCCESS):
            raise ProofError("the receipt's outcome is neither a status nor a root")
        made = cls._of(
            kind,
            len(outcome) if state is None else None,
            state,
            as_number(parts[1], "the receipt's gas"),
            tuple(map(Log.of_item, as_list(parts[3], "the receipt's logs"))),
        )
        made.require_bloom(as_bytes(parts[2], "the receipt's bloom", _BLOOM))
        return made

    @classmethod
    def _of(
        cls, kind: int, status: int | None, root: bytes | None, gas: int, logs: tuple[Log, ...]
    ) -> Self:
        if kind > _LAST_TYPE:
            raise ProofError(f"the receipt's type {kind} is not one of 0 to {_LAST_TYPE}")
        if status not in (None, 0, 1):
            raise ProofError(f"the receipt's status {status} is neither 0 nor 1")
        return cls(kind, status, root, gas, logs)

    @property
    def bloom(self) -> bytes:
        """Of its logs, 256 bytes (yellow paper, 4.3.1)."""
        bits = 0
        for log in self.logs:
            bits |= bloom_bits(log.address)
            for topic in log.topics:
                bits |= bloom_bits(topic)
        return bits.to_bytes(_BLOOM)

    def require_bloom(self, bloom: bytes) -> None:
        """Check that `bloom` is of these logs.

        Raises:
            ProofError: it is of others.
        """
        if bloom != self.bloom:
            raise ProofError(
                "the receipt's bloom is not that of its logs: logs are missing, or others"
            )

    def encoded(self) -> bytes:
        """The bytes under the root."""
        outcome = self.root
        if outcome is None:
            outcome = _SUCCESS if self.status else _FAILURE
        logs: Any = [[log.address, list(log.topics), log.data] for log in self.logs]
        parts = [outcome, number_of(self.cumulative_gas_used), self.bloom, logs]
        return (bytes([self.type]) if self.type else b"") + bytes(
            rlp.encode(parts, infer_serializer=False)
        )


def encode_receipt(receipt: object) -> bytes:
    """The bytes under the root of a receipt as JSON-RPC has it; see `Receipt.of_json`."""
    return Receipt.of_json(receipt).encoded()


@lru_cache(maxsize=16_384)
def bloom_bits(value: bytes) -> int:
    """The three bits that an address or a topic sets."""
    digest = keccak(value)
    bits = 0
    for at in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[at : at + 2]) & 2047)
    return bits
