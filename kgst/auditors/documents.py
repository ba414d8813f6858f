"""What `auditors` answers with `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from kgst.auditors.files import Ends, Proposal
from kgst.checks import CheckPart
from kgst.document import Address, ChainId, Count, Document, Duration, Hash, Part, Time
from kgst.policy import MAX_AUDITORS
from kgst.signing.documents import CollectOrderDocument, SignDocument
from kgst.signing.files import AuditorSet, Block

if TYPE_CHECKING:
    from kgst.auditors.files import RotationFile

__all__ = [
    "AuditorsCollectDocument",
    "AuditorsDraftDocument",
    "AuditorsShowDocument",
    "AuditorsSignDocument",
    "Rotation",
    "Wanted",
    "Warned",
]

_Some = Annotated[list[Address], Field(max_length=MAX_AUDITORS)]


class Warned(CheckPart):
    """What to think about before signing.

    Attributes:
        item: `attestation`, `consent`, `proposal`: it lapses; `suspension`: a suspended auditor may sign again;
            `threshold`: fewer have to sign; `newcomers`: those who join suffice to attest; `clock`: the chain was read
            more than 10 minutes ahead of the clock; `far_deadline`: later than any command would choose, by the clock.
    """

    area: Literal["draft"]
    item: Literal[
        "attestation",
        "consent",
        "proposal",
        "suspension",
        "threshold",
        "newcomers",
        "clock",
        "far_deadline",
    ]
    state: Literal["warning"]


class Rotation(Part):
    """Who succeeds whom.

    Attributes:
        version: Of the set that signs.
        deadline: Last second in which the signatures can be submitted.
        current: The set in office, which signs.
        new: Its successors, all of them; its version is one more.
        joining: Those of `new` who are not in office.
        leaving: Those in office who are not in `new`.
        returning: Suspended ones who may sign again.
        domain_hash: EIP-712 domain separator: the first hash that a Ledger shows.
        message_hash: EIP-712 hash of the struct: the second hash that a Ledger shows.
        digest: What a signature is on.
    """

    block: Block
    version: Count
    deadline: Time
    current: AuditorSet
    new: AuditorSet
    joining: _Some
    leaving: _Some
    returning: _Some
    ends: Ends
    domain_hash: Hash
    message_hash: Hash
    digest: Hash

    @classmethod
    def of(cls, draft: RotationFile) -> Rotation:
        """The part of a draft."""
        hashes = draft.hashes
        return cls.taken_from(
            draft,
            joining=list(draft.joining),
            leaving=list(draft.leaving),
            returning=list(draft.returning),
            domain_hash=hashes.domain,
            message_hash=hashes.message,
            digest=hashes.digest,
        )


class AuditorsDraftDocument(Document):
    """The draft of a rotation that was written.

    Attributes:
        already: Whether the policy's auditors are in office and nobody is suspended: nothing was written.
        auditors: The set in office.
        draft_file: Where; null when `already` is true.
        rotation: Null when `already` is true.
    """

    SCHEMA: ClassVar = "kgst/auditors-draft/2"

    chain_id: ChainId
    token: Address
    already: bool
    auditors: AuditorSet
    draft_file: str | None
    rotation: Rotation | None
    warnings: list[Warned]


class AuditorsSignDocument(SignDocument):
    """What an auditor has signed: a rotation.

    Attributes:
        checked: What was compared and agrees, for people.
        not_checked: What could not be compared, for people.
    """

    SCHEMA: ClassVar = "kgst/auditors-sign/2"

    chain_id: ChainId
    token: Address
    rotation: Rotation
    checked: list[str]
    not_checked: list[str]
    warnings: list[Warned]


class _OfVersion(Document):
    version: Count


# The number is the first key.
class AuditorsCollectDocument(CollectOrderDocument, _OfVersion):
    """Whose signatures on a rotation are there; exit code 5 while they are too few.

    Attributes:
        version: Of the set in office, which the rotation ends.
    """

    SCHEMA: ClassVar = "kgst/auditors-collect/1"


class Wanted(Part):
    """What the policy wants.

    Attributes:
        agrees: Whether members and threshold are the policy's and nobody is suspended.
        auditors: The policy's, ascending.
        threshold: The policy's.
    """

    agrees: bool
    auditors: _Some
    threshold: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]


class AuditorsShowDocument(Document):
    """Who the auditors are, and whether the policy says so.

    Attributes:
        auditors: The set in office.
        proposal: A recovery under way; null when there is none.
        recovery_delay_seconds: Between proposal and acceptance.
        policy: What it wants.
        labels: Addresses to their labels in the policy.
    """

    SCHEMA: ClassVar = "kgst/auditors-show/1"

    chain_id: ChainId
    token: Address
    block: Block
    auditors: AuditorSet
    proposal: Proposal | None
    recovery_delay_seconds: Duration
    policy: Wanted
    labels: dict[str, str]
