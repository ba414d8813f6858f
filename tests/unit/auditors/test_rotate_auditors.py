"""``rotateAuditors``"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.auditing import approval, approve, draft, rotate, rotation, send, signed, submit
from support.auditor_sets import INVALID_SETS, InvalidSet
from support.events import events
from support.reverts import reverts
from support.signing import sign_all

from kgst.attestation import Domain
from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def addresses(accounts: list[Any]) -> list[str]:
    return [account.address for account in accounts]


def test_rotate_auditors__by_the_threshold__replaces_the_set_at_once(
    funded: Any, token: Any, auditors: Any, auditor_a: Any, auditor_b: Any, successors: Any,
    relayer: Any,
) -> None:  # fmt: skip
    receipt = rotate(funded, successors, 3, [auditor_a, auditor_b], relayer)
    assert events(receipt, token) == [
        ("AuditorsSet", {"version": 2, "auditors": addresses(successors), "threshold": 3})
    ]
    assert tuple(token.auditorSet()) == (addresses(successors), 3, 2, 0)
    assert [token.isAuditor(a) for a in (*auditors, *successors)] == [False] * 3 + [True] * 3


def test_rotate_auditors__attestation__expires_and_its_figures_stay(
    funded: Any, token: Any, auditors: Any, successors: Any, issuer: Any, relayer: Any
) -> None:
    attested = tuple(token.lastAttestation())
    rotated = rotate(funded, successors, 2, auditors, relayer).timestamp
    assert tuple(token.solvency()) == (1_000 * SOM, 10_000 * SOM, 0, rotated)
    assert tuple(token.lastAttestation()) == attested
    with reverts(token.AttestationExpired, validUntil=rotated):
        token.mint(issuer, 1, sender=issuer)


def test_rotate_auditors__new_set__attests_the_next_epoch(
    funded: Any, token: Any, auditors: Any, successors: Any, relayer: Any
) -> None:
    rotate(funded, successors, 2, auditors, relayer)
    submit(funded, draft(token, 11_000 * 100), successors[:2], relayer)
    assert token.lastAttestation().epoch == 2
    assert token.headroom() == 10_000 * SOM


def test_rotate_auditors__one_stays__keeps_its_vote_in_its_new_seat(
    funded: Any, token: Any, auditors: Any, auditor_c: Any, successors: Any, guardian: Any,
    relayer: Any,
) -> None:  # fmt: skip
    new = sorted([auditor_c, *successors], key=lambda a: int(a.address, 16))
    rotate(funded, new, 3, auditors, relayer)
    token.suspendAuditor(auditor_c, sender=guardian)
    assert token.auditorSet().suspended == 1 << new.index(auditor_c)
    assert [token.isAuditor(a) for a in new] == [a != auditor_c for a in new]


def test_rotate_auditors__suspended_one_stays__may_sign_again(
    funded: Any, token: Any, auditors: Any, auditor_a: Any, auditor_b: Any, auditor_c: Any,
    guardian: Any, relayer: Any,
) -> None:  # fmt: skip
    token.suspendAuditor(auditor_c, sender=guardian)
    rotate(funded, auditors, 2, [auditor_a, auditor_b], relayer)
    assert token.isAuditor(auditor_c)
    assert token.auditorSet().suspended == 0


def test_rotate_auditors__largest_set__is_accepted(
    funded: Any, token: Any, auditors: Any, crowd: Any, relayer: Any
) -> None:
    rotate(funded, crowd, 16, auditors, relayer)
    assert tuple(token.auditorSet()) == (addresses(crowd), 16, 2, 0)
    assert all(token.isAuditor(a) for a in crowd)


@pytest.mark.parametrize(("count", "threshold"), [(2, 2), (3, 2), (4, 3), (5, 3), (16, 9)])
def test_rotate_auditors__smallest_majority__is_accepted(
    funded: Any, token: Any, auditors: Any, crowd: Any, relayer: Any, count: int, threshold: int
) -> None:
    rotate(funded, crowd[:count], threshold, auditors, relayer)
    assert token.auditorSet().threshold == threshold


@pytest.mark.parametrize("invalid", INVALID_SETS, ids=str)
def test_rotate_auditors__invalid_set__reverts(
    funded: Any, token: Any, auditors: Any, crowd: Any, relayer: Any, invalid: InvalidSet
) -> None:
    members = invalid.addresses(crowd)
    order = replace(rotation(funded, [], invalid.threshold), auditors=tuple(members))
    error, inputs = invalid.error_of(token, crowd)
    with reverts(error, **inputs):
        submit(funded, order, auditors, relayer)


def test_rotate_auditors__fewer_than_the_threshold__reverts(
    funded: Any, token: Any, auditor_a: Any, successors: Any, relayer: Any
) -> None:
    for signers in ([], [auditor_a]):
        with reverts(token.ThresholdNotReached, signatures=len(signers), threshold=2):
            rotate(funded, successors, 2, signers, relayer)


def test_rotate_auditors__other_than_signed__reverts(
    funded: Any, token: Any, auditors: Any, auditor_a: Any, successors: Any, relayer: Any
) -> None:
    order = rotation(funded, successors, 2)
    signatures = signed(funded, order, auditors)
    others: list[dict[str, Any]] = [
        {"threshold": 3},
        {"auditors": order.auditors[:2]},
        {"deadline": order.deadline + 1},
        {"deadline": 2**256 - 1},
    ]
    for other in others:
        with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
            send(token, replace(order, **other), signatures, relayer)


def test_rotate_auditors__other_version_or_domain__reverts(
    funded: Any, token: Any, auditors: Any, auditor_a: Any, successors: Any, relayer: Any
) -> None:
    ours = funded.domain
    order = rotation(funded, successors, 2)
    messages = [replace(order, version=version).message(ours) for version in (0, 2)]
    messages.append(order.message(Domain(ours.chain_id + 1, ours.token)))
    messages.append(order.message(Domain(ours.chain_id, funded.logic.address)))
    for message in messages:
        with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
            send(token, order, sign_all(auditors, message), relayer)


def test_rotate_auditors__replayed_in_a_later_version__reverts(
    funded: Any, token: Any, auditors: Any, auditor_a: Any, relayer: Any
) -> None:
    order = rotation(funded, auditors, 3)
    signatures = signed(funded, order, auditors)
    send(token, order, signatures, relayer)
    with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
        send(token, order, signatures, relayer)


def test_rotate_auditors__suspended_auditor_signs__reverts(
    funded: Any, token: Any, auditors: Any, auditor_c: Any, guardian: Any, successors: Any,
    relayer: Any,
) -> None:  # fmt: skip
    token.suspendAuditor(auditor_c, sender=guardian)
    with reverts(token.AuditorIsSuspended, auditor=auditor_c):
        rotate(funded, successors, 2, auditors, relayer)


def test_rotate_auditors__admins_or_the_new_set_sign__reverts(
    funded: Any, token: Any, admin: Any, reserve_admin: Any, successors: Any, relayer: Any
) -> None:
    admins = sorted([admin, reserve_admin], key=lambda a: int(a.address, 16))
    for signers in (admins, successors):
        with reverts(token.NotAuditor, account=signers[0]):
            rotate(funded, successors, 2, signers, relayer)


def test_rotate_auditors__consent_to_an_upgrade__lapses(
    funded: Any, token: Any, auditors: Any, successors: Any, relayer: Any
) -> None:
    approve(funded, approval(funded, funded.logic), auditors, relayer)
    rotate(funded, successors, 2, auditors, relayer)
    assert tuple(token.approvedImplementation()) == (ZERO, b"\0" * 32, b"\0" * 32, 1)


def test_rotate_auditors__everything_paused__works(
    funded: Any, token: Any, auditors: Any, successors: Any, pauser: Any, relayer: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    rotate(funded, successors, 2, auditors, relayer)
    assert token.auditorSet().version == 2
