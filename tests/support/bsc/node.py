"""The double: a node of BNB Smart Chain in front of anvil, as far as a client can tell."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from support.bsc.chain import Chain
from support.bsc.history import History
from support.bsc.methods import Methods
from support.bsc.server import serving
from support.bsc.terms import Terms
from support.bsc.upstream import Upstream, running_anvil
from support.bsc.wire import Answer, Fault, Raw, Refusal, Request, refusal, result

MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"

__all__ = ["BscNode", "bsc_in_front_of", "running_bsc"]


class BscNode:
    """One address, behind which one or several machines answer.

    Attributes:
        address: `http://127.0.0.1:…`, for whoever takes it for a node.
        upstream: anvil's own address, for set-up only: balances, time, impersonation.
        terms: Its fields may be changed at any time; the object stays.
        faults: By method; `any` for all others.
        asked: How often each method was asked for.
    """

    def __init__(self, upstream: Any, terms: Terms) -> None:
        """In front of the anvil at the address `upstream`, or of what is asked as one."""
        self.address = ""
        self.anvil = Upstream(upstream) if isinstance(upstream, str) else upstream
        self.upstream, self.terms = self.anvil.address, terms
        self.faults: dict[str, Fault] = {}
        self.asked: Counter[str] = Counter()
        self.chain = Chain(self.anvil, terms)
        self.history = History(self.chain, terms)
        self._turn, self._lock = 0, threading.Lock()
        self._dice = random.Random(terms.seed)

    def answer(self, request: Request) -> Answer:
        """What a client gets for one call, faults included."""
        method = str(request.get("method"))
        with self._lock:
            self.asked[method] += 1
        fault = self.faults.get(method) or self.faults.get("any")
        return fault(request, self.forward) if fault else self.forward(request)

    def forward(self, request: Request) -> Any:
        """The answer without faults."""
        try:
            value = Methods(self, self.history.view(self._lag())).call(
                str(request.get("method")), list(request.get("params") or [])
            )
        except Refusal as error:
            return refusal(request, error)
        if isinstance(value, Raw):
            return value
        return result(request, value)

    def ask(self, method: str, *params: Any) -> Any:
        """The result of one call, without HTTP and without faults.

        Raises:
            Refusal: the node refused.
        """
        answer = self.forward({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        if "error" in answer:
            error = answer["error"]
            raise Refusal(error["message"], error["code"], error.get("data"))
        return answer["result"]

    def mine(self, blocks: int = 1) -> None:
        """Mine at once, past the clock."""
        self.anvil.ask("anvil_mine", hex(blocks), "0x0")

    def advance(self, seconds: int) -> None:
        """Let chain time pass, and mine a block."""
        self.anvil.ask("evm_increaseTime", seconds)
        self.anvil.ask("evm_mine")

    def give(self, *addresses: str, wei: int = 10**19) -> None:
        """Set balances."""
        for address in addresses:
            self.anvil.ask("anvil_setBalance", address, hex(wei))

    def _lag(self) -> int:
        lags = self.terms.backends
        with self._lock:
            self._turn += 1
            if self.terms.seed is not None:
                return self._dice.choice(lags)
            return lags[self._turn % len(lags)]


@contextmanager
def bsc_in_front_of(upstream: str, terms: Terms) -> Iterator[BscNode]:
    """A double in front of a node that runs already: several of one chain, each with terms of its own."""
    node = BscNode(upstream, terms)
    with serving(terms, node.answer) as address:
        node.address = address
        yield node


@contextmanager
def running_bsc(terms: Terms | None = None) -> Iterator[BscNode]:
    """A node with a new chain behind it, on which Multicall3 is where every BSC network has it."""
    from ape_ethereum.multicall.constants import MULTICALL3_CODE

    terms = terms or Terms()
    with ExitStack() as stack:
        anvil = stack.enter_context(
            running_anvil(
                "--hardfork", "prague", "--base-fee", "0", "--gas-price", str(terms.gas_price),
                "--gas-limit", str(terms.gas_limit), "--enable-tx-gas-limit",
                chain_id=terms.chain_id, block_time=terms.block_time,
            )
        )  # fmt: skip
        Upstream(anvil).ask("anvil_setCode", MULTICALL3, "0x" + bytes(MULTICALL3_CODE).hex())
        yield stack.enter_context(bsc_in_front_of(anvil, terms))
