"""What to think about of a draft's figure of what is settled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kgst.checks import Check
from kgst.reserves.files import AttestationFile
from kgst.signing.deadlines import caution
from kgst.units import SOM, format_som

if TYPE_CHECKING:
    from kgst.reserves.settled import Settled

__all__ = ["THIN", "of_settled", "settling_warnings"]

THIN: Final = 100 * SOM
"""Base units above all that is owed, below which a warning is due: a few fees."""


def of_settled(draft: AttestationFile) -> Iterator[Check]:
    """What every signer should see."""
    state, new = draft.chain, draft.attestation
    if draft.settled_from.by_hand:
        yield caution(
            "by_hand",
            f"what is settled was said BY HAND, and no bank shows it: {draft.settled_from.reason!r}. Is that so, and "
            "is nothing owed on it any more?",
        )
    if new.settled < state.last.settled:
        yield caution(
            "settled_falls",
            f"settled falls from {format_som(state.last.settled)} to {format_som(new.settled)}: right if banks "
            "returned payments that had been counted, or the last attestation counted too much; else a slip.",
        )
    buffer = state.buffer_by(new)
    if 0 <= buffer < THIN and state.supply + state.burned > new.settled:
        yield caution(
            "thin_buffer",
            f"the reserves are {format_som(buffer)} above what is in circulation or owed: a bank's next fee makes a "
            "deficit, and stops minting. Top the account up before.",
        )


def settling_warnings(settled: Settled) -> Iterator[Check]:
    """What to think about of what is settled, before the draft is signed."""
    outcome = settled.outcome
    if settled.origin.kind == "unchanged" and settled.life.burns:
        yield caution(
            "no_entries",
            "these statements show no payments: nothing is settled by them, and nothing that came back is seen. Ask "
            "the banks for statements with entries (camt.053).",
        )
    breaks = outcome.breaks if outcome else ()
    if breaks:
        yield caution(
            "unsettled",
            f"{len(breaks)} movement{'s' * (len(breaks) > 1)} in the statements settle{'s' * (len(breaks) == 1)} "
            "nothing and must be cleared up: they are named above and in the annex.",
        )
