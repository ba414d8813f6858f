"""``proposeAuditors``"""

from __future__ import annotations

from typing import Any

import pytest
from support.auditor_sets import INVALID_SETS, InvalidSet
from support.events import events
from support.reverts import reverts


def addresses(accounts: list[Any]) -> list[str]:
    return [account.address for account in accounts]


def test_propose_auditors__valid_set__waits_and_changes_nothing_else(
    funded: Any, token: Any, auditors: Any, reserve_admin: Any, successors: Any,
    recovery_delay: int,
) -> None:  # fmt: skip
    before = tuple(token.auditorSet()), tuple(token.solvency())
    receipt = token.proposeAuditors(addresses(successors), 3, sender=reserve_admin)
    acceptable_at = receipt.timestamp + recovery_delay
    assert events(receipt, token) == [
        (
            "AuditorsProposed",
            {"auditors": addresses(successors), "threshold": 3, "acceptableAt": acceptable_at},
        )
    ]
    assert tuple(token.auditorsProposal()) == (addresses(successors), 3, acceptable_at)
    assert (tuple(token.auditorSet()), tuple(token.solvency())) == before
    assert not token.isAuditor(successors[0])


def test_propose_auditors__again__replaces_the_earlier_and_waits_anew(
    funded: Any, token: Any, reserve_admin: Any, successors: Any, crowd: Any, recovery_delay: int
) -> None:
    token.proposeAuditors(addresses(crowd), 9, sender=reserve_admin)
    second = token.proposeAuditors(addresses(successors), 2, sender=reserve_admin)
    assert tuple(token.auditorsProposal()) == (
        addresses(successors),
        2,
        second.timestamp + recovery_delay,
    )


def test_propose_auditors__before_the_first_attestation__works(
    token: Any, reserve_admin: Any, successors: Any
) -> None:
    token.proposeAuditors(addresses(successors), 2, sender=reserve_admin)
    assert token.auditorsProposal().threshold == 2


@pytest.mark.parametrize("invalid", INVALID_SETS, ids=str)
def test_propose_auditors__invalid_set__reverts(
    token: Any, reserve_admin: Any, crowd: Any, invalid: InvalidSet
) -> None:
    error, inputs = invalid.error_of(token, crowd)
    with reverts(error, **inputs):
        token.proposeAuditors(invalid.addresses(crowd), invalid.threshold, sender=reserve_admin)


def test_propose_auditors__by_an_outsider__reverts(
    token: Any, outsider: Any, successors: Any
) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.proposeAuditors(addresses(successors), 2, sender=outsider)
