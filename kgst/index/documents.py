"""What the commands of `index` answer with `--json`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from kgst.checks import CheckPart, Summary
from kgst.document import Address, ChainId, Count, Data, Document, Hash, Part, Time

__all__ = [
    "Carried",
    "Examined",
    "Held",
    "IndexCheckDocument",
    "IndexExportDocument",
    "IndexShowDocument",
    "IndexSyncDocument",
    "IndexVerifyDocument",
    "Told",
]


class Examined(CheckPart):
    """One thing that was looked at."""

    area: Literal["files", "blocks", "events", "signatures", "token", "roles"]


class Held(Part):
    """What an index holds.

    Attributes:
        folder: Its path.
        first_block: First block.
        last_block: Last block that was read; one before the first when none was.
        events: How many.
        blocks: How many have events.
        unproven: Blocks whose receipts no node had any more, so that their events rest on a node's word.
        epochs: The first blocks of the first and of the last epoch whose headers are kept; null where none is.
        bytes: Of all its files.
    """

    folder: str
    chain_id: ChainId
    first_block: Count
    last_block: Annotated[int, Field(ge=-1)]
    events: Count
    blocks: Count
    unproven: Count
    epochs: tuple[Count, Count] | None
    bytes: Count


class IndexSyncDocument(Document):
    """The index, brought up to date.

    Attributes:
        new_events: Since it was read last.
        new_blocks: All blocks that were read now.
        nodes: How many said the same.
        checks: Its events beside the state of its last block.
    """

    SCHEMA: ClassVar = "kgst/index-sync/1"

    index: Held
    new_events: Count
    new_blocks: Count
    nodes: Count
    checks: list[Examined]
    summary: Summary


class IndexShowDocument(Document):
    """What an index holds.

    Attributes:
        counts: Events by name.
    """

    SCHEMA: ClassVar = "kgst/index-show/1"

    index: Held
    counts: dict[str, Count]


class Carried(Part):
    """What follows from a block that the user trusts.

    Attributes:
        number: Of that block, the first of an epoch.
        hash: Of that block, as the user gave it.
        epochs: How many sets of validators were carried forward from it.
        by_votes: Of these, on the BLS votes of two thirds of the set before.
        by_seals: Of these, on the seals of more than half of the set before.
        first_block: From which on it is known who signs; null when nothing follows.
        last_block: Up to which.
        bound: Blocks with events that one of those signed whose time it was.
        unbound: The others: of before, or wrong.
    """

    number: Count
    hash: Hash
    epochs: Count
    by_votes: Count
    by_seals: Count
    first_block: Count | None
    last_block: Count | None
    bound: Count
    unbound: Count


class IndexVerifyDocument(Document):
    """An index that was checked without a node.

    Attributes:
        checkpoint: What follows from the block that was named; null when none was.
    """

    SCHEMA: ClassVar = "kgst/index-verify/1"

    index: Held
    checkpoint: Carried | None
    checks: list[Examined]
    summary: Summary


class Told(Part):
    """An event.

    Attributes:
        address: The contract's.
        log_index: Place among the events of its transaction, from 0.
        name: By the ABI; null for an event that is not in it.
        words: The event with its parameters.
    """

    address: Address
    log_index: Count
    topics: list[Hash]
    data: Data
    name: str | None
    words: str


class IndexExportDocument(Document):
    """A file that proves the events of one transaction.

    Attributes:
        file: Its path.
        transaction: As nodes call it; the proof does not show the hash.
    """

    SCHEMA: ClassVar = "kgst/index-export/1"

    file: str
    chain_id: ChainId
    block: Count
    block_hash: Hash
    transaction: Hash
    events: list[Told]


class IndexCheckDocument(Document):
    """What a file proves, given its block's hash.

    Attributes:
        file: Its path.
        block_hash: Follows from the header in the file; to be compared with one from elsewhere.
        sealed_by: Who signed the header, on a chain of BSC: a validator, if the chain had this one; null elsewhere.
        succeeded: Whether the transaction did.
    """

    SCHEMA: ClassVar = "kgst/index-check/1"

    file: str
    chain_id: ChainId
    block: Count
    block_hash: Hash
    time: Time
    sealed_by: Address | None
    transaction_index: Count
    succeeded: bool
    events: list[Told]
