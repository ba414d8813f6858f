"""What `sign` and `collect` of every kind of draft answer with `--json`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field

from kgst.document import Address, Document, Hash, Label, Time
from kgst.policy import MAX_AUDITORS

if TYPE_CHECKING:
    from kgst.signing.collecting import Collection

__all__ = ["CollectDocument", "CollectOrderDocument", "SignDocument"]


class SignDocument(Document):
    """What somebody has signed.

    Attributes:
        signature_file: Where the signature was written.
        by_contract: Whether the signer is a contract (ERC-1271), whose signature was not checked.
        label: The signer's in the policy; null without a policy.
        policy_file: The signer's own policy, whose names were shown; null without one.
        policy_sha256: Of that file, 64 digits; null without one.
    """

    signature_file: str
    signer: Address
    by_contract: bool
    label: Label
    policy_file: str | None
    policy_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None


class CollectDocument(Document):
    """Whose signatures are there; exit code 5 while they are too few.

    Attributes:
        digest: What the signatures are on.
        signed_by: Ascending, recovered from the signatures; contracts as claimed.
        unchecked: Contracts (ERC-1271) among `signed_by`: whether they take the signatures, only a node can tell, at
            the submission.
        missing: Signers who could sign and have not.
        needed: Signatures that will be wanted.
        complete: Whether there are enough.
        repeated_files: Files whose signer was there already.
        signed_file: The file to submit; null while signatures are missing.
    """

    digest: Hash
    signed_by: list[Address]
    unchecked: list[Address]
    missing: list[Address]
    needed: Annotated[int, Field(ge=2, le=32)]
    complete: bool
    repeated_files: list[str]
    signed_file: str | None

    @classmethod
    def of(cls, collection: Collection, target: Path, **more: Any) -> Self:
        """The document of what was collected.

        Args:
            collection: Of signatures on one draft.
            target: The file to submit.
            more: Values of further keys.
        """
        about = {one.field: one.value for one in collection.draft.about}
        return cls.taken_from(
            collection,
            **{name: value for name, value in about.items() if name in cls.model_fields},
            digest=collection.draft.digest,
            signed_by=[one.signer for one in collection.signatures],
            unchecked=list(collection.unchecked),
            missing=list(collection.missing),
            complete=collection.is_enough,
            repeated_files=[str(one) for one in collection.repeated],
            signed_file=str(target) if collection.is_enough else None,
            **more,
        )


class CollectOrderDocument(CollectDocument):
    """Whose signatures on something of the auditors' are there; exit code 5 while they are too few.

    Attributes:
        missing: Auditors who could sign and have not.
        needed: Signatures that the token will want.
        deadline: Last second in which they can be submitted.
    """

    needed: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]
    deadline: Time

    @classmethod
    def of(cls, collection: Collection, target: Path, **more: Any) -> Self:
        """The document of what was collected."""
        return super().of(collection, target, deadline=collection.draft.closes, **more)
