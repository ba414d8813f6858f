"""The mint desk as its operators see it, in one block: its limits, where it may mint to, what is proposed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from kgst.events import event_topic, read_logs, require_events, topic_at
from kgst.keys import key_of
from kgst.moments import BISHKEK
from kgst.multicall import Head, Reads, ensure_multicall, latest
from kgst.node import chain_id, genesis
from kgst.pipeline.logbook import Logbook

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = [
    "PROPOSE",
    "DeskState",
    "Proposal",
    "Stage",
    "keys_proposed",
    "read_mint_desk",
    "references_here",
]

PROPOSE: Final = "propose-mint"
"""Of a proposal's journal."""

_PROPOSED: Final = "MintProposed(address,uint256,bytes32,uint256,uint256)"
_CANCELED: Final = "MintCanceled(bytes32,address)"
_DAY: Final = 86_400


class Stage(StrEnum):
    """Where a proposal stands."""

    WAITING = "waiting"
    READY = "ready"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Proposal:
    """A mint that was announced, and neither carried out nor cancelled.

    Attributes:
        key: 32 bytes; the token's, once it is carried out.
        to: Checksummed address.
        value: Base units.
        ready_at: First second at which it can be carried out.
        expires_at: First second at which it no longer can.
    """

    key: bytes
    to: str
    value: int
    ready_at: int
    expires_at: int

    def stage(self, now: int) -> Stage:
        """At the second `now`."""
        if now < self.ready_at:
            return Stage.WAITING
        return Stage.READY if now < self.expires_at else Stage.LAPSED


@dataclass(frozen=True)
class DeskState:
    """The mint desk in the block `head`; amounts in base units.

    Attributes:
        delay: Seconds that a proposal waits.
        left_today: What can be minted at once on this day.
        allowed: By address that was asked about, whether it may be minted to.
        proposals: By key that was asked about, what is proposed; None when nothing is.
        used: By key that was asked about, whether the token has taken it from the desk.
    """

    head: Head
    mint_limit: int
    day_limit: int
    delay: int
    left_today: int
    allowed: dict[str, bool]
    proposals: dict[bytes, Proposal | None]
    used: dict[bytes, bool]

    @property
    def at_once(self) -> int:
        """What one mint can be now without a proposal."""
        return min(self.mint_limit, self.left_today)

    @property
    def new_day(self) -> int:
        """The second at which the day's limit begins anew: midnight in Bishkek."""
        offset = int(BISHKEK.utcoffset(None).total_seconds())
        return ((self.head.time + offset) // _DAY + 1) * _DAY - offset


def read_mint_desk(
    system: System,
    destinations: Iterable[str] = (),
    keys: Iterable[bytes] = (),
    head: Head | None = None,
) -> DeskState:
    """Read it in one block.

    Args:
        system: Whose desk.
        destinations: Addresses that are asked about.
        keys: Of mints, 32 bytes each, that are asked about.
        head: The block; None for the latest.

    Raises:
        NodeError: the node failed.
    """
    ensure_multicall(system.provider)
    head, reads, desk = head or latest(system.provider), Reads(), system.deployment.mint_desk
    terms = [reads.of(desk, name) for name in ("mintLimit", "dayLimit", "delay", "leftToday")]
    allowed = {one: reads.of(desk, "isDestination", one) for one in destinations}
    asked = {
        one: (
            reads.of(desk, "proposalOf", one),
            reads.of(system.token, "authorizationState", desk.address, one),
        )
        for one in keys
    }
    reads.fetch(system.provider, head, "read the mint desk")
    mint_limit, day_limit, delay, left_today = (term.value for term in terms)
    return DeskState(
        head=head,
        mint_limit=mint_limit,
        day_limit=day_limit,
        delay=delay,
        left_today=left_today,
        allowed={one: read.value for one, read in allowed.items()},
        proposals={key: _proposal(key, *found.value) for key, (found, _) in asked.items()},
        used={key: used.value for key, (_, used) in asked.items()},
    )


def keys_proposed(system: System, last: int) -> dict[bytes, bool]:
    """By key that was ever proposed up to block `last`, oldest first: whether it was cancelled since.

    Raises:
        NodeError: the node does not serve events, or shows none of the deployment.
    """
    require_events(system.record)
    desk = system.record.mint_desk
    found: dict[bytes, bool] = {}
    for log in read_logs(desk.address, (_PROPOSED, _CANCELED), desk.transaction.block_number, last):
        canceled = topic_at(log, 0) == event_topic(_CANCELED)
        key = topic_at(log, 1 if canceled else 2)
        found.pop(key, None)
        found[key] = canceled
    return found


def references_here(system: System) -> dict[bytes, str]:
    """By key, the reference of each mint that was proposed from this checkout: the chain has only its hash."""
    logbook = Logbook(
        system.files.operations if system.files else None,
        chain_id(system.provider),
        genesis(system.provider),
        system.token.address,
    )
    runs = logbook.runs("done", f"{PROPOSE}-*")
    references = [journal.header.reference for _, journal in runs if journal.header]
    return {key_of("mint", one): one for one in references if one}


def _proposal(key: bytes, to: str, value: int, ready_at: int, expires_at: int) -> Proposal | None:
    return Proposal(key, to, value, ready_at, expires_at) if ready_at else None
