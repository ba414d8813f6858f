"""Commands as an operator runs them: `ape run …` in a process of its own, against a node of the test's own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.bsc.upstream import running_anvil

__all__ = [
    "ROOT", "Result", "document_of", "finish_ape", "kill", "run_ape", "running_anvil", "start_ape", "wait_for",
]  # fmt: skip

ROOT = Path(__file__).parents[2]
TIMEOUT = 120


@dataclass(frozen=True)
class Result:
    """How a command ended.

    Attributes:
        code: Exit code; negative when a signal ended it.
        document: What stdout holds as JSON; None when the command was not run with `--json`.
    """

    code: int
    stdout: str
    stderr: str
    document: dict[str, Any] | None

    @property
    def error(self) -> str:
        """The message of a command that failed with `--json`."""
        assert self.document is not None
        return str(self.document["error"]["message"])


def start_ape(
    *arguments: str,
    network: str | None = None,
    policy: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """`ape run <arguments>`, started in a process group of its own.

    Args:
        arguments: Script, subcommand, options: `"deploy", "verify", "--json"`.
        network: `http://…` of a node is taken as `bsc:testnet:http://…`; None for ape's default, the chain in process.
        policy: Goes to `--policy`.
        environment: What differs from this process's own.
    """
    command = [str(Path(sys.executable).with_name("ape")), "run", *arguments]
    if network is not None:
        network = f"bsc:testnet:{network}" if network.startswith("http") else network
        command += ["--network", network]
    if policy is not None:
        command += ["--policy", str(policy)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish_ape(process: subprocess.Popen[str], *, timeout: float = TIMEOUT) -> Result:
    """Wait for a command of `start_ape`.

    Raises:
        AssertionError: it was run with `--json` and stdout is not one document.
    """
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        kill(process)
        raise
    words = process.args if isinstance(process.args, list) else []
    return Result(process.returncode, out, err, document_of(words, out, err))


def document_of(words: Sequence[object], out: str, err: str) -> dict[str, Any] | None:
    """What stdout holds as JSON; None when the command was not given `--json`.

    Raises:
        AssertionError: it was, and stdout is not one document.
    """
    if "--json" not in words:
        return None
    try:
        document: dict[str, Any] = json.loads(out)
    except json.JSONDecodeError:
        raise AssertionError(f"stdout is not one document: {out!r}\n{err}") from None
    return document


def run_ape(
    *arguments: str,
    network: str | None = None,
    policy: Path | None = None,
    timeout: float = TIMEOUT,
) -> Result:
    """`ape run <arguments>` to its end; see `start_ape`."""
    return finish_ape(start_ape(*arguments, network=network, policy=policy), timeout=timeout)


def kill(process: subprocess.Popen[Any]) -> None:
    """SIGKILL to a process of this module and to its children."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_for(condition: Callable[[], object], seconds: float) -> None:
    """Until `condition` holds.

    Raises:
        AssertionError: it did not within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
