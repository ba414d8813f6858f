"""``auditorSet``, ``isAuditor``, ``auditorsProposal`` and ``RECOVERY_DELAY``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.auditing import rotate
from support.bubbling import bubbles
from support.reverts import reverts

DAY = 86_400


def test_auditor_set__as_deployed__is_version_1(token: Any, auditors: Any) -> None:
    assert tuple(token.auditorSet()) == ([a.address for a in auditors], 2, 1, 0)


def test_auditor_set__each_change__counts_the_version_up(
    system: Any, token: Any, auditors: Any, successors: Any, relayer: Any
) -> None:
    rotate(system, successors, 2, auditors, relayer)
    rotate(system, auditors, 3, successors, relayer)
    assert tuple(token.auditorSet()) == ([a.address for a in auditors], 3, 3, 0)


def test_auditor_set__shrunk__lists_no_one_of_before(
    system: Any, token: Any, auditors: Any, crowd: Any, relayer: Any
) -> None:
    rotate(system, crowd, 9, auditors, relayer)
    rotate(system, auditors[:2], 2, crowd[:9], relayer)
    assert list(token.auditorSet().auditors) == [a.address for a in auditors[:2]]
    assert [a for a in crowd if token.isAuditor(a)] == [a for a in crowd if a in auditors[:2]]


def test_is_auditor__others__are_not(token: Any, auditors: Any, reserve_admin: Any) -> None:
    assert all(token.isAuditor(a) for a in auditors)
    assert not token.isAuditor(reserve_admin)
    assert not token.isAuditor("0x0000000000000000000000000000000000000000")


def test_is_auditor__at_the_implementations_own_address__nobody_is(
    system: Any, auditor_a: Any
) -> None:
    # No set was ever seated there.
    assert not system.logic.isAuditor(auditor_a)
    with reverts(system.logic.NotAuditor, account=auditor_a):
        system.logic.haltMinting("", sender=auditor_a)


def test_auditors_proposal__none__is_empty(token: Any) -> None:
    assert tuple(token.auditorsProposal()) == ([], 0, 0)


def test_recovery_delay__is_part_of_the_code(system: Any, token: Any) -> None:
    assert token.RECOVERY_DELAY() == system.logic.RECOVERY_DELAY() > 0


@pytest.mark.parametrize("delay", [14 * DAY, 14 * DAY + 1, 30 * DAY, 365 * DAY])
def test_recovery_delay__from_two_weeks_to_a_year__is_kept(deployer: Any, delay: int) -> None:
    assert deployer.deploy(project.KGSTLogic, delay).RECOVERY_DELAY() == delay


@pytest.mark.parametrize("delay", [0, 600, 14 * DAY - 1, 365 * DAY + 1, 2**256 - 1])
def test_recovery_delay__out_of_range__cannot_be_deployed(
    token: Any, deployer: Any, delay: int
) -> None:
    with bubbles(token.RecoveryDelayOutOfRange, recoveryDelay=delay):
        deployer.deploy(project.KGSTLogic, delay)
