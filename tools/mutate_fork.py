"""Asks a question in a process forked from this one: what is loaded is not loaded again, and nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path


def forked(question: Callable[[], str], seconds: int, output: Path = Path(os.devnull)) -> str:
    """What `question` returns; what it prints goes to `output`.

    A process that takes longer than `seconds`, or dies, says so: a mutant that makes a test hang is found out.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            sink = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(seconds)
            os.write(writer, json.dumps(question()[:2_000]).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if answer:
        return str(json.loads(answer))
    return "timeout" if os.WTERMSIG(status) == signal.SIGALRM else f"the process died: {status}"
