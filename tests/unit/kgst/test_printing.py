"""Printing never stops a command, and its exit code stays the command's."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, TextIO, cast

import click
import pytest
from click.testing import CliRunner

from kgst.console import Answer, OfflineCommand, confirm, console, json_option
from kgst.document import ABSENT, Document
from kgst.errors import DriftError, ExitCode, RefusedError
from kgst.streams import SafeStream, is_heard, safe_streams

STORY = "✓ verified – 1 000 сом … “ok” → 5 ≤ 6 日"


class Failing(io.StringIO):
    """A stream whose reader has gone after some characters."""

    def __init__(self, error: Exception, after: int = 0) -> None:
        super().__init__()
        self.error, self.left = error, after

    def write(self, text: str) -> int:
        self.left -= len(text)
        if self.left < 0:
            raise self.error
        return super().write(text)


GONE = (
    BrokenPipeError(errno.EPIPE, "Broken pipe"),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EIO, "Input/output error"),
    ValueError("I/O operation on closed file."),
)


class Told(Document):
    """A story."""

    SCHEMA: ClassVar = "kgst/try/1"

    story: str = ABSENT


def answering(
    exit_code: ExitCode = ExitCode.DONE, error: Exception | None = None
) -> tuple[click.Command, list[str]]:
    done: list[str] = []

    @click.command(cls=OfflineCommand, name="try")
    @json_option
    def cli(json_output: bool) -> Answer[Told]:
        out = console(stderr=json_output)
        for step in ("one", "two", "three"):
            out.print(f"[green]✓[/green] {step}")
            click.echo(f"✓ {step}", err=True)
            done.append(step)
        if error is not None:
            raise error
        return Answer(Told(story=STORY), lambda out: out.print(STORY), exit_code)

    return cli, done


def run(command: click.Command, *arguments: str, out: Any, err: Any) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as ended:
            command.main(list(arguments), prog_name="try")
    assert isinstance(ended.value.code, int)
    return ended.value.code


def of(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")


def written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return cast("io.BytesIO", stream.buffer).getvalue().decode(stream.encoding)


@pytest.mark.parametrize(
    ("encoding", "story"),
    [
        ("utf-8", STORY),
        ("ascii", r'ok verified - 1 000 \u0441\u043e\u043c ... "ok" -> 5 <= 6 \u65e5'),
        ("cp1251", r"ok verified – 1 000 сом … “ok” -> 5 <= 6 \u65e5"),
        ("latin-1", r'ok verified - 1 000 \u0441\u043e\u043c ... "ok" -> 5 <= 6 \u65e5'),
    ],
)
def test_command__in_another_encoding__ends_with_lookalikes(encoding: str, story: str) -> None:
    command, done = answering()
    out, err = of(encoding), of(encoding)
    assert run(command, out=out, err=err) == 0
    assert done == ["one", "two", "three"]
    sign = "✓" if encoding == "utf-8" else "ok"
    assert written(out) == f"{sign} one\n{sign} two\n{sign} three\n{story}\n"
    assert written(err) == f"{sign} one\n{sign} two\n{sign} three\n"


@pytest.mark.parametrize("gone", GONE, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("after", [0, 7])
@pytest.mark.parametrize("code", [ExitCode.DONE, ExitCode.DRIFT])
def test_command__whose_reader_has_gone__goes_on_to_its_end(
    gone: Exception, after: int, code: ExitCode
) -> None:
    command, done = answering(code)
    assert run(command, out=Failing(gone, after), err=Failing(gone, after)) == code
    assert done == ["one", "two", "three"]

    command, done = answering(error=DriftError("it is otherwise"))
    assert run(command, out=Failing(gone, after), err=Failing(gone, after)) == ExitCode.DRIFT
    assert done == ["one", "two", "three"]


def test_command__without_streams__goes_on_to_its_end() -> None:
    """`>&- 2>&-`: then Python has None for them."""
    command, done = answering(ExitCode.WAITING)
    assert run(command, out=None, err=None) == ExitCode.WAITING
    assert done == ["one", "two", "three"]


@pytest.mark.parametrize("out", [Failing(GONE[0]), Failing(GONE[1], 10), None])
def test_document__that_is_lost__is_told(out: Any) -> None:
    command, _ = answering(ExitCode.DRIFT)
    err = io.StringIO()
    assert run(command, "--json", out=out, err=err) == ExitCode.DRIFT
    assert "the document was lost; the command ended with exit code 3" in err.getvalue()

    command, _ = answering(error=DriftError("it is otherwise"))
    err = io.StringIO()
    assert run(command, "--json", out=out, err=err) == ExitCode.DRIFT
    assert "the document was lost" in err.getvalue()
    assert "Error: it is otherwise" in err.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_document__onto_a_full_disk__is_told_lost() -> None:
    command, _ = answering(ExitCode.WAITING)
    err = io.StringIO()
    # What the interpreter keeps for later is tried again as the file is closed.
    with suppress(OSError), Path("/dev/full").open("w") as full:
        assert run(command, "--json", out=full, err=err) == ExitCode.WAITING
    assert "the document was lost" in err.getvalue()


def test_document__that_arrives__is_not_told_lost() -> None:
    command, _ = answering()
    out, err = io.StringIO(), io.StringIO()
    assert run(command, "--json", out=out, err=err) == 0
    assert json.loads(out.getvalue())["story"] == STORY
    assert "lost" not in err.getvalue()


def test_answer__that_cannot_be_shown__leaves_the_exit_code() -> None:
    def broken(_: object) -> None:
        raise TypeError("a view that is wrong")

    @click.command(cls=OfflineCommand, name="try")
    def cli() -> Answer[Told]:
        return Answer(Told(), broken, ExitCode.WAITING)

    result = CliRunner(mix_stderr=False).invoke(cli)
    assert result.exit_code == ExitCode.WAITING
    assert "could not be shown: TypeError: a view that is wrong" in result.stderr
    assert "exit code 5" in result.stderr


@pytest.mark.parametrize("code", [ExitCode.DONE, ExitCode.WAITING])
def test_document__that_breaks_its_model__leaves_exit_code_and_words(code: ExitCode) -> None:
    """It is made when all is done: what was done must not look as if it had failed."""

    @click.command(cls=OfflineCommand, name="try")
    @json_option
    def cli(json_output: bool) -> Answer[Told]:
        return Answer(Told(story=5), lambda out: out.print(STORY), code)  # type: ignore[arg-type]

    result = CliRunner(mix_stderr=False).invoke(cli, ["--json"])
    assert (result.exit_code, result.stdout) == (code, "")
    words, line = result.stderr.splitlines()
    assert words == STORY
    assert line == (
        "Error: the document could not be made: story: Input should be a valid string; the command ended with exit "
        f"code {int(code)}, as said above. Nothing has to be done again; report it."
    )
    shown = CliRunner(mix_stderr=False).invoke(cli)
    assert (shown.exit_code, shown.stdout, shown.stderr) == (code, f"{STORY}\n", "")


class Account:
    """One that signs when it is told to."""

    signs = False

    def set_autosign(self, to: bool) -> None:
        self.signs = to


@pytest.mark.parametrize("which", ["stdout", "stderr"])
@pytest.mark.parametrize("gone", [Failing(GONE[0]), None])
def test_confirm__that_nobody_can_read__is_no_consent(
    which: str, gone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: "y")
    account = Account()
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO(), which: gone}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    with safe_streams():
        print("what would be sent")
        with pytest.raises(RefusedError, match="cannot be shown"):
            confirm("Do it?", cast("Any", account), yes=False)
        assert not account.signs
        confirm("Do it?", cast("Any", account), yes=True)
        assert account.signs


@pytest.mark.parametrize(("answer", "agreed"), [("y", True), ("n", False)])
def test_confirm__that_was_read__is_as_answered(
    answer: str, agreed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: answer)
    account = Account()
    with safe_streams():
        if agreed:
            confirm("Do it?", cast("Any", account), yes=False)
        else:
            with pytest.raises(click.Abort):
                confirm("Do it?", cast("Any", account), yes=False)
    assert account.signs is agreed


def test_streams__are_put_back_and_flushed() -> None:
    before, out = sys.stdout, io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        with safe_streams() as (safe, _):
            assert sys.stdout is cast("TextIO", safe)
            with safe_streams() as (inner, _):  # a command within a command
                assert inner is safe
            click.echo("✓")
        assert sys.stdout is out
    assert sys.stdout is before
    assert out.getvalue() == "✓\n"


def test_stream__that_broke__is_left_alone() -> None:
    calls = []

    class Counting(Failing):
        def write(self, text: str) -> int:
            calls.append(text)
            return super().write(text)

    stream = SafeStream(cast("TextIO", Counting(GONE[0])))
    assert is_heard(stream)
    for _ in range(3):
        assert stream.write("text") == 4
    assert calls == ["text"]
    assert not is_heard(stream)
    assert not stream.isatty()
    with pytest.raises(TypeError):
        stream.write(cast("str", b"bytes"))


def test_pipe__whose_reader_has_gone__makes_no_noise_at_the_end() -> None:
    """What is still buffered goes nowhere: else the interpreter complains as it ends, with exit code 120."""
    reader, writer = os.pipe()
    saved = os.dup(1)
    os.dup2(writer, 1)
    os.close(writer)
    try:
        stream = open(1, "w", closefd=False)  # noqa: SIM115 # the interpreter closes its own late, too
        os.close(reader)
        safe = SafeStream(stream)
        safe.write("text")
        assert not is_heard(safe)
        stream.flush()  # as the interpreter does
        stream.write("more")
        stream.close()
    finally:
        os.dup2(saved, 1)
        os.close(saved)
