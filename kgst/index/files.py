"""The file that proves the events of one transaction to whoever has nothing else."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgst.document import Hash

__all__ = ["EventProof"]

_MAX_NODE: Final = 2 * 1024 * 1024
_Hex = Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})+$", max_length=2 + 2 * _MAX_NODE)]


class EventProof(BaseModel):
    """A receipt, and how it follows from the header of its block.

    Attributes:
        transaction: As nodes call it; nothing in the file shows the hash.
        transaction_index: Place of the transaction in its block.
        header: RLP of the block's header; its keccak256 is the block's hash.
        receipts: Nodes of the receipts' trie, in RLP, from the root to the receipt.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-event-proof/1"] = "kgst-event-proof/1"
    chain_id: Annotated[int, Field(ge=1)]
    transaction: Hash
    transaction_index: Annotated[int, Field(ge=0, lt=2**32)]
    header: _Hex
    receipts: Annotated[tuple[_Hex, ...], Field(min_length=1, max_length=64)]
