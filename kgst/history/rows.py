"""Rows of an index: from a node's answers, into Parquet and back.

Integers are integers, hashes, addresses and data are bytes: 32-byte topics as the chain has them. `docs/index.md` lists
the columns.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kgst.history.partitions import PartitionFile, sha256_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["COLUMNS", "BlockRow", "CallRow", "EpochRow", "LogRow", "connect", "quoted", "write"]

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "logs": {
        "block_number": "UBIGINT",
        "transaction_index": "UINTEGER",
        "log_index": "UINTEGER",
        "transaction_hash": "BLOB",
        "address": "BLOB",
        "topic0": "BLOB",
        "topic1": "BLOB",
        "topic2": "BLOB",
        "topic3": "BLOB",
        "data": "BLOB",
    },
    "blocks": {
        "number": "UBIGINT",
        "hash": "BLOB",
        "parent_hash": "BLOB",
        "timestamp": "UBIGINT",
        "header": "BLOB",
        "receipts": "BLOB[]",
    },
    "calls": {
        "transaction_hash": "BLOB",
        "block_number": "UBIGINT",
        "sender": "BLOB",
        "receiver": "BLOB",
        "input": "BLOB",
    },
    "epochs": {"number": "UBIGINT", "hash": "BLOB", "header": "BLOB"},
}
"""Columns of each kind of file, in order, with DuckDB's types."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event (`logs`).

    Attributes:
        log_index: In its block.
        topic0: The event's; None for an anonymous one.
    """

    block_number: int
    transaction_index: int
    log_index: int
    transaction_hash: bytes
    address: bytes
    topic0: bytes | None
    topic1: bytes | None
    topic2: bytes | None
    topic3: bytes | None
    data: bytes

    @classmethod
    def of(cls, log: Mapping[str, Any]) -> LogRow:
        """From a node's answer."""
        return cls.made(
            int(log["blockNumber"], 16),
            int(log["transactionIndex"], 16),
            int(log["logIndex"], 16),
            bytes.fromhex(log["transactionHash"][2:]),
            bytes.fromhex(log["address"][2:]),
            [bytes.fromhex(topic[2:]) for topic in log["topics"]],
            bytes.fromhex(log["data"][2:]),
        )

    @classmethod
    def made(
        cls,
        block: int,
        transaction: int,
        place: int,
        hash_: bytes,
        address: bytes,
        topics: Sequence[bytes],
        data: bytes,
    ) -> LogRow:
        """From its parts, of which `topics` are at most four."""
        one, two, three, four = (*topics, None, None, None, None)[:4]
        return cls(block, transaction, place, hash_, address, one, two, three, four, data)

    @property
    def topics(self) -> tuple[bytes, ...]:
        """As many as it has."""
        four = (self.topic0, self.topic1, self.topic2, self.topic3)
        return tuple(topic for topic in four if topic is not None)


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block with an event (`blocks`).

    Attributes:
        timestamp: Seconds.
        header: RLP; its keccak256 is the block's hash.
        receipts: Nodes of the receipts' trie, in RLP, that lead to each receipt with an event of this index; None where
            the node no longer had the receipts.
    """

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int
    header: bytes
    receipts: list[bytes] | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """A transaction whose call data has auditors' signatures (`calls`).

    Attributes:
        receiver: None where it created a contract.
    """

    transaction_hash: bytes
    block_number: int
    sender: bytes
    receiver: bytes | None
    input: bytes

    @classmethod
    def of(cls, transaction: Mapping[str, Any]) -> CallRow:
        """From a node's answer."""
        to = transaction.get("to")
        return cls(
            bytes.fromhex(transaction["hash"][2:]),
            int(transaction["blockNumber"], 16),
            bytes.fromhex(transaction["from"][2:]),
            bytes.fromhex(to[2:]) if to else None,
            bytes.fromhex(transaction["input"][2:]),
        )


@dataclass(frozen=True, slots=True)
class EpochRow:
    """The first block of an epoch of BSC, or one behind it that shows who held it to be the chain's (`epochs`).

    Attributes:
        header: RLP; its keccak256 is the block's hash.
    """

    number: int
    hash: bytes
    header: bytes


def connect(folder: Path | None = None) -> DuckDBPyConnection:
    """A database in memory that reads nothing but files below `folder`, and writes nothing elsewhere."""
    import duckdb

    connection = duckdb.connect()
    if folder is not None:
        # What an index from elsewhere says must not make the engine touch anything else.
        connection.execute(f"SET allowed_directories = [{quoted(str(folder.resolve()) + '/')}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET preserve_insertion_order = true")
    return connection


def write(
    folder: Path,
    kind: str,
    first: int,
    last: int,
    rows: Sequence[LogRow] | Sequence[BlockRow] | Sequence[CallRow] | Sequence[EpochRow],
) -> PartitionFile:
    """A file of `rows`, which are in order."""
    import pandas as pd

    columns = COLUMNS[kind]
    values = attrgetter(*[field.name for field in fields(rows[0])])
    frame = pd.DataFrame(map(values, rows), columns=list(columns), dtype=object)
    name = f"{kind}-{first:012}-{last:012}-{secrets.token_hex(4)}.parquet"
    casts = ", ".join(f"{column}::{type_} AS {column}" for column, type_ in columns.items())
    with connect(folder) as connection:
        connection.register("frame", frame)
        connection.execute(
            f"COPY (SELECT {casts} FROM frame) TO {quoted(str(folder.resolve() / name))} "  # noqa: S608
            "(FORMAT parquet, COMPRESSION zstd)"
        )
    return PartitionFile(name=name, sha256=sha256_of(folder / name), rows=len(rows))


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
