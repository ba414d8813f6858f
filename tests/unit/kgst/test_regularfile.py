"""Every reader of files takes a regular one only: no pipe keeps a command waiting, no device gives without end.

Every writer follows no link.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kgst.csvfile import CsvFile
from kgst.errors import InputError
from kgst.files import Files
from kgst.guard.presigned import read_presigned
from kgst.jsonfile import write_whole
from kgst.policy import Policy
from kgst.proposals.files import Proposal
from kgst.record import Record
from kgst.regularfile import NotRegularError, TooLargeError, read_regular, write_regular
from kgst.statements.model import StatementError
from kgst.statements.source import Source
from kgst.storing import read_bytes, write_new

READERS: dict[str, Callable[[Path], Any]] = {
    "a file between people": read_bytes,
    "a presigned pause": read_presigned,
    "a Safe's transaction": Proposal.load,
    "a policy": Policy.load,
    "a record": Record.load,
    "a list": lambda path: CsvFile.read(path, required=["address"]),
    "a statement": Source.read,
}


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """A reader that waits for a pipe's writer waits for ever."""

    def late(*_: object) -> None:
        raise RuntimeError("the reader waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("what", READERS)
def test_readers__pipe_without_a_writer__is_refused_at_once(tmp_path: Path, what: str) -> None:
    path = tmp_path / "given"
    os.mkfifo(path)
    with pytest.raises((InputError, StatementError), match="a device, pipe or socket"):
        READERS[what](path)


@pytest.mark.parametrize("what", READERS)
def test_readers__link_to_a_device__is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "given"
    path.symlink_to("/dev/zero")
    with pytest.raises((InputError, StatementError), match="a device, pipe or socket"):
        READERS[what](path)


@pytest.mark.parametrize("what", READERS)
def test_readers__folder__is_refused_as_one(tmp_path: Path, what: str) -> None:
    with pytest.raises((InputError, StatementError), match="a folder"):
        READERS[what](tmp_path)


def test_finished__journal_is_a_pipe__is_not_finished(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "journal.jsonl")
    assert Files(tmp_path).finished() is False


@pytest.mark.parametrize(("size", "fits"), [(0, True), (9, True), (10, True), (11, False)])
def test_read_regular__around_the_limit__takes_no_more(
    tmp_path: Path, size: int, fits: bool
) -> None:
    path = tmp_path / "given"
    path.write_bytes(b"x" * size)
    if fits:
        assert read_regular(path, 10) == b"x" * size
    else:
        with pytest.raises(TooLargeError):
            read_regular(path, 10)


def test_read_regular__link_to_a_file__is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"here")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "link", 10) == b"here"


def test_read_regular__becomes_a_pipe_after_the_first_look__is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regular = tmp_path / "file"
    regular.write_bytes(b"x")
    os.mkfifo(tmp_path / "given")
    looked_like = regular.stat()
    monkeypatch.setattr(Path, "stat", lambda _: looked_like)
    with pytest.raises(NotRegularError, match="pipe"):
        read_regular(tmp_path / "given", 10)


def test_read_regular__path_with_a_nul__is_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="null"):
        read_regular(Path("a\0b"), 10)


# Writers

WRITERS: dict[str, Callable[[Path], Any]] = {
    "whole": lambda path: write_regular(path, b"{}\n"),
    "of this project": lambda path: write_whole(path, "{}"),
    "between people": lambda path: write_new([(path, b"{}\n")], force=True),
}


@pytest.mark.parametrize("what", sorted(WRITERS))
def test_writers__links_at_every_name_that_could_be_guessed__are_not_followed(
    tmp_path: Path, what: str
) -> None:
    """A colleague's folder, in which links wait for the name of a temporary file."""
    profile = tmp_path / "profile"
    profile.write_text("mine\n")
    folder = tmp_path / "shared"
    folder.mkdir()
    path = folder / "record.json"
    path.write_text("old\n")
    names = ("record.tmp", ".record.json.tmp", "record.json.tmp", ".record.tmp", "record.json~")
    for name in names:
        (folder / name).symlink_to(profile)
    WRITERS[what](path)
    assert profile.read_text() == "mine\n"
    assert path.read_text() == "{}\n"
    assert sorted(one.name for one in folder.iterdir()) == sorted(["record.json", *names])


def test_write_regular__link_at_the_place_itself__is_replaced(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.write_text("mine\n")
    path = tmp_path / "record.json"
    path.symlink_to(profile)
    write_regular(path, b"{}\n")
    assert (profile.read_text(), path.read_text(), path.is_symlink()) == ("mine\n", "{}\n", False)


def test_write_regular__killed_or_full__leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "record.json"
    path.write_text("old\n")
    path.chmod(0o640)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_regular(path, b"new\n")
    assert [one.name for one in tmp_path.iterdir()] == ["record.json"]
    assert path.read_text() == "old\n"
    write_regular(path, b"new\n")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new\n", 0o640)


# Each of these opens a new file only, or what it has locked.
_OWN_WAYS = {
    "kgst/regularfile.py": 'temporary.open("xb")',
    "kgst/guard/presigned.py": 'os.fdopen(descriptor, "w", encoding="utf-8")',
    "kgst/govern/policy_text.py": "tempfile.NamedTemporaryFile(",
}
_WRITING = re.compile(
    r"""\.write_(?:text|bytes)\(|\bopen\([^()]*["'][wax]\+?b?["']|fdopen\([^()]*["'][wax]|"""
    r"""NamedTemporaryFile\(|mkstemp\(|mktemp\("""
)


def test_kgst__writes_files_in_one_way() -> None:
    root = Path(__file__).parents[3]
    found = {}
    for folder in ("kgst", "scripts"):
        for path in sorted((root / folder).rglob("*.py")):
            for line in path.read_text().splitlines():
                if _WRITING.search(line):
                    found[str(path.relative_to(root))] = line.strip()
    assert set(found) == set(_OWN_WAYS), found
    for name, way in _OWN_WAYS.items():
        assert way in found[name]
