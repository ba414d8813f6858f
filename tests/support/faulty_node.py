"""A node with faults: it stands between a command and anvil, and drops, delays, hides or changes what passes."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Forward = Callable[[dict[str, Any]], dict[str, Any]]
Fault = Callable[[dict[str, Any], Forward], dict[str, Any] | None]
"""What happens to a request: the answer, or None to cut the connection without one."""


class FaultyNode:
    """Passes JSON-RPC on to `upstream`; `faults` by method, `any` for all others.

    Attributes:
        asked: How often each method was asked for.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.faults: dict[str, Fault] = {}
        self.asked: Counter[str] = Counter()
        self.address = ""

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        self.asked[request["method"]] += 1
        fault = self.faults.get(request["method"]) or self.faults.get("any")
        return fault(request, self.forward) if fault else self.forward(request)

    def forward(self, request: dict[str, Any]) -> dict[str, Any]:
        sent = urllib.request.Request(
            self.upstream, json.dumps(request).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(sent, timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
        return answer


@contextmanager
def faulty_node(upstream: str) -> Iterator[FaultyNode]:
    """A node that passes everything on to `upstream`, until it is given faults."""
    node = FaultyNode(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            many = body if isinstance(body, list) else [body]
            answers = [node.answer(request) for request in many]
            if None in answers:
                self.close_connection = True
                self.connection.close()
                return
            data = json.dumps(answers if isinstance(body, list) else answers[0]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that gave up
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    node.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()


def drops(_: dict[str, Any], __: Forward) -> None:
    """The request is lost."""


def loses_the_answer(request: dict[str, Any], forward: Forward) -> None:
    """The node does what it is asked, and the connection breaks."""
    forward(request)


def hangs(seconds: float) -> Fault:
    """The answer comes, far too late."""

    def fault(request: dict[str, Any], forward: Forward) -> dict[str, Any]:
        time.sleep(seconds)
        return forward(request)

    return fault


def says(result: Any) -> Fault:
    """Always the same answer."""

    def fault(request: dict[str, Any], _: Forward) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": request["id"], "result": result}

    return fault


def lags(blocks: int) -> Fault:
    """What is asked of the latest block is answered from an older one."""

    def fault(request: dict[str, Any], forward: Forward) -> dict[str, Any]:
        head = int(forward({**request, "method": "eth_blockNumber", "params": []})["result"], 16)
        behind = hex(max(0, head - blocks))
        if request["method"] == "eth_blockNumber":
            return {"jsonrpc": "2.0", "id": request["id"], "result": behind}
        old = [behind if p in ("latest", "pending") else p for p in request.get("params", [])]
        return forward({**request, "params": old})

    return fault
