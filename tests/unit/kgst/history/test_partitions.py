"""An index's folder: what it holds is what `index.json` says, whoever was killed and whatever else lies there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import duckdb
import pytest

from kgst.errors import RefusedError
from kgst.history.database import History
from kgst.history.partitions import BrokenIndexError, Index, Manifest, Partition
from kgst.history.proving import file_checks
from kgst.history.rows import LogRow, connect, write

TOKEN = "0x0AF97AdA38aF474f3367F6BA8B4BC7ff51e3Ca1d"
HASH = "0x" + "5a" * 32


def row(block: int) -> LogRow:
    return LogRow(
        block, 0, 0, b"\1" * 32, bytes.fromhex(TOKEN[2:]), b"\2" * 32, None, None, None, b""
    )


def fresh() -> Manifest:
    return Manifest(
        chain_id=97, genesis=HASH, contracts={"KGST": TOKEN}, first_block=10, known_block=10
    )


def with_blocks(folder: Path, manifest: Manifest, last: int) -> Manifest:
    first = manifest.last_block + 1
    file = write(folder, "logs", first, last, [row(n) for n in range(first, last + 1)])
    partition = Partition(first=first, last=last, last_hash=HASH, agreed=1, files=(file,))
    return manifest.model_copy(update={"partitions": (*manifest.partitions, partition)})


@pytest.fixture
def index(tmp_path: Path) -> Index:
    found = Index(tmp_path / "an index")
    with found.writing():
        found.save(with_blocks(found.folder, fresh(), 12))
    return found


def test_manifest__saved__is_read_back(index: Index) -> None:
    manifest = index.manifest
    assert manifest is not None
    assert (manifest.last_block, manifest.rows("logs")) == (12, 3)
    with History.open(index, manifest) as history:
        assert history.rows("SELECT block_number FROM logs ORDER BY 1") == [(10,), (11,), (12,)]
        assert history.rows("SELECT count(*) FROM blocks") == [(0,)]


def test_writing__killed_before_the_manifest__next_writer_removes_what_was_left(
    index: Index,
) -> None:
    before = index.manifest
    with index.writing():
        with_blocks(index.folder, before or fresh(), 20)  # killed here
    assert len(list(index.folder.glob("*.parquet"))) == 2
    with index.writing():
        assert len(list(index.folder.glob("*.parquet"))) == 1
    assert index.manifest == before


def test_writing__another_process_writes__is_refused(index: Index) -> None:
    with index.writing(), pytest.raises(RefusedError, match="another process"), index.writing():
        pass


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "kgst-index/2"}, "kgst-index/1"),
        ({"first_block": 9}, "block 9 is due"),
        ({"more": 1}, "more"),
        ({"partitions": [{"first": 10}]}, "last"),
    ],
)
def test_manifest__other_content__is_refused(
    index: Index, change: dict[str, object], said: str
) -> None:
    path = index.folder / "index.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(BrokenIndexError, match=said):
        _ = index.manifest


@pytest.mark.parametrize("name", ["../../etc/passwd", "logs.parquet", "/tmp/x.parquet"])
def test_manifest__file_of_another_name__is_refused(index: Index, name: str) -> None:
    path = index.folder / "index.json"
    document = json.loads(path.read_text())
    document["partitions"][0]["files"][0]["name"] = name
    path.write_text(json.dumps(document))
    with pytest.raises(BrokenIndexError):
        _ = index.manifest


@pytest.mark.parametrize("what", ["cut", "gone", "link", "pipe", "folder"])
def test_files__not_what_was_written__are_named(index: Index, what: str, tmp_path: Path) -> None:
    manifest = index.manifest
    assert manifest is not None
    path = index.folder / manifest.files("logs")[0]
    data = path.read_bytes()
    path.unlink()
    if what == "cut":
        path.write_bytes(data[:-1])
    elif what == "link":
        (tmp_path / "elsewhere").write_bytes(data)
        path.symlink_to(tmp_path / "elsewhere")
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    [check] = file_checks(index, manifest)
    assert check.advice is not None
    assert path.name in check.found


def test_connect__hostile_query__reads_no_other_file(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        for query in (
            "SELECT * FROM read_text('/etc/passwd')",
            "COPY (SELECT 1) TO '/tmp/elsewhere.parquet'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error, match=r"(?i)permission|cannot"):
                connection.execute(query)


def test_open__files_of_another_kind__are_told(index: Index) -> None:
    manifest = index.manifest
    assert manifest is not None
    path = index.folder / manifest.files("logs")[0]
    for content in (b"no Parquet", b"PAR1" + b"\0" * 64 + b"PAR1", b""):
        path.write_bytes(content)
        with pytest.raises(BrokenIndexError, match="not an index's"):
            History.open(index, manifest).rows("SELECT * FROM logs")
    with connect(index.folder) as connection:
        connection.execute(f"COPY (SELECT 1 AS other) TO '{path}' (FORMAT parquet)")
    with pytest.raises(BrokenIndexError, match="not an index's"):
        History.open(index, manifest).rows("SELECT * FROM logs")
