"""``setMaxAge``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain
from support.events import events
from support.reverts import reverts

HOUR = 3_600
DAY = 86_400


@pytest.mark.parametrize("max_age", [HOUR, HOUR + 1, 7 * DAY + 5, 15 * DAY])
def test_set_max_age__an_hour_to_half_the_recovery_delay__is_stored_and_logged(
    token: Any, reserve_admin: Any, max_age: int
) -> None:
    assert token.RECOVERY_DELAY() == 30 * DAY
    _, increase, margin = token.reserveLimits()
    receipt = token.setMaxAge(max_age, sender=reserve_admin)
    assert events(receipt, token) == [("MaxAgeSet", {"maxAge": max_age})]
    assert tuple(token.reserveLimits()) == (max_age, increase, margin)
    assert token.solvency().validUntil == 0


@pytest.mark.parametrize(
    "max_age",
    [0, HOUR - 1, 15 * DAY + 1, 31 * DAY, 31 * DAY + 1, 2**32 + HOUR, 2**255 + HOUR, 2**256 - 1],
)
def test_set_max_age__out_of_range__reverts(token: Any, reserve_admin: Any, max_age: int) -> None:
    with reverts(token.MaxAgeOutOfRange, maxAge=max_age):
        token.setMaxAge(max_age, sender=reserve_admin)


def test_set_max_age__shorter__also_shortens_the_current_attestation(
    funded: Any, token: Any, reserve_admin: Any
) -> None:
    as_of = token.lastAttestation().asOf
    token.setMaxAge(HOUR, sender=reserve_admin)
    assert token.solvency().validUntil == as_of + HOUR


def test_set_max_age__shorter_than_its_age__expires_it_in_the_past(
    funded: Any, token: Any, reserve_admin: Any, issuer: Any
) -> None:
    as_of = token.lastAttestation().asOf
    chain.pending_timestamp = as_of + 2 * HOUR
    token.setMaxAge(HOUR, sender=reserve_admin)
    with reverts(token.AttestationExpired, validUntil=as_of + HOUR):
        token.mint(issuer, 1, sender=issuer)


def test_set_max_age__longer__waits_for_the_next_attestation(
    funded: Any, token: Any, attest: Any, reserve_admin: Any
) -> None:
    before = token.solvency().validUntil
    token.setMaxAge(15 * DAY, sender=reserve_admin)
    assert token.solvency().validUntil == before
    attestation = attest(10_000 * 100)
    assert token.solvency().validUntil == attestation.as_of + 15 * DAY


def test_set_max_age__shorter_and_longer_again__does_not_give_back(
    funded: Any, token: Any, reserve_admin: Any
) -> None:
    as_of = token.lastAttestation().asOf
    token.setMaxAge(HOUR, sender=reserve_admin)
    token.setMaxAge(15 * DAY, sender=reserve_admin)
    assert token.solvency().validUntil == as_of + HOUR


def test_set_max_age__by_an_outsider__reverts(token: Any, outsider: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.setMaxAge(DAY, sender=outsider)
