"""A file that one process has at a time: let go of when that is killed, and nothing else is touched by it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from kgst.build import refresh
from kgst.errors import KgstError, RefusedError
from kgst.journal import Header, Journal, JournalError
from kgst.locking import HeldError, LockedFile
from kgst.pipeline.logbook import Logbook

SENDER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
HEADER = Header(chain_id=97, genesis="0x" + 64 * "1", subject="pause", sender=SENDER)


@contextmanager
def holding(path: Path, made_by: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the file at `path`, until it is killed."""
    program = f"""
import time
from pathlib import Path
from kgst.journal import Journal
from kgst.locking import LockedFile
held = {made_by}(Path({str(path)!r}))
print("held", flush=True)
time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_locked_file__held_by_another_process__until_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with holding(path, "LockedFile") as process:
        with pytest.raises(HeldError, match="held by another"):
            LockedFile(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
        LockedFile(path).close()


def test_journal__of_a_killed_process__is_whole_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.begin(HEADER)
    with holding(path, "Journal") as process:
        with pytest.raises(RefusedError, match="in use by another process; let that run end first"):
            Journal(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Journal(path) as journal:
            journal.begin(HEADER)
    assert path.read_text().count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["journal.jsonl"]


def test_logbook__account_of_a_killed_process__is_free_again(tmp_path: Path) -> None:
    book = Logbook(tmp_path, 97, HEADER.genesis, SENDER)
    with holding(tmp_path / ".f39fd6e5.lock", "LockedFile") as process:
        with pytest.raises(RefusedError, match="another command is acting from"), book.locked():
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with book.locked():
            pass


def test_locked_file__waits__until_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with holding(path, "LockedFile") as process:
        Timer(0.3, process.kill).start()
        with LockedFile(path, wait=True):
            assert process.wait(10) == -signal.SIGKILL


def test_locked_file__content__stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"as it was")
    with LockedFile(path) as locked:
        assert locked.file.read() == b"as it was"
    assert path.read_bytes() == b"as it was"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_locked_file__moved_meanwhile__is_still_the_one_that_is_written(tmp_path: Path) -> None:
    path, moved = tmp_path / "file", tmp_path / "moved"
    with LockedFile(path) as locked:
        path.rename(moved)
        with pytest.raises(HeldError):
            LockedFile(moved)
        locked.file.write(b"here")
    assert moved.read_bytes() == b"here"
    assert not path.exists()


@pytest.mark.parametrize("there", [True, False])
def test_lock__link_at_its_path__is_refused_and_touches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """Whoever may put a link into the folder must not have another file emptied, continued or made."""
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    folder.mkdir()
    if there:
        victim.write_bytes(b"no line end, like a torn line")
    for name in ("journal.jsonl", ".f39fd6e5.lock"):
        (folder / name).symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        LockedFile(folder / "journal.jsonl")
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal(folder / "journal.jsonl")
    book = Logbook(folder, 97, HEADER.genesis, SENDER)
    with pytest.raises(RefusedError, match="cannot be locked"), book.locked():
        pass
    (tmp_path / ".build").mkdir()
    (tmp_path / ".build/lock").symlink_to(victim)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KgstError, match=r"\.build/lock: cannot be locked"):
        refresh()
    assert victim.exists() is there
    if there:
        assert victim.read_bytes() == b"no line end, like a torn line"
