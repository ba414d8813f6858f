"""What auditors do, for tests: draft, sign and submit; by threshold or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ape import chain
from eth_utils import keccak
from support.signing import sign_all

from kgst.attestation import AuditorRotation, ImplementationApproval, ReserveAttestation

REPORT_HASH = b"\x5a" * 32
YEAR = 365 * 86_400
"""Seconds until what is signed here lapses, unless a test says otherwise."""

Signatures = list[tuple[str, bytes]]
Statement = ReserveAttestation | AuditorRotation | ImplementationApproval


def draft(
    token: Any,
    reserves: int,
    *,
    epoch: int | None = None,
    settled: int | None = None,
    as_of: int | None = None,
    **others: int,
) -> ReserveAttestation:
    """The next attestation of ``reserves`` tyiyn; what is left out follows from the last one and from now.

    Args:
        others: `halts`, `version`, `deadline`.
    """
    last = token.lastAttestation()
    return ReserveAttestation(
        epoch=last.epoch + 1 if epoch is None else epoch,
        reserves=reserves,
        settled=last.settled if settled is None else settled,
        as_of=chain.pending_timestamp if as_of is None else as_of,
        report_hash=REPORT_HASH,
        **{**bonds(token), **others},
    )


def bonds(token: Any) -> dict[str, int]:
    """What binds signatures to the present: the halts, the version of the set, a deadline in a year."""
    return {
        "halts": token.halts(),
        "version": token.auditorSet().version,
        "deadline": chain.pending_timestamp + YEAR,
    }


def signed(system: Any, statement: Statement, signers: Iterable[Any]) -> Signatures:
    """``AuditorSignature`` structs on an attestation, rotation or approval, ascending."""
    return sign_all(signers, statement.message(system.domain))


def send(token: Any, statement: Statement, signatures: Signatures, sender: Any) -> Any:
    """Submits a statement with exactly these signatures; returns the receipt."""
    calls = {
        ReserveAttestation: token.attest,
        AuditorRotation: token.rotateAuditors,
        ImplementationApproval: token.approveImplementation,
    }
    return calls[type(statement)](*statement.arguments(signatures), sender=sender)


def submit(system: Any, statement: Statement, signers: Iterable[Any], sender: Any) -> Any:
    """Has ``signers`` sign and submits; returns the receipt."""
    return send(system.token, statement, signed(system, statement, signers), sender)


def rotation(system: Any, new: Sequence[Any], threshold: int, **others: int) -> AuditorRotation:
    """The order, to the current set, to be succeeded by ``new``: accounts or contracts, ascending.

    Args:
        others: `version`, `deadline`.
    """
    bound = {**bonds(system.token), **others}
    members = tuple(a.address for a in new)
    return AuditorRotation(members, threshold, bound["version"], bound["deadline"])


def rotate(
    system: Any, new: Sequence[Any], threshold: int, signers: Iterable[Any], sender: Any
) -> Any:
    """Sends ``rotateAuditors``; returns the receipt."""
    return submit(system, rotation(system, new, threshold), signers, sender)


def approval(
    system: Any, implementation: Any, data: bytes = b"", **others: int
) -> ImplementationApproval:
    """The consent to an upgrade to the code at ``implementation`` that runs ``data``, not yet signed.

    Args:
        others: `nonce`, `halts`, `version`, `deadline`.
    """
    return ImplementationApproval(
        implementation=implementation.address,
        code_hash=code_hash(implementation),
        data_hash=keccak(data),
        **{
            "nonce": system.token.approvedImplementation().nonce,
            **bonds(system.token),
            **others,
        },
    )


def approve(
    system: Any, consent: ImplementationApproval, signers: Iterable[Any], sender: Any
) -> Any:
    """Sends ``approveImplementation``; returns the receipt."""
    return submit(system, consent, signers, sender)


def code_at(account: Any) -> bytes:
    """The code at an account or contract, as the chain has it now."""
    return bytes(chain.provider.get_code(account.address))


def code_hash(account: Any) -> bytes:
    """keccak256 of the code at an account or contract."""
    return keccak(code_at(account))


def ascending(accounts: Iterable[Any]) -> list[Any]:
    """Accounts or contracts as auditor sets list them."""
    return sorted(accounts, key=lambda account: int(account.address, 16))
