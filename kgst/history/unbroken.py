"""The headers of all blocks: then no event can be missing, whatever a node withholds.

Each header names the one before it, so that none can be left out between two that are known; and the bloom in each
says of most blocks that no contract of the index has an event there (yellow paper, 4.3.1). Of the others the receipts
decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any, Final

from kgst.node import NodeError, NodeRefusedError
from kgst.node.pool import Node
from kgst.proofs import BlockReceipts, Header, ProofError
from kgst.proofs.receipts import bloom_bits

__all__ = ["require_no_other"]

_AT_ONCE: Final = 1_000


def require_no_other(
    node: Node, first: int, last: int, parent: bytes | None, known: Set[int], addresses: Set[bytes]
) -> dict[int, bytes]:
    """Of blocks `first` to `last` only the `known` have events at `addresses`.

    Returns:
        Hashes of the known blocks and of the last, by number: links of one chain.

    Args:
        node: To ask.
        first: First block.
        last: Last block, inclusive.
        parent: Hash of the block before the first; None when nobody knows it.
        known: Numbers of blocks whose events are kept.
        addresses: Contracts, 20 bytes each.

    Raises:
        NodeError: another block has one; the headers are no chain; no answer came.
    """
    links = dict[int, bytes]()
    masks = [bloom_bits(address) for address in addresses]
    for header in _headers(node, first, last):
        if parent is not None and header.parent_hash != parent:
            raise NodeError(
                f"{node.name}: block {header.number} does not follow block {header.number - 1}; it mixes two forks, or "
                "leaves blocks out. Ask another node."
            )
        parent = header.hash
        if header.number in known or header.number == last:
            links[header.number] = header.hash
        if header.number in known:
            continue
        bloom = int.from_bytes(header.logs_bloom)
        if any(bloom & mask == mask for mask in masks):
            _require_nothing(node, header, addresses)
    return links


def _headers(node: Node, first: int, last: int) -> Iterator[Header]:
    for low in range(first, last + 1, _AT_ONCE):
        numbers = range(low, min(low + _AT_ONCE, last + 1))
        answers = node.ask_all([("eth_getBlockByNumber", [hex(n), False]) for n in numbers])
        for number, answer in zip(numbers, answers, strict=True):
            yield _header(node, number, answer)


def _header(node: Node, number: int, answer: Any) -> Header:
    if isinstance(answer, NodeRefusedError):
        raise answer.about(f"read block {number}")
    try:
        header = Header.of_json(answer)
    except ProofError as error:
        raise NodeError(f"{node.name}: block {number}: {error}.") from error
    if header.number != number:
        raise NodeError(f"{node.name} gave block {header.number} for block {number}.")
    return header


def _require_nothing(node: Node, header: Header, addresses: Set[bytes]) -> None:
    answer = node.ask("eth_getBlockReceipts", [hex(header.number)])
    where = f"{node.name}: block {header.number}"
    if answer is None:
        raise NodeError(
            f"{where}: its header says that it may have an event of these contracts, and the node no longer has its "
            "receipts; ask another node."
        )
    try:
        block = BlockReceipts.of_json(answer)
    except ProofError as error:
        raise NodeError(f"{where}: {error}.") from error
    if block.root != header.receipts_root:
        raise NodeError(f"{where}: its receipts are not those that its header names.")
    for log in (log for receipt in block.receipts for log in receipt.logs):
        if log.address in addresses:
            raise NodeError(
                f"{where} has an event at 0x{log.address.hex()}, and the node's logs do not show it: the node "
                "withholds events. Nothing was written of these blocks; ask another node."
            )
