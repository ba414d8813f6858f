"""Files of statements: what stands at a path may be anything."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest
from support.camt053 import (
    Write,
    message,
    refusal,
)

from kgst.statements import (
    StatementError,
    opened,
    read_reserves,
)


def test_read_reserves__oversized_file__is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse: a terabyte that takes no space, and could not be read
    assert "larger than 512 MiB" in refusal(path)


def test_read_reserves__file_at_the_limit__is_read(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = message()
    monkeypatch.setattr(opened, "MAX_FILE_BYTES", len(text.encode()))
    assert read_reserves([write(text)]).total_tyiyn == 10_000
    assert "larger than" in refusal(write(text + " "))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \n", "is empty"),
        (b"\x00" * 10, "U+0000"),
        (b"<\x00D\x00", "not well-formed"),
        (b"\xff\xfe<\x00", "not well-formed"),
        (b"<Document>\xc0\xaf</Document>", "not UTF-8"),
        (b"<Document>\xed\xa0\x80</Document>", "not UTF-8"),
        (b"PK\x03\x04", "ZIP archive that is damaged"),
        (b"<", "not well-formed"),
        (b"<html></html>", "a web page"),
        (b"<Envelope></Envelope>", "not a camt.053 statement"),
        (b'{"total": 1}', "neither XML"),
    ],
)
def test_read_reserves__not_a_statement__is_refused(
    write: Write, content: bytes, reason: str
) -> None:
    assert reason in refusal(write(content))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", ["fifo", "folder", "socket", "device"])
def test_read_reserves__not_a_regular_file__is_refused_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, linked: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("bank.xml")
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    else:
        path.symlink_to("/dev/zero")
    if linked:
        Path("link.xml").symlink_to(path)
        path = Path("link.xml")
    assert "not a file" in refusal(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_read_reserves__file_swapped_for_a_fifo_before_opening__is_refused_without_waiting(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regular, path = write(message(), "regular.xml").stat(), tmp_path / "bank.xml"
    os.mkfifo(path)
    # Frees a reader that waits, so that a failure is a failure and not a hang.
    rescue = threading.Timer(5, lambda: os.close(os.open(path, os.O_RDWR)))
    rescue.start()
    started = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", lambda *_, **__: regular)
        text = refusal(path)
    rescue.cancel()
    assert "not a file" in text
    assert time.monotonic() - started < 4


def test_read_reserves__path_that_cannot_be_opened__is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop.xml"
    loop.symlink_to(loop)
    for path in (tmp_path / "missing.xml", loop, tmp_path / "nul\x00.xml", tmp_path / ("x" * 300)):
        with pytest.raises(StatementError, match=r"cannot be (read|printed)"):
            read_reserves([path])


def test_read_reserves__link_to_a_statement__is_read(write: Write, tmp_path: Path) -> None:
    link = tmp_path / "link.xml"
    link.symlink_to(write(message()))
    assert read_reserves([link]).accounts[0].file == "link.xml"


@pytest.mark.parametrize("name", ["a\nb.xml", "\u202elmx.xml", os.fsdecode(b"\xff.xml")])
def test_read_reserves__file_name_not_printable__is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    try:
        path.write_text(message())
    except OSError:
        pytest.skip("the file system refuses the name itself")
    with pytest.raises(StatementError, match="rename the file"):
        read_reserves([path])
