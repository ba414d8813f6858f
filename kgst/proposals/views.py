"""What people and programs are told of a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from kgst.proposals.documents import LeftOut, OwnersSignaturePart, SafeShowDocument
from kgst.proposals.kind import Found
from kgst.proposals.notes import notes_on
from kgst.proposals.opened import Opened
from kgst.signatures import Hashes
from kgst.signing.views import print_hash_lines, print_list
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

_MISWORDED: Final = "the file says something else than its bytes do; its words are not shown, and signing replaces them"

__all__ = ["left_out_of", "print_left_out", "print_proposal", "shown"]


def shown(opened: Opened) -> SafeShowDocument:
    """The document of the file as it is now, with the signatures beside it."""
    transaction = opened.proposal.transaction
    hashes = Hashes.of(transaction.message)
    found = opened.found()
    signatures = _signatures(opened, found)
    missing = None
    if opened.threshold is not None:
        missing = max(0, opened.threshold - sum(one.counts is True for one in signatures))
    return SafeShowDocument.taken_from(
        transaction,
        file=str(opened.path),
        safe_label=opened.label,
        decoded=opened.decoded,
        domain_hash=hashes.domain,
        message_hash=hashes.message,
        safe_tx_hash=hashes.digest,
        threshold=opened.threshold,
        signatures=signatures,
        missing=missing,
        left_out=left_out_of(found),
        notes=list(notes_on(opened)),
        words_differ=opened.is_misworded,
        policy_file=str(opened.own.path) if opened.own else None,
        policy_sha256=opened.own.sha256 if opened.own else None,
    )


def left_out_of(found: Sequence[Found]) -> list[LeftOut]:
    """What does not count, and why."""
    return [LeftOut(file=str(one.where), why=one.why) for one in found if one.why is not None]


def _signatures(opened: Opened, found: Sequence[Found]) -> list[OwnersSignaturePart]:
    """By signer; of each that counts one."""
    parts: list[OwnersSignaturePart] = []
    # A key's before what is claimed of a contract: as `counting` chooses.
    in_order = sorted(found, key=lambda one: (one.claimed or "", one.by_contract))
    for one in in_order:
        if one.claimed is None:
            continue
        counts = one.signature is not None and one.why is None
        if counts and any(
            part.counts is not False and part.claimed == one.claimed for part in parts
        ):
            continue
        parts.append(
            OwnersSignaturePart(
                claimed=one.claimed,
                label=opened.policy.label(one.claimed) if opened.policy else None,
                signer=one.signature.signer if one.signature else None,
                by_contract=one.by_contract,
                counts=None if counts and opened.owners is None else counts,
            )
        )
    return parts


def print_proposal(opened: Opened, out: Console) -> None:
    """What it does, its hashes, and whose signatures are there."""
    document = shown(opened)
    safe = f"{markup(opened.label)} " if opened.label else ""
    out.print(
        f"Safe {safe}{markup(document.safe)} on chain {document.chain_id:d}, "
        f"nonce {document.nonce:d}"
    )
    out.print(f"  {document.decoded}", markup=False, style="bold")
    for note in document.notes:
        out.print(f"  [yellow]![/yellow] {markup(note, None)}")
    if opened.is_misworded:
        out.print(f"  [yellow]![/yellow] {_MISWORDED}")
    out.print()
    print_hash_lines(out, Hashes.of(opened.proposal.transaction.message), "safeTxHash")
    for one in document.signatures:
        if one.counts is None:
            state = "good; whether it is an owner's, no policy here says"
        elif not one.counts:
            state = "[red]does not count: not an owner's, or not over this transaction[/red]"
        elif one.by_contract:
            state = (
                "[yellow]as claimed: whether that contract takes it only a node can tell[/yellow]"
            )
        else:
            state = "[green]good[/green]"
        out.print(f"  {markup(opened.named(one.claimed))}: {state}")
    print_left_out(out, document.left_out)
    if document.missing is not None:
        out.print(
            f"  {document.missing:d} more of {document.threshold:d} must sign (by the policy)"
        )


def print_left_out(out: Console, left_out: Sequence[LeftOut]) -> None:
    """What does not count, a line each."""
    print_list(out, "[yellow]Does not count:[/yellow]", [one.why for one in left_out])
