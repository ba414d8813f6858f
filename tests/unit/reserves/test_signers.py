"""``ReservesAttested.signers``: bit i is set when ``auditors[i]`` signed, for the largest set."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.engine import Outcome
from support.model.signatures import Key
from support.quick import QuickToken, people

CROWD = people(16)
ALL = 0xFFFF


@pytest.fixture
def token() -> QuickToken:
    """Sixteen auditors of whom nine suffice; all have attested once."""
    deployed = QuickToken(CROWD, 9)
    assert signers(deployed.attest(1_000, CROWD)) == ALL
    return deployed


def signers(outcome: Outcome) -> int:
    assert outcome.error is None
    [(_, name, arguments)] = outcome.events
    assert name == "ReservesAttested"
    return int(arguments[-1])


def bits(present: Sequence[Key]) -> int:
    return sum(1 << CROWD.index(key) for key in present)


def test_signers__each_single_one_missing__is_the_one_clear_bit(token: QuickToken) -> None:
    for seat in range(16):
        present = [*CROWD[:seat], *CROWD[seat + 1 :]]
        assert signers(token.attest(1_000, present)) == ALL ^ 1 << seat


def test_signers__first_attestation_with_one_missing__is_refused(token: QuickToken) -> None:
    fresh = QuickToken(CROWD, 9)
    for seat in range(16):
        present = [*CROWD[:seat], *CROWD[seat + 1 :]]
        assert fresh.attest(1_000, present).error == ("UnanimityRequired", (15, 16))


def test_signers__nine_in_a_row_or_scattered__are_their_bits(token: QuickToken) -> None:
    for first in range(8):
        present = CROWD[first : first + 9]
        assert signers(token.attest(1_000, present)) == 0x1FF << first
    for step in (3, 5, 7, 11, 13):
        present = sorted((CROWD[step * i % 16] for i in range(9)), key=lambda key: key.address)
        assert signers(token.attest(1_000, present)) == bits(present)


def test_signers__each_suspended_in_turn__cannot_be_among_them(token: QuickToken) -> None:
    for seat, key in enumerate(CROWD):
        mark = token.engine.mark()
        token.govern("suspendAuditor(address)", key.address)
        others = [*CROWD[:seat], *CROWD[seat + 1 :]]
        assert token.attest(1_000, [key]).error == ("AuditorIsSuspended", (key.address,))
        assert signers(token.attest(1_100, others)) == ALL ^ 1 << seat
        token.engine.restore(mark)


def test_signers__with_one_suspended__are_never_all(token: QuickToken) -> None:
    token.govern("suspendAuditor(address)", CROWD[7].address)
    refused = ("AuditorIsSuspended", (CROWD[7].address,))
    assert token.attest(1_101, CROWD).error == refused
    others = [*CROWD[:7], *CROWD[8:]]
    assert token.attest(1_101, others).error == ("UnanimityRequired", (15, 16))


def test_signers__seven_suspended__are_the_other_nine(token: QuickToken) -> None:
    for key in CROWD[::2][:7]:
        token.govern("suspendAuditor(address)", key.address)
    left = [key for key in CROWD if key not in CROWD[::2][:7]]
    assert signers(token.attest(1_000, left)) == bits(left) == 0b1110101010101010
    refused = token.governed("suspendAuditor(address)", left[0].address).error
    assert refused == ("TooFewAuditorsLeft", (8, 9))
