"""``lowerIssuer``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain
from support.events import events
from support.reverts import reverts

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def test_lower_issuer__capacity_and_refill__are_lower_at_once_and_logged(
    token: Any, issuance_admin: Any, guardian: Any, issuer_b: Any
) -> None:
    token.setIssuer(issuer_b, 70 * SOM, 5, True, sender=issuance_admin)
    receipt = token.lowerIssuer(issuer_b, 30 * SOM, 4, sender=guardian)
    said = {"issuer": issuer_b, "capacity": 30 * SOM, "refillPerSecond": 4, "mayBurn": True}
    assert events(receipt, token) == [("IssuerSet", said)]
    assert tuple(token.issuerOf(issuer_b)) == (30 * SOM, 30 * SOM, 4, True, False)


@pytest.mark.parametrize("may_burn", [False, True])
@pytest.mark.parametrize(
    ("capacity", "available"),
    [(1_000_000, 999_000), (999_000, 999_000), (998_999, 998_999), (0, 0)],
)
def test_lower_issuer__spent_in_part__keeps_the_lesser(
    funded: Any, token: Any, issuance_admin: Any, guardian: Any, issuer: Any, capacity: int,
    available: int, may_burn: bool,
) -> None:  # fmt: skip
    """Of 1,000,000 som, 1,000 were minted."""
    token.setIssuer(issuer, 1_000_000 * SOM, 0, may_burn, sender=issuance_admin)
    token.lowerIssuer(issuer, capacity * SOM, 0, sender=guardian)
    assert tuple(token.issuerOf(issuer)) == (available * SOM, capacity * SOM, 0, may_burn, False)


def test_lower_issuer__refill__counts_by_the_old_rate_until_then(
    token: Any, issuance_admin: Any, guardian: Any, issuer_b: Any, attest: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 100, 3, False, sender=issuance_admin)
    attest(100)
    spent = token.mint(receiver, 100, sender=issuer_b).timestamp
    chain.pending_timestamp = spent + 20
    token.lowerIssuer(issuer_b, 100, 1, sender=guardian)
    chain.mine(timestamp=spent + 30)
    assert token.issuerOf(issuer_b).available == 70


def test_lower_issuer__to_more_than_it_is__reverts(
    token: Any, issuance_admin: Any, guardian: Any, issuer_b: Any
) -> None:
    token.setIssuer(issuer_b, 70 * SOM, 5, True, sender=issuance_admin)
    for capacity in (70 * SOM + 1, 2**72, 2**256 - 1):
        with reverts(token.AmountOutOfRange, amount=capacity, max=70 * SOM):
            token.lowerIssuer(issuer_b, capacity, 0, sender=guardian)
    for refill in (6, 2**64, 2**256 - 1):
        with reverts(token.AmountOutOfRange, amount=refill, max=5):
            token.lowerIssuer(issuer_b, 0, refill, sender=guardian)
    token.lowerIssuer(issuer_b, 70 * SOM, 5, sender=guardian)
    assert tuple(token.issuerOf(issuer_b)) == (70 * SOM, 70 * SOM, 5, True, False)


def test_lower_issuer__no_issuer__reverts(token: Any, guardian: Any, outsider: Any) -> None:
    for account in (outsider, ZERO, token.address):
        with reverts(token.NotIssuer, account=account):
            token.lowerIssuer(account, 0, 0, sender=guardian)


def test_lower_issuer__by_anyone_else__reverts(
    token: Any, issuance_admin: Any, outsider: Any, issuer: Any
) -> None:
    for sender in (outsider, issuance_admin, issuer):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.lowerIssuer(issuer, 0, 0, sender=sender)
