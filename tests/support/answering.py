"""A server that answers a node's questions with whatever bytes a test wants, in this process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["Answering", "Said", "answering", "envelope", "in_turn", "refusal", "result"]


@dataclass(frozen=True)
class Said:
    """One HTTP answer.

    Attributes:
        every: Seconds between the bytes, headers included when `slow_headers`.
        cut: The connection breaks after the body, which claims to be longer.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    every: float = 0.0
    slow_headers: bool = False
    cut: bool = False
    hangs: float = 0.0


Answer = Callable[[Any], Said | None]
"""From the parsed body to what is said; None breaks the connection."""


@dataclass
class Answering:
    """The server.

    Attributes:
        asked: Bodies, parsed, in their order.
        at: When each came, of `time.monotonic`.
        paths: To which path each was sent.
    """

    answer: Answer
    address: str = ""
    asked: list[Any] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def methods(self) -> list[str]:
        """Of what was asked alone; `batch` for several at once."""
        return ["batch" if isinstance(one, list) else one["method"] for one in self.asked]


@contextmanager
def answering(answer: Answer) -> Iterator[Answering]:
    """Runs it."""
    server = Answering(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.at.append(time.monotonic())
            server.asked.append(body)
            server.paths.append(self.path)
            said = server.answer(body)
            with suppress(OSError):
                if said is not None:
                    self._say(said)
                if said is None or said.cut:
                    self.close_connection = True
                    self.connection.close()

        def _say(self, said: Said) -> None:
            time.sleep(said.hangs)
            length = len(said.body) + (1000 if said.cut else 0)
            headers = {
                "Content-Type": "application/json",
                "Content-Length": str(length),
                **said.headers,
            }
            lines = [
                f"HTTP/1.1 {said.status} X",
                *(f"{k}: {v}" for k, v in headers.items()),
                "",
                "",
            ]
            head = "\r\n".join(lines).encode()
            self._write(head, said.every if said.slow_headers else 0)
            self._write(said.body, said.every)

        def _write(self, data: bytes, every: float) -> None:
            if not every:
                self.wfile.write(data)
                self.wfile.flush()
                return
            for byte in data:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(every)

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that gave up
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{http.server_address[1]}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def envelope(request: Any, **rest: Any) -> dict[str, Any]:
    """An answer to `request`, by JSON-RPC."""
    return {"jsonrpc": "2.0", "id": request["id"], **rest}


def result(value: Any) -> Answer:
    """Always this result, to each question of a batch too."""

    def answer(body: Any) -> Said:
        if isinstance(body, list):
            said: Any = [envelope(one, result=value) for one in body]
        else:
            said = envelope(body, result=value)
        return Said(body=json.dumps(said).encode())

    return answer


def refusal(code: Any, message: str, data: Any = None) -> Answer:
    """Always this error of JSON-RPC, for a batch one object."""
    error = {"code": code, "message": message} | ({} if data is None else {"data": data})

    def answer(body: Any) -> Said:
        own = None if isinstance(body, list) else body["id"]
        return Said(body=json.dumps({"jsonrpc": "2.0", "id": own, "error": error}).encode())

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One after the other; the last for ever."""
    left = list(answers)
    lock = threading.Lock()

    def answer(body: Any) -> Said | None:
        with lock:
            now = left.pop(0) if len(left) > 1 else left[0]
        return now(body)

    return answer
