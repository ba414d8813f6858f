"""An index as a database: its files as tables, each event of the contracts' ABI as a view with its parameters.

    db = History.open(index, abi)
    db.rows("SELECT sender, sum(value) FROM …")

Tables `logs`, `blocks` and `calls` are the files. A view is called like its event in small letters (`transfer`,
`role_granted`) and has `block_number`, `log_index`, `timestamp`, `transaction_hash`, `address`, and the event's own
parameters of fixed size: addresses, hashes and bytes as text `0x…`, booleans, and whole numbers (NULL above 2^128 - 1,
which only an allowance can be).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_utils.crypto import keccak

from kgst.history.partitions import BrokenIndexError, Index, Manifest
from kgst.history.rows import COLUMNS, connect, quoted
from kgst.terminal import plain

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

__all__ = ["Event", "History"]

_DYNAMIC: Final = re.compile(r"^(string|bytes)$|\]$|^\(")
_COMMON: Final = (
    "l.block_number, l.log_index, b.timestamp, "
    "'0x' || lower(hex(l.transaction_hash)) AS transaction_hash, '0x' || lower(hex(l.address)) AS address"
)


@dataclass(frozen=True)
class Event:
    """An event of an ABI.

    Attributes:
        inputs: Name, type, whether indexed.
    """

    name: str
    inputs: tuple[tuple[str, str, bool], ...]

    @property
    def signature(self) -> str:
        """`Transfer(address,address,uint256)`."""
        return f"{self.name}({','.join(type_ for _, type_, _ in self.inputs)})"

    @property
    def topic(self) -> bytes:
        """keccak256 of the signature."""
        return keccak(text=self.signature)

    @property
    def view(self) -> str:
        """Name of its view."""
        return _snake(self.name)

    @property
    def query(self) -> str:
        """What its view selects."""
        columns, topic, word = [], 1, 0
        for name, type_, indexed in self.inputs:
            if indexed:
                source = f"l.topic{topic}"
                topic += 1
            else:
                source = f"l.data[{32 * word + 1}:{32 * word + 32}]"
                word += 1
            if not _DYNAMIC.search(type_):
                columns.append(f'{_typed(source, type_)} AS "{_snake(name)}"')
        parameters = "".join(f", {column}" for column in columns)
        return (
            f"SELECT {_COMMON}{parameters} FROM logs l JOIN blocks b ON b.number = l.block_number "  # noqa: S608
            f"WHERE l.topic0 = unhex('{self.topic.hex()}')"
        )


class History:
    """An index opened for reading; use it as a context manager."""

    def __init__(self, connection: DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
        self._connection = connection
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, index: Index, manifest: Manifest, events: Sequence[Event] = ()) -> History:
        """The index's tables, and a view for each of `events`.

        Raises:
            BrokenIndexError: the files are not what such an index has.
        """
        import duckdb

        connection = connect(index.folder)
        try:
            for kind, columns in COLUMNS.items():
                connection.execute(_table(index, manifest, kind, columns))
            for event in events:
                connection.execute(f"CREATE VIEW {event.view} AS {event.query}")
        except duckdb.Error as error:
            connection.close()
            raise _broken(index.folder, error) from error
        return cls(connection, index.folder, manifest)

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds.

        Raises:
            BrokenIndexError: the files are not what such an index has.
        """
        import duckdb

        try:
            return self._connection.execute(query, list(parameters)).fetchall()
        except duckdb.Error as error:
            raise _broken(self.folder, error) from error

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _table(index: Index, manifest: Manifest, kind: str, columns: Mapping[str, str]) -> str:
    """SQL that makes one kind of rows a table, each column of its type."""
    paths = [str((index.folder / name).resolve()) for name in manifest.files(kind)]
    if not paths:
        return f"CREATE TABLE {kind} ({', '.join(f'{n} {t}' for n, t in columns.items())})"
    typed = ", ".join(f"{name}::{type_} AS {name}" for name, type_ in columns.items())
    listed = ", ".join(map(quoted, paths))
    return f"CREATE VIEW {kind} AS SELECT {typed} FROM read_parquet([{listed}])"  # noqa: S608


def _broken(folder: Path, error: Exception) -> BrokenIndexError:
    said = plain(str(error).splitlines()[0], 300)
    return BrokenIndexError(
        f"{folder}: its files are not an index's ({said}); restore it from a copy, or have it read anew."
    )


def _typed(source: str, type_: str) -> str:
    """SQL that reads a 32-byte word as a value of an ABI type."""
    if type_ == "address":
        return f"'0x' || lower(hex({source}[13:32]))"
    if type_ == "bool":
        return f"hex({source}[32:32]) <> '00'"
    if type_.startswith("bytes"):
        size = int(type_.removeprefix("bytes"))
        return f"'0x' || lower(hex({source}[1:{size}]))"
    fits = f"hex({source}[1:16]) = '{'0' * 32}'"
    return f"CASE WHEN {fits} THEN ('0x' || hex({source}[17:32]))::UHUGEINT END"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
