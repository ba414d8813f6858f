"""How a run that ends early is told, and what its journal says then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kgst.errors import RefusedError, UnconfirmedError
from kgst.sending import NonceUsedError, RevertedError

if TYPE_CHECKING:
    from kgst.pipeline.logbook import Entry
    from kgst.pipeline.results import Result

__all__ = ["closing", "partly"]


@contextmanager
def partly(result: Result, of: int) -> Iterator[None]:
    """What stops a run in its middle must not read as if nothing had been done."""
    try:
        yield
    except RevertedError:
        raise
    except RefusedError as error:
        if not result.outcomes:
            raise
        raise type(error)(
            f"{len(result.outcomes)} of {of} transactions are final, and the rest is not sent: {error} The same "
            "command goes on from there."
        ) from error


@contextmanager
def closing(entry: Entry, *, last: bool = True) -> Iterator[None]:
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
            "transaction, or sends the same for the same nonce, and never does the step twice."
        ) from None
