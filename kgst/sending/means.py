"""What a delivery works with: the account and its journal, what may be spent, and the nodes that take transactions."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from kgst.node import NoAnswerError, NodeError, patience
from kgst.sending.pricing import price_now, require_price

if TYPE_CHECKING:
    from ape.api import AccountAPI, ProviderAPI

    from kgst.journal import Journal, Signed
    from kgst.policy import Limits
    from kgst.sending.stages import Progress
    from kgst.sending.vantage import Vantage

__all__ = ["URGENT_ANSWER_SECONDS", "Means"]

URGENT_ANSWER_SECONDS: Final = 10
"""How long one node of several is waited for."""


@dataclass(frozen=True)
class Means:
    """What a delivery works with.

    Attributes:
        again: How the operator goes on after an interruption, for messages.
        vantages: The connected node first; what is urgent goes to all of them.
        dev: A development node: what is mined there is final.
        urgent: Spares neither patience nor price, up to the policy's limit.
        others: What other runs of the account may have in flight.
        taken_by: Hash of the transaction that, an operator says, took a nonce; None when nobody says so.
    """

    provider: ProviderAPI
    account: AccountAPI
    journal: Journal
    limits: Limits
    progress: Progress
    again: str
    vantages: Sequence[Vantage]
    dev: bool
    urgent: bool
    others: Sequence[Signed]
    taken_by: str | None = None

    @property
    def address(self) -> str:
        """Of the account, checksummed."""
        return str(self.account.address)

    def price(self, least: int = 0) -> int:
        """Wei per gas to offer now, at least `least`.

        Raises:
            RefusedError: above the policy's limit; what is urgent offers the limit instead, if that is enough.
        """
        price = max(price_now(self.provider.web3.eth, self.limits), least)
        if self.urgent and least <= self.limits.max_gas_price:
            return min(price, self.limits.max_gas_price)
        return require_price(price, self.limits)

    def hand_over(self, signed: Signed) -> None:
        """To the connected node; what is urgent to all at once, and one that takes it is enough.

        Raises:
            NodeError: refused, or no answer; of several nodes what the connected one said.
        """
        if not self.urgent or len(self.vantages) == 1:
            self.vantages[0].hand_over(signed.raw)
            return
        answers: SimpleQueue[tuple[Vantage, NodeError | None]] = SimpleQueue()

        def give(vantage: Vantage) -> None:
            try:
                with patience(URGENT_ANSWER_SECONDS):
                    vantage.hand_over(signed.raw)
                answers.put((vantage, None))
            except NodeError as error:
                answers.put((vantage, error))

        for vantage in self.vantages:  # who hangs holds nobody up
            threading.Thread(target=give, args=(vantage,), name="send", daemon=True).start()
        errors: dict[Vantage, NodeError] = {}
        with suppress(Empty):
            while len(errors) < len(self.vantages):
                vantage, error = answers.get(timeout=URGENT_ANSWER_SECONDS + 1)
                if error is None:
                    return
                errors[vantage] = error
        silence = NoAnswerError("no answer from any node of the policy.")
        raise errors.get(self.vantages[0]) or next(iter(errors.values()), silence)
