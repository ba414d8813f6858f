"""Bringing a Safe's transaction to its threshold: each run of a command adds the account's signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.errors import RefusedError
from kgst.node import chain_id
from kgst.proposals.earlier import remember, signed_before
from kgst.proposals.files import Proposal
from kgst.proposals.onchain import Accepted, accepted, execution
from kgst.proposals.opened import words_of
from kgst.safe.safes import SafeTransaction
from kgst.signing.ceremony import require_signer, signature_of
from kgst.signing.own import Names
from kgst.signing.reading import signature_path
from kgst.signing.shapes import Signature
from kgst.storing import FileError, as_bytes, write_new

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import Act
    from kgst.pipeline.actor import Actor

__all__ = ["Collected", "collect"]


@dataclass(frozen=True)
class Collected:
    """A Safe's transaction and its signatures.

    Attributes:
        proposal: With the signatures that count.
        path: Where it is kept; None on a chain that ends with this process.
        execution: Call data of `execTransaction`; None while signatures are missing.
        missing: How many.
        left_out: What lies there and does not count, for people.
    """

    proposal: Proposal
    path: Path | None
    execution: bytes | None
    missing: int
    left_out: Sequence[str]


def collect(
    system: System,
    actor: Actor,
    to: str,
    data: bytes,
    act: Act,
    ahead: int = 0,
    *,
    warn: Callable[[str], None],
) -> Collected:
    """The call as a transaction of the Safe, signed by the account if that is an owner.

    The proposal's file is written once; each owner's signature is a file of its own beside it. Owners share the folder
    (in git, say): whoever signs at the same time as another changes no file of the other's.

    Args:
        system: Whose files are used.
        actor: The Safe, and the account.
        to: Checksummed address.
        data: Call data.
        act: Who signs and why: kept with the signature.
        ahead: How many other transactions of the Safe come before; 0 for its next.
        warn: Is told, before the account signs, what it has signed for the same nonce.

    Raises:
        RefusedError: the account is no owner and signatures are missing.
        FileError: the proposal's file was tampered with, is of another transaction, or cannot be written.
    """
    safe, label, account = actor.safe, actor.label, actor.account
    if safe is None or label is None:
        raise RefusedError("there is no Safe to act as.")
    transaction = SafeTransaction(
        chain_id(system.provider), safe.address, to, data, safe.nonce + ahead
    )
    words = words_of(names_of(system), transaction)
    proposal = Proposal.of(transaction, words, [words])
    path = proposal.path_in(system.files.proposals, label) if system.files else None
    if path is not None and path.exists():
        # Only the signatures are taken over: title and words are the file's claim.
        proposal = proposal.having(_shared(path, transaction).claims)
    found = accepted(system.provider, safe, label, proposal, path)
    made = None
    if account is not None and found.missing and not _has_signed(found, account.address):
        require_signer(found.draft, account.address)
        for one in signed_before(proposal, account.address, path):
            warn(str(one))
        made = signature_of(found.draft, account)
        remember(proposal, account.address)
        mine = Signature(signer=made.signer, signature=made.signature)
        found = replace(found, signatures=[*found.signatures, mine])
    if path is not None:
        proposal.having(one for one in found.signatures if one in proposal.claims).save(path)
        if made is not None:
            kept = made.model_copy(update={"act": act})
            write_new([(signature_path(path, made.signer), as_bytes(kept))], force=True)
    enough = account is not None and not found.missing
    return Collected(
        proposal.having(found.signatures),
        path,
        execution(found) if enough else None,
        found.missing,
        found.left_out,
    )


def names_of(system: System) -> Names:
    """As an owner who signs the file without a network names people, from the same policy and record."""
    contracts = {name: one.address for name, one in system.record.contracts.items()}
    return Names(system.policy, contracts)


def _shared(path: Path, transaction: SafeTransaction) -> Proposal:
    """The proposal of this very transaction that lies at `path`.

    Raises:
        FileError: it is of another, or was tampered with.
    """
    shared = Proposal.load(path)
    if shared.transaction != transaction:
        raise FileError(
            f"{path} is not the transaction that this command makes, though its name says so; do not sign it: ask "
            "whoever made it, and remove it."
        )
    return shared


def _has_signed(found: Accepted, address: str) -> bool:
    return any(one.signer == address for one in found.signatures)
