"""The three messages that auditors sign: until when, for which set, after which halt."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.engine import Outcome
from support.model.signatures import Key
from support.quick import DAY, HOUR, QuickToken, people

THREE = people(3)
YEAR = 365 * DAY
NO_CALL = b"\0" * 32

Submit = Callable[..., Outcome]


def attestation(token: QuickToken, signers: list[Key], **said: int) -> Outcome:
    said = {"as_of": token.now - HOUR, **said}
    return token.attest(1_000, signers, **said)


def rotation(token: QuickToken, signers: list[Key], **said: int) -> Outcome:
    return token.rotate(THREE, 2, signers, **said)


def consent(token: QuickToken, signers: list[Key], **said: int) -> Outcome:
    return token.approve(token.logic, NO_CALL, signers, **said)


MESSAGES = [attestation, rotation, consent]


@pytest.fixture
def token() -> QuickToken:
    """Three auditors of whom two suffice; they have attested a day ago."""
    deployed = QuickToken(THREE, 2)
    assert deployed.attest(1_000, THREE).error is None
    deployed.wait(DAY)
    return deployed


@pytest.mark.parametrize("message", MESSAGES)
def test_deadline__passed__is_refused(token: QuickToken, message: Submit) -> None:
    for deadline in (token.now - 1, token.now - 5 * YEAR, 1, 0):
        refused = ("SignaturesExpired", (deadline,))
        assert message(token, THREE, deadline=deadline).error == refused
        # It is looked at before any signature.
        assert message(token, [], deadline=deadline).error == refused


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("ahead", [0, 1, YEAR, None])
def test_deadline__its_own_second_or_later_ones__is_accepted(
    token: QuickToken, message: Submit, ahead: int | None
) -> None:
    deadline = 2**256 - 1 if ahead is None else token.now + ahead
    assert message(token, THREE[:2], deadline=deadline).error is None


@pytest.mark.parametrize("message", MESSAGES)
def test_deadline__other_than_signed__is_refused(token: QuickToken, message: Submit) -> None:
    signed = token.now + HOUR
    for given in (signed - 1, signed + 1, 2**256 - 1):
        refused = message(token, THREE[:2], deadline=signed, given=given).error
        assert refused == ("InvalidAuditorSignature", (THREE[0].address,))
    token.wait(HOUR + 1)
    refused = message(token, THREE[:2], deadline=signed, given=token.now + 1).error
    assert refused == ("InvalidAuditorSignature", (THREE[0].address,))


@pytest.mark.parametrize("message", MESSAGES)
def test_version__signed_before_a_rotation_to_the_very_same__is_refused(
    token: QuickToken, message: Submit
) -> None:
    before = token.read("auditorSet()")[2]
    assert token.rotate(THREE, 2, THREE[:2]).error is None
    for version in (before, before + 2, 0):
        refused = message(token, THREE[:2], version=version, deadline=token.now + YEAR).error
        assert refused == ("InvalidAuditorSignature", (THREE[0].address,))
    assert message(token, THREE[:2], version=before + 1).error is None


@pytest.mark.parametrize("message", MESSAGES)
def test_version__signed_before_a_recovery_to_the_very_same__is_refused(
    token: QuickToken, message: Submit
) -> None:
    token.govern("proposeAuditors(address[],uint256)", [key.address for key in THREE], 2)
    token.wait(30 * DAY)
    assert token.send(THREE[0], "acceptAuditors()").error is None
    refused = message(token, THREE[:2], version=1, deadline=token.now + YEAR).error
    assert refused == ("InvalidAuditorSignature", (THREE[0].address,))


def test_halts__consent_signed_before_a_halt_or_for_a_later_one__is_refused(
    token: QuickToken,
) -> None:
    refused = ("InvalidAuditorSignature", (THREE[0].address,))
    assert consent(token, THREE[:2], halts=1).error == refused
    assert token.send(THREE[2], "haltMinting(string)", "").error is None
    assert consent(token, THREE[:2], halts=0).error == refused
    assert consent(token, THREE, halts=0).error == refused
    assert consent(token, THREE[:2], halts=1).error is None


def test_halts__rotation_signed_before_a_halt__is_good(token: QuickToken) -> None:
    # No auditor can keep the others from leaving it behind.
    deadline = token.now + HOUR
    assert token.send(THREE[2], "haltMinting(string)", "").error is None
    assert token.rotate(THREE[:2], 2, THREE[:2], deadline=deadline).error is None


@pytest.mark.parametrize("message", MESSAGES)
def test_five_years_old__signatures__are_refused(token: QuickToken, message: Submit) -> None:
    deadline = token.now + DAY
    token.wait(5 * YEAR)
    refused = message(token, THREE, deadline=deadline).error
    assert refused == ("SignaturesExpired", (deadline,))


def test_five_years_old__recorded_consent__stands_until_the_auditors_end_it(
    token: QuickToken,
) -> None:
    upgrade = "upgradeToAndCall(address,bytes)"
    later = token.engine.deploy(THREE[0].address, "KGSTLogicV2Mock", 30 * DAY)
    no_data = bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    assert token.approve(later, no_data, THREE[:2]).error is None
    token.wait(5 * YEAR)
    mark = token.engine.mark()
    assert token.governed(upgrade, later, b"").error is None
    token.engine.restore(mark)
    # One auditor who is alive and wary is enough.
    assert token.send(THREE[2], "haltMinting(string)", "").error is None
    assert token.read("approvedImplementation()")[:3] == ("0x" + "0" * 40, b"\0" * 32, b"\0" * 32)
    code = token.engine.code_hash(later)
    refused = token.governed(upgrade, later, b"").error
    assert refused == ("ImplementationNotApproved", (later, code, int.from_bytes(no_data, "big")))
