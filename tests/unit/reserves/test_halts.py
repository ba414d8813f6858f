"""What a halt does to attestations signed before it, and after it."""

from __future__ import annotations

import pytest
from support.quick import ANYONE, DAY, HOUR, QuickToken, people

THREE = people(3)
MINT, HALT = "mint(address,uint256)", "haltMinting(string)"


@pytest.fixture
def token() -> QuickToken:
    """Three auditors of whom two suffice have attested 1,000 tyiyn; an hour has passed."""
    deployed = QuickToken(THREE, 2)
    deployed.govern("setIssuer(address,uint256,uint256,bool)", ANYONE.address, 10**9, 0, False)
    assert deployed.attest(1_000, THREE).error is None
    deployed.wait(HOUR)
    return deployed


def halt(token: QuickToken, seat: int = 2) -> None:
    outcome = token.send(THREE[seat], HALT, "figures do not tally")
    assert [event[1:] for event in outcome.events] == [
        ("MintingHalted", (THREE[seat].address, token.read("halts()"), "figures do not tally"))
    ]


def may_mint(token: QuickToken) -> bool:
    error = token.send(ANYONE, MINT, ANYONE.address, 1).error
    assert error is None or error[0] == "AttestationExpired"
    assert (token.read("headroom()") > 0) == (error is None)
    return error is None


@pytest.mark.parametrize("pause", [0, 1, HOUR])
def test_halt_minting__draft_signed_by_two_before_it__counts_as_figures_only(
    token: QuickToken, pause: int
) -> None:
    drafted, deadline = token.now, token.now + DAY
    token.wait(pause)
    halt(token)
    token.wait(pause)
    outcome = token.attest(900, THREE[:2], halts=0, as_of=drafted, deadline=deadline)
    assert outcome.error is None
    assert token.read("lastAttestation()")[:4] == (2, 900, 0, drafted)
    assert token.read("solvency()")[1] == 9_000_000
    assert token.read("solvency()")[3] == token.now
    assert not may_mint(token)
    token.wait(1)
    assert not may_mint(token)


def test_halt_minting__signed_after_it__ends_it(token: QuickToken) -> None:
    halt(token)
    assert not may_mint(token)
    assert token.attest(1_000, THREE[:2]).error is None
    assert may_mint(token)


def test_halt_minting__the_same_closing_attested_again__ends_it(token: QuickToken) -> None:
    closing = token.read("lastAttestation()")[3]
    halt(token)
    assert token.attest(1_000, THREE[:2], as_of=closing, halts=0).error is None
    assert not may_mint(token)
    assert token.attest(1_000, THREE[:2], as_of=closing, halts=1).error is None
    assert token.read("solvency()")[3] == closing + 7 * DAY
    assert may_mint(token)


def test_halt_minting__every_auditor_signed_before_it__does_not_end_it(token: QuickToken) -> None:
    halt(token)
    assert token.attest(5_000, THREE, halts=0).error is None
    assert token.read("solvency()")[1] == 50_000_000
    assert not may_mint(token)


def test_halt_minting__many__only_who_knows_of_the_last_ends_them(token: QuickToken) -> None:
    for seat in range(12):
        halt(token, seat % 3)
    assert token.read("halts()") == 12
    for known in range(12):
        assert token.attest(1_000, THREE[:2], halts=known).error is None
        assert not may_mint(token)
    for ahead in (13, 2**32 + 12, 2**255 + 12, 2**256 - 1):
        assert token.attest(1_000, THREE, halts=ahead).error == ("InvalidHalts", (12, ahead))
    assert token.attest(1_000, THREE[:2], halts=12).error is None
    assert may_mint(token)


def test_halt_minting__within_the_second_of_an_attestation__ends_it_at_once(
    token: QuickToken,
) -> None:
    assert token.attest(1_000, THREE).error is None
    assert may_mint(token)
    halt(token)
    assert not may_mint(token)
    # Known of, in the same block: it goes on.
    assert token.attest(1_000, THREE[1:]).error is None
    assert may_mint(token)


def test_halt_minting__stale_figures_that_expired_already__do_not_move_the_term_up(
    token: QuickToken,
) -> None:
    closing = token.read("lastAttestation()")[3]
    token.wait(9 * DAY)
    halt(token)
    assert token.attest(1_000, THREE[:2], halts=0, as_of=closing).error is None
    assert token.read("solvency()")[3] == closing + 7 * DAY
    assert token.attest(1_000, THREE[:2], halts=1, as_of=closing).error is None
    assert not may_mint(token)


def test_halt_minting__by_a_suspended_or_former_auditor__counts_nothing(token: QuickToken) -> None:
    token.govern("suspendAuditor(address)", THREE[0].address)
    refused = token.send(THREE[0], HALT, "").error
    assert refused == ("AuditorIsSuspended", (THREE[0].address,))
    assert token.rotate(people(2, "next"), 2, THREE[1:]).error is None
    assert token.send(THREE[1], HALT, "").error == ("NotAuditor", (THREE[1].address,))
    assert token.read("halts()") == 0


def test_halt_minting__count__outlives_every_change_of_the_auditors(token: QuickToken) -> None:
    halt(token)
    successors = people(3, "next")
    assert token.rotate(successors, 2, THREE[:2]).error is None
    assert token.read("halts()") == 1
    assert token.attest(1_000, successors[:2], halts=0).error is None
    assert not may_mint(token)
    assert token.attest(1_000, successors[:2], halts=1).error is None
    assert may_mint(token)
