"""What `drill` answers with `--json`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from kgst.checks import CheckPart
from kgst.document import Address, ChainId, Count, Document, Duration, Time
from kgst.flags import FlagName, flag_list

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.drill.running import Drill

__all__ = ["DrillDocument"]

_Measured = Annotated[float, Field(ge=0)]


class _Check(CheckPart):
    """One thing that was looked at."""

    area: Literal["drill", "paused", "goes on", "resumed"]
    state: Literal["ok", "failed"]


class DrillDocument(Document):
    """How a pause went on a fork; exit code 4 unless it passed.

    Attributes:
        forked_block: Last block shared with the chain; null when it was a chain of its own.
        started_at: By this machine's clock.
        pauser: As whom everything was paused.
        unpauser: As whom everything was resumed.
        paused_before: Flags that were set when the drill began.
        seconds_to_mined: From the decision until the pause was mined on the fork.
        seconds_to_proof: From the decision until each kind of payment was seen to revert.
        seconds_to_fork: Before: until the copy of the chain was ready, which a real pause needs not.
        seconds_in_all: Of the whole drill.
        unpause_delay: Seconds that UNPAUSER has to wait on this network.
        passed: Whether every check is ok.
        report: File of the report; null when none was asked for.
    """

    SCHEMA: ClassVar = "kgst/drill/3"

    chain_id: ChainId
    token: Address
    forked_block: Count | None
    started_at: Time
    pauser: Address
    unpauser: Address
    paused_before: list[FlagName]
    seconds_to_mined: _Measured
    seconds_to_proof: _Measured
    seconds_to_fork: _Measured
    seconds_in_all: _Measured
    unpause_delay: Duration
    checks: list[_Check]
    passed: bool
    report: str | None

    @classmethod
    def of(cls, system: System, drill: Drill, report: Path | None) -> DrillDocument:
        """The document of a drill."""
        return cls.taken_from(
            drill,
            chain_id=system.record.chain_id,
            token=system.token.address,
            forked_block=drill.block,
            paused_before=flag_list(drill.paused_before),
            seconds_to_mined=round(drill.seconds_to_mined, 3),
            seconds_to_proof=round(drill.seconds_to_proof, 3),
            seconds_to_fork=round(drill.seconds_to_fork, 3),
            seconds_in_all=round(drill.seconds_in_all, 3),
            checks=_Check.all_of(drill.checks),
            report=str(report) if report else None,
        )
