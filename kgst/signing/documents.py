"""What `sign` and `collect` of every kind of draft answer with `--json`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field

from kgst.document import Address, Document, Hash, Label, Time
from kgst.policy import MAX_AUDITORS

if TYPE_CHECKING:
    from kgst.signing.collecting import Collection

__all__ = ["CollectDocument", "SignDocument"]


class SignDocument(Document):
    """What an auditor has signed.

    Attributes:
        signature_file: Where the signature was written.
        by_contract: Whether the signer is a contract (ERC-1271), whose signature was not checked.
        label: The signer's in the policy; null without a policy.
    """

    signature_file: str
    signer: Address
    by_contract: bool
    label: Label


class CollectDocument(Document):
    """Whose signatures are there; exit code 5 while they are too few.

    Attributes:
        digest: What the signatures are on.
        signed_by: Ascending, recovered from the signatures; contracts as claimed.
        unchecked: Contracts (ERC-1271) among `signed_by`: whether they take the signatures, only a node can tell, at
            the submission.
        missing: Auditors who could sign and have not.
        needed: Signatures that the token will want.
        complete: Whether there are enough.
        deadline: Last second in which they can be submitted.
        repeated_files: Files whose signer was there already.
        signed_file: The file to submit; null while signatures are missing.
    """

    digest: Hash
    signed_by: list[Address]
    unchecked: list[Address]
    missing: list[Address]
    needed: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]
    complete: bool
    deadline: Time
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
        draft = collection.draft
        return cls.taken_from(
            collection,
            **{draft.numbered: draft.number},
            digest=draft.digest,
            signed_by=[one.signer for one in collection.signatures],
            unchecked=list(collection.unchecked),
            missing=list(collection.missing),
            complete=collection.is_enough,
            deadline=draft.deadline,
            repeated_files=[str(one) for one in collection.repeated],
            signed_file=str(target) if collection.is_enough else None,
            **more,
        )
