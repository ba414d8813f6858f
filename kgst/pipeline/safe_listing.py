"""What waits for the Safes of a policy: which of their transactions, for whom, and which nonce for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.errors import DriftError, ExitCode
from kgst.pipeline.actor import safe_drifts, safe_of
from kgst.proposals.documents import ListedProposal, ListedSafe, SafeListDocument
from kgst.proposals.onchain import accepted
from kgst.proposals.opened import Opened, open_proposal
from kgst.storing import FileError
from kgst.tables import table
from kgst.terminal import markup, markup_lines

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System
    from kgst.safe.safes import Safe

__all__ = ["safes"]


@dataclass(frozen=True)
class _Waiting:
    """A transaction whose nonce is not used yet.

    Attributes:
        signed_by: Owners whose signatures the Safe takes.
        missing: How many more it takes.
        before: Nonces between the Safe's own and this one.
        rivals: Files of other transactions of its nonce: one of them can be sent.
    """

    opened: Opened
    signed_by: tuple[str, ...]
    missing: int
    before: tuple[int, ...]
    rivals: tuple[str, ...]


def safes(system: System) -> Answer[SafeListDocument]:
    """Every Safe of the policy with the transactions that wait in this checkout.

    Raises:
        NodeError: the node failed.
    """
    rows: list[tuple[ListedSafe, list[_Waiting]]] = []
    for label in system.policy.safes:
        rows.append(_one(system, label))
    bad = any(listed.problem or listed.unreadable for listed, _ in rows)
    document = SafeListDocument(
        chain_id=system.record.chain_id, safes=[listed for listed, _ in rows]
    )
    return Answer(
        document,
        lambda out: _print(out, system, rows),
        ExitCode.DRIFT if bad else ExitCode.DONE,
    )


def _one(system: System, label: str) -> tuple[ListedSafe, list[_Waiting]]:
    address, problem, safe = system.policy.address(label), None, None
    try:
        safe = safe_of(system, label)
        problem = "; ".join(safe_drifts(system.policy, label, safe)) or None
    except DriftError as error:
        problem = str(error)
    opened, unreadable = _opened(system, label)
    waiting, over = ([], 0) if safe is None else _waiting(system, label, safe, opened)
    listed = ListedSafe(
        label=label,
        address=address,
        nonce=safe.nonce if safe else None,
        threshold=safe.threshold if safe else None,
        proposals=[_part(system, one) for one in waiting],
        over=over,
        problem=problem,
        unreadable=unreadable,
    )
    return listed, waiting


def _opened(system: System, label: str) -> tuple[list[Opened], list[str]]:
    """The files of a Safe's transactions, in the order of their nonces, and what there is against others."""
    folder = system.files.proposals / label if system.files else None
    paths = sorted(folder.glob("*-????????.json")) if folder else []
    found, bad = [], []
    for path in paths:
        try:
            found.append(open_proposal(path, system.policy_path))
        except FileError as error:
            bad.append(str(error))
    strange = [one for one in found if one.label != label]
    bad += [f"{one.path}: is of the Safe {one.proposal.safe}, not of {label}." for one in strange]
    good = [one for one in found if one.label == label]
    return sorted(good, key=lambda one: (one.proposal.nonce, one.path.name)), bad


def _waiting(
    system: System, label: str, safe: Safe, opened: Sequence[Opened]
) -> tuple[list[_Waiting], int]:
    left = [one for one in opened if one.proposal.nonce >= safe.nonce]
    found = []
    for one in left:
        nonce = one.proposal.nonce
        taken = accepted(system.provider, safe, label, one.proposal, one.path)
        rivals = [r.path.name for r in left if r is not one and r.proposal.nonce == nonce]
        found.append(
            _Waiting(
                one,
                tuple(signature.signer for signature in taken.signatures),
                taken.missing,
                tuple(range(safe.nonce, min(nonce, safe.nonce + 100))),
                tuple(rivals),
            )
        )
    return found, len(opened) - len(left)


def _part(system: System, one: _Waiting) -> ListedProposal:
    return ListedProposal(
        file=str(one.opened.path),
        nonce=one.opened.proposal.nonce,
        safe_tx_hash=one.opened.proposal.safe_tx_hash,
        decoded=one.opened.decoded,
        signed_by=sorted(one.signed_by),
        missing=one.missing,
        waits_for=list(one.before),
        rivals=list(one.rivals),
        can_be_sent=not one.missing and not one.before,
    )


def _print(out: Console, system: System, rows: Sequence[tuple[ListedSafe, list[_Waiting]]]) -> None:
    if not rows:
        out.print("The policy has no Safe.")
    for listed, waiting in rows:
        at = "" if listed.nonce is None else f", at nonce {listed.nonce}"
        title = f"{markup(listed.label)} {markup(listed.address)}{at}"
        shown = table(title, "nonce", "what", "state")
        nonces = [one.opened.proposal.nonce for one in waiting]
        for one in waiting:
            shown.add_row(
                str(one.opened.proposal.nonce),
                markup_lines(f"{one.opened.decoded}\n{one.opened.path.name}", None),
                markup_lines("\n".join(_state(system, one, nonces)), None),
            )
        out.print(shown)
        if not waiting and listed.problem is None:
            out.print("  nothing waits")
        for text in [listed.problem, *listed.unreadable]:
            if text:
                out.print(f"[red]✗[/red] {markup(text, None)}", soft_wrap=True)


def _state(system: System, one: _Waiting, nonces: Sequence[int]) -> list[str]:
    signed = ", ".join(system.named(who) for who in one.signed_by) or "nobody"
    lines = [f"signed by {signed}"]
    if one.missing:
        lines.append(f"{one.missing} more must sign")
    if gaps := [nonce for nonce in one.before if nonce not in nonces]:
        lines.append(f"nothing here for nonce {_listed(gaps)}, which comes first")
    elif one.before:
        lines.append(f"waits for nonce {_listed(one.before)}")
    elif not one.missing:
        lines.append("can be sent: ape run safe execute")
    if one.rivals:
        lines.append(f"or {', '.join(one.rivals)}: one of a nonce is sent")
    return lines


def _listed(nonces: Sequence[int]) -> str:
    return ", ".join(map(str, nonces[:5])) + (" …" if len(nonces) > 5 else "")
