"""A double of a BSC node without waiting: time passes as it is slept, and blocks with it.

Commands run in this process and their questions reach the double without HTTP, past no other part of `kgst.node`.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from support.bsc.node import BscNode
from support.bsc.server import Bucket, _answer
from support.bsc.wire import Raw

import kgst
from kgst.node.faults import Failure, Fault
from kgst.node.wire import Reply, Wire

__all__ = ["Clock", "connected_once", "timeless"]

_BLOCK: Final = 0.45
_MOST_AT_ONCE: Final = 40


class Clock:
    """Stands in for the module `time` in all of `kgst`: what is slept passes at once, with the blocks of that time."""

    def __init__(self, mine: Callable[[int], None]) -> None:
        self._mine = mine
        self.now, self._wall, self._owed = 1_000.0, time.time(), 0.0

    def begin(self) -> None:
        self.now, self._owed = 1_000.0, 0.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self._wall + self.now - 1_000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._owed += seconds
        blocks = int(self._owed / _BLOCK)
        self._owed -= blocks * _BLOCK
        if blocks:
            self._mine(min(blocks, _MOST_AT_ONCE))


def timeless(node: BscNode, patch: pytest.MonkeyPatch) -> Clock:
    """Time of `kgst` and of `node` that passes as it is slept; its blocks come only so. Undone with `patch`."""
    node.anvil.ask("evm_setIntervalMining", 0)
    node.anvil.ask("evm_setAutomine", False)  # JSON-RPC
    clock = Clock(node.mine)
    for found in pkgutil.walk_packages(kgst.__path__, "kgst."):
        importlib.import_module(found.name)
    for name, module in sorted(sys.modules.items()):
        if name.startswith("kgst.") and getattr(module, "time", None) is time:
            patch.setattr(module, "time", clock)
    bucket = Bucket()

    def post(_: Wire, body: bytes, __: float) -> Reply:
        raw = _answer(body, node.terms, node.answer, bucket)
        if not isinstance(raw, Raw):
            raise Failure(Fault.CUT)
        return Reply(raw.status, raw.body)

    patch.setattr(Wire, "post", post)
    # An emergency is pursued for ten minutes; the rest of the time is the policy's.
    patch.setattr("kgst.sending.delivery._URGENT_SECONDS", 30)
    return clock


@contextmanager
def connected_once(address: str, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within it each command has a connection of its own to the node at `address`, which ape makes only once.

    What ape does for each takes longer than most commands.
    """
    from ape import networks
    from ape.cli import commands

    from kgst.node import pin_node
    from kgst.node.web3_provider import web3_of

    pin_node()
    with networks.parse_network_choice(f"bsc:testnet:{address}") as provider:

        @contextmanager
        def anew(_: Any) -> Iterator[Any]:
            provider._web3 = web3_of(address)
            yield provider

        patch.setattr(commands, "parse_network", anew)
        yield
