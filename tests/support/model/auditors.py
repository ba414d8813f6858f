"""Who the auditors are, how they are replaced, and what counts as signed by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .core import Fields, Refused
from .issuance import IssuanceModel
from .signatures import Signature, digest, list_hash, struct_hash

ROTATION = "AuditorRotation(address[] auditors,uint256 threshold,uint256 version,uint256 deadline)"

Signed = Sequence[tuple[int, Signature]]


class AuditorsModel(IssuanceModel):
    last: Fields
    """The last attestation: of the reserves' part."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.auditors = Fields(
            self.journal, members=(), threshold=0, version=0, suspended=frozenset()
        )
        self.halted = Fields(self.journal, times=0)
        self.consent = Fields(self.journal, implementation=0, code=0, data=0, nonce=0, block=0)
        """To one upgrade: address, code hash and data hash; the nonce counts consents ever given; in which block."""
        self.proposal = Fields(self.journal, members=(), threshold=0, ready=0)

    @property
    def active(self) -> list[int]:
        return [a for a in self.auditors.members if a not in self.auditors.suspended]

    def halt_minting(self, caller: int, reason: str) -> None:
        self.require_auditor(caller)
        self.halted.times += 1
        self._forget_word()
        self.emit("MintingHalted", caller, self.halted.times, reason)

    def rotate_auditors(
        self, caller: int, members: Sequence[int], threshold: int, deadline: int, signatures: Signed
    ) -> None:
        said = (list_hash(members), threshold, self.auditors.version, deadline)
        self.require_quorum(struct_hash(ROTATION, *said), deadline, signatures)
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
        proposal.ready = self.now + self.code.recovery_delay
        self.emit("AuditorsProposed", tuple(members), threshold, proposal.ready)

    def cancel_auditors_proposal(self, caller: int) -> None:
        self.authorize(caller)
        if not self.proposal.ready:
            raise Refused("NoAuditorsProposal")
        self.end_proposal()

    def accept_auditors(self, caller: int) -> None:
        proposal = self.proposal
        if not proposal.ready:
            raise Refused("NoAuditorsProposal")
        if self.now < proposal.ready:
            raise Refused("ProposalNotReady", proposal.ready)
        members, threshold = proposal.members, proposal.threshold
        self._forget_proposal()
        self.seat(members, threshold)

    def end_proposal(self) -> None:
        """By a sign of life, or by the guardian."""
        if self.proposal.ready:
            self._forget_proposal()
            self.emit("AuditorsProposalCanceled")

    def seat(self, members: Sequence[int], threshold: int) -> None:
        _require_valid(members, threshold)
        auditors = self.auditors
        auditors.members, auditors.threshold = tuple(members), threshold
        auditors.version += 1
        auditors.suspended = frozenset()
        self._forget_word()
        self.end_proposal()
        self.emit("AuditorsSet", auditors.version, tuple(members), threshold)

    def _forget_word(self) -> None:
        """What the auditors said before a halt, or before their set changed: the attestation's term, and consent."""
        self.expire(self.now)
        self.consent.code = self.consent.data = self.consent.implementation = 0

    def expire(self, when: int) -> None:
        self.solvency.valid_until = min(self.solvency.valid_until, when)

    def require_auditor(self, account: int) -> None:
        if account not in self.auditors.members:
            raise Refused("NotAuditor", account)
        if account in self.auditors.suspended:
            raise Refused("AuditorIsSuspended", account)

    def require_quorum(self, message: bytes, deadline: int, signatures: Signed) -> int:
        """Whose seats signed, as bits."""
        if self.now > deadline:
            raise Refused("SignaturesExpired", deadline)
        seats = 0
        signed = digest(self, message)
        previous = 0
        for signer, signature in signatures:
            if signer <= previous:
                raise Refused("SignaturesNotAscending", previous, signer)
            self.require_auditor(signer)
            if not signature.binds(signer, signed, self.owners):
                raise Refused("InvalidAuditorSignature", signer)
            seats |= 1 << self.auditors.members.index(signer)
            previous = signer
        if len(signatures) < self.auditors.threshold:
            raise Refused("ThresholdNotReached", len(signatures), self.auditors.threshold)
        return seats

    def _forget_proposal(self) -> None:
        proposal = self.proposal
        proposal.members, proposal.threshold, proposal.ready = (), 0, 0


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
