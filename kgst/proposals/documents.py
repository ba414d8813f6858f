"""What `safe show`, `safe sign`, `safe collect` and `safe list` answer with `--json`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from kgst.document import Address, ChainId, Count, Data, Document, Hash, Label, Part
from kgst.signing.documents import CollectDocument

__all__ = [
    "LeftOut",
    "ListedProposal",
    "ListedSafe",
    "OwnersSignaturePart",
    "SafeCollectDocument",
    "SafeListDocument",
    "SafeShowDocument",
    "SafeSignDocument",
]


class OwnersSignaturePart(Part):
    """A signature in a Safe's file, or beside it.

    Attributes:
        claimed: Whose it claims to be.
        signer: Null when it is not the claimed one's over this transaction; a contract's is as claimed.
        by_contract: Whether the signer is a contract (ERC-1271), whose signature only a node can check.
        counts: Null when no policy says who owns the Safe.
    """

    claimed: Address
    label: Label
    signer: Address | None
    by_contract: bool
    counts: bool | None


class LeftOut(Part):
    """What does not count.

    Attributes:
        file: Where it lies.
        why: What there is against it.
    """

    file: str
    why: str


class SafeShowDocument(Document):
    """What a file would have the Safe's owners sign.

    Attributes:
        file: Its path.
        safe_label: In the policy, if that calls it a Safe.
        nonce: Of the Safe.
        data: The call.
        decoded: The call in words, from its bytes.
        domain_hash: Computed; as a Ledger shows it.
        message_hash: Computed; as a Ledger shows it.
        safe_tx_hash: Computed.
        threshold: By the policy; null without one.
        signatures: In the file, and in the files beside it.
        missing: Signatures that are missing, by the policy; null without one.
        left_out: What does not count, of the signatures too.
        notes: What to know before signing, for people: how long a call will wait, whose code an upgrade brings.
        words_differ: Whether the file says something else of itself than its bytes do.
        policy_file: The own policy, whose names were shown; null without one.
        policy_sha256: Of that file, 64 digits; null without one.
    """

    SCHEMA: ClassVar = "kgst/safe-show/1"

    file: str
    chain_id: ChainId
    safe: Address
    safe_label: str | None
    nonce: Count
    to: Address
    data: Data
    decoded: str
    domain_hash: Hash
    message_hash: Hash
    safe_tx_hash: Hash
    threshold: Annotated[int, Field(ge=1)] | None
    signatures: list[OwnersSignaturePart]
    missing: Count | None
    left_out: list[LeftOut]
    notes: list[str]
    words_differ: bool
    policy_file: str | None
    policy_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None


class SafeSignDocument(SafeShowDocument):
    """What an owner of a Safe has signed.

    Attributes:
        signed: Of `--account`, or of `--for`.
        already: It had signed before.
        signature_file: Where the signature was written; null when it had signed before.
        by_contract: Whether the signer is a contract (ERC-1271), whose signature was not checked.
        signed_before: Hashes of other transactions of this nonce that the signer has signed, as far as is known here:
            those signatures stay usable.
    """

    SCHEMA: ClassVar = "kgst/safe-sign/1"

    signed: Address
    already: bool
    signature_file: str | None
    by_contract: bool
    signed_before: list[Hash]


class SafeCollectDocument(CollectDocument):
    """Whose signatures on a Safe's transaction are there; exit code 5 while they are too few.

    Attributes:
        nonce: Of the Safe.
        digest: `safeTxHash`, which the signatures are on.
        missing: Owners who have not signed.
        needed: Signatures that the Safe wants, by the policy.
        signed_file: The file for `safe execute`; null while signatures are missing.
        left_out: What does not count.
    """

    SCHEMA: ClassVar = "kgst/safe-collect/1"

    chain_id: ChainId
    safe: Address
    nonce: Count
    left_out: list[LeftOut]


class ListedProposal(Part):
    """A transaction of a Safe whose nonce is not used yet.

    Attributes:
        decoded: What it does, from its bytes.
        signed_by: Owners whose signatures the Safe takes now.
        missing: How many more it takes.
        waits_for: Nonces that come first.
        rivals: Files of other transactions of its nonce, of which one can be sent.
        can_be_sent: Now, by anyone.
    """

    file: str
    nonce: Count
    safe_tx_hash: Hash
    decoded: str
    signed_by: list[Address]
    missing: Count
    waits_for: list[Count]
    rivals: list[str]
    can_be_sent: bool


class ListedSafe(Part):
    """A Safe of the policy.

    Attributes:
        nonce: Of its next transaction; null when there is no Safe.
        threshold: On the chain; null when there is no Safe.
        proposals: In the order of their nonces.
        over: How many transactions lie here whose nonces are used.
        problem: What differs from the policy, or why nothing is signed for it; null when nothing does.
        unreadable: What is to be said of files that cannot be used.
    """

    label: str
    address: Address
    nonce: Count | None
    threshold: Count | None
    proposals: list[ListedProposal]
    over: Count
    problem: str | None
    unreadable: list[str]


class SafeListDocument(Document):
    """What waits for the policy's Safes in this checkout; exit code 3 when a Safe or a file is not as it should be."""

    SCHEMA: ClassVar = "kgst/safe-list/1"

    chain_id: ChainId
    safes: list[ListedSafe]
