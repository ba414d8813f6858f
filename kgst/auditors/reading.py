"""What the chain says of the auditors, and who the policy wants to succeed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.auditors.files import Ends, Proposal
from kgst.multicall import Reads, plausible
from kgst.node import rpc
from kgst.reserves.files import ChainState
from kgst.reserves.reading import ReserveReads, block_of
from kgst.signing.files import AuditorSet
from kgst.snapshot.token import Recovery, TokenReads

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.policy import Policy

__all__ = ["Found", "read_auditors", "read_proposal", "successors"]


@dataclass(frozen=True)
class Found:
    """The auditors at one block.

    Attributes:
        state: Of the reserves, with the auditors.
        ends: What a change of the auditors would end.
        recovery_delay: Seconds between the proposal of a recovery and its acceptance.
    """

    state: ChainState
    ends: Ends
    recovery_delay: int

    @property
    def auditors(self) -> AuditorSet:
        """The set in office."""
        return self.state.auditors

    def are(self, new: AuditorSet) -> bool:
        """Whether `new` would change nothing: the same set is in office, and nobody in it is suspended."""
        return new.has_people_of(self.auditors) and not self.auditors.suspended


def read_auditors(system: System, number: int | None = None) -> Found:
    """The auditors at block `number`; at the latest when None.

    Raises:
        NodeError: the node failed.
    """
    head, reads = block_of(system, number), Reads()
    token = TokenReads(reads, system.token)
    asked, consent, recovery = ReserveReads(token), token.consent(), token.recovery()
    delay = token.recovery_delay()
    reads.fetch(system.provider, head, "read the auditors from the chain")
    state, code_hash = asked.state(head), consent.value.code_hash
    ends = Ends(
        valid_until=state.valid_until if state.valid_until > head.time else None,
        consent="0x" + code_hash.hex() if any(code_hash) else None,
        proposal=_proposal(recovery.value),
    )
    return Found(state, ends, delay.value)


def read_proposal(system: System) -> Proposal | None:
    """The recovery under way in the latest block; None when there is none.

    Raises:
        NodeError: the node failed.
    """
    with rpc("read the proposed auditors"), plausible("what is proposed for lost keys"):
        return _proposal(Recovery(*system.token.auditorsProposal()))


def _proposal(found: Recovery) -> Proposal | None:
    if not found.acceptable_at:
        return None
    with plausible("what is proposed for lost keys"):
        return Proposal(
            auditors=tuple(found.auditors),
            threshold=found.threshold,
            acceptable_at=found.acceptable_at,
        )


def successors(policy: Policy, current: AuditorSet) -> AuditorSet:
    """The policy's auditors, as the set that succeeds `current`."""
    return AuditorSet(
        version=current.version + 1,
        threshold=policy.auditors.threshold,
        members=tuple(policy.auditor_addresses),
    )
