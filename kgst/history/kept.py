"""What an index on disk has of events that a node may no longer have, for readers that ask the node first.

A file is a file: whatever is used here without the node's word is checked from the hash of its block on, and an index
that is damaged, or another deployment's, is as if there were none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from eth_utils.address import to_checksum_address
from hexbytes import HexBytes

from kgst.history.database import History
from kgst.history.partitions import BrokenIndexError, Index, Manifest
from kgst.history.proving import file_checks, require_block
from kgst.history.rows import BlockRow, LogRow
from kgst.proofs import ProofError

__all__ = ["Kept", "kept_of", "row_of"]


class Kept:
    """The events of an index whose files are those that its `index.json` names.

    Attributes:
        first: First block.
        last: Last block, inclusive; it was final when it was read.
        last_hash: Of the last, as 0x….
    """

    def __init__(self, index: Index, manifest: Manifest) -> None:
        self._index, self._manifest = index, manifest
        self.folder = index.folder
        self.first, self.last = manifest.first_block, manifest.last_block
        self.last_hash = manifest.partitions[-1].last_hash
        self._addresses = {bytes.fromhex(one[2:]) for one in manifest.contracts.values()}

    def has(self, addresses: Iterable[bytes]) -> bool:
        """Whether it is of all these contracts."""
        return self._addresses.issuperset(addresses)

    @cached_property
    def known(self) -> int:
        """The last block that it has an event of; the deployment's when it has none."""
        with History.open(self._index, self._manifest) as history:
            [(last,)] = history.rows("SELECT max(block_number) FROM logs")
        return self._manifest.known_block if last is None else int(last)

    def logs(
        self,
        addresses: Sequence[bytes],
        topics: Sequence[bytes],
        about: bytes | None,
        first: int,
        last: int,
    ) -> list[LogRow]:
        """Those of blocks `first` to `last` at these contracts, with one of these first topics.

        Args:
            addresses: 20 bytes each.
            topics: 32 bytes each.
            about: The second topic; None for any.
            first: First block.
            last: Last block, inclusive.
        """
        marks = [", ".join("?" * len(many)) for many in (addresses, topics)]
        query = (
            f"SELECT * FROM logs WHERE address IN ({marks[0]}) AND topic0 IN ({marks[1]}) "  # noqa: S608
            "AND block_number BETWEEN ? AND ?"
        )
        given: list[Any] = [*addresses, *topics, first, last]
        if about is not None:
            query, given = f"{query} AND topic1 = ?", [*given, about]
        with History.open(self._index, self._manifest) as history:
            found = history.rows(f"{query} ORDER BY block_number, log_index", given)
        return [LogRow(*row) for row in found]

    def require_proof(self, numbers: Iterable[int]) -> None:
        """The events of these blocks follow from headers that validators of the chain signed.

        Those of a block that no node had the receipts of any more rest on the word of the nodes that were read.

        Raises:
            BrokenIndexError: they do not.
        """
        wanted = sorted(set(numbers))
        with History.open(self._index, self._manifest) as history:
            for number in wanted:
                blocks = history.rows("SELECT * FROM blocks WHERE number = ?", (number,))
                rows = history.rows(
                    "SELECT * FROM logs WHERE block_number = ? ORDER BY log_index", (number,)
                )
                try:
                    if len(blocks) != 1:
                        raise ProofError("it is not kept once")
                    require_block(
                        BlockRow(*blocks[0]), [LogRow(*row) for row in rows], self._manifest
                    )
                except ProofError as error:
                    raise BrokenIndexError(
                        f"{self.folder}: what it has of block {number} is not proven: {error}; `ape run index verify "
                        f"{self.folder}` says more. Restore it from a copy, or have it read anew."
                    ) from error

    def as_answers(self, rows: Iterable[LogRow]) -> list[dict[str, Any]]:
        """As a node gives them, through web3."""
        return [_as_answer(row) for row in rows]


def _as_answer(row: LogRow) -> dict[str, Any]:
    return {
        "address": to_checksum_address(row.address),
        "topics": [HexBytes(topic) for topic in row.topics],
        "data": HexBytes(row.data),
        "blockNumber": row.block_number,
        "transactionHash": HexBytes(row.transaction_hash),
        "transactionIndex": row.transaction_index,
        "logIndex": row.log_index,
    }


def row_of(log: Mapping[str, Any]) -> LogRow:
    """From a node's answer, through web3: what an index would have of it."""
    return LogRow.made(
        int(log["blockNumber"]),
        int(log.get("transactionIndex") or 0),
        int(log["logIndex"]),
        bytes(HexBytes(log["transactionHash"])),
        bytes.fromhex(str(log["address"])[2:]),
        [bytes(topic) for topic in log["topics"]],
        bytes(HexBytes(log["data"])),
    )


def kept_of(index: Index, chain_id: int, genesis: str, token: str) -> Kept | None:
    """The index of the deployment of this token; None where there is none.

    Args:
        index: Its folder.
        chain_id: EIP-155.
        genesis: Hash of block 0, 0x….
        token: Checksummed address.

    Raises:
        BrokenIndexError: there is one that cannot be used.
    """
    manifest = index.manifest
    if manifest is None or not manifest.partitions:
        return None
    ours = (chain_id, genesis, token)
    if (manifest.chain_id, manifest.genesis, manifest.contracts.get("KGST")) != ours:
        raise BrokenIndexError(f"{index.folder}: it is of another deployment than the record.")
    [files] = file_checks(index, manifest)
    if files.advice:
        raise BrokenIndexError(f"{index.folder}: {files.found}; {files.advice}.")
    return Kept(index, manifest)
