"""``cancelAuditorsProposal``"""

from __future__ import annotations

from typing import Any

from support.events import events
from support.reverts import reverts


def test_cancel_auditors_proposal__under_way__ends_it(
    funded: Any, token: Any, guardian: Any, reserve_admin: Any, successors: Any
) -> None:
    before = tuple(token.auditorSet()), tuple(token.solvency())
    token.proposeAuditors([a.address for a in successors], 2, sender=reserve_admin)
    receipt = token.cancelAuditorsProposal(sender=guardian)
    assert events(receipt, token) == [("AuditorsProposalCanceled", {})]
    assert tuple(token.auditorsProposal()) == ([], 0, 0)
    assert (tuple(token.auditorSet()), tuple(token.solvency())) == before


def test_cancel_auditors_proposal__none__reverts(
    token: Any, guardian: Any, reserve_admin: Any, successors: Any
) -> None:
    with reverts(token.NoAuditorsProposal):
        token.cancelAuditorsProposal(sender=guardian)
    token.proposeAuditors([a.address for a in successors], 2, sender=reserve_admin)
    token.cancelAuditorsProposal(sender=guardian)
    with reverts(token.NoAuditorsProposal):
        token.cancelAuditorsProposal(sender=guardian)


def test_cancel_auditors_proposal__by_its_proposer_or_an_outsider__reverts(
    token: Any, reserve_admin: Any, outsider: Any, successors: Any
) -> None:
    token.proposeAuditors([a.address for a in successors], 2, sender=reserve_admin)
    for sender in (reserve_admin, outsider):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.cancelAuditorsProposal(sender=sender)
