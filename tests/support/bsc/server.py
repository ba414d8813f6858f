"""The double's HTTP: bodies, batches, limits, and answers that are no answers."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.bsc.terms import Terms
from support.bsc.wire import Answer, Raw, Refusal, Request, refusal

__all__ = ["serving"]

_TEXT = {"Content-Type": "text/plain; charset=utf-8"}


class Bucket:
    """As many calls a second as the terms allow."""

    def __init__(self) -> None:
        self._tokens, self._at, self._lock = 1.0, time.monotonic(), threading.Lock()

    def allows(self, rate: float | None) -> bool:
        if rate is None:
            return True
        with self._lock:
            now = time.monotonic()
            self._tokens = min(max(1.0, rate), self._tokens + (now - self._at) * rate)
            self._at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


@contextmanager
def serving(terms: Terms, answer: Callable[[Request], Answer]) -> Iterator[str]:
    """Address at which `answer` is asked, until the block ends."""
    bucket = Bucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            if length > terms.body_limit:
                words = f"content length too large ({length}>{terms.body_limit})\n"
                self.close_connection = True
                self._send(Raw(413, words.encode(), _TEXT))
                return
            body = self.rfile.read(length)
            kind = self.headers.get("Content-Type", "").partition(";")[0].strip()
            if kind != "application/json":
                words = "invalid content type, only application/json is supported\n"
                self._send(Raw(415, words.encode(), _TEXT))
                return
            self._send(_answer(body, terms, answer, bucket))

        def do_PUT(self) -> None:
            self.close_connection = True
            self._send(Raw(405, b"method not allowed\n", _TEXT))

        do_DELETE = do_PUT  # noqa: N815 # the library's name

        def _send(self, raw: Raw | None) -> None:
            if raw is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(raw.status)
            for name, value in raw.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw.body)))
            self.end_headers()
            if not raw.seconds_per_byte:
                self.wfile.write(raw.body)
                return
            for byte in raw.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(raw.seconds_per_byte)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that gave up
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _answer(
    body: bytes, terms: Terms, answer: Callable[[Request], Answer], bucket: Bucket
) -> Raw | None:
    try:
        asked = json.loads(body)
    except ValueError:
        return _json(refusal({"id": None}, Refusal("parse error", -32700)))
    calls: list[Request] = asked if isinstance(asked, list) else [asked]
    if isinstance(asked, list):
        if not calls:
            return _json(refusal({"id": None}, Refusal("empty batch", -32600)))
        # One error object for the whole batch, and no list.
        if terms.batches_off:
            words = f"method {calls[0]['method']} in batch triggered rate limit"
            return _json(refusal(calls[0], Refusal(words, -32005)))
        if len(calls) > terms.batch_limit:
            return _json(refusal(calls[0], Refusal("batch too large", -32600)))
    if not all(bucket.allows(terms.requests_per_second) for _ in calls):
        retry = {} if terms.retry_after is None else {"Retry-After": str(terms.retry_after)}
        return Raw(429, b"", retry)
    answers = [answer(call) for call in calls]
    if any(each is None for each in answers):
        return None
    for each in answers:
        if isinstance(each, Raw):
            return each
    return _json(answers if isinstance(asked, list) else answers[0])


def _json(answer: Any) -> Raw:
    data = json.dumps(answer, separators=(",", ":")).encode() + b"\n"
    return Raw(200, data, {"Content-Type": "application/json"})
