"""``setIssuer``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain
from support.events import events
from support.reverts import reverts

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def test_set_issuer__new_issuer__starts_full_and_logs(
    token: Any, issuance_admin: Any, issuer_b: Any
) -> None:
    receipt = token.setIssuer(issuer_b, 70 * SOM, 5, True, sender=issuance_admin)
    assert events(receipt, token) == [
        (
            "IssuerSet",
            {"issuer": issuer_b, "capacity": 70 * SOM, "refillPerSecond": 5, "mayBurn": True},
        )
    ]
    assert tuple(token.issuerOf(issuer_b)) == (70 * SOM, 70 * SOM, 5, True, False)


@pytest.mark.parametrize(
    ("capacity", "available"),
    [
        (1_000_000, 999_000),  # the same again: what was spent stays spent
        (1_000_001, 999_001),
        (3_000_000, 2_999_000),
        (999_999, 999_000),
        (999_000, 999_000),
        (998_999, 998_999),
        (0, 0),
    ],
)
def test_set_issuer__again__adds_what_is_more_and_keeps_what_is_less(
    funded: Any, token: Any, issuance_admin: Any, issuer: Any, capacity: int, available: int
) -> None:
    """Of 1,000,000 som, 1,000 were minted."""
    token.setIssuer(issuer, capacity * SOM, 7, False, sender=issuance_admin)
    assert tuple(token.issuerOf(issuer)) == (available * SOM, capacity * SOM, 7, False, False)


def test_set_issuer__cut_down_during_the_delay__mints_no_more_than_the_quota_it_had(
    token: Any, issuance_admin: Any, issuer_b: Any, attest: Any, receiver: Any
) -> None:
    """An issuer that learns of the cut spends its quota first; the lesser one gives it nothing on top."""
    token.setIssuer(issuer_b, 1_000_000 * SOM, 0, False, sender=issuance_admin)
    attest(2_000_000 * 100)
    token.mint(receiver, 1_000_000 * SOM, sender=issuer_b)
    token.setIssuer(issuer_b, 100_000 * SOM, 0, False, sender=issuance_admin)
    with reverts(token.IssuerQuotaExceeded, issuer=issuer_b, available=0, needed=1):
        token.mint(receiver, 1, sender=issuer_b)


def test_set_issuer__lowered_and_raised_again__holds_what_the_raise_adds(
    token: Any, issuance_admin: Any, issuer_b: Any, attest: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 100 * SOM, 0, False, sender=issuance_admin)
    attest(1_000 * 100)
    token.mint(receiver, 60 * SOM, sender=issuer_b)
    for capacity in (50, 100):
        token.setIssuer(issuer_b, capacity * SOM, 0, False, sender=issuance_admin)
    # 40 were left, which 50 can hold; the raise grants 50 more.
    assert token.issuerOf(issuer_b).available == 90 * SOM


def test_set_issuer__again__counts_the_refill_until_then_by_the_old_rate(
    token: Any, issuance_admin: Any, issuer_b: Any, attest: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 100, 1, False, sender=issuance_admin)
    attest(100)
    spent = token.mint(receiver, 100, sender=issuer_b).timestamp
    chain.pending_timestamp = spent + 30
    token.setIssuer(issuer_b, 100, 5, False, sender=issuance_admin)
    assert token.issuerOf(issuer_b).available == 30
    chain.mine(timestamp=spent + 40)
    assert token.issuerOf(issuer_b).available == 80


def test_set_issuer__refill__counts_from_the_grant(
    token: Any, issuance_admin: Any, issuer_b: Any, attest: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 100, 1, False, sender=issuance_admin)
    attest(100)
    spent = token.mint(receiver, 100, sender=issuer_b).timestamp
    chain.pending_timestamp = spent + 50
    token.mint(receiver, 50, sender=issuer_b)
    assert token.issuerOf(issuer_b).available == 0


def test_set_issuer__zero_capacity__gives_no_right_to_mint(
    funded: Any, token: Any, issuance_admin: Any, issuer: Any, receiver: Any
) -> None:
    token.setIssuer(issuer, 0, 2**64 - 1, False, sender=issuance_admin)
    chain.pending_timestamp += 100
    with reverts(token.NotIssuer, account=issuer):
        token.mint(receiver, 1, sender=issuer)


def test_set_issuer__at_the_bounds__keeps_each_field_apart(
    token: Any, issuance_admin: Any, issuer_b: Any
) -> None:
    token.setIssuer(issuer_b, 2**72 - 1, 2**64 - 1, True, sender=issuance_admin)
    assert tuple(token.issuerOf(issuer_b)) == (2**72 - 1, 2**72 - 1, 2**64 - 1, True, False)


def test_set_issuer__capacity_too_great__reverts(
    token: Any, issuance_admin: Any, issuer_b: Any
) -> None:
    for capacity in (2**72, 2**256 - 1):
        with reverts(token.AmountOutOfRange, amount=capacity, max=2**72 - 1):
            token.setIssuer(issuer_b, capacity, 0, False, sender=issuance_admin)


def test_set_issuer__refill_too_great__reverts(
    token: Any, issuance_admin: Any, issuer_b: Any
) -> None:
    for refill in (2**64, 2**256 - 1):
        with reverts(token.AmountOutOfRange, amount=refill, max=2**64 - 1):
            token.setIssuer(issuer_b, 1, refill, False, sender=issuance_admin)


def test_set_issuer__reserved_address__reverts(token: Any, issuance_admin: Any) -> None:
    for account in (ZERO, token.address):
        with reverts(token.ReservedAddress, account=account):
            token.setIssuer(account, 1, 0, False, sender=issuance_admin)


def test_set_issuer__by_an_outsider__reverts(token: Any, outsider: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.setIssuer(outsider, 1, 0, False, sender=outsider)
