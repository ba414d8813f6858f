"""The blocks that have events: their headers and receipts, which decide what happened in them."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any, Final

from kgst.history.errors import OtherHistoryError
from kgst.history.fetching import Portion
from kgst.history.partitions import Manifest
from kgst.history.rows import BlockRow, LogRow
from kgst.node import NodeError, NodeRefusedError, PrunedError
from kgst.node.pool import Node
from kgst.proofs import BlockReceipts, Header, ProofError

__all__ = ["read_blocks"]

KEPT_SECONDS: Final = 3 * 86_400
"""How long any node has receipts; BSC's own keep them for some twelve days."""


def read_blocks(
    node: Node, manifest: Manifest, portion: Portion, rows: list[LogRow]
) -> tuple[list[BlockRow], dict[int, bytes]]:
    """Rows of the blocks that have events; and the hashes of these and of the last block.

    Raises:
        OtherHistoryError: the node's blocks, receipts and logs are not of one history.
        NodeError: it does not have a block, or the receipts of one that is not old.
    """
    by_block: dict[int, list[LogRow]] = {}
    for row in rows:
        by_block.setdefault(row.block_number, []).append(row)
    said = {int(log["blockNumber"], 16): log["blockHash"] for log in portion.logs}
    numbers = sorted({*by_block, portion.last})
    answers = node.ask_all([("eth_getBlockByNumber", [hex(n), False]) for n in numbers])
    receipts = node.ask_all([("eth_getBlockReceipts", [hex(n)]) for n in by_block])
    of_block = dict(zip(by_block, receipts, strict=True))
    found, hashes = [], dict[int, bytes]()
    addresses = {bytes.fromhex(a[2:]) for a in manifest.contracts.values()}
    for number, answer in zip(numbers, answers, strict=True):
        header = _header(node, number, answer, said.get(number))
        hashes[number] = header.hash
        if number in by_block:
            known = _receipts(node, header, answer, of_block[number])
            # None and nothing else: no receipts at all are an answer, and a wrong one.
            nodes = (
                None if known is None else _proof(node, header, known, by_block[number], addresses)
            )
            found.append(
                BlockRow(
                    number, header.hash, header.parent_hash, header.timestamp, header.rlp, nodes
                )
            )
    _require_parents(node, found)
    return found, hashes


def _receipts(node: Node, header: Header, block: Any, answer: Any) -> list[Any] | None:
    """All receipts of the block; None where it is so old that nodes do not keep them.

    Raises:
        NodeError: it is not, and the node does not have them.
    """
    if isinstance(answer, NodeRefusedError) and not isinstance(answer, PrunedError):
        # Not every node answers for a whole block.
        hashes = block["transactions"]
        answer = node.ask_all([("eth_getTransactionReceipt", [one]) for one in hashes])
    if isinstance(answer, list) and not any(
        one is None or isinstance(one, NodeRefusedError) for one in answer
    ):
        return answer
    if header.timestamp > time.time() - KEPT_SECONDS:
        raise NodeError(
            f"{node.name} has events of block {header.number}, which is not old, and does not give its receipts, which "
            "alone show that they happened; ask another node."
        )
    return None


def _header(node: Node, number: int, answer: Any, said: str | None) -> Header:
    if isinstance(answer, NodeRefusedError):
        raise answer.about(f"read block {number}")
    if answer is None:
        raise NodeError(
            f"{node.name} has events of block {number} and does not have the block; ask another node."
        )
    try:
        header = Header.of_json(answer)
    except ProofError as error:
        raise OtherHistoryError(f"{node.name}: block {number}: {error}") from error
    if header.number != number or (said is not None and said != "0x" + header.hash.hex()):
        raise OtherHistoryError(
            f"{node.name} says that block {number} is 0x{header.hash.hex()} and that its events are of {said}; its "
            "blocks and its logs are of two chains."
        )
    return header


def _proof(
    node: Node, header: Header, answer: list[Any], rows: list[LogRow], addresses: set[bytes]
) -> list[bytes]:
    """Nodes that prove the block's receipts with events."""
    where = f"{node.name}: block {header.number}"
    try:
        block = BlockReceipts.of_json(answer)
        if block.root != header.receipts_root:
            raise OtherHistoryError(f"{where}: its receipts are not those that its header names")
    except ProofError as error:
        raise OtherHistoryError(f"{where}: {error}") from error
    events, position = list[LogRow](), 0
    for at, receipt in enumerate(block.receipts):
        hash_ = bytes.fromhex(answer[at]["transactionHash"][2:])
        for log in receipt.logs:
            if log.address in addresses:
                events.append(
                    LogRow.made(
                        header.number, at, position, hash_, log.address, log.topics, log.data
                    )
                )
            position += 1
    if events != rows:
        raise OtherHistoryError(f"{where}: {_difference(events, rows)}")
    return block.prove({row.transaction_index for row in rows})


def _difference(events: list[LogRow], rows: list[LogRow]) -> str:
    true, shown = set(events), set(rows)
    if withheld := true - shown:
        one = min(withheld, key=lambda row: row.log_index)
        return (
            f"the block has an event at 0x{one.address.hex()} (log {one.log_index}), and the node's logs do not show "
            "it as it is; the node withholds or alters events"
        )
    if invented := shown - true:
        one = min(invented, key=lambda row: row.log_index)
        return f"the node shows an event (log {one.log_index}) that the block does not have"
    return "the node shows an event of the block twice"


def _require_parents(node: Node, blocks: list[BlockRow]) -> None:
    for before, after in pairwise(blocks):
        if before.number + 1 == after.number and before.hash != after.parent_hash:
            raise OtherHistoryError(
                f"{node.name}: block {after.number} does not follow its block {before.number}; they are of two forks."
            )
        if before.timestamp > after.timestamp:
            raise OtherHistoryError(
                f"{node.name}: block {after.number} is older than block {before.number}."
            )
