"""What the chain says of the auditors, and who the policy wants to succeed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.auditors.files import Ends, Proposal
from kgst.node import rpc
from kgst.reserves.files import ChainState
from kgst.reserves.reading import read_state
from kgst.signing.files import AuditorSet

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
    """

    state: ChainState
    ends: Ends

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
    state = read_state(system, number)
    with rpc("read the auditors' consent to an upgrade"):
        code_hash = bytes(system.token.approvedImplementation(block_id=state.block.number).codeHash)
    ends = Ends(
        valid_until=state.valid_until if state.valid_until > state.block.timestamp else None,
        consent="0x" + code_hash.hex() if any(code_hash) else None,
        proposal=read_proposal(system, state.block.number),
    )
    return Found(state, ends)


def read_proposal(system: System, number: int | None = None) -> Proposal | None:
    """The recovery under way at block `number`, at the latest when None; None when there is none, or it is void.

    Raises:
        NodeError: the node failed.
    """
    with rpc("read the proposed auditors"):
        found = system.token.auditorsProposal(block_id="latest" if number is None else number)
    if not found.acceptableAt:
        return None
    return Proposal(
        auditors=tuple(found.auditors),
        threshold=found.threshold,
        acceptable_at=found.acceptableAt,
    )


def successors(policy: Policy, current: AuditorSet) -> AuditorSet:
    """The policy's auditors, as the set that succeeds `current`."""
    return AuditorSet(
        version=current.version + 1,
        threshold=policy.auditors.threshold,
        members=tuple(policy.auditor_addresses),
    )
