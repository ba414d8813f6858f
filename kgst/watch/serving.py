"""`/metrics` and `/health` over HTTP, for machines that look after this one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from kgst.errors import InputError

if TYPE_CHECKING:
    from kgst.watch.metrics import Board

__all__ = ["place_of", "serving"]


def place_of(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:9464`; port 0 lets the system choose.

    Raises:
        InputError: it is something else.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise InputError(f"--listen {text}: write HOST:PORT, like 127.0.0.1:9464.")
    return host.strip("[]"), int(port)


@contextmanager
def serving(place: tuple[str, int] | None, board: Board) -> Iterator[tuple[str, int] | None]:
    """Answer there while the block runs; the place, with the port that was chosen.

    Raises:
        InputError: nothing can listen there.
    """
    if place is None:
        yield None
        return

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # who connects and says nothing keeps no thread

        def do_GET(self) -> None:
            ailment = board.ailment()
            if self.path == "/metrics":
                self._answer(200, "text/plain; version=0.0.4; charset=utf-8", board.text())
            elif self.path == "/health":
                said = f"{ailment or 'well'}\n".encode()
                self._answer(503 if ailment else 200, "text/plain; charset=utf-8", said)
            else:
                self._answer(404, "text/plain; charset=utf-8", b"/metrics or /health\n")

        def _answer(self, code: int, kind: str, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: each question would be a line."""

    try:
        server = ThreadingHTTPServer(place, Handler)
    except OSError as error:
        raise InputError(
            f"--listen {place[0]}:{place[1]}: nothing can listen there ({error.strerror}); name another port."
        ) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="watch", daemon=True)
    thread.start()
    try:
        yield place[0], server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
