"""How long a question may take: from the environment, or as a block says, in threads too that copy its context."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor

import pytest

from kgst.errors import InputError
from kgst.node.patience import default_patience, patience, seconds_now


def test_seconds_now__nothing_said__is_twenty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KGST_RPC_TIMEOUT", raising=False)
    assert seconds_now() == 20


def test_seconds_now__environment__is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGST_RPC_TIMEOUT", "7")
    assert seconds_now() == 7


@pytest.mark.parametrize("value", ["", "0", "601", "1.5", "-3", "many", "٣", "9" * 5000])
def test_default_patience__unusable__is_refused(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KGST_RPC_TIMEOUT", value)
    with pytest.raises(InputError, match="write whole seconds, 1 to 600"):
        default_patience()


def test_patience__blocks__are_nested_and_end() -> None:
    with patience(5):
        with patience(0.5):
            assert seconds_now() == 0.5
        assert seconds_now() == 5
    assert seconds_now() != 5


def test_patience__thread_with_this_context__has_it() -> None:
    with patience(3), ThreadPoolExecutor(1) as pool:
        assert pool.submit(contextvars.copy_context().run, seconds_now).result() == 3
