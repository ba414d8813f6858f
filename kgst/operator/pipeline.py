"""Every write goes through `perform`: permission, simulation, preview, consent, journal, send, finality, read back.

Run again, the same command finishes what was interrupted, goes on with what was scheduled, or adds the next owner's
signature to a Safe's transaction. It never sends anything twice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from kgst.console import Answer, console
from kgst.errors import DriftError, ExitCode, RefusedError, UnconfirmedError
from kgst.journal import Journal, Outcome
from kgst.node import NodeError, chain_id, genesis, rpc
from kgst.operator.actor import Actor, choose_actor
from kgst.operator.emissions import missing
from kgst.operator.logbook import Entry, Logbook, subject_of
from kgst.operator.operation import ANYTHING, Operation
from kgst.operator.permission import Permission, Standing, as_call, permission
from kgst.operator.simulation import simulate, simulate_execution
from kgst.operator.views import (
    SCHEMA,
    document_of,
    print_preview,
    print_progress,
    print_result,
)
from kgst.sending import NonceUsedError, Progress, RevertedError, Sender

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.operator.options import Run
    from kgst.operator.proposals import Proposal
    from kgst.operator.system import System

__all__ = ["SCHEMA", "Result", "Step", "Work", "perform"]

_CATCH_UP_SECONDS: Final = 30
_EVENTS_SHOWN: Final = 8


@dataclass(frozen=True)
class Step:
    """One transaction.

    Attributes:
        name: Unique in the run.
        to: Checksummed address.
    """

    name: str
    to: str
    data: bytes


@dataclass
class Result:
    """What came of a run.

    Attributes:
        outcomes: Of the transactions that are final, in order.
        waits_until: Second at which the last of the scheduled operations can be executed; None when nothing waits.
        proposal: The Safe's transaction that still lacks signatures, and which.
        resumed: Whether an interrupted run was finished.
        already: Whether the chain was so before: nothing was sent.
        values: What was read back, as (what, value in words).
    """

    outcomes: list[Outcome] = field(default_factory=list)
    waits_until: int | None = None
    proposal: Proposal | None = None
    proposal_path: Any = None
    missing_signatures: int = 0
    resumed: bool = False
    already: bool = False
    values: list[tuple[str, str]] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """WAITING while a delay or signatures are waited for."""
        waits = self.waits_until is not None or self.proposal is not None
        return ExitCode.WAITING if waits else ExitCode.DONE


def perform(system: System, operations: Sequence[Operation], run: Run) -> Answer:
    """Carry out `operations`, all in one transaction, as far as it is possible now.

    Args:
        system: Opened by the command.
        operations: At least one; those that are `already` so are left out. Several need roles of the AccessManager,
            which takes them together.
        run: The command line.

    Returns:
        The answer; its exit code is WAITING while a delay or signatures of a Safe are waited for.

    Raises:
        InputError: the command line names no usable account or Safe.
        RefusedError: the caller may not, the simulation reverts, or a limit is exceeded; nothing was sent.
        UnconfirmedError: sent and not final; the same command again waits for it.
        DriftError: it is final, and the chain is not as it should be.
    """
    out = console(stderr=run.json)
    actor = choose_actor(system, operations, run)
    work = Work(system, actor, run, out)
    with work.alone():
        return _performed(work, operations)


def _performed(work: Work, operations: Sequence[Operation]) -> Answer:
    system, actor = work.system, work.actor
    calls = [part for o in operations for part in (o.to, o.data)]
    references = [o.reference for o in operations if o.reference]
    subject = subject_of(chain_id(system.provider), actor.caller, *calls, *references)
    reference = "; ".join(references)
    if actor.account is not None and work.logbook.begun(subject):
        if work.logbook.in_flight(subject) or not all(o.repeatable for o in operations):
            result = work.finish(subject, operations[0].name, reference)
            result.waits_until = _awaited(system, operations, actor)
            return work.answer(operations, result)
        work.close(subject, operations[0].name, reference)

    left = [o for o in operations if not o.already]
    if not left:
        return work.answer(operations, Result(already=True))
    for operation in left:
        if operation.check is not None:
            operation.check()
    found = [permission(system, o, actor.caller) for o in left]
    step = _transaction(system, left, found)
    waiting = [p.ready_at or 0 for p in found if p.standing is Standing.WAITING]
    if step is None:
        return work.answer(operations, Result(waits_until=max(waiting)))
    simulate(system, step.name, actor.caller, step.to, step.data)
    for operation, p in zip(left, found, strict=True):
        if p.standing is Standing.TO_SCHEDULE and not simulate_execution(system, operation):
            work.out.print(
                "[dim]This node cannot simulate what is scheduled; that is seen when it is executed.[/dim]"
            )
    work.preview(left, found, subject)
    result = work.carry_out(
        subject,
        left[0].name,
        [step],
        title="; ".join(o.title for o in left),
        irreversible=any(o.irreversible for o in left),
        reference=reference,
    )
    if result.proposal is None:
        result.waits_until = _awaited(system, operations, actor)
    return work.answer(operations, result)


def _awaited(system: System, operations: Sequence[Operation], actor: Actor) -> int | None:
    """The second at which the last of `operations` that still have to be executed can be; None when none has to."""
    times = []
    for operation in operations:
        if operation.role is None or operation.already:
            continue
        try:
            found = permission(system, operation, actor.caller)
        except RefusedError:  # it took the caller's role away
            continue
        if found.standing in (Standing.WAITING, Standing.READY):
            times.append(found.ready_at or 0)
    return max(times, default=None)


def _transaction(
    system: System, operations: Sequence[Operation], found: Sequence[Permission]
) -> Step | None:
    """All that can be done now, as one transaction; None when everything waits."""
    if len(operations) == 1 and found[0].standing is Standing.AT_ONCE:
        return Step(operations[0].name, operations[0].to, operations[0].data)
    if any(operation.role is None for operation in operations):
        raise RefusedError("several operations at once must be the AccessManager's.")
    calls = [
        call
        for operation, p in zip(operations, found, strict=True)
        if (call := as_call(system, operation, p)) is not None
    ]
    manager = system.manager
    if not calls:
        return None
    data = calls[0] if len(calls) == 1 else bytes(manager.multicall.encode_input(calls))
    return Step(operations[0].name, manager.address, data)


def _is_sent(journal: Journal, step: Step) -> bool:
    """Whether something was signed for `step` that is not known to have failed."""
    signed = journal.signed(step.name)
    outcome = journal.outcome(signed.hash) if signed else None
    return signed is not None and (outcome is None or outcome.succeeded)


@contextmanager
def _closing(entry: Entry, *, last: bool = True) -> Iterator[None]:
    """Say of an interrupted run how to go on; a run of one step that reverted, or can no longer land, is over."""
    journal = entry.journal
    try:
        yield
    except RevertedError:
        if last:
            entry.finish()
        raise
    except NonceUsedError as error:
        journal.append(error.outcome)
        if last:
            entry.finish()
        raise
    except KeyboardInterrupt:
        if not journal.unresolved():
            raise
        names = ", ".join(signed.step for signed in journal.unresolved())
        raise UnconfirmedError(
            f"interrupted while {names} may have been sent; give the same command again: it looks for that "
            "transaction and never signs another."
        ) from None


class Work:
    """One run of a command: what `perform`, and commands of several transactions, are made of."""

    def __init__(self, system: System, actor: Actor, run: Run, out: Console) -> None:
        self.system, self.actor, self.run, self.out = system, actor, run, out
        self.progress: Progress = lambda event: print_progress(self.out, event)
        account = actor.account
        self.logbook = Logbook(
            system.files.operations if system.files else None,
            chain_id(system.provider),
            genesis(system.provider),
            account.address if account else actor.caller,
        )
        self._next_nonce: int | None = None

    def alone(self) -> AbstractContextManager[None]:
        """Keeps other commands on this machine from sending from the account meanwhile."""
        return self.logbook.locked() if self.actor.account is not None else nullcontext()

    # Before

    def preview(
        self, operations: Sequence[Operation], found: Sequence[Permission], subject: str
    ) -> None:
        """Show what would be done."""
        # To execute what was scheduled is no repetition.
        anew = any(p.standing in (Standing.AT_ONCE, Standing.TO_SCHEDULE) for p in found)
        print_preview(
            self.out, self.system, self.actor, list(zip(operations, found, strict=True)),
            self.logbook.last_done(subject) if anew else None,
        )  # fmt: skip

    # Sending

    def close(self, subject: str, name: str, reference: str = "") -> None:
        """Put away the run with this subject, whose transactions have all ended while another was carried out."""
        with self.logbook.entry(subject, name, reference) as entry:
            entry.finish()

    def finish(self, subject: str, name: str, reference: str = "") -> Result:
        """Finish the run with this subject, which was interrupted after something was signed."""
        self.out.print(
            "[yellow]An interrupted run of this very command is finished first.[/yellow]"
        )
        result = Result(resumed=True)
        self._next_nonce = self.logbook.next_nonce()
        with self.logbook.entry(subject, name, reference) as entry, _closing(entry):
            sender = self._sender(entry.journal)
            result.outcomes += [sender.finish(step) for step in entry.journal.steps]
            entry.finish()
        return result

    def settle(self, subject: str, name: str, reference: str = "") -> None:
        """Wait for what an interrupted run with this subject has in flight; signs nothing."""
        if self.actor.account is None or not self.logbook.begun(subject):
            return
        with (
            self.logbook.entry(subject, name, reference) as entry,
            _closing(entry, last=False),
        ):
            sender = self._sender(entry.journal)
            for signed in entry.journal.unresolved():
                sender.finish(signed.step)
        self._look_at_safe()

    def _look_at_safe(self) -> None:
        """What the Safe sent moved its nonce."""
        if self.actor.safe is not None:
            from kgst.operator.safes import Safe

            self.actor = replace(self.actor, safe=Safe.at(self.system.provider, self.actor.caller))

    def carry_out(
        self,
        subject: str,
        name: str,
        steps: Sequence[Step],
        *,
        title: str,
        irreversible: bool = False,
        reference: str = "",
    ) -> Result:
        """Send `steps`, in order, each once it is consented to; a Safe's wait for its owners' signatures.

        Those that the journal of an interrupted run knows to be done are not sent again. A Safe's are all signed, for
        one nonce after the other, and sent as far as there are enough signatures.
        """
        from kgst.console import confirm

        result = Result()
        account = self.actor.account
        if account is not None:
            if self._finish_others(subject):
                self._look_at_safe()
            if self.run.yes and irreversible:
                self.out.print("[bold]This cannot be undone.[/bold]")
            confirm("Do it?", account, yes=self.run.yes and not irreversible)
            self._next_nonce = self.logbook.next_nonce()
        ahead = 0
        with (
            self.logbook.entry(subject, name, reference) as entry,
            _closing(entry, last=len(steps) == 1),
        ):
            for step in steps:
                ready: Step | None = step
                if self.actor.safe is not None and not _is_sent(entry.journal, step):
                    ready = self._signed_by_safe(step, title, result, ahead)
                    ahead += 1
                if ready is not None and result.proposal is None:
                    sender = self._sender(entry.journal)
                    result.outcomes.append(sender.send(ready.name, ready.data, to=ready.to))
            if result.proposal is None:
                entry.finish()
        return result

    def _finish_others(self, subject: str) -> bool:
        """What this account has in flight from other runs comes first: nonces are used in order."""
        others = self.logbook.unresolved(subject)
        for path in others:
            self.out.print(f"[yellow]{path.name} was interrupted; it is finished first.[/yellow]")
            with Journal(path) as journal:
                sender = self._sender(journal)
                for signed in journal.unresolved():
                    try:
                        sender.finish(signed.step)
                    except RevertedError as error:  # which hinders nothing else
                        self.out.print(f"[red]✗[/red] {signed.step} of {path.name}: {error}")
                    except NonceUsedError as error:
                        journal.append(error.outcome)
                        self.out.print(f"[red]✗[/red] {signed.step} of {path.name}: {error}")
        return bool(others)

    def _sender(self, journal: Journal) -> Sender:
        if self.actor.account is None:
            raise RefusedError("nothing can be sent without an account; give one with --account.")
        return Sender(
            self.actor.account,
            journal,
            self.system.policy.limits,
            self.progress,
            next_nonce=self._next_nonce or 0,
            again="give the same command again",
        )

    def _signed_by_safe(self, step: Step, title: str, result: Result, ahead: int) -> Step | None:
        """`step` as the Safe's transaction with enough signatures; None while it lacks some.

        Args:
            step: What the Safe does.
            title: For people.
            result: Takes the first transaction that lacks signatures.
            ahead: How many transactions of the Safe come before.
        """
        from kgst.operator.through_safe import collect

        signed = collect(self.system, self.actor, step.to, step.data, title, ahead)
        if signed.execution is not None:
            return Step(step.name, self.actor.caller, signed.execution)
        if result.proposal is None:
            result.proposal, result.proposal_path = signed.proposal, signed.path
            result.missing_signatures = signed.missing
        return None

    # After

    def answer(self, operations: Sequence[Operation], result: Result) -> Answer:
        """Read back what should be true now, and say what was done."""
        if result.exit_code is ExitCode.DONE:
            self.read_back(operations, result)
        document = document_of(self.system, self.actor, operations, result)
        return Answer(
            document,
            lambda out: print_result(out, self.system, self.actor, operations, result),
            result.exit_code,
            SCHEMA,
        )

    def read_back(self, operations: Sequence[Operation], result: Result) -> None:
        """Require that the chain is as `operations` say.

        Raises:
            DriftError: it is not.
        """
        self._catch_up(max((o.block_number for o in result.outcomes), default=0))
        wrong = []
        for readback in (r for o in operations for r in o.readbacks):
            with rpc(f"read back {readback.what}"):
                value = readback.read()
            result.values.append((readback.what, readback.show(value)))
            if readback.expected is not ANYTHING and value != readback.expected:
                wrong.append(
                    f"{readback.what}: expected {readback.show(readback.expected)}, found {readback.show(value)}"
                )
        wrong += self._not_logged(operations, result)
        if wrong:
            sent = ", ".join(o.hash for o in result.outcomes) or "nothing was sent now"
            raise DriftError(
                f"it is final ({sent}), but the chain is not as it should be: {'; '.join(wrong)}. Look at "
                "`ape run status`; somebody else may have acted in between."
            )

    def _not_logged(self, operations: Sequence[Operation], result: Result) -> list[str]:
        """Events that the transactions should have logged, and did not."""
        emissions = [e for o in operations if not o.already for e in o.emits]
        if not emissions or not result.outcomes:
            return []
        lacking = missing(self.system.provider, [o.hash for o in result.outcomes], emissions)
        if len(emissions) <= _EVENTS_SHOWN:
            result.values += [(e.what, "in the log") for e in emissions if e not in lacking]
        return [f"no event in the log: {e.what}" for e in lacking[:_EVENTS_SHOWN]]

    def _catch_up(self, block: int) -> None:
        """A node behind a load balancer may be a block behind the one that had the receipt."""
        deadline = time.monotonic() + _CATCH_UP_SECONDS
        while True:
            with rpc("ask for the last block"):
                if int(self.system.provider.web3.eth.block_number) >= block:
                    return
            if time.monotonic() > deadline:
                raise NodeError(
                    f"the transaction is final in block {block}, but the node has fallen behind; look at "
                    "`ape run status` later: nothing has to be sent again."
                )
            time.sleep(0.5)
