"""Bringing an index up to date: what the nodes say of the blocks since it ended, proven block by block, then kept.

What one node says of a block with events cannot lack, add or alter one: the block's own receipts decide, and those are
bound to its hash. Whether a whole block was withheld, other nodes say, or the state that its events would have left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_utils.crypto import keccak

from kgst.history.blocks import read_blocks
from kgst.history.database import History
from kgst.history.errors import OtherForkError, OtherHistoryError
from kgst.history.fetching import Portion, fetch
from kgst.history.partitions import Index, Manifest, Partition
from kgst.history.rows import CallRow, LogRow, write
from kgst.history.unbroken import require_no_other
from kgst.node import NodeError, PrunedError
from kgst.node.pool import Node
from kgst.proofs import Header, ProofError

__all__ = ["SIGNED", "Progress", "sync"]

_MOST_LOGS: Final = 20_000
"""In one partition that is written at once, but for the last question's."""
_MOST_BLOCKS: Final = 1_000_000

SIGNED: Final = frozenset(
    keccak(text=event)
    for event in (
        "ReservesAttested(uint256,uint256,uint256,uint256,bytes32,uint256,uint256,uint256)",
        "AuditorsSet(uint256,address[],uint256)",
        "ImplementationApproved(address,bytes32,bytes32,uint256)",
    )
)
"""Events of what auditors sign: the call data that made them is kept, since the signatures are in it."""


@dataclass
class Progress:
    """How far a run has come.

    Attributes:
        told: Called with (blocks done, blocks in all, events found) after each portion.
    """

    told: Callable[[int, int, int], None] = field(default=lambda done, of, events: None)


def sync(
    index: Index,
    manifest: Manifest,
    nodes: Sequence[Node],
    last: int,
    progress: Progress | None = None,
    *,
    headers: bool = False,
) -> Manifest:
    """Read on to block `last`, which is final, and keep what was read; a partition at a time.

    Args:
        index: Opened for writing.
        manifest: What it holds.
        nodes: The first is read; each further one has to say the same.
        last: Last block to read.
        progress: Is told.
        headers: Read the header of every block, so that none with an event can be left out.

    Raises:
        OtherHistoryError: nodes differ, a block's receipts are not what the node says of its events, or the chain is
            another than the index's.
        PrunedError: the node no longer has the logs.
        NodeError: no answer came.
    """
    node, others = nodes[0], nodes[1:]
    _require_same_chain(node, manifest)
    if not headers:  # with them no event can be missing, whatever the node has lost
        _require_service(node, index, manifest)
    begun, done, found = manifest.last_block + 1, 0, 0
    told = (progress or Progress()).told
    addresses = sorted(manifest.contracts.values())
    for portion in _gathered(fetch(node, addresses, begun, last)):
        rows = [LogRow.of(log) for log in portion.logs]
        for other in others:
            _require_agreement(node, other, addresses, portion, rows)
        links = _require_no_other(node, manifest, portion, rows) if headers else {}
        blocks, hashes = read_blocks(node, manifest, portion, rows)
        _require_links(node, links, hashes)
        calls = _calls(node, rows)
        files = [
            write(index.folder, kind, portion.first, portion.last, part)
            for kind, part in (("logs", rows), ("blocks", blocks), ("calls", calls))
            if part
        ]
        partition = Partition(
            first=portion.first,
            last=portion.last,
            last_hash="0x" + hashes[portion.last].hex(),
            agreed=len(nodes),
            files=tuple(files),
        )
        manifest = manifest.model_copy(update={"partitions": _with(manifest.partitions, partition)})
        index.save(manifest)
        done, found = done + portion.last - portion.first + 1, found + len(rows)
        told(done, last - begun + 1, found)
    return manifest


def _with(partitions: tuple[Partition, ...], new: Partition) -> tuple[Partition, ...]:
    """Blocks without an event belong to the partition before: who looks every minute makes no list of nothings."""
    if not partitions or new.files or new.agreed != partitions[-1].agreed:
        return (*partitions, new)
    last = partitions[-1]
    longer = last.model_copy(update={"last": new.last, "last_hash": new.last_hash})
    return (*partitions[:-1], longer)


def _gathered(portions: Iterator[Portion]) -> Iterator[Portion]:
    """Portions put together until one is worth a partition of its own."""
    first, logs = None, list[dict[str, Any]]()
    last = -1
    for portion in portions:
        first = portion.first if first is None else first
        last = portion.last
        logs += portion.logs
        if len(logs) >= _MOST_LOGS or last - first + 1 >= _MOST_BLOCKS:
            yield Portion(first, last, logs)
            first, logs = None, []
    if first is not None:
        yield Portion(first, last, logs)


