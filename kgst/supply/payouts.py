"""Paying the rows of a file, many to a transaction: killed at any point it goes on, and pays nobody twice.

Each transaction carries a key of its own, made of what is paid and which time it is. The token takes a key once, and
tells which it has taken: so every run, on whatever machine, by an account or by owners of a Safe, finds the same and
goes on from there.

No transaction but the first is sent before the first is final and has been found to be one of this division: by its
payments it settles the size of all, and with the order of the payments what each further key stands for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.console import Answer, console
from kgst.errors import InputError, RefusedError
from kgst.node import ChainRevertError, NodeError
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.batches import send_each
from kgst.pipeline.giving_up import give_up
from kgst.pipeline.operation import Operation
from kgst.pipeline.results import Result
from kgst.pipeline.work import Work
from kgst.sending import NonceUsedError, RevertedError
from kgst.supply.payout_checks import require_affordable, require_funds, require_payable
from kgst.supply.payout_file import PayoutFile, read_payout
from kgst.supply.payout_job import Job, Terms
from kgst.supply.payout_rest import give_up_rest, require_writable
from kgst.supply.payout_rounds import Rounds, Standing
from kgst.supply.payout_views import ProgressBar, answer, print_plan
from kgst.terminal import markup
from kgst.units import parse_amount

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import Outcome
    from kgst.pipeline.documents import GiveUpDocument
    from kgst.pipeline.options import Run
    from kgst.supply.documents import SupplyPayoutDocument

__all__ = ["Terms", "payout"]

_DIGEST: Final = 12 * "?"
"""Of contents and references, in the names of journals."""


def payout(
    system: System, path: Path, terms: Terms, run: Run
) -> Answer[SupplyPayoutDocument | GiveUpDocument]:
    """Pay what the file at `path` says, as far as it is not paid.

    Raises:
        InputError: the file, a control figure or an option cannot be used.
        RefusedError: it was paid before, otherwise than this file says, or was given up; another payout is unfinished;
            or funds, receivers or gas forbid it.
        UnconfirmedError: a transaction was sent and is not final; the same command goes on.
    """
    if run.give_up:
        return give_up(system, run)
    file = read_payout(path, system.token.address)
    file.require(total=parse_amount(terms.total) if terms.total else None, count=terms.count)
    if terms.rest is not None:
        require_writable(terms.rest)
    actor = choose_actor(system, [], run)
    work = Work(system, actor, run, console(stderr=run.json))
    with work.alone():
        return _Payout(work, file, terms).carry_out()


class _Payout:
    def __init__(self, work: Work, file: PayoutFile, terms: Terms) -> None:
        self.work, self.file, self.terms = work, file, terms
        self.job = Job(work, file, terms)
        self.begun = False

    def carry_out(self) -> Answer[SupplyPayoutDocument]:
        work, job = self.work, self.job
        self.begun = work.actor.account is not None and work.logbook.begun(job.subject)
        failed = self._settle()
        # From here on work.actor has the Safe as it is now.
        own = self._own(job.subject)
        known = max((outcome.block_number for outcome in own.values()), default=0)
        rounds = Rounds(work.system, job.payer, self.file, known)
        last = rounds.last()
        if job.round > last:
            self._require_new(rounds, last)
            standing = rounds.standing(job.round, job.chunks, own)
        else:
            standing = self._standing(rounds, last, own)
        if failed is not None and _is_left(failed.outcome, standing):
            raise failed
        if self.terms.rest is not None:
            if job.round > last:
                raise InputError(
                    f"nothing of {self.file.name} was paid in {job.again(job.round)}, so there is nothing to give up; "
                    "leave --rest out to pay it."
                )
        else:
            self._require_wanted(standing)
        try:
            if (target := self.terms.rest) is not None:
                return give_up_rest(job, standing, own, target, begun=self.begun)
            return self._pay(standing)
        except (ChainRevertError, RevertedError, NonceUsedError) as error:
            self._explain(rounds, standing, error)
            raise

    def _pay(self, standing: Standing) -> Answer[SupplyPayoutDocument]:
        operations, result = [self.job.payment(chunk) for chunk in standing.left], Result()
        if operations:
            result = self._send(standing, operations)
        else:
            self._close()
        result.resumed = bool(standing.paid) or self.begun
        paid = {outcome.step: outcome for outcome in result.outcomes}
        return answer(self.work, self.job.found(standing, paid), operations, result)

    def _send(self, standing: Standing, operations: Sequence[Operation]) -> Result:
        work, job, left, system = self.work, self.job, standing.left, self.work.system
        if not self.begun:
            self._require_no_other()
        funds = require_funds(system, job.payer, left)
        with ProgressBar(work.out, "simulated", len(left), shown=not work.run.json) as bar:
            pairs = list(zip(left, operations, strict=True))
            cost = require_payable(system, work.actor, self.file, pairs, bar.advance)
        require_affordable(system, work.actor, cost)
        print_plan(work, job.found(standing), left, funds, cost)
        bar = ProgressBar(work.out, "paid", len(left), shown=not work.run.json)
        work.progress = bar.on
        with bar:
            # Each is final before the next is sent, the first above all.
            return send_each(work, job.subject, job.name, operations, job.reference)

    def _explain(self, rounds: Rounds, standing: Standing, error: Exception) -> None:
        """Say it when another run was faster.

        Raises:
            RefusedError: that is why.
        """
        free = {chunk.name for chunk in standing.left}
        with suppress(NodeError):
            now = Rounds(self.work.system, self.job.payer, self.file, rounds.head.number)
            free = {chunk.name for chunk in now.free(self.job.round, standing.left)}
        done = self._own(self.job.subject)
        taken = [c.name for c in standing.left if not {c.name, c.void_name} & (free | done.keys())]
        if taken:
            raise RefusedError(
                f"{', '.join(taken[:5])} of {self.file.name}: meanwhile another transaction has used the key, so the "
                "token takes no second one, and nobody was paid twice. Give the same command again: it compares what "
                "the other one paid with the file, and goes on from there."
            ) from error

    # What was paid before

    def _settle(self) -> RevertedError | NonceUsedError | None:
        """Wait for what is in flight; the last of it that failed, for which the chain may have the reason."""
        work, job, failed = self.work, self.job, None
        while True:
            try:
                work.settle(job.subject, job.name, job.reference)
            except (RevertedError, NonceUsedError) as error:  # it is in the journal as ended now
                failed = error
                work.out.print(f"[yellow]{markup(error, None)}[/yellow]", soft_wrap=True)
            else:
                return failed

    def _own(self, subject: str) -> Mapping[str, Outcome]:
        """What the account's journals here know to be final, by step."""
        work = self.work
        return work.logbook.succeeded(subject) if work.actor.account is not None else {}

    def _require_new(self, rounds: Rounds, last: int) -> None:
        """This round may be begun: the one before it is over.

        Raises:
            InputError: there was none.
            RefusedError: it is not over; or there was none by the chain, and a journal here knows of one.
        """
        job, again = self.job, self.terms.again
        if job.round > last + 1:
            known = f"the last round of them is {job.again(last)}" if last else "leave --again out"
            raise InputError(
                f"--again {again}: these payments were never made before in that round by {job.payer}; {known}."
            )
        if last:
            self._require_over(rounds, last)
            return
        other = self.work.logbook.carried_out(f"*payout-{self.file.content[:12]}-{_DIGEST}")
        if other is None and again is not None:
            raise InputError(
                f"--again {again}: these payments were never made before, as far as is known here; leave --again out."
            )
        if other is not None and other.name != again:
            raise RefusedError(
                f"the payments of {self.file.name} were made before: {other.name}, though by another payer or without "
                f"keys. Nothing was paid now. To pay every receiver once more, give --again {other.name}"
            )

    def _require_over(self, rounds: Rounds, last: int) -> None:
        job = self.job
        own = self._own(job.subject_of_round(last, job.size))
        size = job.size if job.chunks[0].name in own else rounds.size_begun(last)
        if size and not rounds.is_over(last, size):
            name = f" with --again {job.again(last - 1)}" if last > 1 else " without --again"
            raise RefusedError(
                f"{job.again(last)} of {self.file.name} is unfinished, so it cannot be paid once more: finish it with "
                f"--chunk {size}{name}. Nothing was paid now."
            )

    def _standing(self, rounds: Rounds, last: int, own: Mapping[str, Outcome]) -> Standing:
        """How far the round is, which was begun.

        Raises:
            RefusedError: a later one was begun too; or it was begun in another division, or is void.
        """
        job = self.job
        if job.round < last:
            self._close()
            raise self._made_before(last)
        size = job.size if job.chunks[0].name in own else rounds.size_begun(job.round)
        if size == 0:
            raise RefusedError(
                f"{job.again(job.round)} of {self.file.name} was declared void before anything was paid: the key of "
                f"its first transaction was used by one that paid nothing, or canceled. Nothing was paid now. To pay "
                f"the file all the same, give --again {job.again(job.round)}"
            )
        if size != job.size:
            if rounds.is_over(job.round, size):
                raise self._made_before(last)
            raise RefusedError(
                f"{self.file.name} was begun with {size} payments to a transaction: give --chunk {size} to go on. "
                "Nothing was paid now."
            )
        return rounds.standing(job.round, job.chunks, own)

    def _require_wanted(self, standing: Standing) -> None:
        """Something is left to pay, or this very run has paid the last of it; nothing was given up.

        Raises:
            RefusedError: not so.
        """
        job, void = self.job, standing.void
        if void and standing.left:
            name, transaction = next(iter(void.items()))
            raise RefusedError(
                f"{self.file.name} is being given up: {len(void)} of its {len(job.chunks)} transactions were declared "
                f"void ({name} by {transaction}), {len(standing.left)} are not paid. Nothing was paid now. Give the "
                "same command with --rest FILE: it declares these void too, and writes what was not paid to FILE."
            )
        if standing.left:
            return
        if void:
            self._close()
            raise self._made_before(
                job.round,
                f", but for {len(void)} of {len(job.chunks)} transactions, which were given up (--rest FILE writes "
                "what they would have paid)",
            )
        if not self.begun:
            raise self._made_before(job.round)

    def _made_before(self, last: int, but: str = "") -> RefusedError:
        again = self.job.again(last)
        return RefusedError(
            f"the payments of {self.file.name} were made before: {again}{but}. Nothing was paid now. To pay every "
            f"receiver once more, give --again {again}"
        )

    def _close(self) -> None:
        """Nothing of this run remains to be done, whoever did it."""
        if self.begun:
            self.work.close(self.job.subject, self.job.name, self.job.reference)

    def _require_no_other(self) -> None:
        """No payout of this account is unfinished, as far as the journals here know.

        Raises:
            RefusedError: one is; a corrected file would pay its first receivers twice.
        """
        if self.work.actor.safe is not None:
            return
        logbook = self.work.logbook
        for path, journal in logbook.runs(".", f"payout-{_DIGEST}-{_DIGEST}"):
            header = journal.header
            mine = header is not None and header.sender == logbook.sender
            touched = journal.unresolved() or any(o.succeeded for o in journal.outcomes)
            if mine and header is not None and touched:
                raise RefusedError(
                    f"another payout of this account was interrupted: {header.reference} ({path.name}). Finish it by "
                    "the same command with the same file and --chunk; or give that up with --rest FILE, which writes "
                    "what it has not paid to FILE. Nothing was paid now."
                )


def _is_left(outcome: Outcome, standing: Standing) -> bool:
    """Whether the step that failed is one of a chunk whose key is free: no other transaction explains it."""
    return outcome.step in {n for c in standing.left for n in (c.name, c.void_name)}
