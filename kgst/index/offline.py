"""The commands of `index` that need no network: show, verify, export, check."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from eth_utils.address import to_checksum_address

from kgst.checks import Check, Summary, drift_code, in_words, print_checks
from kgst.console import Answer
from kgst.errors import InputError
from kgst.history.database import History
from kgst.history.partitions import Index, Manifest
from kgst.history.proving import file_checks, proof_checks, receipt_shown
from kgst.history.rows import BlockRow
from kgst.index import known
from kgst.index.checkpoint import Checkpoint, checkpoint_checks, said_of, unsaid
from kgst.index.consistency import consistency
from kgst.index.documents import (
    Carried,
    Examined,
    Held,
    IndexCheckDocument,
    IndexExportDocument,
    IndexShowDocument,
    IndexVerifyDocument,
    Told,
)
from kgst.index.files import EventProof
from kgst.index.views import bar, print_held, print_told
from kgst.proofs import Header, ProofError, Receipt, ReceiptsProof, sealer
from kgst.proofs.parlia import CHAINS
from kgst.storing import as_bytes, read_model, write_new
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["check", "export", "held", "show", "verify"]


def show(folder: Path) -> Answer[IndexShowDocument]:
    """What the index in `folder` holds.

    Raises:
        InputError: there is none.
    """
    index, manifest = _opened(folder)
    with History.open(index, manifest, known.known_events()) as history:
        found = held(index, manifest, history)
        names = {event.topic: event.name for event in known.known_events()}
        counts: dict[str, int] = {}
        for topic, count in history.rows(
            "SELECT topic0, count(*) FROM logs GROUP BY topic0 ORDER BY 2 DESC"
        ):
            name = names.get(topic, "of another ABI")
            counts[name] = counts.get(name, 0) + count

    def told(out: Console) -> None:
        print_held(out, found)
        for name, count in counts.items():
            out.print(f"  {count:>12,}  {markup(name)}")

    return Answer(IndexShowDocument(index=found, counts=counts), told)


def verify(folder: Path, checkpoint: str | None, *, quiet: bool) -> Answer[IndexVerifyDocument]:
    """Whether everything in the index in `folder` follows from the hashes of its blocks.

    With a checkpoint (`NUMBER:HASH`) also whether BSC's validators signed these, each in their time.

    Raises:
        InputError: there is none, or the checkpoint cannot be one of it.
    """
    trusted = None if checkpoint is None else Checkpoint.parse(checkpoint)
    index, manifest = _opened(folder)
    checks, carried = file_checks(index, manifest), None
    if checks[0].advice:  # what is not there cannot be read
        return _verified(index, manifest, None, checks, carried)
    with History.open(index, manifest, known.known_events()) as history:
        if trusted is not None:
            with bar("epochs") as progress:
                found, carried = checkpoint_checks(history, trusted, progress)
            checks += found
        with bar("proofs") as progress:
            checks += proof_checks(history, progress)
        checks += consistency(history)
        return _verified(index, manifest, history, checks, carried)


def export(
    folder: Path, transaction: str, out: Path | None, *, force: bool
) -> Answer[IndexExportDocument]:
    """Write the proof of a transaction's events.

    Raises:
        InputError: no index, no hash, or no event of that transaction.
        FileError: the file is there with other content.
    """
    if not re.fullmatch(r"0x[0-9a-f]{64}", transaction):
        raise InputError(f"--transaction {transaction[:80]!r}: write 0x and 64 small digits.")
    index, manifest = _opened(folder)
    with History.open(index, manifest) as history:
        rows = history.rows(
            "SELECT DISTINCT block_number, transaction_index FROM logs WHERE transaction_hash = ?",
            (bytes.fromhex(transaction[2:]),),
        )
        if not rows:
            raise InputError(
                f"{folder} has no event of the transaction {transaction} up to block {manifest.last_block}."
            )
        [(number, position)] = rows
        [kept] = history.rows("SELECT * FROM blocks WHERE number = ?", (number,))
    block = BlockRow(*kept)
    header, receipt = _receipt(folder, block, position)
    proof = ReceiptsProof.of(header.receipts_root, block.receipts or [])
    file = EventProof(
        chain_id=manifest.chain_id,
        transaction=transaction,
        transaction_index=position,
        header="0x" + block.header.hex(),
        receipts=tuple("0x" + node.hex() for node in proof.of_one(position)),
    )
    target = out or Path(f"proof-{transaction[2:10]}.json")
    write_new([(target, as_bytes(file))], force=force)
    addresses = {bytes.fromhex(one[2:]) for one in manifest.contracts.values()}
    events = [one for one in _told(receipt) if bytes.fromhex(one.address[2:]) in addresses]
    document = IndexExportDocument(
        file=str(target),
        chain_id=manifest.chain_id,
        block=header.number,
        block_hash="0x" + header.hash.hex(),
        transaction=transaction,
        events=events,
    )

    def told(out: Console) -> None:
        out.print(f"Written: {markup(str(target))}", soft_wrap=True)
        out.print(
            f"It proves, given that block {header.number:,} is {markup(document.block_hash)}:"
        )
        print_told(out, events)

    return Answer(document, told)


def check(path: Path) -> Answer[IndexCheckDocument]:
    """What the file at `path` proves.

    Raises:
        FileError: it is not one of these files.
        InputError: it proves nothing.
    """
    file = read_model(path, EventProof, "a proof of events")
    try:
        header = Header.of_rlp(bytes.fromhex(file.header[2:]))
        nodes = [bytes.fromhex(node[2:]) for node in file.receipts]
        receipt = ReceiptsProof.of(header.receipts_root, nodes).receipt(file.transaction_index)
        by = sealer(header, file.chain_id) if file.chain_id in CHAINS else None
    except ProofError as error:
        raise InputError(f"{path}: it proves nothing: {error}.") from error
    document = IndexCheckDocument(
        file=str(path),
        chain_id=file.chain_id,
        block=header.number,
        block_hash="0x" + header.hash.hex(),
        time=header.timestamp,
        sealed_by=to_checksum_address(by) if by else None,
        transaction_index=file.transaction_index,
        succeeded=receipt.status == 1,
        events=_told(receipt),
    )
    return Answer(document, lambda out: _print_check(out, document))


def _print_check(out: Console, document: IndexCheckDocument) -> None:
    state = "succeeded" if document.succeeded else "reverted"
    out.print(
        f"Transaction {markup(document.transaction_index)} of block {document.block:,} {state}:"
    )
    print_told(out, document.events)
    out.print(f"Block hash: {markup(document.block_hash)}", soft_wrap=True)
    if document.sealed_by:
        out.print(f"Signed by {markup(document.sealed_by)}, on chain {document.chain_id}")
    out.print(
        "Proven is that these events are in the block of this hash. That the chain has this block is not in the file: "
        "compare number and hash with a node or an explorer that you trust."
    )


def held(index: Index, manifest: Manifest, history: History | None) -> Held:
    """What an index holds, for documents and people; without `history` where its files cannot be read."""
    unproven = 0
    if history is not None:
        [(unproven,)] = history.rows("SELECT count(*) FROM blocks WHERE receipts IS NULL")
    paths = [index.path(file) for file in manifest.all_files]
    return Held(
        folder=str(index.folder),
        chain_id=manifest.chain_id,
        first_block=manifest.first_block,
        last_block=manifest.last_block,
        events=manifest.rows("logs"),
        blocks=manifest.rows("blocks"),
        unproven=unproven,
        epochs=(epochs.first, epochs.last) if (epochs := manifest.epochs) else None,
        bytes=sum(path.stat().st_size for path in paths if path.is_file()),
    )


def _opened(folder: Path) -> tuple[Index, Manifest]:
    index = Index(folder)
    manifest = index.manifest
    if manifest is None:
        raise InputError(
            f"{folder}: there is no index; name the folder that has index.json, or make one with `ape run index sync`."
        )
    return index, manifest


def _verified(
    index: Index,
    manifest: Manifest,
    history: History | None,
    checks: list[Check],
    carried: Carried | None,
) -> Answer[IndexVerifyDocument]:
    found = held(index, manifest, history)
    document = IndexVerifyDocument(
        index=found,
        checkpoint=carried,
        checks=Examined.all_of(checks),
        summary=Summary.of(checks),
    )
    more = said_of(carried) if carried else unsaid(manifest.chain_id)

    def told(out: Console) -> None:
        print_held(out, found)
        print_checks(out, checks)
        out.print(markup(in_words(checks)))
        if more:
            out.print(markup(more))

    return Answer(document, told, drift_code(checks))


def _receipt(folder: Path, block: BlockRow, position: int) -> tuple[Header, Receipt]:
    try:
        return receipt_shown(block, position)
    except ProofError as error:
        raise InputError(f"{folder}: block {block.number} proves nothing: {error}.") from error


def _told(receipt: Receipt) -> list[Told]:
    return [
        Told(
            address=to_checksum_address(log.address),
            log_index=place,
            topics=["0x" + topic.hex() for topic in log.topics],
            data=log.data,
            name=event.name if (event := known.event_of(log.topics)) else None,
            words=known.in_words(log),
        )
        for place, log in enumerate(receipt.logs)
    ]