def _require_same_chain(node: Node, manifest: Manifest) -> None:
    if not manifest.partitions:
        return
    last = manifest.partitions[-1]
    block = node.ask("eth_getBlockByNumber", [hex(last.last), False])
    if block is None:
        raise NodeError(
            f"{node.name} has no block {last.last}, up to which the index reaches: it lags, or is on another chain. "
            "Ask again in a minute, or another node."
        )
    try:
        said = "0x" + Header.of_json(block).hash.hex()
    except ProofError as error:
        raise OtherHistoryError(f"{node.name}: block {last.last}: {error}") from error
    if said != last.last_hash:
        raise OtherForkError(
            f"{node.name} says that block {last.last} is {said}, the index has {last.last_hash} for it, which "
            "was final: the node is on another fork or lies, or the index is another chain's. Nothing was written."
        )


def _require_service(node: Node, index: Index, manifest: Manifest) -> None:
    """The node shows the last event that is known: one that no longer does may lack those since, too."""
    number = manifest.known_block
    with History.open(index, manifest) as history:
        [(last,)] = history.rows("SELECT max(block_number) FROM logs")
    number = number if last is None else int(last)
    wanted: dict[str, Any] = {"address": sorted(manifest.contracts.values())}
    wanted |= {"fromBlock": hex(number), "toBlock": hex(number)}
    if node.ask("eth_getLogs", [wanted]):
        return
    receipts = node.ask("eth_getBlockReceipts", [hex(number)])
    if receipts:
        raise OtherHistoryError(
            f"{node.name} shows no event of block {number}, which has some, and still has the block's receipts: it "
            "withholds events, or has lost its index of them. Ask another node."
        )
    raise PrunedError(
        f"{node.name} no longer has events of block {number}, the last that are known, so it may lack some since: "
        "BSC's nodes keep them for days. Ask a node that keeps them longer, or have the header of every block read "
        "(--headers), among which no event can be missing; what the index holds stays."
    )


def _require_links(node: Node, links: dict[int, bytes], hashes: dict[int, bytes]) -> None:
    """The blocks whose events are kept are those of the chain of headers."""
    for number, linked in links.items():
        if hashes[number] != linked:
            raise OtherHistoryError(
                f"{node.name} gave two headers for block {number}, one in the chain of all and one with its events; it "
                "mixes two forks, or lies. Ask another node."
            )


def _require_no_other(
    node: Node, manifest: Manifest, portion: Portion, rows: list[LogRow]
) -> dict[int, bytes]:
    known = {row.block_number for row in rows}
    addresses = {bytes.fromhex(one[2:]) for one in manifest.contracts.values()}
    parts = manifest.partitions
    parent = bytes.fromhex(parts[-1].last_hash[2:]) if parts else None
    return require_no_other(node, portion.first, portion.last, parent, known, addresses)


def _require_agreement(
    node: Node, other: Node, addresses: Sequence[str], portion: Portion, rows: list[LogRow]
) -> None:
    theirs = [
        LogRow.of(log)
        for part in fetch(other, addresses, portion.first, portion.last)
        for log in part.logs
    ]
    if theirs == rows:
        return
    ours, found = set(rows), set(theirs)
    missing, more = found - ours, ours - found
    if not missing | more:
        raise OtherHistoryError(
            f"{node.name} or {other.name} shows an event of blocks {portion.first} to {portion.last} twice, or two in "
            "one place. Nothing was written of these blocks; ask a third node."
        )
    one = min(missing | more, key=lambda row: (row.block_number, row.log_index))
    who = (
        f"{other.name} shows and {node.name} does not"
        if one in missing
        else (f"{node.name} shows and {other.name} does not")
    )
    raise OtherHistoryError(
        f"there is an event that {who}: block {one.block_number}, log {one.log_index}, at 0x{one.address.hex()} "
        f"({len(missing)} more on the one, {len(more)} on the other, in blocks {portion.first} to {portion.last}). One "
        "of them withholds, invents, or lags. Nothing was written of these blocks; ask a third node."
    )


def _calls(node: Node, rows: list[LogRow]) -> list[CallRow]:
    """The transactions that carry auditors' signatures; those that the node no longer has are left out."""
    wanted = dict.fromkeys(row.transaction_hash for row in rows if row.topic0 in SIGNED)
    answers = node.ask_all([("eth_getTransactionByHash", ["0x" + one.hex()]) for one in wanted])
    return [CallRow.of(answer) for answer in answers if isinstance(answer, dict)]
