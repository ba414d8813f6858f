"""A way for anvil to the node that it forks: the node's address, and the key in it, stay in this process.

anvil takes the address of its upstream as an argument, which every process of the machine can read. It gets this
relay's instead, on the loopback interface, which asks the node in the package's way: with patience, and again when that
helps. Only reading passes.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from pydantic_core import from_json

from kgst.node.errors import NoAnswerError, NodeRefusedError
from kgst.node.pool import Node

__all__ = ["relayed"]

_READS: Final = re.compile(r"eth_(?!send|sign|submit)\w+|net_version|web3_clientVersion")
_LARGEST: Final = 16 * 1024 * 1024
_IDLE_SECONDS: Final = 120


@contextmanager
def relayed(node: Node) -> Iterator[str]:
    """The relay's address; it ends with the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _IDLE_SECONDS
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            """Answer one request, or a batch."""
            try:
                length = int(self.headers.get("Content-Length") or 0)
                if not 0 <= length <= _LARGEST:
                    raise ValueError
                asked = from_json(self.rfile.read(length))
            except ValueError:
                self.send_error(400)
                return
            answer = (
                [_answer(node, one) for one in asked]
                if isinstance(asked, list)
                else _answer(node, asked)
            )
            body = json.dumps(answer, separators=(",", ":")).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            # anvil may have gone.
            with suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is to be read of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that has gone
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="relay", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _answer(node: Node, request: Any) -> dict[str, Any]:
    request = request if isinstance(request, dict) else {}
    method, params = str(request.get("method")), request.get("params") or []
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request.get("id")}
    if not _READS.fullmatch(method) or not isinstance(params, list):
        return answer | {"error": {"code": -32601, "message": f"{method[:60]} is not passed on"}}
    try:
        return answer | {"result": node.ask(method, params)}
    except NodeRefusedError as error:
        told = {"code": error.code, "message": error.said}
        return answer | {"error": told if error.data is None else told | {"data": error.data}}
    except NoAnswerError as error:
        return answer | {"error": {"code": -32000, "message": str(error)}}
