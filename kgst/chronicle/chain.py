"""What the index says: the acts on the chain, whoever sent them, with the time of their blocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.chronicle.entry import Entry, State
from kgst.history.database import History
from kgst.history.partitions import Index
from kgst.history.rows import LogRow
from kgst.index.known import in_words, known_events, named_in
from kgst.proofs import Log

if TYPE_CHECKING:
    from kgst.files import Files

__all__ = ["Seen", "seen", "with_chain"]

# What holders do among themselves, and what says the same as another event of its transaction.
_PRIVATE: Final = (
    "Approval", "AuthorizationCanceled", "AuthorizationUsed", "EIP712DomainChanged", "ForcedTransfer",
    "Initialized", "MarginDeficit", "ReserveDeficit", "Transfer",
)  # fmt: skip
_ZERO: Final = bytes(32)


@dataclass(frozen=True)
class Seen:
    """What an index has.

    Attributes:
        folder: Of the index.
        first_block: The deployment's.
        last_block: The last one that was read.
        times: Hash of a transaction with an event to the time of its block.
        acts: By hash, what is no matter among holders.
    """

    folder: Path
    first_block: int
    last_block: int
    times: dict[str, int]
    acts: dict[str, Entry]


def seen(files: Files) -> Seen | None:
    """What the index of a deployment has; None where there is none.

    Raises:
        BrokenIndexError: it cannot be read.
    """
    index = Index(files.index)
    manifest = index.manifest
    if manifest is None:
        return None
    public = [event.topic for event in known_events() if event.name not in _PRIVATE]
    transfer = next(event.topic for event in known_events() if event.name == "Transfer")
    with History.open(index, manifest) as history:
        times = history.rows(
            "SELECT DISTINCT l.transaction_hash, b.timestamp FROM logs l JOIN blocks b ON b.number = l.block_number"
        )
        rows = history.rows(
            "SELECT l.*, b.timestamp FROM logs l JOIN blocks b ON b.number = l.block_number "
            "WHERE list_contains(?, l.topic0) OR (l.topic0 = ? AND (l.topic1 = ? OR l.topic2 = ?)) "
            "ORDER BY l.block_number, l.log_index",
            (public, transfer, _ZERO, _ZERO),
        )
    acts: dict[str, Entry] = {}
    for *columns, time in rows:
        row = LogRow(*columns)
        transaction = "0x" + row.transaction_hash.hex()
        acts[transaction] = _more(acts.get(transaction), row, int(time), files.index)
    found = {"0x" + bytes(hash_).hex(): int(time) for hash_, time in times}
    return Seen(files.index, manifest.first_block, manifest.last_block, found, acts)


def with_chain(entries: list[Entry], chain: Seen | None) -> list[Entry]:
    """The entries with the chain's time; and what only the chain knows."""
    if chain is None:
        return entries
    told = []
    for entry in entries:
        reached = entry.block is not None and chain.first_block <= entry.block <= chain.last_block
        known = chain.times.get(entry.transaction or "")
        told.append(
            replace(
                entry,
                at=known or entry.at,
                in_index=known is not None if reached else None,
                accounts=entry.accounts | _named(chain, entry.transaction),
                sources=(*entry.sources, chain.folder) if known else entry.sources,
            )
        )
    here = {entry.transaction for entry in entries}
    return told + [entry for hash_, entry in chain.acts.items() if hash_ not in here]


def _named(chain: Seen, transaction: str | None) -> frozenset[str]:
    act = chain.acts.get(transaction or "")
    return act.accounts if act else frozenset()


def _more(before: Entry | None, row: LogRow, time: int, folder: Path) -> Entry:
    """The entry of a transaction with one more event of it."""
    log: Any = Log(row.address, row.topics, row.data)
    contract = to_checksum_address(row.address)
    words, named = in_words(log), frozenset(named_in(log))
    if before is None:
        return Entry(
            at=time,
            state=State.DONE,
            words=words,
            contract=contract,
            accounts=named,
            transaction="0x" + row.transaction_hash.hex(),
            block=row.block_number,
            sources=(folder,),
            in_index=True,
        )
    return replace(before, words=f"{before.words}; {words}", accounts=before.accounts | named)
