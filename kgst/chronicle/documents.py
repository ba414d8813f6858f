"""What `history` answers with `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from kgst.document import Address, ChainId, Count, Document, Hash, Label, Part, Sha256, Time

if TYPE_CHECKING:
    from pathlib import Path

    from kgst.chronicle.entry import Entry, Why
    from kgst.chronicle.reading import Chronicle
    from kgst.journal import OrderWords

__all__ = ["EntryPart", "HistoryDocument", "IndexRange"]

StateName = Literal["done", "failed", "given up", "not known to be final", "awaits a Safe's owners"]


class OrderPart(Part):
    """An order of a court or authority.

    Attributes:
        date: On which it was issued.
    """

    authority: str
    case: str
    date: str

    @classmethod
    def of(cls, order: OrderWords | None) -> OrderPart | None:
        """The part of an order."""
        return None if order is None else cls.taken_from(order)


class SignedPart(Part):
    """What one person said before signing; a claim.

    Attributes:
        at: By the clock of that person's machine; null when nobody kept it.
        person: The policy's name for the account at that time.
        account: Who signed.
        reason: Null when none was given.
        document_sha256: Of the document that it rests on; null when none was named.
        reasons: Of a list: account to its own words.
    """

    at: Time | None
    person: Label
    account: Address
    reason: str | None
    document_sha256: Sha256 | None
    order: OrderPart | None
    reasons: dict[str, str]

    @classmethod
    def of(cls, why: Why) -> SignedPart:
        """The part of one person's words."""
        return cls.taken_from(why, order=OrderPart.of(why.order))


class EntryPart(Part):
    """One call that was sent, proposed, or found on the chain.

    Attributes:
        at: Of its block when the index has it, else of the clock of whoever signed; null when neither is known.
        words: What it does, made of its bytes or its events.
        titles: What was meant, in the command's words.
        signed: Everyone who signed, oldest first.
        sender: Who paid; null while nobody has, or when only the chain knows of it.
        caller: Whom the contracts see.
        contract: Whom it calls.
        roles: As whose members it can be called.
        accounts: All that it names.
        error: Why it failed.
        sources: Files that say so.
        in_index: Whether the index has an event of it: what changed nothing (a second pause) logs none; null when the
            index does not reach so far.
        nonce: Of a Safe's transaction.
    """

    at: Time | None
    state: StateName
    words: str
    titles: list[str]
    signed: list[SignedPart]
    sender: Address | None
    caller: Address | None
    contract: Address | None
    roles: list[str]
    accounts: list[Address]
    transaction: Hash | None
    block: Count | None
    error: str | None
    sources: list[str]
    in_index: bool | None
    nonce: Count | None

    @classmethod
    def of(cls, entry: Entry) -> EntryPart:
        """The part of an entry."""
        return cls.taken_from(
            entry,
            state=str(entry.state),
            titles=list(entry.titles),
            signed=[SignedPart.of(why) for why in entry.whys],
            roles=list(entry.roles),
            accounts=sorted(entry.accounts),
            sources=[str(path) for path in entry.sources],
        )


class IndexRange(Part):
    """What the index reaches."""

    first_block: Count
    last_block: Annotated[int, Field(ge=-1)]


class HistoryDocument(Document):
    """Who did what, when and why, by the files of one deployment; exit code 3 when they contradict, or are damaged.

    Attributes:
        folder: The deployment's.
        policy: Whose names are used; null when the reader has none.
        journals: How many were read.
        proposals: How many transactions of Safes were read.
        index: Null when there is none: then times are clocks', and what others sent is not known.
        all_entries: How many there are, before anything was asked for.
        entries: Those that were asked for, in order of time.
        unreadable: What is to be said of files that cannot be used.
        contradicted: Mints, burns and seizures that a journal has as done in a block in which the index has no event of
            them.
    """

    SCHEMA: ClassVar = "kgst/history/1"

    folder: str
    chain_id: ChainId
    policy: str | None
    journals: Count
    proposals: Count
    index: IndexRange | None
    all_entries: Count
    entries: list[EntryPart]
    unreadable: list[str]
    contradicted: list[Hash]

    @classmethod
    def of(
        cls,
        folder: Path,
        chain_id: int,
        policy: Path | None,
        chronicle: Chronicle,
        asked: list[Entry],
    ) -> HistoryDocument:
        """The document of a history, and what of it was asked for."""
        index = chronicle.index
        return cls(
            folder=str(folder),
            chain_id=chain_id,
            policy=str(policy) if policy else None,
            journals=chronicle.journals,
            proposals=chronicle.proposals,
            index=IndexRange.taken_from(index) if index else None,
            all_entries=len(chronicle.entries),
            entries=[EntryPart.of(entry) for entry in asked],
            unreadable=list(chronicle.unreadable),
            contradicted=[e.transaction for e in chronicle.contradictions if e.transaction],
        )
