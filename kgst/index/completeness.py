"""Whether an index has all there is: what its events add up to is what the contracts say in the block it ends with.

An event that was withheld together with its whole block leaves a state that no event explains. What leaves no state
(a canceled authorization of which nothing else is known, tokens rescued, a limit that was set twice) only another
node shows, or the headers of all blocks: docs/index.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from kgst.checks import Check
from kgst.index.claim import Claim
from kgst.index.claims import all_claims
from kgst.multicall import Head, Reads

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.deployment.system import System
    from kgst.history.database import History

__all__ = ["completeness"]

_AT_ONCE: Final = 400
_MOST: Final = 3
"""Differences that are told of each kind."""
_ADVICE: Final = (
    "an event is missing from the index: a node withheld it, or no longer had it; have it read anew from a node that "
    "has all, with `ape run index sync --anew`"
)


@dataclass
class _Outcome:
    """Of the claims of one kind."""

    looked_at: int = 0
    differences: int = 0
    words: str = ""


def completeness(
    system: System,
    history: History,
    provider: ProviderAPI,
    head: Head,
    since: int = 0,
    told: Callable[[int], None] = lambda done: None,
) -> list[Check]:
    """One check for each kind of state.

    Args:
        system: Whose.
        history: Its index, which ends with `head`.
        provider: Of a node that still has that block's state.
        head: The block.
        since: Only accounts, orders and keys that events of this block or later speak of.
        told: Called with how many values were compared.

    Raises:
        NodeError: the node did not answer.
    """
    outcomes: dict[tuple[str, str], _Outcome] = {}
    done = 0
    for claims in _batched(all_claims(system, history, head, since), _AT_ONCE):
        reads = Reads()
        asked = [claim.ask(reads) for claim in claims]
        reads.fetch(provider, head, "read the state that the index ends with")
        for claim, read in zip(claims, asked, strict=True):
            _note(outcomes.setdefault((claim.area, claim.what), _Outcome()), claim, read.value)
        done += len(claims)
        told(done)
    return [
        Check.that(
            area,
            what,
            not outcome.differences,
            outcome.words or f"{outcome.looked_at:,} as the events say",
            advice=_ADVICE,
        )
        for (area, what), outcome in outcomes.items()
    ]


def _note(outcome: _Outcome, claim: Claim, found: Any) -> None:
    outcome.looked_at += 1
    if claim.agrees(found):
        return
    outcome.differences += 1
    if outcome.differences <= _MOST:
        about = f"{claim.about}: " if claim.about else ""
        one = f"{about}{claim.worded(found)} on the chain, {claim.worded(claim.expected)} by the events"
        outcome.words += f"; {one}" if outcome.words else one
    elif outcome.differences == _MOST + 1:
        outcome.words += "; and more"


def _batched(claims: Iterator[Claim], size: int) -> Iterator[Sequence[Claim]]:
    while batch := list(islice(claims, size)):
        yield batch
