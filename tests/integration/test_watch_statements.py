"""`ape run watch --statements`: each break is told once and its end, and no file of a stranger ends the watch."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.bank import Bank, payment
from support.watching import PATIENCE, SOM, Watched

from kgst.keys import key_of
from kgst.moments import bishkek_day
from kgst.reconcile.commands import reconciled
from kgst.watch import books as books_module
from kgst.watch.books import Books
from kgst.watch.rounds import Round

ACCOUNT, DAY = "1290010000456781", 86_400
OWNER = "KGST Demonstration Issuer LLC (fictional)"


class Desk:
    """A bank, and the folder into which it puts a file for each day."""

    def __init__(self, world: Watched, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.bank = Bank(ACCOUNT, 10**9, "NOWHKG22", OWNER)
        self.day = bishkek_day(world.life.now)
        folder.mkdir()
        self.restart()

    def restart(self, **given: Any) -> None:
        """What another process would remember of the files."""
        self.world.books = Books(self.folder, **given)

    def write(self, days: int = 1) -> Path:
        """The statement of so many days from the first on, when they have ended."""
        last = self.day + timedelta(days=days - 1)
        while bishkek_day(self.world.life.now) <= last:
            self.world.settle(DAY)
        for old in self.folder.glob("*.xml"):
            old.unlink()
        return self.bank.write(self.folder, self.day, last)

    def look(self, seconds: int = 0) -> Round:
        self.world.settle(seconds)
        return self.world.look()


@pytest.fixture
def desk(world: Watched, tmp_path: Path) -> Desk:
    return Desk(world, tmp_path / "statements")


def told(done: Round) -> Counter[str]:
    """What a round told of statements."""
    assert done.good, done.look.trouble
    return Counter(
        f"{one.kind}{' ended' if one.ended else ''}"
        for one in done.raised
        if one.kind in books_module.KINDS
    )


def test_breaks__come_and_go__each_is_told_once_and_its_end(desk: Desk) -> None:
    issuer = desk.world.deployed.address("issuer")
    desk.bank.book(desk.day, 70_000)
    desk.bank.book(desk.day, 12_300)
    mint = desk.world.life.token.functions.mint(issuer, 50 * SOM, key_of("mint", "D-1"))
    desk.world.life.act(issuer, mint)
    file = desk.write()
    first = desk.look()
    assert told(first) == {"unmatched": 3}
    bodies = "\n".join(one.body for one in first.raised)
    assert all(amount in bodies for amount in ("700.00 som", "123.00 som", "50.00 som"))
    assert "What: 700.00 som in a bank's entry: pays nothing known; no reference; " in bodies
    assert "What: 50.00 som of a mint: minted, and no deposit names it" in bodies
    assert told(desk.look()) == {}
    # Another name, another process: no other break.
    file.rename(file.with_name("again.xml"))
    desk.restart()
    assert told(desk.look()) == {}
    # The bank's file is corrected, and the deposit is there.
    desk.bank.lines.pop(0)
    desk.bank.book(desk.day, 5_000, payment("D-1", credit=True), credit=True, code=("RCDT", "ESCT"))
    desk.write()
    last = desk.look()
    assert told(last) == {"unmatched ended": 2}
    assert [one.about for one in desk.world.remembered.standing if one.kind == "unmatched"]
    ids = [id_ for id_, *_ in desk.world.sink.told]
    assert len(ids) == len(set(ids))
    assert set(desk.world.sink.posts.values()) == {1}


def test_breaks__two_that_look_alike__are_two(desk: Desk) -> None:
    for _ in range(2):
        desk.bank.book(desk.day, 70_000)
    desk.write()
    assert told(desk.look()) == {"unmatched": 2}
    desk.bank.lines.pop()
    desk.write()
    assert told(desk.look()) == {"unmatched ended": 1}


def test_breaks__a_day_is_missing__is_told_with_its_account(desk: Desk) -> None:
    for day in range(3):
        desk.bank.book(desk.day + timedelta(days=day), 10_000)
    desk.world.settle(3 * DAY)
    for day in (0, 2):
        desk.bank.write(desk.folder, desk.day + timedelta(days=day))
    done = desk.look()
    assert told(done) == {"unmatched": 3}
    assert f"is missing, or contradicts itself: account {ACCOUNT}: " in done.raised[-1].body
    desk.bank.write(desk.folder, desk.day + timedelta(days=1))
    assert told(desk.look()) == {"unmatched": 1, "unmatched ended": 1}


def test_breaks__a_stranger_wrote_a_reference__it_stands_in_quotes(desk: Desk) -> None:
    said = "Call 0 555 123"
    desk.bank.book(desk.day, 70_000, payment(said, credit=True), credit=True, code=("RCDT", "ESCT"))
    desk.bank.book(desk.day, 70_000, payment(said), reversal=True)
    desk.write()
    done = desk.look()
    assert told(done) == {"unmatched": 1}
    assert f"the bank took back what had come in; «{said}»; " in done.raised[0].body


def test_breaks__more_than_anybody_reads__are_told_as_so_many_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books_module, "_MOST_TOLD", 3)
    for number in range(5):
        desk.bank.book(desk.day, 10_000 + number)
    desk.write()
    done = desk.look()
    assert told(done) == {"unmatched": 4}
    assert "more breaks than are told one by one: 2" in done.raised[-1].body


def as_folder(path: Path) -> None:
    path.mkdir()
    (path / "x.xml").write_text("<")


def as_nothing(path: Path) -> None:
    for one in path.parent.iterdir():
        one.unlink()


BOMB = "".join(f'<!ENTITY {a} "{f"&{b};" * 9}">' for a, b in zip("bcdefgh", "abcdefg", strict=True))
HOSTILE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "another day of another account": lambda path: path.write_text("account,currency\n1,KGS\n"),
    "bytes": lambda path: path.write_bytes(bytes(range(256)) * 40),
    "deep": lambda path: path.write_text("<a>" * 200_000),
    "entities": lambda path: path.write_text(f'<!DOCTYPE a [<!ENTITY a "x">{BOMB}]><a>&h;</a>'),
    "half of a file": lambda path: path.write_bytes(next(path.parent.glob("1*.xml")).read_bytes()[:900]),
    "nothing": lambda path: path.write_bytes(b""),
    "nothing left": as_nothing,
    "points nowhere": lambda path: path.symlink_to("/nowhere"),
    "too large": lambda path: path.write_bytes(b" " * (books_module._MOST_BYTES + 1)),
    "twice the same": lambda path: path.write_bytes(next(path.parent.glob("1*.xml")).read_bytes()),
    "without an end": lambda path: path.symlink_to("/dev/zero"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_statements__hostile_or_broken__are_told_when_that_lasts(desk: Desk, kind: str) -> None:
    desk.bank.book(desk.day, 70_000)
    file = desk.write()
    assert told(desk.look()) == {"unmatched": 1}
    kept = file.read_bytes()
    bad = desk.folder / "from a stranger.xml"
    HOSTILE[kind](bad)
    assert told(desk.look()) == {}
    done = desk.look(PATIENCE)
    assert told(done) == {"statements": 1}
    assert len(done.raised[0].body) < 6_000
    # What stood still stands, in another process too.
    desk.restart()
    assert told(desk.look()) == {}
    bad.unlink(missing_ok=True)
    file.write_bytes(kept)
    assert told(desk.look(700)) == {"statements ended": 1}


def test_statements__folders_and_hidden_files__are_left_out(desk: Desk) -> None:
    desk.bank.book(desk.day, 70_000)
    desk.write()
    as_folder(desk.folder / "older")
    (desk.folder / ".part.xml").write_text("<")
    assert told(desk.look()) == {"unmatched": 1}


def test_statements__left_out_at_the_next_start__end_no_alert(desk: Desk) -> None:
    desk.bank.book(desk.day, 70_000)
    desk.write()
    assert told(desk.look()) == {"unmatched": 1}
    desk.world.books = None
    assert told(desk.look()) == {}
    assert [one.kind for one in desk.world.remembered.standing if one.told] == ["unmatched"]


def test_statements__unchanged__are_compared_anew_only_when_the_chain_has_moved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[object] = []
    real = reconciled

    def counted(*given: Any) -> Any:
        runs.append(given)
        return real(*given)

    monkeypatch.setattr(books_module, "reconciled", counted)
    desk.bank.book(desk.day, 70_000)
    file = desk.write()
    for seconds in (0, 60, 3_600):
        desk.look(seconds)
    assert len(runs) == 1
    issuer = desk.world.deployed.address("issuer")
    desk.world.life.act(issuer, desk.world.life.token.functions.mint(issuer, SOM))
    desk.look()
    assert len(runs) == 2
    os.utime(file)
    desk.look()
    assert len(runs) == 2
    desk.bank.book(desk.day, 12_300)
    desk.write()
    desk.look()
    assert len(runs) == 3


def test_statements__by_the_command__once(desk: Desk) -> None:
    desk.bank.book(desk.day, 70_000)
    desk.write()
    desk.world.settle()
    given = ("watch", "--once", "--statements", desk.folder)
    done = desk.world.deployed.run(*given)
    assert done.code == 3
    assert done.document is not None
    assert [one["kind"] for one in done.document["raised"]] == ["unmatched"]
    assert desk.world.deployed.run("watch", "--once", "--previous", desk.folder / "x").code == 2
