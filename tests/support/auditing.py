"""What auditors do, for tests: draft, sign and submit; by threshold or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ape import chain
from eth_utils import keccak
from support.signing import sign_all

from kgst.attestation import AuditorRotation, ImplementationApproval, ReserveAttestation

REPORT_HASH = b"\x5a" * 32

Signatures = list[tuple[str, bytes]]


def draft(
    token: Any,
    reserves: int,
    *,
    epoch: int | None = None,
    settled: int | None = None,
    as_of: int | None = None,
) -> ReserveAttestation:
    """The next attestation of ``reserves`` tyiyn; what is left out follows from the last one and from now."""
    last = token.lastAttestation()
    return ReserveAttestation(
        epoch=last.epoch + 1 if epoch is None else epoch,
        reserves=reserves,
        settled=last.settled if settled is None else settled,
        as_of=chain.pending_timestamp if as_of is None else as_of,
        report_hash=REPORT_HASH,
    )


def signed(system: Any, statement: Any, signers: Iterable[Any]) -> Signatures:
    """``AuditorSignature`` structs on an attestation, rotation or approval, ascending."""
    return sign_all(signers, statement.message(system.domain))


def submit(
    system: Any, attestation: ReserveAttestation, signers: Iterable[Any], sender: Any
) -> Any:
    """Sends ``attest``; returns the receipt."""
    signatures = signed(system, attestation, signers)
    return system.token.attest(attestation.as_tuple(), signatures, sender=sender)


def rotation(system: Any, new: Sequence[Any], threshold: int) -> AuditorRotation:
    """The order, to the current set, to be succeeded by ``new``: accounts or contracts, ascending."""
    version = system.token.auditorSet().version
    return AuditorRotation(tuple(a.address for a in new), threshold, version)


def rotate(
    system: Any, new: Sequence[Any], threshold: int, signers: Iterable[Any], sender: Any
) -> Any:
    """Sends ``rotateAuditors``; returns the receipt."""
    order = rotation(system, new, threshold)
    signatures = signed(system, order, signers)
    return system.token.rotateAuditors(list(order.auditors), threshold, signatures, sender=sender)


def approval(system: Any, implementation: Any, data: bytes = b"") -> ImplementationApproval:
    """The consent to an upgrade to the code at ``implementation`` that runs ``data``, not yet signed."""
    nonce = system.token.approvedImplementation().nonce
    return ImplementationApproval.of(code_at(implementation), data, nonce)


def approve(
    system: Any, consent: ImplementationApproval, signers: Iterable[Any], sender: Any
) -> Any:
    """Sends ``approveImplementation``; returns the receipt."""
    signatures = signed(system, consent, signers)
    return system.token.approveImplementation(
        consent.code_hash, consent.data_hash, consent.nonce, signatures, sender=sender
    )


def code_at(account: Any) -> bytes:
    """The code at an account or contract, as the chain has it now."""
    return bytes(chain.provider.get_code(account.address))


def code_hash(account: Any) -> bytes:
    """keccak256 of the code at an account or contract."""
    return keccak(code_at(account))


def ascending(accounts: Iterable[Any]) -> list[Any]:
    """Accounts or contracts as auditor sets list them."""
    return sorted(accounts, key=lambda account: int(account.address, 16))
