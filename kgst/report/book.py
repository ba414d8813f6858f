"""The index, opened for a report: what it is of, whether it reaches, and the block at which things are measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.errors import InputError
from kgst.history.database import History
from kgst.history.partitions import BrokenIndexError, Index, Manifest, sha256_of
from kgst.index.known import known_events
from kgst.proofs import Header, ProofError

if TYPE_CHECKING:
    from kgst.files import Files
    from kgst.record import Record
    from kgst.report.period import Period

__all__ = ["ZERO", "Book", "Point", "opened"]

ZERO: Final = "0x" + "00" * 20
"""From which mints come, and to which burns go, as the index writes it."""


@dataclass(frozen=True)
class Point:
    """Where figures are measured.

    Attributes:
        block: The last block before the period's end in which a contract logged something: nothing of what is measured
            changes from there to the end.
        time: Of that block.
        end: The second after the period's last: what has a lower time is in it.
    """

    block: int
    hash: str
    time: int
    end: int


@dataclass(frozen=True)
class Book:
    """An index and the record of its deployment.

    Attributes:
        reaches: Whether the index is known to have everything up to the period's end.
    """

    history: History
    manifest: Manifest
    record: Record
    point: Point
    reaches: bool

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds; see `History.rows`."""
        return self.history.rows(query, parameters)

    def one(self, query: str, *parameters: Any) -> tuple[Any, ...]:
        """The only row that a query finds."""
        [row] = self.rows(query, *parameters)
        return row

    def broken(self, what: str) -> BrokenIndexError:
        """An index that contradicts itself: events are missing or made up."""
        return BrokenIndexError(
            f"{self.history.folder}: its events have {what}; `ape run index verify` says where, and "
            "`ape run index sync --anew` with a node that has everything reads it again."
        )

    @property
    def desk(self) -> str:
        """The redemption desk, as the index writes addresses."""
        return self.record.contracts["RedemptionDesk"].address.lower()


@contextmanager
def opened(files: Files, record: Record, period: Period) -> Iterator[Book]:
    """The deployment's index, for one period.

    Raises:
        InputError: there is none, it is another deployment's, a file of it is not what `index.json` names, or nothing
            happened before the period's end.
        BrokenIndexError: it cannot be read.
    """
    index = Index(files.index)
    manifest = index.manifest
    if manifest is None:
        raise InputError(
            f"{files.index}: there is no index, of which the report is made; `ape run index sync` makes it."
        )
    _require_ours(files, manifest, record)
    _require_whole(index, manifest.all_files)
    with History.open(index, manifest, known_events()) as history:
        rows = history.rows(
            "SELECT number, '0x' || lower(hex(hash)), timestamp FROM blocks WHERE timestamp < ? "
            "ORDER BY number DESC LIMIT 1",
            (period.end,),
        )
        if not rows:
            raise InputError(
                f"{files.index}: nothing had happened before the end of {period.last}; name a later day with --to."
            )
        [(number, hash_, at)] = rows
        point = Point(number, hash_, at, period.end)
        yield Book(history, manifest, record, point, _latest(history) >= period.end)


def _latest(history: History) -> int:
    """The time of the latest block that the index has the header of."""
    [(with_events,)] = history.rows("SELECT coalesce(max(timestamp), 0) FROM blocks")
    found = [int(with_events)]
    for (header,) in history.rows("SELECT header FROM epochs ORDER BY number DESC LIMIT 1"):
        try:
            found.append(Header.of_rlp(bytes(header)).timestamp)
        except ProofError as error:
            raise InputError(
                f"{history.folder}: a header of it is none ({error}); restore it from a copy, or have it read anew."
            ) from error
    return max(found)


def _require_ours(files: Files, manifest: Manifest, record: Record) -> None:
    ours = (record.chain_id, record.genesis, record.token.address)
    found = (manifest.chain_id, manifest.genesis, to_checksum_address(manifest.contracts["KGST"]))
    if ours != found:
        raise InputError(
            f"{files.index}: this index is of the token {found[2]} on chain {found[0]}, the record of {ours[2]} on "
            f"chain {ours[0]}; put the right one there, or `ape run index sync --anew`."
        )


def _require_whole(index: Index, files: Sequence[Any]) -> None:
    """What `index.json` names is there, byte for byte; whether it happened is for `index verify`."""
    for file in files:
        path = index.path(file)
        if not path.is_file() or sha256_of(path) != file.sha256:
            raise InputError(
                f"{path}: missing, or not the file that index.json names; restore the index from a copy, or "
                "`ape run index sync --anew`."
            )
