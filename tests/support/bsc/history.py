"""Which block a request means on this machine, and whether the node still has what is asked of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak
from support.bsc.chain import Chain
from support.bsc.terms import Terms
from support.bsc.wire import Refusal

__all__ = ["History", "View"]


class History:
    """What the whole address agrees on: the chain, and how far it is final."""

    def __init__(self, chain: Chain, terms: Terms) -> None:
        self.chain, self.terms = chain, terms
        self._stalled_at: int | None = None
        self._lock = threading.Lock()

    def view(self, lag: int) -> View:
        """The chain as a machine sees it that is `lag` blocks behind."""
        newest = self.chain.head()
        with self._lock:
            if not self.terms.finality_stalled:
                self._stalled_at = None
            elif self._stalled_at is None:
                self._stalled_at = self._finalized(newest)
        return View(self, max(0, newest - lag), newest)

    def finalized(self, head: int) -> int:
        with self._lock:
            stalled = self._stalled_at
        found = self._finalized(head)
        return found if stalled is None else min(found, stalled)

    def justified(self, head: int) -> int:
        return max(self.finalized(head), head - 1 if self.chain.voted(head) else head - 2, 0)

    def _finalized(self, head: int) -> int:
        """Two blocks behind, as the votes for a block and its child come with the next two; later without a vote."""
        lag = self.terms.finality_lag
        while head - lag > 0 and not self.chain.voted(head - lag + 2):
            lag += 1
        return max(0, head - lag)


@dataclass(frozen=True)
class View:
    """What one machine knows.

    Attributes:
        head: Its last block.
        newest: The last block of the chain.
    """

    history: History
    head: int
    newest: int

    @property
    def terms(self) -> Terms:
        return self.history.terms

    def number(self, reference: Any) -> int:
        """The block that a tag, a number, a hash or an EIP-1898 object means.

        Raises:
            Refusal: it cannot be told.
        """
        if isinstance(reference, dict):
            if "blockHash" in reference:
                return self._by_hash(reference["blockHash"], "header for hash not found")
            reference = reference.get("blockNumber", "latest")
        if reference in (None, "latest", "pending"):
            return self.head
        if reference == "earliest":
            return 0
        if reference in ("finalized", "safe"):
            if not self.terms.finality_known:
                raise Refusal(f"{reference} block not found")
            history = self.history
            return (history.finalized if reference == "finalized" else history.justified)(self.head)
        if isinstance(reference, str) and len(reference) == 66:
            return self._by_hash(reference, "header for hash not found")
        try:
            return int(reference, 16)
        except (TypeError, ValueError):
            raise Refusal(
                "invalid argument 0: hex string without 0x prefix"
                if isinstance(reference, str)
                else "invalid argument 0: json: cannot unmarshal into Go value of type rpc.BlockNumber",
                -32602,
            ) from None

    def find(self, block_hash: str) -> int | None:
        """The block with this hash, if this machine has it."""
        number = self.history.chain.number_of(block_hash)
        return number if number is not None and number <= self.head else None

    def _by_hash(self, block_hash: str, otherwise: str) -> int:
        if (number := self.find(block_hash)) is None:
            raise Refusal(otherwise)
        return number

    # What is there no more. Each answers whether the node has it, or refuses in its own words.

    def has_block(self, number: int) -> bool:
        """Blocks, and the transactions in them."""
        if number > self.head:
            return False
        return self._kept(number, self.terms.history_blocks)

    def has_receipt(self, number: int) -> bool:
        return self.has_block(number) and self._kept(number, self.terms.receipt_blocks)

    def has_logs(self, number: int) -> bool:
        return self._kept(number, self.terms.history_blocks) and self._kept(
            number, self.terms.log_blocks
        )

    def require_state(self, number: int) -> None:
        """The state after block `number`.

        Raises:
            Refusal: it is pruned, or the block is not there.
        """
        if number > self.head:
            raise Refusal("header not found")
        depth = self.terms.state_blocks
        if depth is None or number > self.newest - depth:
            return
        found = self.history.chain.block(number)
        assert found is not None
        root = found.header["stateRoot"]
        if self.terms.state_words == "publicnode":
            raise Refusal(_PUBLICNODE, -32701)
        if self.terms.state_words == "path":
            raise Refusal(f"historical state {root[2:]} is not available")
        node = keccak(hexstr=root).hex()
        raise Refusal(f"missing trie node {node} (path ) state {root} is not available, not found")

    def _kept(self, number: int, depth: int | None) -> bool:
        if depth is None or number > self.newest - depth:
            return True
        if self.terms.pruned_words == "4444":
            raise Refusal("pruned history unavailable", 4444)
        if self.terms.pruned_words == "publicnode":
            raise Refusal(_PUBLICNODE, -32701)
        return False


_PUBLICNODE = "History has been pruned for this block"
