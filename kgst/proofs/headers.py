"""The header of a block, and the hash that follows from it.

A header is a list of 15 to 21 fields in RLP, and the block's hash is the keccak-256 of that (yellow paper, 4.4; later
forks each added fields at the end: EIP-1559, EIP-4895, EIP-4844, EIP-4788, EIP-7685). BSC has the same, and puts the
milliseconds of its time into `mixHash` (BEP-520).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Self

import rlp
from eth_utils.crypto import keccak

from kgst.proofs.encoding import (
    UINT64,
    UINT256,
    as_bytes,
    as_list,
    as_number,
    decode,
    json_bytes,
    json_number,
    json_object,
    number_of,
)
from kgst.proofs.errors import ProofError

__all__ = ["HASH", "Header"]

HASH: Final = 32
"""Bytes of a hash."""

_BLOOM: Final = 256
_MOST_EXTRA: Final = 32 * 1024
"""Bytes of `extraData`: 64 validators' addresses and keys (68 each) and their votes are a fifth of it."""


@dataclass(frozen=True)
class _Field:
    """One field: `length` bytes exactly, or a number of at most `size` bytes, or, with neither, any bytes."""

    name: str
    length: int | None = None
    size: int | None = None


# In the order in which they are hashed; core/types/block.go of bnb-chain/bsc and of go-ethereum.
_FIELDS: Final = (
    _Field("parentHash", HASH),
    _Field("sha3Uncles", HASH),
    _Field("miner", 20),
    _Field("stateRoot", HASH),
    _Field("transactionsRoot", HASH),
    _Field("receiptsRoot", HASH),
    _Field("logsBloom", _BLOOM),
    _Field("difficulty", size=UINT256),
    _Field("number", size=UINT64),
    _Field("gasLimit", size=UINT64),
    _Field("gasUsed", size=UINT64),
    _Field("timestamp", size=UINT64),
    _Field("extraData"),
    _Field("mixHash", HASH),
    _Field("nonce", 8),
    _Field("baseFeePerGas", size=UINT256),
    _Field("withdrawalsRoot", HASH),
    _Field("blobGasUsed", size=UINT64),
    _Field("excessBlobGas", size=UINT64),
    _Field("parentBeaconBlockRoot", HASH),
    _Field("requestsHash", HASH),
)
_REQUIRED: Final = 15
_AT: Final = {each.name: index for index, each in enumerate(_FIELDS)}


@dataclass(frozen=True)
class Header:
    """A block's header.

    Attributes:
        number: Of the block.
        hash: keccak-256 of `rlp`, 32 bytes: the block's.
        parent_hash: Of the block before, 32 bytes.
        state_root: Root of the state after the block, 32 bytes.
        transactions_root: Root of the trie of its transactions, 32 bytes.
        receipts_root: Root of the trie of their receipts, 32 bytes.
        logs_bloom: Of all its logs, 256 bytes.
        timestamp: Seconds.
        milliseconds: The same time; on BSC since Lorentz more exact (BEP-520).
        miner: Address, 20 bytes: on BSC the validator.
        extra: On BSC what validators, votes and seal are in; see `kgst.proofs.parlia`.
        rlp: All of it, as it is hashed.
        fields: The 15 to 21 fields, as RLP has them.
    """

    number: int
    hash: bytes
    parent_hash: bytes
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes
    logs_bloom: bytes = field(repr=False)
    timestamp: int
    milliseconds: int
    miner: bytes
    extra: bytes = field(repr=False)
    rlp: bytes = field(repr=False)
    fields: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of_json(cls, block: object) -> Self:
        """From a node's answer to `eth_getBlockByNumber` or `eth_getBlockByHash`.

        What is not hashed is passed over, so `size`, `totalDifficulty`, `milliTimestamp` and the transactions.

        Raises:
            ProofError: a field is missing, or is none; or they do not hash to the `hash` that the answer has.
        """
        given = json_object(block, "the block")
        fields: list[bytes] = []
        for index, each in enumerate(_FIELDS):
            value = given.get(each.name)
            if value is None and index >= _REQUIRED:
                later = [f.name for f in _FIELDS[index:] if given.get(f.name) is not None]
                if later:
                    raise ProofError(f"the header has {later[0]}, but not {each.name} before it")
                break
            what = f"the header's {each.name}"
            if each.size is not None:
                fields.append(number_of(json_number(value, what, each.size)))
            else:
                fields.append(json_bytes(value, what, each.length))
        header = cls._of(tuple(fields), rlp.encode(fields))
        told = given.get("hash")
        if told is not None and json_bytes(told, "the block's hash", HASH) != header.hash:
            raise ProofError(
                f"the header of block {header.number} hashes to 0x{header.hash.hex()}, not to {told} as the answer "
                "says: a field was changed, or is of a later fork than the 21 that are known here"
            )
        return header

    @classmethod
    def of_rlp(cls, data: bytes) -> Self:
        """From the bytes that are hashed.

        Raises:
            ProofError: they are no header in RLP's one form.
        """
        if isinstance(data, bytes) and len(data) > 2 * _MOST_EXTRA:
            raise ProofError(f"the header has {len(data)} bytes, more than any")
        items = as_list(decode(data, "the header", depth=1), "the header")
        if not _REQUIRED <= len(items) <= len(_FIELDS):
            raise ProofError(
                f"the header has {len(items)} fields, not {_REQUIRED} to {len(_FIELDS)}"
            )
        fields = []
        for each, item in zip(_FIELDS, items, strict=False):
            what = f"the header's {each.name}"
            if each.size is not None:
                as_number(item, what, each.size)
            fields.append(as_bytes(item, what, each.length))
        return cls._of(tuple(fields), data)

    @classmethod
    def _of(cls, fields: tuple[bytes, ...], encoded: bytes) -> Self:
        """From fields that have been checked each by itself."""
        extra = fields[_AT["extraData"]]
        if len(extra) > _MOST_EXTRA:
            raise ProofError(f"the header's extraData has {len(extra)} bytes, more than any")
        timestamp = int.from_bytes(fields[_AT["timestamp"]])
        # Where it is no part of a second, it is something else (EIP-4399), or nothing.
        part = int.from_bytes(fields[_AT["mixHash"]])
        return cls(
            number=int.from_bytes(fields[_AT["number"]]),
            hash=keccak(encoded),
            parent_hash=fields[_AT["parentHash"]],
            state_root=fields[_AT["stateRoot"]],
            transactions_root=fields[_AT["transactionsRoot"]],
            receipts_root=fields[_AT["receiptsRoot"]],
            logs_bloom=fields[_AT["logsBloom"]],
            timestamp=timestamp,
            milliseconds=timestamp * 1000 + (part if part < 1000 else 0),
            miner=fields[_AT["miner"]],
            extra=extra,
            rlp=encoded,
            fields=fields,
        )
