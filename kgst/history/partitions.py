"""The folder of an index: partitions in Parquet, and `index.json`, which says what they are.

A partition is written whole under its own name, then `index.json` takes it in, whole or not at all: whatever a killed
process leaves is not in it, and the next writer removes it. The files are for any reader of Parquet; `docs/index.md`
has their columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.document import Address, Count, Hash, Sha256
from kgst.errors import InputError, RefusedError
from kgst.jsonfile import load_model, write_whole
from kgst.locking import HeldError, LockedFile

__all__ = [
    "MANIFEST",
    "BrokenIndexError",
    "Epochs",
    "Index",
    "Manifest",
    "Partition",
    "PartitionFile",
    "sha256_of",
]

MANIFEST: Final = "index.json"
_LOCK: Final = ".lock"
_REMEDY: Final = "restore it from a copy, or delete the folder and run `ape run index sync`"


class BrokenIndexError(InputError):
    """An index that cannot be used as it stands."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PartitionFile(_Model):
    """One file in Parquet.

    Attributes:
        name: In the index's folder.
        sha256: Of the file.
        rows: How many.
    """

    name: Annotated[
        str, Field(pattern=r"^(logs|blocks|calls|epochs)-[0-9]{12}-[0-9]{12}-[0-9a-f]{8}\.parquet$")
    ]
    sha256: Sha256
    rows: Count


class Partition(_Model):
    """All events of some blocks.

    Attributes:
        first: First block.
        last: Last block, inclusive.
        last_hash: Hash of the last.
        agreed: How many nodes gave the same logs for them.
        files: `logs`, `blocks` and `calls`; a kind that has no row has no file.
    """

    first: Count
    last: Count
    last_hash: Hash
    agreed: Annotated[int, Field(ge=1)]
    files: tuple[PartitionFile, ...] = ()

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"it begins with block {self.first} and ends with {self.last}")
        return self


class Epochs(_Model):
    """Headers of BSC's epochs, by which the sets of validators are carried forward.

    Attributes:
        first: The first block of the first epoch.
        last: The first block of the last epoch.
        files: `epochs`, oldest first.
    """

    first: Count
    last: Count
    files: tuple[PartitionFile, ...] = ()


class Manifest(_Model):
    """What an index holds.

    Attributes:
        genesis: Hash of block 0.
        contracts: Whose events: names of the record.
        first_block: The deployment's first block.
        known_block: A block that is known to have events: that in which the deployment gave its roles.
        partitions: Without a gap from `first_block` on.
        compared: The block up to which all that events speak of was found to be the chain's state; 0 before.
        epochs: None where none were read: on another chain than BSC, or before they were kept.
    """

    format: Literal["kgst-index/1"] = "kgst-index/1"
    chain_id: Annotated[int, Field(ge=1)]
    genesis: Hash
    contracts: dict[str, Address]
    first_block: Count
    known_block: Count
    partitions: tuple[Partition, ...] = ()
    compared: Count = 0
    epochs: Epochs | None = None

    @model_validator(mode="after")
    def _without_gap(self) -> Self:
        due = self.first_block
        for partition in self.partitions:
            if partition.first != due:
                raise ValueError(
                    f"block {due} is due, and the next partition begins with {partition.first}"
                )
            due = partition.last + 1
        return self

    @property
    def last_block(self) -> int:
        """The last that was read; one before `first_block` when none was."""
        return self.partitions[-1].last if self.partitions else self.first_block - 1

    @property
    def all_files(self) -> list[PartitionFile]:
        """Every file that belongs to it."""
        found = [file for partition in self.partitions for file in partition.files]
        return found + list(self.epochs.files if self.epochs else ())

    def files(self, kind: str) -> list[str]:
        """Names of the files of one kind, oldest first."""
        return [f.name for f in self.all_files if f.name.startswith(f"{kind}-")]

    def rows(self, kind: str) -> int:
        """Rows of one kind."""
        return sum(f.rows for f in self.all_files if f.name.startswith(f"{kind}-"))


class Index:
    """An index on disk.

    Args:
        folder: Of one deployment: `deployments/<network>/index`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def manifest(self) -> Manifest | None:
        """What it holds now; None where there is no index.

        Raises:
            BrokenIndexError: `index.json` is not one.
        """
        try:
            return load_model(self.folder / MANIFEST, Manifest, BrokenIndexError, _REMEDY)
        except FileNotFoundError:
            return None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Within the block no other process writes; what a killed one left is removed first.

        Raises:
            RefusedError: another process writes.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = LockedFile(self.folder / _LOCK)
        except HeldError:
            raise RefusedError(
                f"{self.folder}: another process brings this index up to date; wait for it to end."
            ) from None
        with lock:
            self._tidy()
            yield

    def save(self, manifest: Manifest) -> None:
        """Let the index be `manifest`, whole or not at all; files that it no longer names are removed."""
        write_whole(self.folder / MANIFEST, manifest.model_dump_json(indent=1))
        self._tidy()

    def path(self, file: PartitionFile) -> Path:
        """Of one of its files."""
        return self.folder / file.name

    def _tidy(self) -> None:
        manifest = self.manifest
        known = {file.name for file in (manifest.all_files if manifest else ())}
        for path in self.folder.glob("*.parquet"):
            if path.name not in known:
                path.unlink()


def sha256_of(path: Path) -> str:
    """Of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
