"""A recovery against auditors who live: once in each delay they say so, and no one keeps them from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.quick import ANYONE, DAY, HOUR, QuickToken, Terms, people
from support.revert_text import refuses_to_deploy

DELAYS = (14 * DAY, 14 * DAY + 1, 30 * DAY, 365 * DAY)
FIVE = people(5)
SUCCESSORS = people(3, "successor")
PROPOSE, ACCEPT = "proposeAuditors(address[],uint256)", "acceptAuditors()"
SUSPEND, HALT = "suspendAuditor(address)", "haltMinting(string)"

Hindrance = Callable[[QuickToken], None]


def addresses(keys: object) -> tuple[str, ...]:
    return tuple(f"0x{key.address:040x}" for key in keys)  # type: ignore[attr-defined]


def deployed(delay: int, max_age: int = 7 * DAY) -> QuickToken:
    """Five auditors of whom three suffice; they have attested once."""
    token = QuickToken(FIVE, 3, Terms(recovery_delay=delay, max_age=max_age))
    assert token.attest(1_000, FIVE).error is None
    return token


def propose(token: QuickToken) -> int:
    """A recovery is under way: the second from which it can be completed."""
    token.govern(PROPOSE, [k.address for k in SUCCESSORS], 2)
    return int(token.read("auditorsProposal()")[2])


@pytest.mark.parametrize("delay", DELAYS)
def test_accept_auditors__auditors_silent_for_the_whole_delay__are_replaced(delay: int) -> None:
    token = deployed(delay)
    acceptable_at = propose(token)
    assert acceptable_at == token.now + delay
    token.wait(delay - 1)
    assert token.send(ANYONE, ACCEPT).error == ("ProposalNotReady", (acceptable_at,))
    token.wait(1)
    assert token.send(ANYONE, ACCEPT).error is None
    assert token.read("auditorSet()") == (addresses(SUCCESSORS), 2, 2, 0)


def nothing(token: QuickToken) -> None:
    """Nobody hinders them."""


def shortest_age(token: QuickToken) -> None:
    """RESERVE_ADMIN makes each attestation of a day's close too old when it comes."""
    token.govern("setMaxAge(uint256)", HOUR)


def suspensions(token: QuickToken) -> None:
    """GUARDIAN suspends as many as it can, of those who have not been before."""
    if not token.read("auditorSet()")[3]:
        token.govern(SUSPEND, FIVE[1].address)
        token.govern(SUSPEND, FIVE[4].address)


def a_halt_in_every_block(token: QuickToken) -> None:
    """One auditor halts until the very block of the attestation, which was signed before."""
    for _ in range(40):
        assert token.send(FIVE[4], HALT, "no").error is None
        token.wait(1)
    token.wait(-1)


def all_by_roles(token: QuickToken) -> None:
    """What roles can do, they do."""
    shortest_age(token)
    suspensions(token)


@pytest.mark.parametrize(
    "hinder", [nothing, shortest_age, suspensions, a_halt_in_every_block, all_by_roles]
)
@pytest.mark.parametrize("delay", DELAYS)
def test_accept_auditors__who_attest_once_in_each_delay__are_never_replaced(
    delay: int, hinder: Hindrance
) -> None:
    token = deployed(delay)
    members = token.read("auditorSet()")[0]
    for epoch in range(2, 10):
        acceptable_at = propose(token)
        token.wait(delay - DAY)
        known = token.read("halts()")
        token.wait(DAY - 60)
        hinder(token)
        outcome = token.attest(
            1_000, [FIVE[0], *FIVE[2:4]], as_of=token.now - DAY, halts=known, deadline=token.now
        )
        assert outcome.error is None
        assert outcome.events[0][1:] == ("AuditorsProposalCanceled", ())
        assert token.read("lastAttestation()")[0] == epoch
        assert token.now < acceptable_at
        token.wait(acceptable_at - token.now)
        assert token.send(ANYONE, ACCEPT).error == ("NoAuditorsProposal", ())
    assert token.read("auditorSet()")[0] == members
    assert token.read("auditorSet()")[2] == 1


