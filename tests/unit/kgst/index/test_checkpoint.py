"""An index, verified from one block that is trusted; and whatever an enemy could put into it. A second a vote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.epochs import LAST, NEW, OLD, START, STRANGER, epoch, honest, kept
from support.proving import LENGTH, block, named, recorded

from kgst.checks import Check, State
from kgst.errors import InputError
from kgst.history.database import History
from kgst.history.partitions import Index, Manifest
from kgst.index.checkpoint import Checkpoint, checkpoint_checks, said_of
from kgst.index.documents import Carried
from kgst.proofs import Header

TRUSTED = epoch(0)[0]
# Behind START + 2 * LENGTH the five seal six more blocks, two in a row.
BLOCKS = [
    block(START + 1_500, NEW[3]),
    block(START + 2 * LENGTH + 5, NEW[4]),
    block(START + 2 * LENGTH + 6, OLD[3]),
    block(LAST, NEW[0]),
]


def verified(
    folder: Path, epochs: list[Header], blocks: list[Header], trusted: Checkpoint | None = None
) -> tuple[list[Check], Carried]:
    index, manifest = kept(folder, epochs, blocks)
    return from_checkpoint(index, manifest, trusted or Checkpoint(TRUSTED.number, TRUSTED.hash))


def from_checkpoint(
    index: Index, manifest: Manifest, trusted: Checkpoint
) -> tuple[list[Check], Carried]:
    with History.open(index, manifest) as history:
        return checkpoint_checks(history, trusted)


def test_checkpoint__honest_index__each_block_is_bound(tmp_path: Path) -> None:
    checks, carried = verified(tmp_path, honest(), BLOCKS)
    assert {check.state for check in checks} == {State.OK}
    assert (carried.epochs, carried.by_votes, carried.by_seals) == (3, 3, 0)
    assert (carried.bound, carried.unbound) == (4, 0)
    assert (carried.first_block, carried.last_block) == (START + LENGTH, START + 4 * LENGTH + 5)
    assert "Not checked" in said_of(carried)


def test_checkpoint__later_one__leaves_blocks_before_it(tmp_path: Path) -> None:
    header = epoch(2)[0]
    checks, carried = verified(tmp_path, honest(), BLOCKS, Checkpoint(header.number, header.hash))
    assert [check.state for check in checks] == [State.OK, State.OK, State.WARNING]
    assert (carried.epochs, carried.bound, carried.unbound) == (1, 1, 3)
    assert carried.first_block == START + 3 * LENGTH


def test_checkpoint__without_votes__seals_of_more_than_half_carry(tmp_path: Path) -> None:
    header = block(START + LENGTH, OLD[0], body=named(NEW, 2))
    child = block(header.number + 1, OLD[1], header)
    three = [header, child, block(child.number + 1, OLD[2], child)]
    checks, carried = verified(tmp_path, [TRUSTED, *three], BLOCKS[:1])
    assert {check.state for check in checks} == {State.OK}
    assert (carried.by_votes, carried.by_seals) == (0, 1)


Change = Callable[[], list[Header]]


def _by_a_stranger() -> list[Header]:
    return [TRUSTED, *epoch(1, by=STRANGER), *epoch(2)]


def _by_one_who_is_not_in_office() -> list[Header]:
    return [TRUSTED, *epoch(1), *epoch(2, by=OLD[0])]


def _with_a_changed_set() -> list[Header]:
    """A validator names strangers, and shows the votes for the true block."""
    forged = epoch(1, names=[STRANGER, *OLD])[0]
    return [TRUSTED, forged, epoch(1)[1], *epoch(2)]


def _with_a_changed_set_and_few_votes() -> list[Header]:
    return [TRUSTED, *epoch(1, names=[STRANGER, *OLD], voters=OLD[:2])]


def _with_votes_too_few() -> list[Header]:
    return [TRUSTED, *epoch(1, voters=OLD[:2])]


def _with_votes_of_more_than_signed() -> list[Header]:
    return [TRUSTED, *epoch(1, voters=OLD[:2], bits=0b1111)]


def _with_votes_of_strangers() -> list[Header]:
    return [TRUSTED, *epoch(1, voters=[STRANGER], bits=0b1111)]


def _without_votes() -> list[Header]:
    return [TRUSTED, *epoch(1, voters=[])]


def _with_a_gap() -> list[Header]:
    return [TRUSTED, *epoch(2), *epoch(3)]


def _without_an_epoch_s_first_block() -> list[Header]:
    return [TRUSTED, epoch(1)[1], *epoch(2)]


@pytest.mark.parametrize(
    ("made", "named_"),
    [
        (_by_a_stranger, "not one of the validators"),
        (_by_one_who_is_not_in_office, "not one of the validators"),
        (_with_a_changed_set, "not the child"),
        (_with_a_changed_set_and_few_votes, "fewer than 3"),
        (_with_votes_too_few, "2 of 4 voted"),
        (_with_votes_of_more_than_signed, "not signed by the validators"),
        (_with_votes_of_strangers, "not signed by the validators"),
        (_without_votes, "carries no votes"),
        (_with_a_gap, f"no header of the epoch that begins with block {START + LENGTH}"),
        (_without_an_epoch_s_first_block, "next epoch"),
    ],
)
def test_checkpoint__forged_epochs__are_named_and_bind_nothing(
    made: Change, named_: str, tmp_path: Path
) -> None:
    checks, carried = verified(tmp_path, made(), BLOCKS)
    assert [check.state for check in checks] == [State.FAILED, State.FAILED]
    assert named_ in checks[0].found
    assert carried.bound + carried.unbound == len(BLOCKS)
    assert carried.unbound >= 1
    assert "is not known" in checks[1].found


@pytest.mark.parametrize(
    ("forged", "named_"),
    [
        (block(START + 1_501, STRANGER), "not one of the validators"),
        # One who left, and one who has not come yet.
        (block(START + 1_501, OLD[0]), "not one of the validators"),
        (block(START + 2 * LENGTH + 5, OLD[0]), "not one of the validators"),
        (block(START + 6 * LENGTH, NEW[0]), "is not known"),
        # A validator whose time it is, with a second block of the number of one that is known.
        (block(START + 2 * LENGTH, NEW[0], body=named(NEW, 2)), "have another one of it"),
    ],
)
def test_checkpoint__forged_block__is_not_bound(
    forged: Header, named_: str, tmp_path: Path
) -> None:
    assert forged.miner in {m.address for m in (*OLD, *NEW, STRANGER)}
    checks, _ = verified(tmp_path, honest(), [BLOCKS[0], forged])
    assert [check.state for check in checks] == [State.OK, State.FAILED]
    assert named_ in checks[1].found


def test_checkpoint__of_another_fork__is_named(tmp_path: Path) -> None:
    checks, carried = verified(tmp_path, honest(), BLOCKS, Checkpoint(TRUSTED.number, bytes(32)))
    assert [check.state for check in checks] == [State.FAILED]
    assert TRUSTED.hash.hex() in checks[0].found
    assert (carried.bound, carried.first_block) == (0, None)
    assert said_of(carried) == "Nothing follows from this checkpoint."


def test_checkpoint__header_of_another_hash_than_kept__is_named(tmp_path: Path) -> None:
    """The column `hash` is not what is trusted."""
    index, manifest = kept(tmp_path, [TRUSTED, *epoch(1)], BLOCKS[:1])
    assert manifest.epochs
    path = index.path(manifest.epochs.files[0])
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE e AS SELECT * FROM '{path}'")
        connection.execute("UPDATE e SET hash = '\\x11'::BLOB WHERE number = ?", [START + LENGTH])
        connection.execute(f"COPY e TO '{path}' (FORMAT parquet)")
    checks, _ = from_checkpoint(index, manifest, Checkpoint(TRUSTED.number, TRUSTED.hash))
    assert "another block's" in checks[0].found


@pytest.mark.parametrize(
    "number", [START + 1, START + LENGTH + 1, START + 5 * LENGTH, START - LENGTH]
)
def test_checkpoint__of_a_block_that_begins_no_kept_epoch__says_which_do(
    number: int, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"from block {START} to block {START + 3 * LENGTH}"):
        verified(tmp_path, honest(), BLOCKS, Checkpoint(number, bytes(32)))


def test_checkpoint__of_an_index_that_has_no_epochs_or_validators__is_told(tmp_path: Path) -> None:
    index, manifest = kept(tmp_path, honest()[:1], [])
    trusted = Checkpoint(TRUSTED.number, TRUSTED.hash)
    with pytest.raises(InputError, match="no headers of epochs"):
        from_checkpoint(index, manifest.model_copy(update={"epochs": None}), trusted)
    with pytest.raises(InputError, match="no validators"):
        from_checkpoint(index, manifest.model_copy(update={"chain_id": 1337}), trusted)


def test_checkpoint__recorded_headers_of_bsc__bind_recorded_blocks(tmp_path: Path) -> None:
    """As far as recordings reach: one epoch of the main network, and three blocks that its set sealed."""
    begin = recorded("56-51006000-lorentz")
    three = [recorded(f"56-{number}-lorentz") for number in (51_006_562, 51_006_563, 51_006_564)]
    index, manifest = kept(tmp_path, [begin], three, chain_id=56)
    checks, carried = from_checkpoint(index, manifest, Checkpoint(begin.number, begin.hash))
    assert {check.state for check in checks} == {State.OK}
    assert (carried.bound, carried.epochs) == (3, 0)
    assert (carried.first_block, carried.last_block) == (51_006_500, 51_006_587)


@pytest.mark.parametrize(
    "text", ["", "1", "1:0x12", "-1:0x" + 64 * "0", "1:" + 64 * "0", "x:0x" + 64 * "0"]
)
def test_checkpoint__other_text__says_how_it_is_written(text: str) -> None:
    with pytest.raises(InputError, match="the block's number, a colon, and its hash"):
        Checkpoint.parse(text)
