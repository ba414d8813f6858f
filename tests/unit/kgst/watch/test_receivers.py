"""Who is told: names that are shown, addresses that are not."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from kgst.errors import InputError
from kgst.watch.memory import Message
from kgst.watch.receivers import HEARTBEAT, VARIABLE, Heartbeat, Receiver, receivers
from kgst.watch.serving import place_of

MESSAGE = Message(
    id="0123456789abcdef", kind="paused", ended=False, urgent=True, subject="S", body="B", time=1, left=("a",)
)  # fmt: skip
SECRET = "5e5e5e5e5e"


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "receivers"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_receivers__of_a_file__have_their_names(tmp_path: Path) -> None:
    path = file(tmp_path, f"# a=json://left.out\nops-mail=json://h/{SECRET}\nb=xml://h/x c=json://h/y\n")  # fmt: skip
    assert [one.name for one in receivers(path)] == ["ops-mail", "b", "c"]


def test_receivers__of_the_environment__have_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "a=json://h/x  b=json://h/y")
    assert [one.name for one in receivers(None)] == ["a", "b"]
    monkeypatch.delenv(VARIABLE)
    assert receivers(None) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"json://h/{SECRET}", "entry 1 is not NAME=URL"),
        (f"a=json://h/x\n=json://h/{SECRET}", "entry 2 is not NAME=URL"),
        ("a=", "entry 1 is not NAME=URL"),
        (f"A=json://{SECRET}", "entry 1 is not NAME=URL"),
        (f"a=json://h/x a=json://h/{SECRET}", "two receivers are called a"),
        (f"a=unheardof://{SECRET}/", "does not know the address of a"),
        (f"a=tgram://{SECRET}/", "does not know the address of a"),
    ],
)
def test_receivers__wrong__are_refused_without_the_secret(
    tmp_path: Path, text: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(InputError) as error:
        receivers(file(tmp_path, text))
    assert said in str(error.value)
    assert SECRET not in str(error.value) + caplog.text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_receivers__that_others_can_read__are_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InputError, match="others on this machine can read it"):
        receivers(file(tmp_path, "a=json://h/x", mode))


def test_receiver__that_raises__has_taken_nothing() -> None:
    class Broken:
        def __iter__(self) -> Any:
            return iter(())

        def notify(self, **_: Any) -> bool:
            raise RuntimeError(SECRET)

    assert Receiver("a", Broken()).take(MESSAGE) is False


def test_receiver__that_is_not_there__is_not_named_in_any_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """What apprise says of a failure quotes the address, which is a secret."""
    caplog.set_level(logging.INFO)
    [found] = receivers(file(tmp_path, f"a=json://127.0.0.1:9/{SECRET}"))
    assert found.take(MESSAGE) is False
    assert SECRET not in (said := caplog.text + "".join(capfd.readouterr()))
    assert "127.0.0.1" not in said


def test_heartbeat__that_nobody_hears__is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HEARTBEAT, "http://127.0.0.1:9/x")
    found = Heartbeat.of_environment()
    assert found is not None
    assert found.beat() is False
    monkeypatch.setenv(HEARTBEAT, SECRET)
    with pytest.raises(InputError) as error:
        Heartbeat.of_environment()
    assert SECRET not in str(error.value)
    monkeypatch.setenv(HEARTBEAT, "")
    assert Heartbeat.of_environment() is None


def test_listen__host_and_port() -> None:
    assert place_of("127.0.0.1:9464") == ("127.0.0.1", 9464)
    assert place_of("[::1]:80") == ("::1", 80)
    for wrong in ("9464", ":9464", "host", "host:", "host:x", "host:65536", "host:-1"):
        with pytest.raises(InputError, match="write HOST:PORT"):
            place_of(wrong)
