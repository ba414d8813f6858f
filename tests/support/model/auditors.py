"""Who the auditors are, how they are replaced, and what counts as signed by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .core import Fields, Refused
from .issuance import IssuanceModel
from .signatures import Signature, digest, list_hash, struct_hash

ROTATION = "AuditorRotation(address[] auditors,uint256 threshold,uint256 version)"

Signed = Sequence[tuple[int, Signature]]


class AuditorsModel(IssuanceModel):
    recovery_delay = 600
    last: Fields
    """The last attestation: of the reserves' part."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.auditors = Fields(
            self.journal, members=(), threshold=0, version=0, suspended=frozenset()
        )
        self.consent = Fields(self.journal, code=0, data=0, nonce=0)
        """To one upgrade: code hash and data hash; the nonce counts consents ever given."""
        self.proposal = Fields(self.journal, members=(), threshold=0, ready=0, epoch=0, version=0)

    @property
    def active(self) -> list[int]:
        return [a for a in self.auditors.members if a not in self.auditors.suspended]

    def halt_minting(self, caller: int, reason: str) -> None:
        self.require_auditor(caller)
        self.expire(self.now)
        self.emit("MintingHalted", caller, reason)

    def rotate_auditors(
        self, caller: int, members: Sequence[int], threshold: int, signatures: Signed
    ) -> None:
        message = struct_hash(ROTATION, list_hash(members), threshold, self.auditors.version)
        self.require_quorum(message, signatures)
        self.seat(members, threshold)

    def suspend_auditor(self, caller: int, auditor: int) -> None:
        self.authorize(caller)
        self.require_auditor(auditor)
        left = len(self.active) - 1
        if left < self.auditors.threshold:
            raise Refused("TooFewAuditorsLeft", left, self.auditors.threshold)
        self.auditors.suspended |= {auditor}
        self._forget_word()
        self.emit("AuditorSuspended", auditor)

    def propose_auditors(self, caller: int, members: Sequence[int], threshold: int) -> None:
        self.authorize(caller)
        _require_valid(members, threshold)
        proposal = self.proposal
        proposal.members, proposal.threshold = tuple(members), threshold
        proposal.ready = self.now + self.recovery_delay
        proposal.epoch, proposal.version = self.last.epoch, self.auditors.version
        self.emit("AuditorsProposed", tuple(members), threshold, proposal.ready)

    def cancel_auditors_proposal(self, caller: int) -> None:
        self.authorize(caller)
        if not self.proposal.ready:
            raise Refused("NoAuditorsProposal")
        self._forget_proposal()
        self.emit("AuditorsProposalCanceled")

    def accept_auditors(self, caller: int) -> None:
        proposal = self.proposal
        if not proposal.ready:
            raise Refused("NoAuditorsProposal")
        if self.void:
            raise Refused("ProposalVoided")
        if self.now < proposal.ready:
            raise Refused("ProposalNotReady", proposal.ready)
        self.seat(proposal.members, proposal.threshold)
        self._forget_proposal()

    @property
    def void(self) -> bool:
        """The auditors have shown a sign of life since the proposal."""
        return (self.proposal.epoch, self.proposal.version) != (
            self.last.epoch,
            self.auditors.version,
        )

    def seat(self, members: Sequence[int], threshold: int) -> None:
        _require_valid(members, threshold)
        auditors = self.auditors
        auditors.members, auditors.threshold = tuple(members), threshold
        auditors.version += 1
        auditors.suspended = frozenset()
        self._forget_word()
        self.emit("AuditorsSet", auditors.version, tuple(members), threshold)

    def _forget_word(self) -> None:
        """What the set said before it changed: the attestation's term, and consent to an upgrade."""
        self.expire(self.now)
        self.consent.code = self.consent.data = 0

    def expire(self, when: int) -> None:
        self.solvency.valid_until = min(self.solvency.valid_until, when)

    def require_auditor(self, account: int) -> None:
        if account not in self.auditors.members:
            raise Refused("NotAuditor", account)
        if account in self.auditors.suspended:
            raise Refused("AuditorIsSuspended", account)

    def require_quorum(self, message: bytes, signatures: Signed) -> None:
        signed = digest(self, message)
        previous = 0
        for signer, signature in signatures:
            if signer <= previous:
                raise Refused("SignaturesNotAscending", previous, signer)
            self.require_auditor(signer)
            if not signature.binds(signer, signed, self.owners):
                raise Refused("InvalidAuditorSignature", signer)
            previous = signer
        if len(signatures) < self.auditors.threshold:
            raise Refused("ThresholdNotReached", len(signatures), self.auditors.threshold)

    def _forget_proposal(self) -> None:
        proposal = self.proposal
        proposal.members, proposal.threshold, proposal.ready = (), 0, 0
        proposal.epoch, proposal.version = 0, 0


def _require_valid(members: Sequence[int], threshold: int) -> None:
    count = len(members)
    if count > 16:
        raise Refused("InvalidAuditorCount", count)
    if threshold < 2 or 2 * threshold <= count or threshold > count:
        raise Refused("InvalidThreshold", threshold, count)
    previous = 0
    for member in members:
        if member <= previous:
            raise Refused("AuditorsNotAscending", previous, member)
        previous = member
