"""Signals end a command as an exception, with a message and an exit code of their own."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import click
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from kgst import interruption
from kgst.console import Answer, OfflineCommand, json_option
from kgst.document import Document
from kgst.errors import UnconfirmedError
from kgst.interruption import Interruption, Signals, held

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(autouse=True)
def ape_takes_sigint() -> Iterator[None]:
    """As in `ape run`: the handler there exits on the spot."""
    before = {signum: signal.getsignal(signum) for signum in CODES}
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored, where the tests run under `nohup`
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


class Told(Document):
    """That it is done."""

    SCHEMA: ClassVar = "kgst/try/1"

    done: bool


def command(work: Callable[[], Any]) -> click.Command:
    @click.command(cls=OfflineCommand, name="try")
    @json_option
    def cli(json_output: bool) -> Answer[Told]:
        work()
        return Answer(Told(done=True), lambda out: out.print("done"))

    return cli


def run(work: Callable[[], Any], *arguments: str, **kwargs: Any) -> Result:
    return CliRunner(mix_stderr=False).invoke(command(work), arguments, **kwargs)


def receive(signum: int) -> None:
    os.kill(os.getpid(), signum)
    # The interpreter runs the handler between two steps of its own.
    for _ in range(1_000):
        pass


@pytest.mark.parametrize("signum", CODES)
def test_command__that_is_interrupted__says_so(signum: signal.Signals) -> None:
    result = run(lambda: receive(signum))
    assert result.exit_code == CODES[signum]
    assert result.stdout == ""
    assert result.stderr.startswith("Error: interrupted. The journal has whatever was sent")


@pytest.mark.parametrize("signum", CODES)
def test_command__that_is_interrupted_with_json__answers_with_a_document(
    signum: signal.Signals,
) -> None:
    result = run(lambda: receive(signum), "--json")
    document = json.loads(result.stdout)
    Draft202012Validator(json.loads(Path("docs/schemas/error.json").read_text())).validate(document)
    assert document["error"]["kind"] == "INTERRUPTED"
    assert document["error"]["exit_code"] == result.exit_code == CODES[signum]


@pytest.mark.parametrize("signum", CODES)
def test_except_keyboard_interrupt__is_reached(signum: signal.Signals) -> None:
    caught: list[KeyboardInterrupt] = []

    def work() -> None:
        try:
            receive(signum)
        except KeyboardInterrupt as error:
            caught.append(error)
            raise UnconfirmedError("it may have been sent") from None

    result = run(work, "--json")
    assert result.exit_code == 6
    assert json.loads(result.stdout)["error"]["message"] == "it may have been sent"
    assert isinstance(caught[0], Interruption) is (signum != signal.SIGINT)


def test_second_signal__while_the_first_is_told__changes_nothing() -> None:
    def work() -> None:
        try:
            receive(signal.SIGINT)
        except KeyboardInterrupt:
            receive(signal.SIGTERM)
            receive(signal.SIGINT)
            raise UnconfirmedError("it may have been sent") from None

    result = run(work)
    assert result.exit_code == 6
    assert "it may have been sent" in result.stderr


def test_second_signal__when_the_first_had_no_effect__interrupts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interruption, "GRACE", 0.0)

    def work() -> None:
        try:
            receive(signal.SIGTERM)
        except KeyboardInterrupt:
            receive(signal.SIGINT)  # whatever swallowed the first
            raise AssertionError("not interrupted") from None

    assert run(work).exit_code == 143


def test_signal_in_a_prompt__is_an_interruption_and_no_answer() -> None:
    def asks() -> Any:
        return click.confirm("Do it?", abort=True, err=True)

    with pytest.MonkeyPatch.context() as patch:
        # What reads the answer: here the person presses Ctrl-C.
        result = run(lambda: (patch.setattr("click.termui.visible_prompt_func", _pressed), asks()))
    assert result.exit_code == 130
    assert "interrupted" in result.stderr

    no = run(asks, input="n\n")
    assert no.exit_code == 1
    assert no.stderr.endswith("Aborted!\n")


def test_no_to_a_question_or_a_wrong_word_found_late__with_json__answers_with_a_document() -> None:
    def asks() -> None:
        click.confirm("Do it?", abort=True, err=True)

    def finds() -> None:
        raise click.BadParameter("there is no such file", param_hint="FILE")

    for work, code, said in ((asks, 1, "nothing was signed for it"), (finds, 2, "no such file")):
        result = run(work, "--json", input="n\n")
        assert result.exit_code == code
        document = json.loads(result.stdout)
        Draft202012Validator(json.loads(Path("docs/schemas/error.json").read_text())).validate(
            document
        )
        assert document["error"]["exit_code"] == code
        assert said in document["error"]["message"]


def _pressed(_: str) -> str:
    receive(signal.SIGINT)
    return "y"


def test_exit_by_apes_own_handler__is_an_interruption() -> None:
    """ape sets its own as it starts a node in the middle of a command."""

    def work() -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        receive(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    result = run(work)
    assert result.exit_code == 143
    assert "interrupted" in result.stderr
    assert signal.getsignal(signal.SIGTERM) is before


def test_renew__takes_the_signals_back() -> None:
    with Signals():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        interruption.renew()
        with pytest.raises(Interruption):
            receive(signal.SIGTERM)


def test_handlers__are_put_back() -> None:
    before = {signum: signal.getsignal(signum) for signum in CODES}
    run(lambda: None)
    assert {signum: signal.getsignal(signum) for signum in CODES} == before


def test_second_signal__while_the_process_ends_of_the_first__changes_nothing() -> None:
    assert run(lambda: receive(signal.SIGINT)).exit_code == 130
    receive(signal.SIGTERM)  # would end this process


def test_second_signal__when_ending_takes_too_long__does_what_it_did_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(lambda: receive(signal.SIGTERM)).exit_code == 143
    monkeypatch.setattr(interruption, "GRACE", 0.0)
    with pytest.raises(SystemExit):
        receive(signal.SIGINT)


def test_ignored_signal__stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does
    try:
        assert run(lambda: receive(signal.SIGHUP)).exit_code == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_held__is_not_cut_in_two() -> None:
    done = []
    with Signals() as signals:
        with pytest.raises(Interruption):  # noqa: PT012
            with held(), held():
                receive(signal.SIGTERM)
                done.append("written")
            done.append("not reached")
        assert signals.received == signal.SIGTERM
    assert done == ["written"]
    with held():  # and outside of a command it is nothing
        done.append("again")
