"""The transport as web3 takes it, with what a node is asked only once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from web3 import Web3
from web3.middleware import ExtraDataToPOAMiddleware
from web3.providers.base import JSONBaseProvider

from kgst.node.errors import NodeRefusedError
from kgst.node.transport import Transport

__all__ = ["NodeProvider", "web3_of"]

_ASKED_ONCE: Final = ("web3_clientVersion", "eth_chainId", "net_version")
_UNKNOWN_CLIENT: Final = "unknown"
_REVERT_DATA: Final = re.compile(r"(Reverted )?0x([0-9a-fA-F]{2})*", re.ASCII)
_REVERT_IN_WORDS: Final = re.compile(r"execution reverted(?:: .*)?: (0x(?:[0-9a-fA-F]{2})*)$", re.S)
_PANIC: Final = "0x4e487b71"
_PANICS: Final = ("00", "01", "11", "12", "21", "22", "31", "32", "41", "51")


class NodeProvider(JSONBaseProvider):
    """A provider of web3 that speaks through a `Transport`.

    Client and chain are asked for once per connection. What no usable answer came to is raised as `NoAnswerError`; an
    error of JSON-RPC is handed to web3, which knows reverts.
    """

    # A node may not have this process fetch addresses of its choice (ERC-3668).
    global_ccip_read_enabled = False

    def __init__(self, transport: Transport) -> None:
        super().__init__()
        self.transport = transport
        # ape looks here for the address that it is connected to.
        self.endpoint_uri = transport.url
        self._facts: dict[str, Any] = {}

    def __str__(self) -> str:
        return f"the node at {self.transport.name}"

    __repr__ = __str__

    def make_request(self, method: Any, params: Any) -> Any:
        """One question."""
        method = str(method)
        if method in self._facts:
            return _envelope(self._facts[method])
        try:
            result = self.transport.ask(method, params or [])
        except NodeRefusedError as error:
            if method != "web3_clientVersion":
                return _error(error)
            result = _UNKNOWN_CLIENT
        if method in _ASKED_ONCE:
            self._facts[method] = result
        return _envelope(result)

    def make_batch_request(self, requests: Sequence[tuple[Any, Any]]) -> Any:
        """Several questions, answered in their order."""
        open_ = [
            (str(method), params or []) for method, params in requests if method not in self._facts
        ]
        answers = iter(self.transport.ask_all(open_))
        found = []
        for method, _ in requests:
            if method in self._facts:
                found.append(_envelope(self._facts[method]))
                continue
            answer = next(answers)
            if isinstance(answer, NodeRefusedError):
                found.append(_error(answer))
                continue
            if method in _ASKED_ONCE:
                self._facts[str(method)] = answer
            found.append(_envelope(answer))
        return found

    def is_connected(self, show_traceback: bool = False) -> bool:
        """Whether it answers, asked once; why not is raised.

        Raises:
            NoAnswerError: it does not.
        """
        self.make_request("web3_clientVersion", [])
        return True


def web3_of(url: str, headers: Mapping[str, str] | None = None) -> Web3:
    """A web3 that reads BSC's blocks, whose `extraData` is longer than Ethereum's."""
    web3 = Web3(NodeProvider(Transport(url, headers)), middleware=[])
    web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
    return web3


def _envelope(result: Any) -> Any:
    return {"jsonrpc": "2.0", "id": 0, "result": result}


def _error(error: NodeRefusedError) -> Any:
    """As web3 expects it: `data` only where it is a revert's, which is all that web3 takes it for."""
    found: dict[str, Any] = {"code": error.code, "message": error.said}
    data = error.data
    if not (isinstance(data, str) and _REVERT_DATA.fullmatch(data)):
        # Since v1.5.13 BSC's client has them in the message too; proxies may hand on only that.
        in_words = _REVERT_IN_WORDS.match(error.said)
        data = in_words[1] if in_words else None
    if data is not None and not (data.startswith(_PANIC) and data[-2:] not in _PANICS):
        found["data"] = data
    return {"jsonrpc": "2.0", "id": 0, "error": found}
