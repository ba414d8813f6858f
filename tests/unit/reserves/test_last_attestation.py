"""``lastAttestation``"""

from __future__ import annotations

from typing import Any

from support.auditing import draft, submit
from support.reverts import reverts


def test_last_attestation__before_the_first__is_all_zero(token: Any) -> None:
    assert tuple(token.lastAttestation()) == (0, 0, 0, 0, b"\0" * 32)


def test_last_attestation__after_two__is_the_second(token: Any, attest: Any) -> None:
    attest(100)
    second = attest(200)
    assert tuple(token.lastAttestation()) == second.as_tuple()
    assert second.epoch == 2


def test_last_attestation__after_a_refused_one__stays(
    funded: Any, token: Any, auditor_a: Any, relayer: Any
) -> None:
    before = tuple(token.lastAttestation())
    with reverts(token.ThresholdNotReached, signatures=1, threshold=2):
        submit(funded, draft(token, 1), [auditor_a], relayer)
    assert tuple(token.lastAttestation()) == before


def test_last_attestation__after_a_halt__stays(funded: Any, token: Any, auditor_a: Any) -> None:
    before = tuple(token.lastAttestation())
    token.haltMinting("", sender=auditor_a)
    assert tuple(token.lastAttestation()) == before
