"""`--give-up`: what an account has in flight is ended, by spending its nonces on nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kgst.console import Answer, confirm, console
from kgst.errors import RefusedError
from kgst.journal import Journal, Purpose
from kgst.pipeline.actor import choose_actor
from kgst.pipeline.documents import GivenUp, GiveUpDocument
from kgst.pipeline.why import note_again
from kgst.pipeline.work import Work
from kgst.sending import NonceUsedError
from kgst.sending.outcomes import GIVEN_UP, VOIDED
from kgst.signing.own import print_read

if TYPE_CHECKING:
    from ape.api import AccountAPI
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.pipeline.operation import Operation
    from kgst.pipeline.options import Run

__all__ = ["give_up"]


_SAID: Final = {
    GIVEN_UP: "given up",
    VOIDED: "given up, and its reference is void for ever: give another one to do it after all",
}


def give_up(
    system: System, run: Run, operations: Sequence[Operation] = ()
) -> Answer[GiveUpDocument]:
    """Give up each transaction that the account has in flight, of whichever command; nothing else is sent.

    Until an empty transaction is final the one that it replaces may land all the same; the answer says which did.

    Args:
        system: Opened by the command.
        run: The command line; its account, or the one that acts for its Safe.
        operations: What the command would do: on a development node they name the account.

    Raises:
        RefusedError: no account was given, or the price that this needs is above the policy's limit.
        UnconfirmedError: not final in time; the same command again goes on.
    """
    work = Work(system, choose_actor(system, operations, run), run, console(stderr=run.json))
    if work.actor.account is None:
        raise RefusedError(
            "--give-up needs the account whose nonces are to be spent; give --account."
        )
    with work.alone():
        return _given_up(work, work.actor.account)


def _given_up(work: Work, account: AccountAPI) -> Answer[GiveUpDocument]:
    paths = work.logbook.unresolved("")
    found = []
    for path in paths:
        with Journal(path) as journal:
            found += [(path, s) for s in journal.unresolved() if s.purpose is not Purpose.FILL]
    for path, signed in found:
        work.out.print(
            f"  {signed.step} (nonce {signed.nonce}, {signed.hash}) of {path.name}",
            markup=False,
            soft_wrap=True,
        )
    if found:
        print_read(work.out, work.system.policy, work.system.policy_path)
        confirm("Give these up?", account, yes=work.run.yes)
    ends: list[GivenUp] = []
    for path in paths:
        with Journal(path) as journal:
            note_again(journal, work.run)
            header, steps = journal.header, journal.steps
            for signed in journal.unresolved():
                if signed.purpose is Purpose.FILL:
                    continue
                try:
                    outcome = work.sender(journal).give_up(signed.step)
                except NonceUsedError as error:
                    outcome = error.outcome
                    journal.append(outcome)
                ends.append(
                    GivenUp(
                        step=signed.step,
                        nonce=signed.nonce,
                        hash=outcome.hash,
                        carried_out=outcome.succeeded,
                        end="carried out" if outcome.succeeded else str(outcome.error),
                    )
                )
        if header is not None and len(steps) == 1:
            work.close(header.subject, steps[0], header.reference or "")

    def show(out: Console) -> None:
        for end in ends:
            said = _SAID.get(end.end, end.end)
            out.print(f"  {end.step} (nonce {end.nonce}): {said}", markup=False)
        if not ends:
            out.print("Nothing of this account is in flight; nothing was sent.")

    return Answer(GiveUpDocument(account=account.address, given_up=ends), show)
