"""What the operators' machine stands on: the disk that forgets what was not fsynced, and judgements that notice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pyrevm", reason="pyrevm has no wheel for this Python: the machine needs it")
from operators import broken
from operators.acts import ACTS
from operators.disk import Disk, Killed
from operators.making import a_world
from operators.troubles import NODE, PROCESS
from operators.world import BrokenError, World


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk(tmp_path, monkeypatch)
    (tmp_path / "old").write_text("old")
    found.begin()
    return found


def test_power_cut__keeps_what_was_synced_and_no_more(disk: Disk) -> None:
    with (disk.root / "old").open("r+b") as file:
        file.write(b"new")
        file.flush()
    (disk.root / "fresh").write_text("never synced")
    assert disk.durable() == {"old": b"old"}
    with (disk.root / "old").open("rb") as file:
        os.fsync(file.fileno())
    assert disk.durable() == {"old": b"new"}
    with (disk.root / "fresh").open("rb") as file:
        os.fsync(file.fileno())
    assert disk.durable() == {"old": b"new"}, "its name is not on the disk"
    folder = os.open(disk.root, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    assert disk.durable() == {"old": b"new", "fresh": b"never synced"}


@pytest.mark.parametrize(("power", "left"), [(False, b"new"), (True, b"old")])
def test_kill__what_the_dying_process_did_after_its_death_is_undone(
    disk: Disk, power: bool, left: bytes
) -> None:
    (disk.root / "old").write_bytes(b"new")
    disk.kill_at(0, power=power)
    with pytest.raises(Killed), (disk.root / "old").open("rb") as file:
        os.fsync(file.fileno())
    (disk.root / "old").write_bytes(b"by the dead")
    disk.restart()
    assert (disk.root / "old").read_bytes() == left
    (disk.root / "old").rename(disk.root / "moved")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("operators")) as found:
        yield found


NOTICED = (
    ("no fsync of lines", "in no journal on the disk", None, 0),
    ("no fsync of the folder", "in no journal on the disk", None, 0),
    ("journal only in memory", "in no journal on the disk", None, 0),
    ("signed line after sending", "in no journal on the disk", None, 0),
    ("no preview", "without showing", None, 0),
    ("receipts are believed", "and stands", "receipt says the other status", 0),
    ("used nonce ends a step", "and stands", "receipt is null", 0),
    ("silence is an error", "and stands", "answer to sending is lost", 0),
)


@pytest.mark.parametrize(("name", "said", "trouble", "seed"), NOTICED)
def test_judge__a_check_is_taken_out__is_noticed(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    said: str,
    trouble: str | None,
    seed: int,
) -> None:
    world.begin()
    honest = world.give("mint", 1, 0, NODE[trouble], seed) if trouble else world.give("mint", 1, 0)
    assert honest.code in (0, 6)
    broken.BREAKS[name](monkeypatch.setattr)
    world.begin()
    with pytest.raises(BrokenError, match=said):
        world.give("mint", 1, 0, NODE[trouble], seed) if trouble else world.give("mint", 1, 0)


def test_judge__final_is_said_of_the_last_block__is_noticed_when_that_is_undone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.begin()
    assert world.give("mint", 1, 0, fork=True).code == 0
    broken.BREAKS["mined is final"](monkeypatch.setattr)
    world.begin()
    with pytest.raises(BrokenError, match="ended with 0, and is there"):
        world.give("mint", 1, 0, fork=True)


def test_already_so__while_what_undoes_it_is_on_its_way__is_no_success(world: World) -> None:
    world.begin()
    world.chain.floor = 10**12
    assert world.give("block", 1, 0).code == 6, "nobody mines it for that price"
    world.chain.floor = 0
    assert world.give("unblock", 1, 0).code == 3, "it is blocked now"
    assert world.give("unblock", 1, 0).code == 0
    world.clock.sleep(60)
    assert ACTS["unblock"].times(world, 1) == (1, 1)


def test_end__a_run_that_was_killed__is_brought_to_its_end(world: World) -> None:
    world.begin()
    for point in range(0, 12, 3):
        assert world.give("payout", 1, 0, PROCESS["power fails"], point).code in (None, 0)
    world.end()
    assert world.act.times(world, 1) == (1, 1)
