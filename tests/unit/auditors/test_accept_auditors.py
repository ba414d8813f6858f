"""``acceptAuditors``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain
from support.auditing import approval, approve, draft, rotate, submit
from support.events import events
from support.reverts import reverts

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def addresses(accounts: list[Any]) -> list[str]:
    return [account.address for account in accounts]


@pytest.fixture
def acceptable_at(funded: Any, token: Any, reserve_admin: Any, successors: Any) -> int:
    """A recovery by ``successors``, two of three, is under way: the second from which it can be completed."""
    token.proposeAuditors(addresses(successors), 2, sender=reserve_admin)
    return int(token.auditorsProposal().acceptableAt)


def test_accept_auditors__after_the_delay__seats_the_new_set(
    funded: Any, token: Any, auditors: Any, successors: Any, outsider: Any, acceptable_at: int
) -> None:
    expired = token.solvency().validUntil
    assert expired < acceptable_at
    chain.pending_timestamp = acceptable_at
    receipt = token.acceptAuditors(sender=outsider)
    assert events(receipt, token) == [
        ("AuditorsSet", {"version": 2, "auditors": addresses(successors), "threshold": 2})
    ]
    assert tuple(token.auditorSet()) == (addresses(successors), 2, 2, 0)
    assert [token.isAuditor(a) for a in (*auditors, *successors)] == [False] * 3 + [True] * 3
    assert tuple(token.auditorsProposal()) == ([], 0, 0)
    assert tuple(token.solvency()) == (1_000 * SOM, 10_000 * SOM, 0, expired)


def test_accept_auditors__one_second_early__reverts(
    token: Any, relayer: Any, acceptable_at: int
) -> None:
    chain.pending_timestamp = acceptable_at - 1
    with reverts(token.ProposalNotReady, acceptableAt=acceptable_at):
        token.acceptAuditors(sender=relayer)


def test_accept_auditors__then_the_new_set_attests__minting_resumes(
    funded: Any, token: Any, successors: Any, issuer: Any, relayer: Any, acceptable_at: int
) -> None:
    chain.pending_timestamp = acceptable_at
    expired = token.solvency().validUntil
    token.acceptAuditors(sender=relayer)
    with reverts(token.AttestationExpired, validUntil=expired):
        token.mint(issuer, 1, sender=issuer)
    submit(funded, draft(token, 10_000 * 100), successors[:2], relayer)
    token.mint(issuer, 9_000 * SOM, sender=issuer)
    assert token.headroom() == 0


def test_accept_auditors__new_set__is_held_to_the_last_figures(
    funded: Any, token: Any, successors: Any, relayer: Any, acceptable_at: int
) -> None:
    chain.pending_timestamp = acceptable_at
    token.acceptAuditors(sender=relayer)
    with reverts(token.UnanimityRequired, signatures=2, auditors=3):
        submit(funded, draft(token, 11_000 * 100 + 1), successors[:2], relayer)


def test_accept_auditors__an_attestation_in_between__ends_it(
    funded: Any, token: Any, auditors: Any, relayer: Any, acceptable_at: int
) -> None:
    receipt = submit(funded, draft(token, 10_000 * 100), auditors[:2], relayer)
    names = [name for name, _ in events(receipt, token)]
    assert names == ["AuditorsProposalCanceled", "ReservesAttested"]
    assert tuple(token.auditorsProposal()) == ([], 0, 0)
    for moment in (acceptable_at - 1, acceptable_at, acceptable_at + 1):
        chain.pending_timestamp = moment
        with reverts(token.NoAuditorsProposal):
            token.acceptAuditors(sender=relayer)


def test_accept_auditors__an_attestation_in_the_last_second__ends_it(
    token: Any, auditors: Any, funded: Any, relayer: Any, acceptable_at: int
) -> None:
    attestation = draft(token, 10_000 * 100)
    chain.pending_timestamp = acceptable_at - 1
    submit(funded, attestation, auditors[:2], relayer)
    with reverts(token.NoAuditorsProposal):
        token.acceptAuditors(sender=relayer)


def test_accept_auditors__a_rotation_in_between__ends_it(
    funded: Any, token: Any, auditors: Any, relayer: Any, acceptable_at: int
) -> None:
    receipt = rotate(funded, auditors, 3, auditors, relayer)
    names = [name for name, _ in events(receipt, token)]
    assert names == ["AuditorsProposalCanceled", "AuditorsSet"]
    assert tuple(token.auditorsProposal()) == ([], 0, 0)
    chain.pending_timestamp = acceptable_at
    with reverts(token.NoAuditorsProposal):
        token.acceptAuditors(sender=relayer)


def test_accept_auditors__canceled_by_the_guardian__reverts(
    token: Any, guardian: Any, relayer: Any, acceptable_at: int
) -> None:
    token.cancelAuditorsProposal(sender=guardian)
    chain.pending_timestamp = acceptable_at
    with reverts(token.NoAuditorsProposal):
        token.acceptAuditors(sender=relayer)


def test_accept_auditors__never_proposed__reverts(token: Any, relayer: Any) -> None:
    with reverts(token.NoAuditorsProposal):
        token.acceptAuditors(sender=relayer)


def test_accept_auditors__twice__reverts(token: Any, relayer: Any, acceptable_at: int) -> None:
    chain.pending_timestamp = acceptable_at
    token.acceptAuditors(sender=relayer)
    with reverts(token.NoAuditorsProposal):
        token.acceptAuditors(sender=relayer)


def test_accept_auditors__proposed_again__waits_the_whole_delay_again(
    token: Any, reserve_admin: Any, successors: Any, relayer: Any, acceptable_at: int,
    recovery_delay: int,
) -> None:  # fmt: skip
    chain.pending_timestamp = acceptable_at - 1
    token.proposeAuditors(addresses(successors), 3, sender=reserve_admin)
    chain.pending_timestamp = acceptable_at
    with reverts(token.ProposalNotReady, acceptableAt=acceptable_at - 1 + recovery_delay):
        token.acceptAuditors(sender=relayer)
    chain.pending_timestamp = acceptable_at - 1 + recovery_delay
    token.acceptAuditors(sender=relayer)
    assert token.auditorSet().threshold == 3


def test_accept_auditors__proposed_again_after_it_was_ended__can_be_accepted(
    token: Any, attest: Any, reserve_admin: Any, successors: Any, relayer: Any, acceptable_at: int
) -> None:
    attest(10_000 * 100)
    token.proposeAuditors(addresses(successors), 2, sender=reserve_admin)
    chain.pending_timestamp = token.auditorsProposal().acceptableAt
    token.acceptAuditors(sender=relayer)
    assert token.auditorSet().version == 2


def test_accept_auditors__a_refused_attestation_in_between__changes_nothing(
    funded: Any, token: Any, auditor_a: Any, relayer: Any, acceptable_at: int
) -> None:
    with reverts(token.ThresholdNotReached, signatures=1, threshold=2):
        submit(funded, draft(token, 1), [auditor_a], relayer)
    chain.pending_timestamp = acceptable_at
    token.acceptAuditors(sender=relayer)
    assert token.auditorSet().version == 2


def test_accept_auditors__consent_by_the_old_set__lapses(
    funded: Any, token: Any, auditors: Any, relayer: Any, acceptable_at: int
) -> None:
    approve(funded, approval(funded, funded.logic), auditors, relayer)
    chain.pending_timestamp = acceptable_at
    token.acceptAuditors(sender=relayer)
    assert tuple(token.approvedImplementation()) == (ZERO, b"\0" * 32, b"\0" * 32, 1)
