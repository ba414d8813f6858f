"""How long a node is given, and who is told meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from kgst.errors import InputError

__all__ = [
    "TIMEOUT_VARIABLE",
    "default_patience",
    "patience",
    "retries_told",
    "seconds_now",
    "tell_of",
]

TIMEOUT_VARIABLE: Final = "KGST_RPC_TIMEOUT"
"""Environment variable: seconds that one question may take in all, whatever is tried again; 20 by default."""

_given: ContextVar[float | None] = ContextVar("patience", default=None)
_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


def default_patience() -> int:
    """Seconds, from the environment.

    Raises:
        InputError: it has something else.
    """
    seconds = os.environ.get(TIMEOUT_VARIABLE, "20")
    if not (seconds.isascii() and seconds.isdecimal()) or not 1 <= int(seconds[:9]) <= 600:
        raise InputError(f"{TIMEOUT_VARIABLE}={seconds[:40]}: write whole seconds, 1 to 600.")
    return int(seconds)


def seconds_now() -> float:
    """What a question that begins now may take in all."""
    given = _given.get()
    return default_patience() if given is None else given


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Within the block one question may take so many seconds in all, retries included; not in other threads.

    Threads have it too when they run in a copy of this context (`contextvars.copy_context().run`).
    """
    token = _given.set(seconds)
    try:
        yield
    finally:
        _given.reset(token)


@contextmanager
def retries_told(listener: Callable[[str], None]) -> Iterator[None]:
    """Within the block `listener` is told, in one line without keys, whenever a question is about to be asked again."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell_of(retry: str) -> None:
    """Whoever listens is told."""
    if (listener := _listener.get()) is not None:
        listener(retry)
