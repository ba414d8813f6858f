"""What is compared with the chain before signatures are submitted, whatever they are on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kgst.errors import RefusedError
from kgst.node import rpc
from kgst.signing.files import AuditorSet, Signable, Signature, SignedDraft

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["auditor_set", "read_auditors", "require_active", "require_here", "structs"]


def read_auditors(system: System) -> AuditorSet:
    """The auditors as they are now."""
    with rpc("read the auditors"):
        return auditor_set(system.token.auditorSet())


def auditor_set(found: Any) -> AuditorSet:
    """The auditors as the token returns them; bit i of `suspended` is seat i."""
    members = tuple(found.auditors)
    return AuditorSet(
        version=found.version,
        threshold=found.threshold,
        members=members,
        suspended=tuple(one for seat, one in enumerate(members) if found.suspended >> seat & 1),
    )


def require_here(system: System, path: Path, draft: Signable) -> None:
    """The draft of the file at `path` is for this token on this chain.

    Raises:
        RefusedError: it is for another.
    """
    here, there = system.domain, draft.token_domain
    if here.chain_id != there.chain_id or here.token != there.token:
        raise RefusedError(
            f"{path}: is for the token {there.token} on chain {there.chain_id}; this is {here.token} on chain "
            f"{here.chain_id}. Give the network and the policy that it was made with."
        )


def require_active(system: System, path: Path, signed: SignedDraft, auditors: AuditorSet) -> None:
    """Whoever signed the file at `path` may sign now.

    Raises:
        RefusedError: the auditors changed since.
    """
    gone = [one.signer for one in signed.signatures if one.signer not in auditors.active]
    if gone:
        raise RefusedError(
            f"{path}: {', '.join(system.named(one) for one in gone)} signed and may not sign now: the auditors have "
            "changed since the draft; draft anew and have it signed."
        )


def structs(signatures: Sequence[Signature]) -> list[tuple[str, bytes]]:
    """`AuditorSignature` structs, as the token takes them."""
    return [(one.signer, bytes.fromhex(one.signature[2:])) for one in signatures]
