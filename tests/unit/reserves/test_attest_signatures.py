"""``attest``: what counts as signed by an auditor, and what does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ape import project
from support.auditing import ascending, draft, rotate, rotation, send, signed, submit
from support.delegation import borrow_code
from support.reverts import reverts
from support.signing import sign, sign_all

from kgst.attestation import Domain, in_signer_order

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ZERO = "0x0000000000000000000000000000000000000000"
OTHER_TOKEN = "0x000000000000000000000000000000000000dEaD"


def high_s(signature: bytes) -> bytes:
    """The other signature by the same key on the same message."""
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


def zero_based_v(signature: bytes) -> bytes:
    return signature[:64] + bytes([signature[64] - 27])


def truncated(signature: bytes) -> bytes:
    return signature[:64]


def compact(signature: bytes) -> bytes:
    """EIP-2098: 64 bytes, the parity in the top bit of s."""
    top = signature[32] | ((signature[64] - 27) << 7)
    return signature[:32] + bytes([top]) + signature[33:64]


def lengthened(signature: bytes) -> bytes:
    return signature + b"\0"


def empty(_signature: bytes) -> bytes:
    return b""


@pytest.fixture
def attestation(funded: Any, token: Any) -> Any:
    """The next attestation, modest enough for the threshold, not yet signed."""
    return draft(token, 10_000 * 100)


@pytest.mark.parametrize("spoil", [high_s, zero_based_v, truncated, compact, lengthened, empty])
def test_attest__malformed_signature__reverts(
    funded: Any, token: Any, attestation: Any, auditors: Any, relayer: Any, spoil: Any
) -> None:
    signatures = signed(funded, attestation, auditors)
    signer, signature = signatures[1]
    signatures[1] = (signer, spoil(signature))
    with reverts(token.InvalidAuditorSignature, auditor=signer):
        send(token, attestation, signatures, relayer)


def test_attest__same_auditor_twice__reverts(
    funded: Any, token: Any, attestation: Any, auditor_a: Any, relayer: Any
) -> None:
    [one] = signed(funded, attestation, [auditor_a])
    with reverts(token.SignaturesNotAscending, previous=auditor_a, signer=auditor_a):
        send(token, attestation, [one, one], relayer)


def test_attest__same_auditor_twice_around_another__reverts(
    funded: Any, token: Any, attestation: Any, auditor_a: Any, auditor_b: Any, relayer: Any
) -> None:
    a, b = signed(funded, attestation, [auditor_a, auditor_b])
    with reverts(token.SignaturesNotAscending, previous=auditor_b, signer=auditor_a):
        send(token, attestation, [a, b, a], relayer)


def test_attest__unsorted__reverts(
    funded: Any, token: Any, attestation: Any, auditor_a: Any, auditor_b: Any, relayer: Any
) -> None:
    a, b = signed(funded, attestation, [auditor_a, auditor_b])
    with reverts(token.SignaturesNotAscending, previous=auditor_b, signer=auditor_a):
        send(token, attestation, [b, a], relayer)


def test_attest__zero_address_as_signer__reverts(
    funded: Any, token: Any, attestation: Any, auditors: Any, relayer: Any
) -> None:
    signatures = [(ZERO, b"\0" * 65), *signed(funded, attestation, auditors)]
    with reverts(token.SignaturesNotAscending, previous=ZERO, signer=ZERO):
        send(token, attestation, signatures, relayer)


def test_attest__someone_else_among_the_signers__reverts(
    funded: Any, token: Any, attestation: Any, auditors: Any, outsider: Any, relayer: Any
) -> None:
    with reverts(token.NotAuditor, account=outsider):
        submit(funded, attestation, [*auditors, outsider], relayer)


def test_attest__suspended_auditor_signs__reverts(
    funded: Any, token: Any, attestation: Any, guardian: Any, auditor_c: Any, auditors: Any,
    relayer: Any,
) -> None:  # fmt: skip
    signatures = signed(funded, attestation, auditors)
    token.suspendAuditor(auditor_c, sender=guardian)
    with reverts(token.AuditorIsSuspended, auditor=auditor_c):
        send(token, attestation, signatures, relayer)


def test_attest__signed_by_another_key__reverts(
    funded: Any, token: Any, attestation: Any, auditor_a: Any, auditor_b: Any, outsider: Any,
    relayer: Any,
) -> None:  # fmt: skip
    message = attestation.message(funded.domain)
    forged = [(auditor_a.address, sign(outsider, message)), *sign_all([auditor_b], message)]
    with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
        send(token, attestation, forged, relayer)


def test_attest__enough_valid_signatures_and_one_wrong__reverts(
    funded: Any, token: Any, attestation: Any, auditors: Any, auditor_c: Any, relayer: Any
) -> None:
    signatures = signed(funded, attestation, auditors)
    signatures[2] = (auditor_c.address, signatures[0][1])
    with reverts(token.InvalidAuditorSignature, auditor=auditor_c):
        send(token, attestation, signatures, relayer)


@pytest.mark.parametrize(
    "field",
    ["epoch", "reserves", "settled", "as_of", "report_hash", "halts", "version", "deadline"],
)
def test_attest__a_field_other_than_signed__reverts(
    funded: Any, token: Any, attestation: Any, attest: Any, auditors: Any, auditor_a: Any,
    issuer: Any, relayer: Any, field: str,
) -> None:  # fmt: skip
    token.mint(issuer, 1, sender=issuer)
    token.burn(1, sender=issuer)
    other = {
        "epoch": attestation.epoch + 1,
        "reserves": attestation.reserves + 1,
        "settled": attestation.settled + 1,
        "as_of": attestation.as_of - 1,
        "report_hash": b"\x5b" * 32,
        "halts": attestation.halts + 1,
        "version": attestation.version - 1,
        "deadline": attestation.deadline + 1,
    }
    signatures = signed(funded, replace(attestation, **{field: other[field]}), auditors)
    with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
        send(token, attestation, signatures, relayer)


def test_attest__signed_for_another_domain__reverts(
    funded: Any, token: Any, attestation: Any, auditors: Any, auditor_a: Any, relayer: Any
) -> None:
    ours = funded.domain
    for domain in (
        Domain(ours.chain_id + 1, ours.token),
        Domain(ours.chain_id, OTHER_TOKEN),
        Domain(ours.chain_id, funded.logic.address),
    ):
        signatures = sign_all(auditors, attestation.message(domain))
        with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
            send(token, attestation, signatures, relayer)


def test_attest__signatures_on_another_kind_of_statement__revert(
    funded: Any, token: Any, attestation: Any, auditors: Any, auditor_a: Any, relayer: Any
) -> None:
    signatures = signed(funded, rotation(funded, auditors, 2), auditors)
    with reverts(token.InvalidAuditorSignature, auditor=auditor_a):
        send(token, attestation, signatures, relayer)


def test_attest__signed_by_the_old_set__reverts(
    funded: Any, token: Any, attestation: Any, auditors: Any, auditor_a: Any, successors: Any,
    relayer: Any,
) -> None:  # fmt: skip
    signatures = signed(funded, attestation, auditors)
    rotate(funded, successors, 2, auditors, relayer)
    with reverts(token.NotAuditor, account=auditor_a):
        send(token, attestation, signatures, relayer)
    submit(funded, replace(attestation, version=2), successors, relayer)
    assert token.lastAttestation().epoch == attestation.epoch


def test_attest__every_auditor_of_sixteen__is_counted(
    system: Any, token: Any, crowd: Any, auditors: Any, relayer: Any
) -> None:
    rotate(system, crowd, 9, auditors, relayer)
    with reverts(token.UnanimityRequired, signatures=15, auditors=16):
        submit(system, draft(token, 100), crowd[:15], relayer)
    submit(system, draft(token, 100), crowd, relayer)
    with reverts(token.ThresholdNotReached, signatures=8, threshold=9):
        submit(system, draft(token, 100), crowd[:8], relayer)
    submit(system, draft(token, 100), crowd[7:], relayer)
    assert token.lastAttestation().epoch == 2


def test_attest__contract_auditor__signs_by_erc_1271(
    funded: Any, token: Any, attestation: Any, wallet: Any, outsider: Any, auditors: Any,
    auditor_a: Any, auditor_b: Any, relayer: Any,
) -> None:  # fmt: skip
    rotate(funded, ascending([wallet, auditor_a, auditor_b]), 2, auditors, relayer)
    attestation = replace(attestation, version=2)
    message = attestation.message(funded.domain)
    by_auditor = (auditor_a.address, sign(auditor_a, message))
    forged = in_signer_order([by_auditor, (wallet.address, sign(auditor_b, message))])
    with reverts(token.InvalidAuditorSignature, auditor=wallet):
        send(token, attestation, forged, relayer)
    good = in_signer_order([by_auditor, (wallet.address, sign(outsider, message))])
    send(token, attestation, good, relayer)
    assert token.lastAttestation().epoch == attestation.epoch


def test_attest__contract_without_erc_1271__does_not_sign(
    funded: Any, token: Any, attestation: Any, auditors: Any, auditor_a: Any, auditor_b: Any,
    deployer: Any, relayer: Any,
) -> None:  # fmt: skip
    mute = deployer.deploy(project.WrongSlotMock)
    rotate(funded, ascending([mute, auditor_a, auditor_b]), 2, auditors, relayer)
    attestation = replace(attestation, version=2)
    by_auditor = signed(funded, attestation, [auditor_a])
    signatures = in_signer_order([*by_auditor, (mute.address, by_auditor[0][1])])
    with reverts(token.InvalidAuditorSignature, auditor=mute):
        send(token, attestation, signatures, relayer)


def test_attest__auditor_with_borrowed_code__still_signs_with_its_key(
    funded: Any, token: Any, attestation: Any, auditor_a: Any, auditor_b: Any, wallet: Any,
    relayer: Any,
) -> None:  # fmt: skip
    borrow_code(auditor_a, wallet, relayer)
    submit(funded, attestation, [auditor_a, auditor_b], relayer)
    assert token.lastAttestation().epoch == attestation.epoch
