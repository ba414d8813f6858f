"""Paying the rows of a file, many to a transaction: killed at any point it goes on, and pays nobody twice.

What was paid is known by the journal of the account that pays, or by the chain when a Safe pays: its transactions tell
themselves apart by their nonces, so every owner finds the same, with or without the others' journals.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import Answer, console
from kgst.errors import InputError, RefusedError
from kgst.node import chain_id
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.batches import send_each
from kgst.pipeline.expected_events import transferred
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.logbook import subject_of
from kgst.pipeline.operation import Operation, call_data
from kgst.pipeline.results import Result
from kgst.pipeline.work import Work
from kgst.supply.payout_checks import require_affordable, require_funds, require_payable
from kgst.supply.payout_file import Chunk, Paid, Payment, PayoutFile, read_payout
from kgst.supply.payout_views import ProgressBar, answer, print_plan
from kgst.supply.safe_rounds import executions
from kgst.units import TYIYN, format_som, parse_amount

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import Outcome
    from kgst.pipeline.documents import GiveUpDocument
    from kgst.pipeline.options import Run
    from kgst.supply.documents import SupplyPayoutDocument

__all__ = ["Terms", "payout"]

_DIGEST: Final = 12 * "?"
"""Of contents and references, in the names of journals."""


@dataclass(frozen=True)
class Terms:
    """How a file is to be paid.

    Attributes:
        chunk: Payments of one transaction.
        total: Control figure, as typed.
        count: Control figure.
        again: What the refusal to pay the same file again named.
        rest: Where to write what an interrupted payout has not paid, giving it up.
    """

    chunk: int = 100
    total: str | None = None
    count: int | None = None
    again: str | None = None
    rest: Path | None = None


def payout(
    system: System, path: Path, terms: Terms, run: Run
) -> Answer[SupplyPayoutDocument | GiveUpDocument]:
    """Pay what the file at `path` says, as far as it is not paid.

    Raises:
        InputError: the file, a control figure or an option cannot be used.
        RefusedError: it was paid before, another payout is unfinished, or funds, receivers or gas forbid it.
        UnconfirmedError: a transaction was sent and is not final; the same command goes on.
    """
    if run.give_up:
        return give_up(system, run)
    file = read_payout(path, system.token.address)
    file.require(total=parse_amount(terms.total) if terms.total else None, count=terms.count)
    actor = choose_actor(system, [], run)
    work = Work(system, actor, run, console(stderr=run.json))
    with work.alone():
        return _Payout(work, file, terms).carry_out()


class _Payout:
    def __init__(self, work: Work, file: PayoutFile, terms: Terms) -> None:
        self.work, self.file, self.terms = work, file, terms
        self.system = work.system
        caller = work.actor.caller
        chain = chain_id(self.system.provider)
        again = terms.again or ""
        self.subject = subject_of(chain, caller, "payout", file.order, terms.chunk, again)
        kind = "safe_payout" if work.actor.safe is not None else "payout"
        self.name = f"{kind}-{file.content[:12]}"
        payments = f"{len(file.payments)} payments, {format_som(file.total)}"
        self.reference = f"{file.name}: {payments}, {terms.chunk} to a transaction, from {caller}"
        self.title = f"pay {payments}, of {file.name}"
        self.chunks = file.chunks(terms.chunk)

    def carry_out(self) -> Answer[SupplyPayoutDocument]:
        work = self.work
        begun = work.actor.account is not None and work.logbook.begun(self.subject)
        work.settle(self.subject, self.name, self.reference)
        # From here on work.actor has the Safe as it is now.
        paid = self._paid_by_safe() if work.actor.safe else self._paid_by_account(begun)
        if self.terms.rest is not None:
            return self._give_up(self.terms.rest, paid, begun)
        left = [chunk for chunk in self.chunks if chunk.name not in paid]
        operations = [self._operation(chunk) for chunk in left]
        if left:
            result = self._send(left, operations, paid)
        else:
            result = Result()
            if begun:
                work.close(self.subject, self.name, self.reference)
        result.resumed = bool(paid) or begun
        outcomes = paid | {
            chunk.name: outcome for chunk, outcome in zip(left, result.outcomes, strict=False)
        }
        found = Paid(self.file, self.chunks, self.terms.chunk, outcomes, self.reference)
        return answer(work, found, operations, result)

    def _operation(self, chunk: Chunk) -> Operation:
        payer, payments = self.work.actor.caller, chunk.payments
        receivers, values = [p.receiver for p in payments], [p.value for p in payments]
        return Operation(
            name=chunk.name,
            title=f"{chunk.name}: lines {payments[0].line} to {payments[-1].line}, {format_som(chunk.total)}",
            to=self.system.token.address,
            data=call_data(self.system.token.payout, receivers, values),
            emits=tuple(
                transferred(
                    self.system, payer, p.receiver, p.value,
                    f"line {p.line}: {format_som(p.value)} to {p.receiver}",
                )
                for p in payments
            ),
        )  # fmt: skip

    def _send(
        self,
        left: Sequence[Chunk],
        operations: Sequence[Operation],
        paid: dict[str, Outcome | None],
    ) -> Result:
        work = self.work
        funds = require_funds(self.system, work.actor.caller, left)
        with ProgressBar(work.out, "simulated", len(left), shown=not work.run.json) as bar:
            pairs = list(zip(left, operations, strict=True))
            cost = require_payable(self.system, work.actor, self.file, pairs, bar.advance)
        require_affordable(self.system, work.actor, cost)
        print_plan(work, self.file, left, len(paid), funds, cost)
        bar = ProgressBar(work.out, "paid", len(left), shown=not work.run.json)
        work.progress = bar.on
        with bar:
            return send_each(work, self.subject, self.name, operations, self.title, self.reference)

    # What was paid before

    def _paid_by_account(self, begun: bool) -> dict[str, Outcome | None]:
        """Outcomes of this run's transactions so far, by the journal.

        Raises:
            RefusedError: it is paid in full, or another payout of this account is unfinished.
        """
        logbook = self.work.logbook
        if begun:
            return dict(logbook.succeeded(self.subject))
        done = logbook.carried_out(f"*payout-{self.file.content[:12]}-{_DIGEST}")
        self._require_new(done.name if done else None)
        for path, journal in logbook.runs(".", f"payout-{_DIGEST}-{_DIGEST}"):
            header = journal.header
            mine = header is not None and header.sender == self.work.logbook.sender
            touched = journal.unresolved() or any(o.succeeded for o in journal.outcomes)
            if mine and header is not None and touched:
                raise RefusedError(
                    f"another payout of this account was interrupted: {header.reference} ({path.name}). Finish it by "
                    "the same command with the same file and --chunk; or give that up with --rest FILE, which writes "
                    "what it has not paid to FILE. Nothing was paid now."
                )
        return {}

    def _paid_by_safe(self) -> dict[str, Outcome | None]:
        """Transactions of the round that the Safe has begun, by the chain.

        Raises:
            RefusedError: it is paid in full.
        """
        safe = self.work.actor.safe
        assert safe is not None  # noqa: S101 # the caller asked
        operations = [self._operation(chunk) for chunk in self.chunks]
        token = self.system.token.address
        counts = executions(self.system, safe, token, [o.data for o in operations])
        most = max(counts)
        if min(counts) == most:
            other = self.work.logbook.carried_out(f"payout-{self.file.content[:12]}-{_DIGEST}")
            last = f"round-{most}" if most else None
            self._require_new(last or (other.name if other else None))
            return {}
        return {c.name: None for c, times in zip(self.chunks, counts, strict=True) if times == most}

    def _require_new(self, last: str | None) -> None:
        """The file was never paid in full, or the operator has said that it was, and last when."""
        again = self.terms.again
        if last == again:
            return
        if last is None:
            raise InputError(
                f"--again {again}: these payments were never made before, as far as is known here; leave --again out."
            )
        raise RefusedError(
            f"the payments of {self.file.name} were made before: {last}. Nothing was paid now. To pay every receiver "
            f"once more, give --again {last}"
        )

    # Giving up

    def _give_up(
        self, target: Path, paid: dict[str, Outcome | None], begun: bool
    ) -> Answer[SupplyPayoutDocument]:
        """Write what is not paid to `target`, and put the run away."""
        work = self.work
        if work.actor.safe is not None:
            raise InputError(
                "--rest is for accounts: what owners of a Safe have signed can still be sent. Let the Safe send "
                "something else with those nonces, then pay another file."
            )
        if not begun:
            raise InputError(
                f"nothing of {self.file.name} was begun with this account and --chunk {self.terms.chunk}; leave --rest "
                "out to pay it."
            )
        rest = [p for chunk in self.chunks if chunk.name not in paid for p in chunk.payments]
        if rest:
            _write_new(target, _as_csv(rest))
        work.close(self.subject, self.name, self.reference)
        found = Paid(self.file, self.chunks, self.terms.chunk, paid, self.reference)
        return answer(work, found, [], Result(resumed=True), rest=target if rest else None)


def _write_new(target: Path, text: str) -> None:
    try:
        with target.open("x", encoding="utf-8", newline="") as out:
            out.write(text)
    except OSError as error:
        raise InputError(
            f"--rest {target}: it cannot be written ({error.strerror}); give a new file in a folder that is there."
        ) from error


def _as_csv(payments: Sequence[Payment]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["address", "amount_tyiyn", "reference"])
    writer.writerows([p.receiver, p.value // TYIYN, p.reference] for p in payments)
    return out.getvalue()
