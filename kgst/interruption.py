"""Ctrl-C, `kill` and a closed terminal end a command as an exception, so that it can say what may have been sent.

ape ends the process on SIGINT where it stands, and Python on SIGTERM and SIGHUP: no `except`, no word. Here SIGINT
raises KeyboardInterrupt, the others `Interruption`, which is one.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Final, Self

__all__ = ["Interruption", "Signals", "held", "renew", "signal_of"]

GRACE: Final = 3.0
"""Seconds after a signal in which others change nothing: people press twice, and a terminal that closes sends several.
After that the next one interrupts again, whatever it was that took so long."""

_RAISING: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Interruption(KeyboardInterrupt):
    """The process was told to end.

    Attributes:
        signum: By which signal.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.signum = signum


class Signals:
    """For the time of a `with` block signals raise; only in the main thread, as Python has it.

    Attributes:
        received: The first signal that came; None before.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._at = 0.0
        self._before: dict[int, Any] = {}
        self._held = 0
        self._waiting: int | None = None

    def __enter__(self) -> Self:
        global _active
        if _active is None and threading.current_thread() is threading.main_thread():
            _active = self
            self.renew()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        global _active
        if _active is self:
            _active = None
            for signum in self._before:
                if self.received is None:
                    self._give_back(signum)
                else:
                    signal.signal(signum, self._late)

    def renew(self) -> None:
        """Take the signals, again where something else has taken them since."""
        for signum in _RAISING:
            present = signal.getsignal(signum)
            # `nohup` has SIGHUP ignored, and means it.
            if present != self._handle and present is not signal.SIG_IGN:
                self._before.setdefault(signum, present)
                signal.signal(signum, self._handle)

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.received is not None and now - self._at < GRACE:
            return
        self.received = self.received or signum
        self._at = now
        if self._held:
            self._waiting = signum
            return
        raise _exception(signum)

    def _late(self, signum: int, frame: FrameType | None) -> None:
        """While the process ends of the first signal, the second must not take its exit code away."""
        if time.monotonic() - self._at >= GRACE:
            self._give_back(signum)
            signal.raise_signal(signum)

    def _give_back(self, signum: int) -> None:
        handler = self._before[signum]
        # None: set by something that is not Python, and cannot be put back.
        signal.signal(signum, signal.SIG_DFL if handler is None else handler)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """See `held`."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if not self._held and self._waiting is not None:
            signum, self._waiting = self._waiting, None
            raise _exception(signum)


_active: Signals | None = None


def renew() -> None:
    """Take the signals again, after something that sets handlers of its own: ape does as it starts a node."""
    if _active is not None and threading.current_thread() is threading.main_thread():
        _active.renew()


@contextmanager
def held() -> Iterator[None]:
    """What must not be left half done, and takes no time: a signal is raised as the block ends."""
    if _active is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    with _active.holding():
        yield


def signal_of(error: BaseException, received: int | None) -> int | None:
    """Which signal `error` comes from; None when from none.

    Args:
        error: What ended the command.
        received: See `Signals`.
    """
    import click

    if isinstance(error, Interruption):
        return received or error.signum
    if isinstance(error, KeyboardInterrupt):
        return received or int(signal.SIGINT)
    # click makes an Abort of a signal in a prompt.
    if isinstance(error, click.Abort):
        return received
    # ape's own handlers, which it sets as it starts a node of its own.
    if isinstance(error, SystemExit):
        return {130: int(signal.SIGINT), 143: int(signal.SIGTERM)}.get(error.code)  # type: ignore[arg-type]
    return None


def _exception(signum: int) -> KeyboardInterrupt:
    return KeyboardInterrupt() if signum == signal.SIGINT else Interruption(signum)
