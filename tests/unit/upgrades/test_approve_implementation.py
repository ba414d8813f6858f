"""``approveImplementation`` and ``approvedImplementation``"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.auditing import approval, approve, rotate, send, signed
from support.events import events
from support.reverts import reverts
from support.signing import sign_all

from kgst.attestation import Domain

NONE = b"\0" * 32
ZERO = "0x0000000000000000000000000000000000000000"


def test_approve_implementation__by_the_threshold__is_recorded_and_logged(
    system: Any, token: Any, second: Any, auditor_a: Any, auditor_b: Any, relayer: Any
) -> None:
    consent = approval(system, second, b"\x01\x02")
    receipt = approve(system, consent, [auditor_a, auditor_b], relayer)
    assert events(receipt, token) == [
        (
            "ImplementationApproved",
            {
                "implementation": second,
                "codeHash": consent.code_hash,
                "dataHash": consent.data_hash,
                "nonce": 0,
            },
        )
    ]
    assert tuple(token.approvedImplementation()) == (
        second.address,
        consent.code_hash,
        consent.data_hash,
        1,
    )
    assert token.implementation() == system.logic


def test_approve_implementation__again__replaces_the_earlier(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, relayer: Any
) -> None:
    first = approval(system, second)
    approve(system, first, auditors, relayer)
    other = approval(system, system.logic, b"\x01")
    approve(system, other, auditors, relayer)
    assert tuple(token.approvedImplementation()) == (
        system.logic.address,
        other.code_hash,
        other.data_hash,
        2,
    )
    with reverts(
        token.ImplementationNotApproved,
        implementation=second,
        codeHash=first.code_hash,
        dataHash=first.data_hash,
    ):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_approve_implementation__of_the_present_one__withdraws_the_earlier(
    system: Any, token: Any, second: Any, upgrader: Any, auditors: Any, relayer: Any
) -> None:
    first = approval(system, second)
    approve(system, first, auditors, relayer)
    approve(system, approval(system, system.logic), auditors, relayer)
    with reverts(
        token.ImplementationNotApproved,
        implementation=second,
        codeHash=first.code_hash,
        dataHash=first.data_hash,
    ):
        token.upgradeToAndCall(second, b"", sender=upgrader)


def test_approve_implementation__other_code_there__reverts(
    system: Any, token: Any, second: Any, auditors: Any, relayer: Any
) -> None:
    consent = approval(system, second)
    others = (NONE, b"\x01" * 32, approval(system, system.logic).code_hash)
    for other in others:
        with reverts(token.CodeHashMismatch, actual=consent.code_hash, consented=other):
            approve(system, replace(consent, code_hash=other), auditors, relayer)
    with reverts(token.CodeHashMismatch, actual=others[2], consented=consent.code_hash):
        elsewhere = replace(consent, implementation=system.logic.address)
        approve(system, elsewhere, auditors, relayer)


def test_approve_implementation__nonce_not_the_next__reverts(
    system: Any, token: Any, second: Any, auditors: Any, relayer: Any
) -> None:
    consent = approval(system, second)
    for nonce in (1, 2**64, 2**256 - 1):
        with reverts(token.InvalidNonce, expected=0, actual=nonce):
            approve(system, replace(consent, nonce=nonce), auditors, relayer)


def test_approve_implementation__replay__reverts(
    system: Any, token: Any, second: Any, auditors: Any, relayer: Any
) -> None:
    consent = approval(system, second)
    approve(system, consent, auditors, relayer)
    with reverts(token.InvalidNonce, expected=1, actual=0):
        approve(system, consent, auditors, relayer)


def test_approve_implementation__old_signatures_under_the_next_nonce__revert(
    system: Any, token: Any, second: Any, auditors: Any, auditor_a: Any, relayer: Any
) -> None:
    consent = approval(system, second)
    signatures = signed(system, consent, auditors)
    approve(system, consent, auditors, relayer)
    with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
        send(token, replace(consent, nonce=1), signatures, relayer)


def test_approve_implementation__fewer_than_the_threshold__reverts(
    system: Any, token: Any, second: Any, auditor_a: Any, relayer: Any
) -> None:
    for signers in ([], [auditor_a]):
        with reverts(token.ThresholdNotReached, signatures=len(signers), threshold=2):
            approve(system, approval(system, second), signers, relayer)


@pytest.mark.parametrize(
    "field",
    ["implementation", "code_hash", "data_hash", "nonce", "halts", "version", "deadline"],
)
def test_approve_implementation__other_than_signed__reverts(
    system: Any, token: Any, second: Any, auditors: Any, auditor_a: Any, relayer: Any, field: str
) -> None:
    consent = approval(system, second)
    changed: dict[str, Any] = {
        "implementation": system.logic.address,
        "code_hash": b"\x01" * 32,
        "data_hash": b"\x01" * 32,
        "nonce": 1,
        "halts": 1,
        "version": 0,
        "deadline": consent.deadline - 1,
    }
    other = replace(consent, **{field: changed[field]})
    with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
        send(token, consent, signed(system, other, auditors), relayer)


def test_approve_implementation__signed_for_another_domain__reverts(
    system: Any, token: Any, second: Any, auditors: Any, auditor_a: Any, relayer: Any
) -> None:
    consent = approval(system, second)
    ours = system.domain
    for domain in (
        Domain(ours.chain_id + 1, ours.token),
        Domain(ours.chain_id, second.address),
    ):
        signatures = sign_all(auditors, consent.message(domain))
        with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
            send(token, consent, signatures, relayer)


def test_approve_implementation__signed_by_upgrader_and_admin__reverts(
    system: Any, token: Any, second: Any, upgrader: Any, admin: Any, relayer: Any
) -> None:
    signers = sorted([upgrader, admin], key=lambda a: int(a.address, 16))
    with reverts(token.NotAuditor, account=signers[0]):
        approve(system, approval(system, second), signers, relayer)


def test_approve_implementation__suspended_auditor_signs__reverts(
    system: Any, token: Any, second: Any, auditors: Any, auditor_b: Any, guardian: Any, relayer: Any
) -> None:
    token.suspendAuditor(auditor_b, sender=guardian)
    with reverts(token.AuditorIsSuspended, auditor=auditor_b):
        approve(system, approval(system, second), auditors, relayer)


def test_approved_implementation__none__is_zero(token: Any) -> None:
    assert tuple(token.approvedImplementation()) == (ZERO, NONE, NONE, 0)


def test_approved_implementation__auditors_changed__is_zero_and_the_nonce_stays(
    system: Any, token: Any, second: Any, auditors: Any, successors: Any, relayer: Any
) -> None:
    approve(system, approval(system, second), auditors, relayer)
    rotate(system, successors, 2, auditors, relayer)
    assert tuple(token.approvedImplementation()) == (ZERO, NONE, NONE, 1)
    approve(system, approval(system, second), successors, relayer)
    assert token.approvedImplementation().nonce == 2
