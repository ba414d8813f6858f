"""The anvil behind the double: started, and asked over connections that are kept."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Upstream", "running_anvil"]

ROOT = Path(__file__).parents[3]
_START_SECONDS = 30


class Upstream:
    """JSON-RPC to one anvil; each thread has a connection of its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._host, _, port = address.removeprefix("http://").partition(":")
        self._port = int(port)
        self._local = threading.local()

    def ask(self, method: str, *params: Any) -> Any:
        """The result.

        Raises:
            AssertionError: anvil answered with an error, which the double does not expect here.
        """
        answer = self.pass_on({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        assert "result" in answer, f"{method}: {answer}"
        return answer["result"]

    def ask_all(self, calls: list[tuple[str, list[Any]]]) -> list[Any]:
        """The results of many calls in one request."""
        batch = [
            {"jsonrpc": "2.0", "id": n, "method": method, "params": params}
            for n, (method, params) in enumerate(calls)
        ]
        answers = {answer["id"]: answer for answer in self._post(batch)} if batch else {}
        return [answers[n]["result"] for n in range(len(calls))]

    def pass_on(self, request: dict[str, Any]) -> dict[str, Any]:
        """The whole answer to one request."""
        answer: dict[str, Any] = self._post({"jsonrpc": "2.0", **request})
        return answer

    def _post(self, body: Any) -> Any:
        data = json.dumps(body).encode()
        for attempt in (0, 1):
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
                self._local.connection = connection
            try:
                connection.request("POST", "/", data, {"Content-Type": "application/json"})
                return json.loads(connection.getresponse().read())
            except (OSError, http.client.HTTPException):
                connection.close()
                self._local.connection = None
                # A kept connection may have been closed meanwhile; a new one must work.
                if attempt:
                    raise
        raise AssertionError("unreachable")


@contextmanager
def running_anvil(*options: str, chain_id: int = 97, block_time: float | None = 1) -> Iterator[str]:
    """Address of an anvil of one's own, until the block ends; `block_time=None` mines at once."""
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
    try:
        _wait_until_listening(port, node)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(node.pid, signal.SIGKILL)
        node.wait()


def _wait_until_listening(port: int, node: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert node.poll() is None, "anvil ended at once"
            assert time.monotonic() < deadline, "anvil does not listen"
            time.sleep(0.02)