def test_accept_auditors__attested_in_the_same_second_but_later__are_replaced() -> None:
    token = deployed(30 * DAY)
    token.wait(propose(token) - token.now)
    assert token.send(ANYONE, ACCEPT).error is None
    old = [FIVE[0], *FIVE[2:4]]
    lowest = old[0].address
    assert token.attest(1_000, old).error == ("NotAuditor", (lowest,))


def test_accept_auditors__a_rotation_on_the_last_second__ends_the_recovery() -> None:
    token = deployed(14 * DAY)
    acceptable_at = propose(token)
    token.wait(acceptable_at - token.now)
    outcome = token.rotate(FIVE, 3, FIVE[:3])
    assert [name for _, name, _ in outcome.events] == ["AuditorsProposalCanceled", "AuditorsSet"]
    assert token.send(ANYONE, ACCEPT).error == ("NoAuditorsProposal", ())


def test_accept_auditors__a_halt_or_a_suspension_alone__is_no_sign_of_life() -> None:
    token = deployed(30 * DAY)
    acceptable_at = propose(token)
    assert token.send(FIVE[0], HALT, "").error is None
    suspensions(token)
    token.wait(acceptable_at - token.now)
    assert token.send(ANYONE, ACCEPT).error is None


# Recovery delay, and the greatest max age that it allows.
MOST = (
    (14 * DAY, 7 * DAY),
    (14 * DAY + 1, 7 * DAY),
    (14 * DAY + 2, 7 * DAY + 1),
    (30 * DAY, 15 * DAY),
    (62 * DAY - 1, 31 * DAY - 1),
    (62 * DAY, 31 * DAY),
    (62 * DAY + 2, 31 * DAY),
    (365 * DAY, 31 * DAY),
)


@pytest.mark.parametrize(("delay", "most"), MOST)
def test_max_age__at_most_half_the_recovery_delay__is_accepted_and_not_a_second_more(
    delay: int, most: int
) -> None:
    token = QuickToken(FIVE, 3, Terms(recovery_delay=delay, max_age=most))
    assert token.read("reserveLimits()")[0] == most
    for max_age in (HOUR, most):
        token.govern("setMaxAge(uint256)", max_age)
        assert token.read("reserveLimits()")[0] == max_age
    with refuses_to_deploy("MaxAgeOutOfRange(uint256)", most + 1):
        QuickToken(FIVE, 3, Terms(recovery_delay=delay, max_age=most + 1))


@pytest.mark.parametrize(("delay", "most"), MOST)
def test_set_max_age__above_half_the_recovery_delay__reverts(delay: int, most: int) -> None:
    token = QuickToken(FIVE, 3, Terms(recovery_delay=delay, max_age=most))
    for max_age in (most + 1, delay, 2**255 + most, 2**256 - 1):
        assert token.governed("setMaxAge(uint256)", max_age).error == (
            "MaxAgeOutOfRange",
            (max_age,),
        )


@pytest.mark.parametrize("delay", [0, 600, 14 * DAY - 1, 365 * DAY + 1, 2**256 - 1])
def test_recovery_delay__out_of_range__cannot_be_deployed(delay: int) -> None:
    with refuses_to_deploy("RecoveryDelayOutOfRange(uint256)", delay):
        QuickToken(FIVE, 3, Terms(recovery_delay=delay))


@pytest.mark.parametrize("max_age", [HOUR, 36 * HOUR, 7 * DAY, 15 * DAY + 1, 31 * DAY])
def test_max_age__any__is_how_long_an_attestation_allows_minting(max_age: int) -> None:
    token = deployed(62 * DAY, max_age)
    attested = token.now
    assert token.read("solvency()")[3] == attested + max_age
    token.govern("setIssuer(address,uint256,uint256,bool)", ANYONE.address, 10**9, 0, False)
    token.wait(max_age - 1)
    assert token.send(ANYONE, "mint(address,uint256)", ANYONE.address, 1).error is None
    token.wait(1)
    refused = token.send(ANYONE, "mint(address,uint256)", ANYONE.address, 1).error
    assert refused == ("AttestationExpired", (attested + max_age,))
