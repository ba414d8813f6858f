"""Headers of epochs on their way into an index: what is kept, and of which node nothing is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.epochs import FIRST, LAST, NEW, OLD, START, STRANGER, ServingNode, empty, epoch, honest
from support.proving import block, blocks, named, votes

from kgst.history import epochs
from kgst.history.database import History
from kgst.history.epochs import keep_epochs
from kgst.history.partitions import Index, Manifest
from kgst.history.rows import write
from kgst.jsonfile import write_whole
from kgst.proofs import Header

ANY = block(FIRST, NEW[0])


def numbers(index: Index, manifest: Manifest) -> list[int]:
    with History.open(index, manifest) as history:
        return [
            number - START for (number,) in history.rows("SELECT number FROM epochs ORDER BY 1")
        ]


def keep(
    folder: Path, nodes: list[ServingNode], last: int = LAST, manifest: Manifest | None = None
) -> tuple[list[int], str | None]:
    """What is kept, from the first epoch's first block; and why no more."""
    index, fresh = empty(folder, last) if manifest is None else (Index(folder), manifest)
    with index.writing():
        found, problem = keep_epochs(index, fresh, nodes)  # type: ignore[arg-type]
    assert found == index.manifest
    return numbers(index, found), problem


ALL = [0, 1_000, 1_001, 2_000, 2_001, 3_000, 3_001]


def test_keep_epochs__honest_node__two_headers_an_epoch(tmp_path: Path) -> None:
    node = ServingNode([*honest(), ANY])
    assert keep(tmp_path, [node]) == (ALL, None)
    assert len(node.asked) == 8


def test_keep_epochs__again__asks_for_new_ones_only(tmp_path: Path) -> None:
    node = ServingNode([*honest(), ANY])
    assert keep(tmp_path, [node], START + 2_500) == (ALL[:5], None)
    manifest = Index(tmp_path).manifest
    assert manifest
    parts = (manifest.partitions[0].model_copy(update={"last": LAST}),)
    node.asked.clear()
    longer = manifest.model_copy(update={"partitions": parts})
    assert keep(tmp_path, [node], manifest=longer) == (ALL, None)
    assert node.asked == [START + 3_000, START + 3_001]


@pytest.mark.parametrize("last", [START + 2_000, START + 2_001])
def test_keep_epochs__child_that_is_not_final__waits(last: int, tmp_path: Path) -> None:
    node = ServingNode([*honest(), ANY])
    wanted = ALL[:3] if last == START + 2_000 else ALL[:5]
    assert keep(tmp_path, [node], last) == (wanted, None)


def test_keep_epochs__votes_that_come_later_or_never__are_read_on_for(tmp_path: Path) -> None:
    header = block(START + 2_000, NEW[0], body=named(OLD))
    silent = blocks(header, [NEW[1]] * 5)
    before = [epoch(0)[0], *epoch(1), ANY]
    node = ServingNode([*before, *silent])
    # Nobody voted: all six blocks that the set still seals are kept, once they are final, and say it by their seals.
    assert keep(tmp_path / "young", [node], START + 2_004) == (ALL[:3], None)
    found, problem = keep(tmp_path / "old", [node], START + 2_005)
    assert (found, problem) == ([*ALL[:3], *range(2_000, 2_006)], None)
    # Votes for a block behind it serve as well; of too few they do not.
    for voters, kept in ((NEW[:4], 4), (NEW[:3], 6)):
        said = votes(voters, NEW, silent[1], silent[2])
        voted = blocks(header, [NEW[1]] * 5, {START + 2_003: said})
        found, _ = keep(tmp_path / str(kept), [ServingNode([*before, *voted])], START + 2_005)
        assert found == [*ALL[:3], *range(2_000, 2_000 + kept)]


@pytest.mark.parametrize(
    ("forged", "named_"),
    [
        (epoch(2, by=STRANGER), "not one of the validators"),
        (epoch(2, child_by=STRANGER), "not one of the validators"),
        (epoch(2, by=OLD[0]), "not one of the validators"),
        ([epoch(2, names=[STRANGER])[0], epoch(2)[1]], "not the child"),
        ([block(START + 2_000, NEW[0]), epoch(2)[1]], "not the child"),
        ([block(START + 2_001, NEW[0]), epoch(2)[1]], "gave block"),
    ],
)
def test_keep_epochs__node_that_lies__is_told_and_not_believed(
    forged: list[Header], named_: str, tmp_path: Path
) -> None:
    node = ServingNode([*honest(), ANY])
    for at, header in zip((2_000, 2_001), forged, strict=True):
        node.headers[START + at] = header
    found, problem = keep(tmp_path, [node])
    assert found == (ALL[:3] if "gave" not in named_ else [0])
    assert problem
    assert named_ in problem


def test_keep_epochs__two_nodes_of_two_forks__are_named(tmp_path: Path) -> None:
    other = ServingNode([*honest(), ANY], "b.example")
    other.headers[START + 1_000] = epoch(1, by=OLD[2])[0]
    found, problem = keep(tmp_path, [ServingNode([*honest(), ANY]), other])
    assert found == [0]
    assert problem == f"a.example and b.example have two headers for block {START + 1_000}"


class Killed(BaseException):
    """The process ends here."""


def test_keep_epochs__killed_at_every_write__goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "_IN_A_FILE", 1)
    node = ServingNode([*honest(), ANY])
    killed = 0
    for writes in range(100):
        folder, left = tmp_path / str(writes), writes

        def counted(act: Callable[..., Any]) -> Callable[..., Any]:
            def one(*arguments: Any) -> Any:
                nonlocal left
                if (left := left - 1) < 0:
                    raise Killed
                result = act(*arguments)
                if (left := left - 1) < 0:
                    raise Killed
                return result

            return one

        index, fresh = empty(folder)
        with monkeypatch.context() as patch:
            patch.setattr(epochs, "write", counted(write))
            patch.setattr("kgst.history.partitions.write_whole", counted(write_whole))
            try:
                keep(folder, [node], manifest=fresh)
                break
            except Killed:
                killed += 1
        assert keep(folder, [node], manifest=index.manifest) == (ALL, None)
        assert index.manifest
        assert {p.name for p in folder.glob("*.parquet")} == {
            file.name for file in index.manifest.all_files
        }
    assert killed == 16
