"""The far side of HTTP, where an explorer's API would be: it answers as told, and notes what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = Callable[[dict[str, str], BaseHTTPRequestHandler], None]


def says(status: str, result: Any) -> Answer:
    def answer(_: dict[str, str], handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"status": status, "message": "?", "result": result}).encode()
        send(handler, 200, body)

    return answer


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def explorer_api(*answers: Answer) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The far side: answers one question after the other, the last for ever. Its address, and what it was sent."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[0] for name, values in parse_qs(body).items()}
            asked.append(fields | {"path": self.path})
            answers[min(len(asked), len(answers)) - 1](fields, self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that gave up
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v2/api", asked
    finally:
        server.shutdown()
        server.server_close()
