"""Nodes that answer a browser as the chain did in one block, and can be told to lie or to be gone."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from eth_utils.abi import function_signature_to_4byte_selector
from web3 import Web3

__all__ = ["Answering", "Recorded", "Through", "recorded", "serving"]

TOKEN = (
    "solvency()", "headroom()", "lastAttestation()", "reserveLimits()", "halts()", "pauseFlags()", "delegateAll()",
    "auditorSet()", "auditorsProposal()", "implementation()", "approvedImplementation()",
)  # fmt: skip
DESK = ("escrow()", "requestCount()")
REQUEST = "requestOf(uint256)"


def _data(signature: str, *arguments: int) -> str:
    return (
        "0x"
        + (
            function_signature_to_4byte_selector(signature)
            + b"".join(one.to_bytes(32) for one in arguments)
        ).hex()
    )


@dataclass
class Recorded:
    """One node's answers in one block.

    Attributes:
        calls: By function, with its argument where it has one (`requestOf(uint256) 3`): what `eth_call` answers.
        codes: By address in small letters.
        down: Whether it refuses everything.
        asked: The methods that it was asked for.
    """

    chain_id: int
    block: dict[str, str]
    places: dict[tuple[str, str], str]
    calls: dict[str, str]
    codes: dict[str, str]
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def twin(self) -> Recorded:
        """Another node that says the same."""
        return copy.deepcopy(self)

    def word(self, function: str, index: int, value: int | None = None) -> int:
        """A word of an answer; with `value`, from now on that."""
        data = bytearray.fromhex(self.calls[function][2:])
        found = int.from_bytes(data[32 * index : 32 * index + 32])
        if value is not None:
            data[32 * index : 32 * index + 32] = value.to_bytes(32)
            self.calls[function] = "0x" + data.hex()
        return found

    def answer(self, method: str, params: list[Any]) -> Any:
        """None where a node has nothing."""
        self.asked.append(method)
        match method:
            case "eth_chainId":
                return hex(self.chain_id)
            case "eth_getBlockByNumber":
                return self.block if params[0] in ("finalized", self.block["number"]) else None
            case "eth_call" if params[1] == self.block["number"]:
                return self.calls[self.places[params[0]["to"].lower(), params[0]["data"]]]
            case "eth_getCode" if params[1] == self.block["number"]:
                return self.codes[params[0].lower()]
        raise KeyError(method)


@dataclass
class Through:
    """A living chain, asked as it is."""

    chain: Any
    down: bool = False

    def answer(self, method: str, params: list[Any]) -> Any:
        """What the chain says."""
        return self.chain.ask(method, *params)


def recorded(web3: Web3, snapshot: dict[str, Any]) -> Recorded:
    """What the chain behind `web3` says in the snapshot's block of all that the page asks."""
    at = snapshot["block"]["number"]
    token, desk = (snapshot["contracts"][one].lower() for one in ("token", "redemption_desk"))
    asked = [(token, one, _data(one)) for one in TOKEN]
    asked += [(desk, one, _data(one)) for one in DESK]
    asked += [
        (desk, f"{REQUEST} {one['id']}", _data(REQUEST, one["id"]))
        for one in snapshot["redemptions"]["requests"]
    ]
    calls = {
        name: web3.eth.call({"to": Web3.to_checksum_address(to), "data": data}, at).to_0x_hex()  # type: ignore[typeddict-item]
        for to, name, data in asked
    }
    auditors = [one["address"] for one in snapshot["auditors"]["members"]]
    return Recorded(
        chain_id=web3.eth.chain_id,
        block={
            "number": hex(at),
            "hash": snapshot["block"]["hash"],
            "timestamp": hex(snapshot["block"]["time"]),
        },
        places={(to, data): name for to, name, data in asked},
        calls=calls,
        codes={one.lower(): web3.eth.get_code(one, at).to_0x_hex() for one in auditors},
    )


class Answering(Protocol):
    """What browsers can ask: `answer` raises KeyError where a node gives an error."""

    down: bool

    def answer(self, method: str, params: list[Any]) -> Any: ...


@contextmanager
def serving(node: Answering) -> Iterator[str]:
    """Address at which browsers ask `node`, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_OPTIONS(self) -> None:
            self._send(204, b"")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if node.down:
                self._send(503, b"gone")
                return
            try:
                said = {"result": node.answer(asked["method"], asked["params"])}
            except KeyError as error:
                said = {"error": {"code": -32601, "message": f"not here: {error}"}}
            self._send(200, json.dumps({"jsonrpc": "2.0", "id": asked["id"], **said}).encode())

        def _send(self, code: int, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "content-type")
            self.send_header("Access-Control-Max-Age", "600")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
