"""What an account has in flight from other runs than the one at hand: nonces are used in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.journal import Journal, Purpose, Signed
from kgst.sending import NonceUsedError, RevertedError, Sender, UndecidedError
from kgst.sending.outcomes import superseded
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.pipeline.logbook import Logbook

__all__ = ["OtherRuns"]


class OtherRuns:
    """The open journals of a logbook's sender but the one of a subject. Not to be asked while that one is open.

    Args:
        logbook: Of the account.
        out: Where people read.
    """

    def __init__(self, logbook: Logbook, out: Console) -> None:
        self._logbook, self._out = logbook, out

    def in_flight(self, subject: str) -> list[Signed]:
        """What was signed in them and has no end yet."""
        return [signed for _, found in self._unresolved(subject) for signed in found]

    def tell(self, subject: str) -> None:
        """Before what is urgent: it waits for none of them."""
        for path, found in self._unresolved(subject):
            steps = ", ".join(f"{s.step} (nonce {s.nonce})" for s in found)
            self._out.print(
                f"[yellow]{markup(path.name)} has {markup(steps)} in flight;"
                " this goes first, and may take its nonce.[/yellow]",
                soft_wrap=True,
            )

    def finish(
        self, subject: str, let_sign: Callable[[], None], sender: Callable[[Journal], Sender]
    ) -> bool:
        """Bring all of them to their ends; returns whether there were any.

        Args:
            subject: Of the run at hand.
            let_sign: Called before something may have to be signed anew.
            sender: Sends by a journal.
        """
        others = self._logbook.unresolved(subject)
        for path in others:
            self._out.print(
                f"[yellow]{markup(path.name)} was interrupted; it is finished first.[/yellow]"
            )
            let_sign()
            with Journal(path) as journal:
                sending = sender(journal)
                for signed in journal.unresolved():
                    if signed.purpose is Purpose.FILL:
                        continue
                    try:
                        sending.finish(signed.step)
                    except RevertedError as error:  # which hinders nothing else
                        self._failed(path, signed, error)
                    except NonceUsedError as error:
                        journal.append(error.outcome)
                        self._failed(path, signed, error)
                    except (
                        UndecidedError
                    ) as error:  # its nonce is used: it hinders nothing else either
                        self._failed(path, signed, error)
        return bool(others)

    def note_superseded(self, subject: str, taken: set[int]) -> None:
        """What had a nonce that is final now in the run at hand can no longer land.

        Args:
            subject: Of that run.
            taken: Its nonces.
        """
        for path in self._logbook.unresolved(subject):
            with Journal(path) as journal:
                for signed in journal.unresolved():
                    if signed.nonce in taken:
                        journal.append(superseded(signed))
                        self._out.print(
                            f"[yellow]{markup(signed.step)} of {markup(path.name)} can no longer land: its "
                            "nonce was taken. Give its "
                            "command again if it is still wanted.[/yellow]",
                            soft_wrap=True,
                        )

    def _unresolved(self, subject: str) -> list[tuple[Path, list[Signed]]]:
        found = []
        for path in self._logbook.unresolved(subject):
            with Journal(path) as journal:
                found.append((path, journal.unresolved()))
        return found

    def _failed(self, path: Path, signed: Signed, error: Exception) -> None:
        self._out.print(f"[red]✗[/red] {markup(f'{signed.step} of {path.name}: {error}', None)}")
