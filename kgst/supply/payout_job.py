"""One round of a payout: its terms, its name in the journals, and its calls of the token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.errors import InputError
from kgst.keys import payout_key
from kgst.node import chain_id
from kgst.pipeline.expected_events import key_used, transferred
from kgst.pipeline.logbook import subject_of
from kgst.pipeline.operation import Operation, call_data
from kgst.supply.payout_file import Chunk, Paid, PayoutFile
from kgst.supply.payout_rounds import Standing
from kgst.units import format_som

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kgst.journal import Outcome
    from kgst.pipeline.work import Work

__all__ = ["Job", "Terms"]

_ROUND: Final = re.compile(r"round-([1-9][0-9]{0,5})")


@dataclass(frozen=True)
class Terms:
    """How a file is to be paid.

    Attributes:
        chunk: Payments of one transaction.
        total: Control figure, as typed.
        count: Control figure.
        again: What the refusal to pay the same file again named: `round-1`, or the name of a journal.
        rest: Where to write what an interrupted payout has not paid, giving it up.
    """

    chunk: int = 100
    total: str | None = None
    count: int | None = None
    again: str | None = None
    rest: Path | None = None

    @property
    def round(self) -> int:
        """The round that is to be paid, counted from 1.

        Raises:
            InputError: `again` names none.
        """
        if self.again is None or self.again.endswith(".jsonl"):
            return 1
        if (match := _ROUND.fullmatch(self.again)) is None:
            raise InputError(
                f"--again {self.again}: that is no round; give what the refusal to pay once more named, like round-1."
            )
        return int(match[1]) + 1


class Job:
    """One round of a file, by one payer.

    Args:
        work: The run.
        file: What is paid.
        terms: How.
    """

    def __init__(self, work: Work, file: PayoutFile, terms: Terms) -> None:
        self.work, self.file, self.terms = work, file, terms
        self.system = work.system
        self.payer = work.actor.caller
        self.round = terms.round
        # More than the file has is the same as all that it has.
        self.size = min(terms.chunk, len(file.payments))
        self.chunks = file.chunks(self.size)
        kind = "safe_payout" if work.actor.safe is not None else "payout"
        self.name = f"{kind}-{file.content[:12]}"
        payments = f"{len(file.payments)} payments, {format_som(file.total)}"
        again = f", again {self.again(self.round - 1)}" if self.round > 1 else ""
        self.reference = (
            f"{file.name}: {payments}, {terms.chunk} to a transaction, from {self.payer}{again}"
        )
        self.title = f"pay {payments}, of {file.name}"

    @staticmethod
    def again(round_: int) -> str:
        """The name of a round."""
        return f"round-{round_}"

    @cached_property
    def subject(self) -> str:
        """Of this round's journal."""
        return self.subject_of_round(self.round, self.size)

    def subject_of_round(self, round_: int, size: int) -> str:
        """Of the journal of a round with `size` payments to a transaction."""
        chain = chain_id(self.system.provider)
        return subject_of(chain, self.payer, "payout", self.file.content, size, round_)

    def key(self, chunk: Chunk) -> bytes:
        """By which the token takes `chunk` once."""
        return payout_key(self.file.content, self.round, chunk.number - 1)

    def payment(self, chunk: Chunk) -> Operation:
        """Pays `chunk`."""
        key, payments = self.key(chunk), chunk.payments
        receivers, values = [p.receiver for p in payments], [p.value for p in payments]
        return Operation(
            name=chunk.name,
            title=f"{chunk.name}: {len(payments)} payments, {format_som(chunk.total)}",
            to=self.system.token.address,
            data=call_data(self.system.token.payout, receivers, values, key),
            emits=(
                key_used(self.system, self.payer, key, f"the key of {chunk.name}"),
                *(
                    transferred(
                        self.system, self.payer, p.receiver, p.value,
                        f"line {p.line}: {format_som(p.value)} to {p.receiver}",
                    )
                    for p in payments
                ),
            ),
        )  # fmt: skip

    def voiding(self, chunk: Chunk) -> Operation:
        """Uses the key of `chunk` for a payout to nobody: from then on the token refuses to pay it.

        `cancelAuthorization` would want a signature over typed data besides, which not every account makes, and a
        Safe only by a further contract.
        """
        key = self.key(chunk)
        return Operation(
            name=chunk.void_name,
            title=f"{chunk.void_name}: {chunk.name} is never to be paid",
            to=self.system.token.address,
            data=call_data(self.system.token.payout, [], [], key),
            emits=(key_used(self.system, self.payer, key, f"the key of {chunk.name}"),),
        )

    def found(self, standing: Standing, paid: Mapping[str, Outcome] | None = None) -> Paid:
        """How far it is, with what this run has `paid` since."""
        return Paid(
            file=self.file,
            chunks=self.chunks,
            size=self.terms.chunk,
            round=self.round,
            outcomes={**standing.paid, **(paid or {})},
            reference=self.reference,
            keys={chunk.name: self.key(chunk) for chunk in self.chunks},
            others=standing.others,
            void=standing.void,
        )
