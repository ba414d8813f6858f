"""Reserves attested on a deployment of the test's own."""

from __future__ import annotations

from typing import Any

from ape import accounts as ape_accounts
from ape import chain as ape_chain
from support.signing import sign_all

from kgst.attestation import ReserveAttestation

AUDITORS = (20, 21, 22)
RELAYER = 15


def attest(system: Any, tyiyn: int, *, settled: int = 0) -> None:
    """The next attestation, signed by all of the tests' auditors.

    Args:
        system: Anything with a token and its domain.
        tyiyn: Reserves.
        settled: Base units.
    """
    people = ape_accounts.test_accounts
    auditors = sorted((people[i] for i in AUDITORS), key=lambda a: int(a.address, 16))
    attestation = ReserveAttestation(
        epoch=system.token.lastAttestation().epoch + 1,
        reserves=tyiyn,
        settled=settled,
        as_of=ape_chain.pending_timestamp,
        report_hash=b"\x5a" * 32,
    )
    signatures = sign_all(auditors, attestation.message(system.domain))
    system.token.attest(attestation.as_tuple(), signatures, sender=people[RELAYER])
