"""``suspendAuditor``"""

from __future__ import annotations

from typing import Any

import pytest
from support.auditing import draft, rotate, submit
from support.events import events
from support.reverts import reverts

SOM = 1_000_000


@pytest.mark.parametrize("seat", [0, 1, 2])
def test_suspend_auditor__one_of_three__loses_its_vote_and_the_threshold_stays(
    funded: Any, token: Any, auditors: Any, guardian: Any, seat: int
) -> None:
    receipt = token.suspendAuditor(auditors[seat], sender=guardian)
    assert events(receipt, token) == [("AuditorSuspended", {"auditor": auditors[seat]})]
    members = [a.address for a in auditors]
    assert tuple(token.auditorSet()) == (members, 2, 1, 1 << seat)
    assert [token.isAuditor(a) for a in auditors] == [i != seat for i in range(3)]


def test_suspend_auditor__attestation__expires_and_its_figures_stay(
    funded: Any, token: Any, auditor_a: Any, guardian: Any, issuer: Any
) -> None:
    suspended = token.suspendAuditor(auditor_a, sender=guardian).timestamp
    assert tuple(token.solvency()) == (1_000 * SOM, 10_000 * SOM, 0, suspended)
    with reverts(token.AttestationExpired, validUntil=suspended):
        token.mint(issuer, 1, sender=issuer)


def test_suspend_auditor__the_others__attest_on(
    funded: Any, token: Any, auditor_a: Any, auditor_b: Any, auditor_c: Any, guardian: Any,
    relayer: Any,
) -> None:  # fmt: skip
    token.suspendAuditor(auditor_a, sender=guardian)
    submit(funded, draft(token, 10_000 * 100), [auditor_b, auditor_c], relayer)
    assert token.headroom() == 9_000 * SOM


def test_suspend_auditor__one_more_than_the_threshold_allows__reverts(
    funded: Any, token: Any, auditor_a: Any, auditor_b: Any, guardian: Any
) -> None:
    token.suspendAuditor(auditor_a, sender=guardian)
    with reverts(token.TooFewAuditorsLeft, left=1, threshold=2):
        token.suspendAuditor(auditor_b, sender=guardian)


def test_suspend_auditor__threshold_of_all__cannot_lose_anyone(
    funded: Any, token: Any, auditors: Any, successors: Any, guardian: Any, relayer: Any
) -> None:
    rotate(funded, successors, 3, auditors, relayer)
    for auditor in successors:
        with reverts(token.TooFewAuditorsLeft, left=2, threshold=3):
            token.suspendAuditor(auditor, sender=guardian)


def test_suspend_auditor__of_sixteen__leaves_no_fewer_than_the_threshold(
    funded: Any, token: Any, auditors: Any, crowd: Any, guardian: Any, relayer: Any
) -> None:
    rotate(funded, crowd, 9, auditors, relayer)
    for auditor in reversed(crowd[9:]):
        token.suspendAuditor(auditor, sender=guardian)
    assert token.auditorSet().suspended == 0xFE00
    for auditor in (crowd[0], crowd[8]):
        with reverts(token.TooFewAuditorsLeft, left=8, threshold=9):
            token.suspendAuditor(auditor, sender=guardian)
    submit(funded, draft(token, 10_000 * 100), crowd[:9], relayer)
    assert token.headroom() == 9_000 * SOM


def test_suspend_auditor__twice__reverts(
    funded: Any, token: Any, auditor_a: Any, guardian: Any
) -> None:
    token.suspendAuditor(auditor_a, sender=guardian)
    with reverts(token.AuditorIsSuspended, auditor=auditor_a):
        token.suspendAuditor(auditor_a, sender=guardian)


def test_suspend_auditor__not_an_auditor__reverts(
    funded: Any, token: Any, outsider: Any, guardian: Any, auditors: Any, auditor_a: Any,
    successors: Any, relayer: Any,
) -> None:  # fmt: skip
    with reverts(token.NotAuditor, account=outsider):
        token.suspendAuditor(outsider, sender=guardian)
    rotate(funded, successors, 2, auditors, relayer)
    with reverts(token.NotAuditor, account=auditor_a):
        token.suspendAuditor(auditor_a, sender=guardian)


def test_suspend_auditor__by_an_outsider__reverts(
    token: Any, outsider: Any, auditor_a: Any, auditor_b: Any
) -> None:
    for sender in (outsider, auditor_b):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.suspendAuditor(auditor_a, sender=sender)
