"""How far a payout is by the chain: which keys it has taken, and what the transactions paid that took them.

Whoever runs the command, on whatever machine, finds the same. A key that another run used counts as paid only if its
transaction made exactly those payments, and is final.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kgst.errors import RefusedError
from kgst.keys import payout_key
from kgst.multicall import Head, Reads, ensure_multicall, latest
from kgst.node import NodeError
from kgst.supply.payout_file import Chunk, Payment, PayoutFile
from kgst.supply.payout_uses import Use, Uses
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import Outcome

__all__ = ["Rounds", "Standing"]

_AT_ONCE: Final = 500
"""Keys in one request: far below what nodes let a call use."""
_ROUNDS_AT_ONCE: Final = 16
_CATCH_UP_SECONDS: Final = 30


@dataclass(frozen=True)
class Standing:
    """How far a round is.

    Attributes:
        paid: By chunk; the outcome's `step` is the chunk's name.
        others: Those of `paid` that another run paid.
        void: Chunks whose keys were used without a payment, and the transactions that did it.
        left: Chunks whose keys are free.
    """

    paid: Mapping[str, Outcome]
    others: frozenset[str]
    void: Mapping[str, str]
    left: Sequence[Chunk]


class Rounds:
    """The rounds in which one payer pays one file, as they are in one block.

    Args:
        system: Whose token.
        payer: Checksummed address.
        file: What is paid.
        least: Number of a block that the node must have reached: what this run knows is in it.

    Raises:
        NodeError: the node failed, or is behind.
    """

    def __init__(self, system: System, payer: str, file: PayoutFile, least: int = 0) -> None:
        self.system, self.payer, self.file = system, payer, file
        ensure_multicall(system.provider)
        self.head = _head(system, least)
        self._uses = Uses(system, payer, file.name, self.head)

    def last(self) -> int:
        """The last round that was begun, counted from 1; 0 when none was."""
        found = 0
        while True:
            rounds = range(found + 1, found + 1 + _ROUNDS_AT_ONCE)
            for taken in self._taken([payout_key(self.file.content, r, 0) for r in rounds]):
                if not taken:
                    return found
                found += 1

    def is_over(self, round_: int, size: int) -> bool:
        """Whether all keys of the round are used that was begun with `size` payments to a transaction."""
        return all(self._states(round_, self.file.chunks(size)).values())

    def free(self, round_: int, chunks: Sequence[Chunk]) -> list[Chunk]:
        """Those of `chunks` whose keys nothing has used."""
        states = self._states(round_, chunks)
        return [chunk for chunk in chunks if not states[chunk.name]]

    def size_begun(self, round_: int) -> int:
        """How many payments the first transaction of the round made; 0 when its key was declared void.

        With the order of the payments it settles the whole division.

        Raises:
            RefusedError: it paid something else, or the node does not show it.
            UnconfirmedError: it is not final.
        """
        name = self.file.chunks(len(self.file.payments))[0].name
        use = self._uses.of({name: payout_key(self.file.content, round_, 0)})[name]
        size = len(use.payments)
        if use.payments != _pairs(self.file.ordered[:size]):
            raise self._other(name, use)
        return size

    def standing(
        self, round_: int, chunks: Sequence[Chunk], own: Mapping[str, Outcome]
    ) -> Standing:
        """How far the round is.

        Args:
            round_: A round.
            chunks: In the division that it was begun with.
            own: Final outcomes by step, of the journals of this very round and division.

        Raises:
            RefusedError: a key was used for something else, or the node does not show for what.
            UnconfirmedError: what used it is not final.
            NodeError: the node failed, or contradicts the journals.
        """
        states = self._states(round_, chunks)
        for chunk in chunks:
            mine = own.get(chunk.name) or own.get(chunk.void_name)
            if mine is not None and not states[chunk.name]:
                raise NodeError(
                    f"{mine.step} of {self.file.name} is final in transaction {mine.hash}, and by this node its key is "
                    f"unused in block {self.head.number}: the node lies, or is of another fork; use another. Nothing "
                    "was paid now."
                )
        unknown = {
            c.name: payout_key(self.file.content, round_, c.number - 1)
            for c in chunks
            if states[c.name] and c.name not in own and c.void_name not in own
        }
        uses = self._uses.of(unknown)
        paid, void = {}, {}
        for chunk in chunks:
            use = uses.get(chunk.name)
            if chunk.name in own:
                paid[chunk.name] = own[chunk.name]
            elif chunk.void_name in own:
                void[chunk.name] = own[chunk.void_name].hash
            elif use is not None and not use.payments:
                void[chunk.name] = use.outcome.hash
            elif use is not None and use.payments == _pairs(chunk.payments):
                paid[chunk.name] = use.outcome
            elif use is not None:
                raise self._other(chunk.name, use)
        left = [chunk for chunk in chunks if not states[chunk.name]]
        return Standing(paid, frozenset(unknown) & frozenset(paid), void, left)

    # Reading

    def _states(self, round_: int, chunks: Sequence[Chunk]) -> dict[str, bool]:
        keys = [payout_key(self.file.content, round_, chunk.number - 1) for chunk in chunks]
        return {chunk.name: taken for chunk, taken in zip(chunks, self._taken(keys), strict=True)}

    def _taken(self, keys: Sequence[bytes]) -> list[bool]:
        found: list[bool] = []
        for start in range(0, len(keys), _AT_ONCE):
            reads = Reads()
            asked = [
                reads.of(self.system.token, "authorizationState", self.payer, key)
                for key in keys[start : start + _AT_ONCE]
            ]
            reads.fetch(self.system.provider, self.head, "read which keys are used")
            found += [bool(read.value) for read in asked]
        return found

    # Refusals

    def _other(self, name: str, use: Use) -> RefusedError:
        paid = format_som(sum(value for _, value in use.payments))
        return RefusedError(
            f"{name} of {self.file.name}: its key was used by transaction {use.outcome.hash} (block "
            f"{use.outcome.block_number}), which paid something else: {len(use.payments)} payments, {paid}. No "
            "command of this project does that. Nothing was paid now. Look at that transaction, ask who made it, and "
            "pay the rows that are still owed as a file of their own."
        )


def _pairs(payments: Sequence[Payment]) -> frozenset[tuple[str, int]]:
    return frozenset((payment.receiver, payment.value) for payment in payments)


def _head(system: System, least: int) -> Head:
    """The latest block; a node behind a load balancer may be a block behind the one that had a receipt."""
    deadline = time.monotonic() + _CATCH_UP_SECONDS
    while (head := latest(system.provider)).number < least:
        if time.monotonic() > deadline:
            raise NodeError(
                f"the node is at block {head.number}, and the journal has a final transaction in block {least}: it "
                "has fallen behind; use another, or give the same command again later. Nothing was paid now."
            )
        time.sleep(0.5)
    return head
