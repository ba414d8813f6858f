"""Every reader of files takes a regular one only: no pipe keeps a command waiting, no device gives without end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kgst.csvfile import CsvFile
from kgst.errors import InputError
from kgst.files import Files
from kgst.guard.presigned import read_presigned
from kgst.policy import Policy
from kgst.proposals.files import Proposal
from kgst.record import Record
from kgst.regularfile import NotRegularError, TooLargeError, read_regular
from kgst.statements.model import StatementError
from kgst.statements.source import Source
from kgst.storing import read_bytes

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
