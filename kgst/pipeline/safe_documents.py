"""What `safe show` and `safe sign` answer with `--json`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from kgst.document import Address, ChainId, Count, Data, Document, Hash, Label, Part

__all__ = ["SafeShowDocument", "SafeSignDocument", "Signature"]


class Signature(Part):
    """A signature in a Safe's file.

    Attributes:
        claimed: Whose it claims to be.
        signer: Null when it is not the claimed one's over this transaction.
        counts: Null when no policy says who owns the Safe.
    """

    claimed: Address
    label: Label
    signer: Address | None
    counts: bool | None


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
        missing: Signatures that are missing, by the policy; null without one.
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
    signatures: list[Signature]
    missing: Count | None


class SafeSignDocument(SafeShowDocument):
    """What an owner of a Safe has signed.

    Attributes:
        signed: Of `--account`.
        already: It had signed before.
    """

    SCHEMA: ClassVar = "kgst/safe-sign/1"

    signed: Address
    already: bool
