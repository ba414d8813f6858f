"""What `guard pause --presign` and `guard send` answer with `--json`."""

from __future__ import annotations

from typing import ClassVar

from kgst.chronicle.documents import EntryPart
from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Document,
    Duration,
    Hash,
    Label,
    Part,
    Time,
    Wei,
)
from kgst.pipeline.documents import ReadBack

__all__ = ["GuardPresignDocument", "GuardSendDocument", "GuardShowDocument", "RoleHeld"]


class GuardPresignDocument(Document):
    """The pause that was signed, and not sent.

    Attributes:
        file: Where it was written to.
        pauses: Names of flags, with commas.
        account: Who signed.
        gas_price_wei: Wei per gas.
    """

    SCHEMA: ClassVar = "kgst/guard-presign/1"

    file: str
    chain_id: ChainId
    token: Address
    pauses: str
    account: Address
    nonce: Count
    gas_price_wei: Wei
    transaction: Hash


class GuardSendDocument(Document):
    """The signed pause that was sent.

    Attributes:
        pauses: Names of flags, with commas.
        account: Who signed.
        gas_price_wei: Wei per gas.
        block_number: Block that holds it, final.
        read_back: Values read from the chain afterwards.
    """

    SCHEMA: ClassVar = "kgst/guard-send/1"

    chain_id: ChainId
    token: Address
    pauses: str
    account: Address
    nonce: Count
    gas_price_wei: Wei
    transaction: Hash
    block_number: Count
    read_back: list[ReadBack]


class RoleHeld(Part):
    """A role that the account has.

    Attributes:
        since: From then on.
        delay: Between scheduling and executing.
    """

    role: str
    since: Time
    delay: Duration


class GuardShowDocument(Document):
    """Everything about one account: what the chain says of it, and who did what about it, when and why.

    Attributes:
        block: In which it was read.
        balance: Base units.
        frozen: Of which the account cannot send, may be more than it holds.
        capacity: Of its quota as an issuer; 0 when it may not mint.
        may_burn: As an issuer.
        desk: Whether it is a desk, whose quota is its own.
        auditor: Whether it may sign attestations now.
        roles: Of the AccessManager.
        history: By the journals, Safes' files and the index of this checkout, in order of time; an empty list on a
            chain that ends with the command.
        unreadable: What is to be said of files that cannot be used.
        index_reaches: Last block of the index; null when there is none, so that what others did is not known.
    """

    SCHEMA: ClassVar = "kgst/guard-show/1"

    chain_id: ChainId
    account: Address
    label: Label
    block: Count
    time: Time
    balance: BaseUnits
    frozen: BaseUnits
    blocked: bool
    capacity: BaseUnits
    may_burn: bool
    desk: bool
    auditor: bool
    roles: list[RoleHeld]
    history: list[EntryPart]
    unreadable: list[str]
    index_reaches: int | None
