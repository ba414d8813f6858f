"""Whether an index shows what it says: every event from its block's hash on, without asking anybody.

Shown is that each event happened in a block of that hash, and that the blocks' hashes are headers that a validator of
the chain signed. That those blocks are the chain's own, whoever verifies learns from elsewhere: docs/index.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from kgst.checks import Check, State
from kgst.history.database import History
from kgst.history.partitions import Index, Manifest, sha256_of
from kgst.history.rows import BlockRow, LogRow
from kgst.proofs import Header, ProofError, Receipt, ReceiptsProof, sealer
from kgst.proofs.parlia import CHAINS

__all__ = [
    "file_checks",
    "proof_checks",
    "receipt_shown",
    "require_block",
    "unproven_checks",
]

_AT_ONCE: Final = 2_000
_ADVICE: Final = "the index was changed or is damaged: restore it from a copy, or have it read anew"


def file_checks(index: Index, manifest: Manifest) -> list[Check]:
    """Whether the files are those that `index.json` names."""
    wrong = []
    for file in manifest.all_files:
        path = index.path(file)
        try:
            good = path.is_file() and not path.is_symlink() and sha256_of(path) == file.sha256
        except OSError as error:
            wrong.append(f"{file.name}: {error.strerror}")
            continue
        if not good:
            wrong.append(f"{file.name}: {'other content' if path.exists() else 'missing'}")
    count = len(manifest.all_files)
    found = "; ".join(wrong[:3]) or f"{count:,} as index.json names them"
    return [Check.that("files", "partitions", not wrong, found, advice=_ADVICE)]


def proof_checks(
    history: History, told: Callable[[int, int], None] = lambda done, of: None
) -> list[Check]:
    """Whether each event follows from its block's hash.

    Args:
        history: The index.
        told: Called with the blocks that were checked, and how many there are.
    """
    manifest = history.manifest
    wrong: dict[str, list[str]] = {"headers": [], "receipts": [], "seals": [], "order": []}
    proven = sealed = done = 0
    of = manifest.rows("blocks")
    before: BlockRow | None = None
    for block, logs in _blocks(history):
        done += 1
        try:
            header = _header(block)
            _require_after(before, block)
        except ProofError as error:
            wrong["headers"].append(f"block {block.number}: {error}")
            continue
        before = block
        if manifest.chain_id in CHAINS:
            try:
                sealer(header, manifest.chain_id)
                sealed += 1
            except ProofError as error:
                wrong["seals"].append(f"block {block.number}: {error}")
        if block.receipts is None:
            continue
        try:
            _require_events(header, block, logs, manifest)
            proven += len(logs)
        except ProofError as error:
            wrong["receipts"].append(f"block {block.number}: {error}")
        if done % 100 == 0 or done == of:
            told(done, of)
    orphans = history.rows(
        "SELECT count(*), min(block_number) FROM logs WHERE block_number NOT IN (SELECT number FROM blocks)"
    )[0]
    if orphans[0]:
        wrong["receipts"].append(
            f"{orphans[0]} events of blocks that are not there, the first of {orphans[1]}"
        )
    found = [
        _told("blocks", "headers", wrong["headers"], f"{of:,} with the hash that is kept"),
        _told("events", "proofs", wrong["receipts"], f"{proven:,} follow from their block's hash"),
    ]
    if manifest.chain_id in CHAINS:
        found.append(_told("blocks", "seals", wrong["seals"], f"{sealed:,} signed by their miner"))
    found += unproven_checks(history)
    return found


def unproven_checks(history: History) -> list[Check]:
    """A warning of blocks without receipts; nothing where there are none."""
    [(count,)] = history.rows("SELECT count(*) FROM blocks WHERE receipts IS NULL")
    if not count:
        return []
    return [
        Check(
            "events",
            "blocks without proof",
            State.WARNING,
            f"{count:,}: no node had their receipts any more; their events rest on the nodes' word",
        )
    ]


def require_block(block: BlockRow, logs: list[LogRow], manifest: Manifest) -> None:
    """The events of a kept block are exactly those that its receipts have; on BSC its miner signed it.

    Of a block without receipts only the header is looked at.

    Raises:
        ProofError: it is not so.
    """
    header = _header(block)
    if manifest.chain_id in CHAINS:
        sealer(header, manifest.chain_id)
    if block.receipts is not None:
        _require_events(header, block, logs, manifest)


def receipt_shown(block: BlockRow, index: int) -> tuple[Header, Receipt]:
    """Header and receipt number `index` of a kept block.

    Raises:
        ProofError: they do not follow from the block's hash, or the block has no proof.
    """
    header = _header(block)
    if block.receipts is None:
        raise ProofError("no node had the receipts of this block any more")
    return header, ReceiptsProof.of(header.receipts_root, block.receipts).receipt(index)


def _told(area: str, item: str, wrong: list[str], good: str) -> Check:
    more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return Check.that(
        area, item, not wrong, "; ".join(wrong[:3]) + more if wrong else good, advice=_ADVICE
    )


def _header(block: BlockRow) -> Header:
    header = Header.of_rlp(block.header)
    said = (block.number, block.hash, block.parent_hash, block.timestamp)
    if (header.number, header.hash, header.parent_hash, header.timestamp) != said:
        raise ProofError("its header is another block's")
    return header


def _require_after(before: BlockRow | None, block: BlockRow) -> None:
    if before is None:
        return
    if block.number <= before.number or block.timestamp < before.timestamp:
        raise ProofError(f"it does not come after block {before.number}")
    if block.number == before.number + 1 and block.parent_hash != before.hash:
        raise ProofError(f"it does not follow block {before.number}")


def _require_events(
    header: Header, block: BlockRow, logs: list[LogRow], manifest: Manifest
) -> None:
    """The events of the index at these receipts are exactly those of its contracts."""
    addresses = {bytes.fromhex(one[2:]) for one in manifest.contracts.values()}
    if not logs:
        raise ProofError("it is kept without an event")
    if sorted(logs, key=lambda row: row.log_index) != logs:
        raise ProofError("its events are not in order")
    receipts = ReceiptsProof.of(header.receipts_root, block.receipts or [])
    for at, rows in groupby(logs, key=lambda row: row.transaction_index):
        receipt = receipts.receipt(at)
        true = [
            (log.address, log.topics, log.data) for log in receipt.logs if log.address in addresses
        ]
        if [(row.address, row.topics, row.data) for row in rows] != true:
            raise ProofError(f"the events of its transaction {at} are not those of the receipt")


def _blocks(history: History) -> Iterator[tuple[BlockRow, list[LogRow]]]:
    """Each block with its events, in order, a few at a time."""
    low = -1
    while True:
        blocks = [
            BlockRow(*row)
            for row in history.rows(
                "SELECT * FROM blocks WHERE number > ? ORDER BY number LIMIT ?", (low, _AT_ONCE)
            )
        ]
        if not blocks:
            return
        logs = [
            LogRow(*row)
            for row in history.rows(
                "SELECT * FROM logs WHERE block_number BETWEEN ? AND ? ORDER BY block_number, log_index",
                (blocks[0].number, blocks[-1].number),
            )
        ]
        by_number = {n: list(rows) for n, rows in groupby(logs, key=lambda row: row.block_number)}
        for block in blocks:
            yield block, by_number.get(block.number, [])
        low = blocks[-1].number
