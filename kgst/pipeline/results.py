"""What came of a run, and the transactions that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.errors import ExitCode
from kgst.journal import Outcome

if TYPE_CHECKING:
    from kgst.proposals.files import Proposal

__all__ = ["Result", "Step"]


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
        proposal: The Safe's transaction that still lacks signatures, with those that count.
        left_out: What lies beside it and does not count, for people.
        resumed: Whether an interrupted run was finished.
        already: Whether the chain was so before: nothing was sent.
        values: What was read back, as (what, value in words).
    """

    outcomes: list[Outcome] = field(default_factory=list)
    waits_until: int | None = None
    proposal: Proposal | None = None
    proposal_path: Path | None = None
    missing_signatures: int = 0
    left_out: Sequence[str] = ()
    resumed: bool = False
    already: bool = False
    values: list[tuple[str, str]] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """WAITING while a delay or signatures are waited for."""
        waits = self.waits_until is not None or self.proposal is not None
        return ExitCode.WAITING if waits else ExitCode.DONE
