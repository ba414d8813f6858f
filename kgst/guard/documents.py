"""What `guard pause --presign` and `guard send` answer with `--json`."""

from __future__ import annotations

from typing import ClassVar

from kgst.document import Address, ChainId, Count, Document, Hash, Wei
from kgst.pipeline.documents import ReadBack

__all__ = ["GuardPresignDocument", "GuardSendDocument"]


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
