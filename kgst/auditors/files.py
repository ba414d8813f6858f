"""The three files of a rotation: the draft, an auditor's signature, the signed rotation.

What an auditor signs depends on the domain, the successors, the version that they succeed and the deadline; all else is
for people.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kgst.attestation import AuditorRotation
from kgst.fields import Address
from kgst.policy import MAX_AUDITORS
from kgst.signing.deadlines import LONGEST
from kgst.signing.files import (
    AuditorSet,
    AuditorsSignature,
    Block,
    Draft,
    SignedDraft,
)
from kgst.signing.shapes import Count, FileModel, Hash, Moment

__all__ = ["Ends", "Proposal", "RotationFile", "RotationSignatureFile", "SignedRotationFile"]


class Proposal(FileModel):
    """A recovery that was proposed, and has not ended.

    Attributes:
        auditors: Ascending.
        threshold: Signatures that an attestation would need.
        acceptable_at: Second from which anyone may complete it.
    """

    auditors: Annotated[tuple[Address, ...], Field(min_length=2, max_length=MAX_AUDITORS)]
    threshold: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]
    acceptable_at: Moment


class Ends(FileModel):
    """What lapses with any change of the auditors.

    Attributes:
        valid_until: Second until which the attestation allows minting; None when minting is closed anyway.
        consent: Code hash of the upgrade that the auditors consented to.
        proposal: A recovery under way.
    """

    valid_until: Moment | None
    consent: Hash | None
    proposal: Proposal | None


class RotationSignatureFile(AuditorsSignature):
    """An auditor's signature on a rotation."""

    format: Literal["kgst-rotation-signature/1"] = "kgst-rotation-signature/1"
    version: Count


class RotationFile(Draft):
    """The draft of a rotation.

    Attributes:
        block: That the chain was read at.
        current: The set in office, which signs.
        new: Its successors, all of them.
        ends: What lapses with the rotation, as the chain was.
    """

    what = "a draft of a rotation"
    numbered = "version"
    signature_file = RotationSignatureFile
    made_by = "ape run auditors draft"

    format: Literal["kgst-rotation/2"] = "kgst-rotation/2"
    block: Block
    current: AuditorSet
    new: AuditorSet
    ends: Ends

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.new.version != self.current.version + 1:
            raise ValueError(
                f"version {self.new.version} does not follow version {self.current.version}"
            )
        if self.new.suspended:
            raise ValueError("nobody is suspended in a new set")
        if not self.current.suspended and self.new.has_people_of(self.current):
            raise ValueError("the new auditors are the current ones, and nobody is suspended")
        if not 0 < self.deadline - self.block.timestamp <= LONGEST:
            raise ValueError("deadline is not within 30 days after the block that was read")
        return self

    @property
    def order(self) -> AuditorRotation:
        """What auditors sign."""
        return AuditorRotation(self.new.members, self.new.threshold, self.version, self.deadline)

    @property
    def number(self) -> int:
        """The version of the set in office."""
        return self.current.version

    @property
    def signers(self) -> AuditorSet:
        """Who may sign: the set in office."""
        return self.current

    @property
    def title(self) -> str:
        """For people."""
        return f"the rotation from version {self.current.version}"

    @property
    def joining(self) -> tuple[str, ...]:
        """Who is new."""
        return tuple(one for one in self.new.members if one not in self.current.members)

    @property
    def leaving(self) -> tuple[str, ...]:
        """Who is in office and not afterwards."""
        return tuple(one for one in self.current.members if one not in self.new.members)

    @property
    def returning(self) -> tuple[str, ...]:
        """Whose suspension ends."""
        return tuple(one for one in self.current.suspended if one in self.new.members)


class SignedRotationFile(SignedDraft):
    """The draft with enough signatures."""

    what = "a signed rotation"

    format: Literal["kgst-signed-rotation/2"] = "kgst-signed-rotation/2"
    draft: RotationFile
