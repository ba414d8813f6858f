"""How a run that ends early is told, and what its journal says then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kgst.errors import RefusedError, UnconfirmedError
from kgst.node import NodeError
from kgst.sending import NonceUsedError, RevertedError

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.journal import Journal
    from kgst.pipeline.logbook import Entry
    from kgst.pipeline.results import Result

__all__ = ["closing", "partly"]


@contextmanager
def partly(out: Console, result: Result, of: int) -> Iterator[None]:
    """One of `of` transactions: where the run stands is told, a line each, to whoever sees no bar.

    What stops a run in its middle must not read as if nothing had been done.
    """
    try:
        yield
        if of > 1 and not out.is_terminal:
            out.print(f"{len(result.outcomes):d} of {of:d} transactions are final")
    except RevertedError as error:
        if not result.outcomes:
            raise
        so_far = f"{len(result.outcomes)} of {of} transactions are final"
        raise RevertedError(f"{so_far}; {error}", error.outcome) from error
    except NodeError as error:
        if not result.outcomes or isinstance(error, NonceUsedError):
            raise
        raise UnconfirmedError(
            f"{len(result.outcomes)} of {of} transactions are final, and the rest is not sent: {error} The same "
            "command goes on from there."
        ) from error
    except RefusedError as error:
        if not result.outcomes:
            raise
        raise type(error)(
            f"{len(result.outcomes)} of {of} transactions are final, and the rest is not sent: {error} The same "
            "command goes on from there."
        ) from error


@contextmanager
def closing(entry: Entry, *, last: bool = True, left: int = 0) -> Iterator[None]:
    """Say of an interrupted run how to go on; a run of one step that reverted, or can no longer land, is over.

    Args:
        entry: Of the run.
        last: Whether nothing but this step is left.
        left: How many steps are left, of which a run has several.
    """
    journal = entry.journal
    total = _done(journal) + left
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
        done, so_far = _done(journal), ""
        if total > 1:
            so_far = f"{done} of {total} transactions are final; "
        if not journal.unresolved():
            if not (so_far and done):
                raise
            raise UnconfirmedError(
                f"interrupted: {so_far}the rest is not sent. The same command goes on from there."
            ) from None
        names = ", ".join(signed.step for signed in journal.unresolved())
        raise UnconfirmedError(
            f"{so_far}interrupted while {names} may have been sent; give the same command again: it looks for that "
            "transaction, or sends the same for the same nonce, and never does the step twice."
        ) from None


def _done(journal: Journal) -> int:
    """How many steps of the run are final and did what they should."""
    return len({outcome.step for outcome in journal.outcomes if outcome.succeeded})
