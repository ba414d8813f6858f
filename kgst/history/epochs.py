"""Headers of BSC's epochs, kept beside the events: who was to sign which block, for whoever has one trusted block.

Of each epoch the first block, which names validators, and those behind it up to the first that carries two thirds'
votes for the block before it: as a rule one. Headers are not pruned, so an index that has none yet gets them all.
Whether the votes are signed is not looked at here, which would take half a second each, but when an index is verified
from a checkpoint; who sealed the headers is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kgst.history.database import History
from kgst.history.partitions import Epochs, Index, Manifest
from kgst.history.rows import EpochRow, write
from kgst.node import NodeRefusedError
from kgst.node.pool import Node
from kgst.proofs import Epoch, Header, ProofError, Tenures, sealer
from kgst.proofs.parlia import CHAINS, Extra, epoch_length

__all__ = ["keep_epochs"]

_AT_ONCE: Final = 25
"""Epochs of which headers are asked for at once: two each, so as many as a batch has."""
_IN_A_FILE: Final = 2_000
_FURTHER: Final = 16
"""Headers that are asked for at once where the first ones carry no votes."""


def keep_epochs(
    index: Index,
    manifest: Manifest,
    nodes: Sequence[Node],
    told: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[Manifest, str | None]:
    """Read on, up to the last block of the index, and keep what was read.

    Args:
        index: Opened for writing.
        manifest: What it holds.
        nodes: The first is read; each further one has to have the same blocks.
        told: Called with the blocks that were passed, and how many there are.

    Returns:
        What the index holds now; and why it ends before its last block, None where it does not.

    Raises:
        NodeError: no answer came.
    """
    if manifest.chain_id not in CHAINS or not manifest.partitions:
        return manifest, None
    try:
        latest = _latest(index, manifest)
        begun = _first(nodes[0], manifest) if latest is None else latest.number
    except ProofError as error:
        return manifest, str(error)
    found, problem = list[EpochRow](), None
    try:
        for epoch, headers in _epochs(nodes, manifest, latest, begun):
            found += [EpochRow(h.number, h.hash, h.rlp) for h in headers]
            told(epoch.number - begun, manifest.last_block - begun)
            latest = epoch
            if len(found) >= _IN_A_FILE:
                manifest, found = _kept(index, manifest, latest, found), []
    except ProofError as error:
        problem = str(error)
    if found and latest is not None:
        manifest = _kept(index, manifest, latest, found)
    return manifest, problem


def _kept(index: Index, manifest: Manifest, latest: Epoch, rows: list[EpochRow]) -> Manifest:
    before = manifest.epochs
    file = write(index.folder, "epochs", rows[0].number, rows[-1].number, rows)
    epochs = Epochs(
        first=before.first if before else rows[0].number,
        last=latest.number,
        files=(*(before.files if before else ()), file),
    )
    manifest = manifest.model_copy(update={"epochs": epochs})
    index.save(manifest)
    return manifest


def _latest(index: Index, manifest: Manifest) -> Epoch | None:
    """The last epoch that is kept."""
    if manifest.epochs is None:
        return None
    with History.open(index, manifest) as history:
        rows = history.rows("SELECT header FROM epochs WHERE number = ?", (manifest.epochs.last,))
    if not rows:
        raise ProofError(f"the index lacks the header of block {manifest.epochs.last}")
    return Epoch.of(Header.of_rlp(rows[0][0]), manifest.chain_id)


def _first(node: Node, manifest: Manifest) -> int:
    """The first block of the epoch before that of the index's first block: its set seals from that one on."""
    [header] = _headers(node, [manifest.first_block])
    length = epoch_length(header, manifest.chain_id)
    return max(manifest.first_block // length - 1, 1) * length


def _epochs(
    nodes: Sequence[Node], manifest: Manifest, latest: Epoch | None, begun: int
) -> Iterator[tuple[Epoch, list[Header]]]:
    """Each further epoch with its headers, as far as these are final."""
    node, last = nodes[0], manifest.last_block
    if latest is None:
        if begun > last:
            return
        [header] = _agreed(nodes, [begun])
        sealer(header, manifest.chain_id)
        latest = Epoch.of(header, manifest.chain_id)
        yield latest, [header]
    while (due := latest.number + latest.length) < last:
        numbers = list(range(due, last, latest.length))[:_AT_ONCE]
        begins = dict(zip(numbers, _agreed(nodes, numbers), strict=True))
        children = _headers(node, [number + 1 for number in numbers])
        for header, child in zip(begins.values(), children, strict=True):
            headers = _upheld(node, latest, [header, child], last)
            if headers is None:
                return
            latest = Epoch.of(header, manifest.chain_id)
            yield latest, headers


def _upheld(node: Node, before: Epoch, headers: list[Header], last: int) -> list[Header] | None:
    """The headers of an epoch that are kept; None where more have to be final first.

    Raises:
        ProofError: they do not hang together, or another than a validator of the epoch `before` sealed one.
    """
    tenures, end = Tenures((before,)), headers[0].number + before.delay
    while True:
        tenures.verify_sealed(headers)
        for at, header in enumerate(headers[1:], 2):
            votes = Extra.of(header, before.chain_id).attestation
            if (
                votes is not None
                and votes.target_hash == header.parent_hash
                and votes.voters.bit_count() >= before.quorum
            ):
                return headers[:at]
        further = range(headers[-1].number + 1, min(headers[-1].number + _FURTHER, end, last) + 1)
        if not further:
            return headers if headers[-1].number == end else None
        headers = headers + _headers(node, further)


def _agreed(nodes: Sequence[Node], numbers: Sequence[int]) -> list[Header]:
    """Headers of the first node, which the others have as well."""
    headers = _headers(nodes[0], numbers)
    for other in nodes[1:]:
        for ours, theirs in zip(headers, _headers(other, numbers), strict=True):
            if ours.hash != theirs.hash:
                raise ProofError(
                    f"{nodes[0].name} and {other.name} have two headers for block {ours.number}"
                )
    return headers


def _headers(node: Node, numbers: Sequence[int]) -> list[Header]:
    answers = node.ask_all([("eth_getBlockByNumber", [hex(n), False]) for n in numbers])
    found = []
    for number, answer in zip(numbers, answers, strict=True):
        if isinstance(answer, NodeRefusedError):
            raise answer.about(f"read block {number}")
        header = Header.of_json(answer)
        if header.number != number:
            raise ProofError(f"{node.name} gave block {header.number} for block {number}")
        found.append(header)
    return found
