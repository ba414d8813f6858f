"""Commands as an operator runs them: `ape run …` in a process of its own, against an anvil of the test's own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3

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
    *arguments: str, network: str | None = None, policy: Path | None = None
) -> subprocess.Popen[str]:
    """`ape run <arguments>`, started in a process group of its own.

    Args:
        arguments: Script, subcommand, options: `"deploy", "verify", "--json"`.
        network: `http://…` of a node is taken as `bsc:testnet:http://…`; None for ape's default, the chain in process.
        policy: Goes to `--policy`.
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
    document = None
    if isinstance(process.args, list) and "--json" in process.args:
        try:
            document = json.loads(out)
        except json.JSONDecodeError:
            raise AssertionError(f"stdout is not one document: {out!r}\n{err}") from None
    return Result(process.returncode, out, err, document)


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


@contextmanager
def running_anvil(*options: str, chain_id: int = 97, block_time: int | None = 1) -> Iterator[str]:
    """Address of a node like the testnet's: chain id 97, a block each second; `block_time=None` mines at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(ROOT / "node_modules/.bin/anvil"), "--chain-id", str(chain_id)]
    command += ["--port", str(port), *options]
    if block_time is not None:
        command += ["--block-time", str(block_time)]
    node = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: Web3(HTTPProvider(address)).is_connected(), 20)
        yield address
    finally:
        os.killpg(node.pid, signal.SIGKILL)
        node.wait()
