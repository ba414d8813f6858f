"""Bringing a Safe's transaction to its threshold: each run of a command adds the account's signature."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.decoding.calls import decode_call
from kgst.errors import RefusedError
from kgst.node import chain_id
from kgst.safe.proposals import Proposal, ProposalError
from kgst.safe.safes import SafeTransaction

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.actor import Actor

__all__ = ["Collected", "collect"]


@dataclass(frozen=True)
class Collected:
    """A Safe's transaction and its signatures.

    Attributes:
        execution: Call data of `execTransaction`; None while signatures are missing.
        missing: How many.
    """

    proposal: Proposal
    path: Path | None
    execution: bytes | None
    missing: int


def collect(
    system: System, actor: Actor, to: str, data: bytes, title: str, ahead: int = 0
) -> Collected:
    """The call as a transaction of the Safe, signed by the account if that is an owner.

    Signatures of earlier runs are in the proposal's file, which owners share (in git, say); the file is written anew
    with each signature.

    Args:
        system: Whose files are used.
        actor: The Safe, and the account.
        to: Checksummed address.
        data: Call data.
        title: For people.
        ahead: How many other transactions of the Safe come before; 0 for its next.

    Raises:
        RefusedError: the account is no owner and signatures are missing.
        ProposalError: the file was tampered with, or is of another transaction.
    """
    safe = actor.safe
    if safe is None or actor.label is None:
        raise RefusedError("there is no Safe to act as.")
    transaction = SafeTransaction(
        chain_id(system.provider), safe.address, to, data, safe.nonce + ahead
    )
    proposal = Proposal.of(transaction, title, [decode_call(system, to, data)])
    path = proposal.path_in(system.files.proposals, actor.label) if system.files else None
    if path is not None and path.exists():
        shared = Proposal.load(path)
        if shared.transaction != transaction:
            raise ProposalError(
                f"{path} is not the transaction that this command makes, though its name says so; do not sign it: ask "
                "whoever made it, and remove it."
            )
        # Only the signatures are taken over: title and words are the file's claim.
        proposal.signatures = shared.signatures
    proposal.signatures = _as_text(proposal.valid_signatures(safe))
    valid = proposal.valid_signatures(safe)
    account = actor.account
    if account is not None and len(valid) < safe.threshold and account.address not in valid:
        proposal.sign(account, safe)
        valid = proposal.valid_signatures(safe)
    if path is not None:
        proposal.save(path)
    missing = max(0, safe.threshold - len(valid))
    execution = None
    if not missing and account is not None:
        chosen = dict(sorted(valid.items())[: safe.threshold])
        execution = transaction.execution(chosen)
    return Collected(proposal, path, execution, missing)


def _as_text(signatures: dict[str, bytes]) -> dict[str, str]:
    return {owner: "0x" + signature.hex() for owner, signature in signatures.items()}
