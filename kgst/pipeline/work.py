"""One run of a command: its account, its journal, and what it sends."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from kgst.console import Answer, confirm, let_sign
from kgst.errors import ExitCode, RefusedError
from kgst.journal import Act, Journal, Outcome, Purpose, Signed
from kgst.node import chain_id, genesis
from kgst.pipeline.documents import OperationDocument
from kgst.pipeline.ending import closing, partly
from kgst.pipeline.logbook import Logbook
from kgst.pipeline.others import OtherRuns
from kgst.pipeline.permission import Permission, PermissionStatus
from kgst.pipeline.readback import read_back
from kgst.pipeline.results import Result, Step
from kgst.pipeline.views import print_preview, print_progress, print_result
from kgst.pipeline.why import act_of, note, note_again
from kgst.sending import NonceUsedError, Progress, RevertedError, Sender, UndecidedError
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.node.pool import Node
    from kgst.pipeline.actor import Actor
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run

__all__ = ["Work", "peers_of"]

_AGAIN = "give the same command again"


class Work:
    """One run of a command: what `perform`, and commands of several transactions, are made of.

    Attributes:
        urgent: An emergency: it goes first, whatever else of the account is pending.
    """

    def __init__(
        self, system: System, actor: Actor, run: Run, out: Console, *, urgent: bool = False
    ) -> None:
        self.system, self.actor, self.run, self.out, self.urgent = system, actor, run, out, urgent
        self.progress: Progress = lambda event: print_progress(self.out, event)
        account = actor.account
        self.logbook = Logbook(
            system.files.operations if system.files else None,
            chain_id(system.provider),
            genesis(system.provider),
            account.address if account else actor.caller,
        )
        self._others = OtherRuns(self.logbook, out)
        self._next_nonce: int | None = None
        self._in_flight: list[Signed] = []

    def alone(self) -> AbstractContextManager[None]:
        """Keeps other commands on this machine from sending from the account meanwhile."""
        return self.logbook.locked() if self.actor.account is not None else nullcontext()

    def peers(self) -> list[Node]:
        """The policy's further nodes, which what is urgent is sent to as well; none on a development chain."""
        return peers_of(self.system) if self.urgent else []

    # Before

    def preview(
        self, operations: Sequence[Operation], found: Sequence[Permission], subject: str
    ) -> None:
        """Show what would be done."""
        # To execute what was scheduled is no repetition.
        anew = any(
            p.status in (PermissionStatus.AT_ONCE, PermissionStatus.TO_SCHEDULE) for p in found
        )
        print_preview(
            self.out, self.system, self.actor, list(zip(operations, found, strict=True)),
            self.logbook.last_done(subject) if anew else None,
        )  # fmt: skip

    # Sending

    def close(self, subject: str, name: str, reference: str = "") -> None:
        """Put away the run with this subject, whose transactions have all ended while another was carried out."""
        with self.logbook.entry(subject, name, reference) as entry:
            entry.finish()

    def settled_elsewhere(self, subject: str, name: str, reference: str, outcome: Outcome) -> None:
        """Put away the run with this subject, whose end was not shown to it: `outcome` says so in its journal."""
        with self.logbook.entry(subject, name, reference) as entry:
            entry.journal.append(outcome)
            entry.finish()

    def end_all(self, name: str) -> None:
        """Bring the account's runs of this name to their ends; the chain says what is so."""
        headers = [journal.header for _, journal in self.logbook.runs(".", name)]
        for header in headers:
            if header is None or header.sender != self.logbook.sender:
                continue
            try:
                self.finish(header.subject, name, header.reference or "")
            except UndecidedError as error:
                reference = header.reference or ""
                self.settled_elsewhere(header.subject, name, reference, error.outcome)
            except (RevertedError, NonceUsedError) as error:
                self._warn(str(error))

    def finish(self, subject: str, name: str, reference: str = "") -> Result:
        """Finish the run with this subject, which was interrupted after something was signed."""
        self.out.print(
            "[yellow]An interrupted run of this very command is finished first.[/yellow]"
        )
        self._let_sign()
        result = Result(resumed=True)
        self._look_ahead(subject)
        with self.logbook.entry(subject, name, reference) as entry, closing(entry):
            note_again(entry.journal, self.run)
            sender = self.sender(entry.journal)
            result.outcomes += [sender.finish(step) for step in entry.journal.steps]
            entry.finish()
        return result

    def settle(
        self, subject: str, name: str, reference: str = "", *, by_chain: bool = False
    ) -> None:
        """Wait for what an interrupted run with this subject has in flight; signs nothing new.

        What stays undecided hinders nothing if what is left to do is known `by_chain` alone.
        """
        if self.actor.account is None or not self.logbook.begun(subject):
            return
        self._let_sign()
        with (
            self.logbook.entry(subject, name, reference) as entry,
            closing(entry, last=False),
        ):
            sender = self.sender(entry.journal)
            for signed in entry.journal.unresolved():
                if signed.purpose is Purpose.FILL:
                    continue
                try:
                    sender.finish(signed.step)
                except UndecidedError as error:
                    if not by_chain:
                        raise
                    entry.journal.append(error.outcome)
        self._look_at_safe()

    def _look_at_safe(self) -> None:
        """What the Safe sent moved its nonce."""
        if self.actor.safe is not None:
            from kgst.safe.safes import Safe

            before = self.actor.safe
            now = Safe.at(self.system.provider, before.address, before.owners)
            self.actor = replace(self.actor, safe=now)

    def carry_out(
        self,
        subject: str,
        name: str,
        steps: Sequence[Step],
        operations: Sequence[Operation],
        *,
        irreversible: bool = False,
        reference: str = "",
    ) -> Result:
        """Send `steps`, in order, each once it is consented to; a Safe's wait for its owners' signatures.

        Those that the journal of an interrupted run knows to be done are not sent again. A Safe's are all signed, for
        one nonce after the other, and sent as far as there are enough signatures. First is kept who means what.
        """
        result, act = Result(), act_of(self.system, self.actor, self.run, operations)
        account = self.actor.account
        if account is not None:
            if self.urgent:
                self._others.tell(subject)
            elif self._others.finish(subject, self._let_sign, self.sender):
                self._look_at_safe()
            if self.run.yes and irreversible:
                self.out.print("[bold]This cannot be undone.[/bold]")
            confirm("Do it?", account, yes=self.run.yes and not irreversible)
            self._look_ahead(subject)
        ahead = 0
        with (
            self.logbook.entry(subject, name, reference) as entry,
            closing(entry, last=len(steps) == 1, left=len(steps)),
        ):
            note(entry.journal, act)
            for step in steps:
                ready: Step | None = step
                if self.actor.safe is not None and not _is_sent(entry.journal, step):
                    ready = self._signed_by_safe(step, result, ahead, act)
                    ahead += 1
                if ready is not None and result.proposal is None:
                    with partly(self.out, result, len(steps)):
                        sender = self.sender(entry.journal)
                        result.outcomes.append(sender.send(ready.name, ready.data, to=ready.to))
            if result.proposal is None:
                entry.finish()
            taken = {s.nonce for s in map(entry.journal.signed, entry.journal.steps) if s}
        if self.urgent and result.outcomes:
            self._others.note_superseded(subject, taken)
        return result

    def finish_others(self, subject: str) -> None:
        """Bring what runs other than that of `subject` have in flight to its end; what is urgent waits for none."""
        if self.actor.account is not None and not self.urgent:
            self._others.finish(subject, self._let_sign, self.sender)

    def _let_sign(self) -> None:
        """What cannot land is signed again with the same nonce: with --yes nobody is asked for that either."""
        if self.run.yes and self.actor.account is not None:
            let_sign(self.actor.account)

    def _look_ahead(self, subject: str) -> None:
        """What the account's other runs have used and may have in flight; not while a journal is open."""
        self._next_nonce = self.logbook.next_nonce(settled=self.urgent)
        self._in_flight = self._others.in_flight(subject)

    def sender(self, journal: Journal, next_nonce: int | None = None) -> Sender:
        """Sends from the account of this run.

        Args:
            journal: Begun.
            next_nonce: The least to use next; None for what was looked up.

        Raises:
            RefusedError: none was given.
        """
        if self.actor.account is None:
            raise RefusedError("nothing can be sent without an account; give one with --account.")
        return Sender(
            self.actor.account,
            journal,
            self.system.policy.limits,
            self.progress,
            next_nonce=next_nonce or self._next_nonce or 0,
            again=_AGAIN,
            urgent=self.urgent,
            peers=self.peers(),
            others=self._in_flight,
            taken_by=self.run.taken_by,
        )

    def _signed_by_safe(self, step: Step, result: Result, ahead: int, act: Act) -> Step | None:
        """`step` as the Safe's transaction with enough signatures; None while it lacks some.

        Args:
            step: What the Safe does.
            result: Takes the first transaction that lacks signatures.
            ahead: How many transactions of the Safe come before.
            act: Why the account signs.
        """
        from kgst.pipeline.through_safe import collect

        signed = collect(self.system, self.actor, step.to, step.data, act, ahead, warn=self._warn)
        if signed.execution is not None:
            return Step(step.name, self.actor.caller, signed.execution)
        if result.proposal is None:
            result.proposal, result.proposal_path = signed.proposal, signed.path
            result.missing_signatures, result.left_out = signed.missing, signed.left_out
        return None

    def _warn(self, text: str) -> None:
        self.out.print(f"[bold yellow]Warning:[/bold yellow] {markup(text, None)}", soft_wrap=True)

    # After

    def answer(self, operations: Sequence[Operation], result: Result) -> Answer[OperationDocument]:
        """Read back what should be true now, and say what was done."""
        if result.exit_code is ExitCode.DONE:
            self.read_back(operations, result)
        return Answer(
            OperationDocument.of(self.system, self.actor, operations, result),
            lambda out: print_result(out, self.system, self.actor, operations, result),
            result.exit_code,
        )

    def read_back(self, operations: Sequence[Operation], result: Result) -> None:
        """See `kgst.pipeline.readback.read_back`."""
        read_back(self.system, operations, result)


def peers_of(system: System) -> list[Node]:
    """The policy's nodes besides the connected one; none on a development chain, which borrows the id of a real one."""
    if system.is_dev or not system.policy.rpcs:
        return []
    from kgst.node.pool import nodes_of

    return nodes_of(system.provider, system.policy.rpcs)[1:]


def _is_sent(journal: Journal, step: Step) -> bool:
    """Whether something was signed for `step` that is not known to have failed."""
    signed = journal.signed(step.name)
    outcome = journal.outcome(signed.hash) if signed else None
    return signed is not None and (outcome is None or outcome.succeeded)
