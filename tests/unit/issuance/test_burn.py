"""``burn``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


@pytest.fixture
def stocked(funded: Any, token: Any, issuer: Any) -> Any:
    """``issuer`` holds 500 som of its own; supply is 1,500 som, backing 10,000, headroom 8,500."""
    token.mint(issuer, 500 * SOM, sender=issuer)
    return funded


def test_burn__own_tokens__lowers_supply_and_backing(stocked: Any, token: Any, issuer: Any) -> None:
    valid_until = token.solvency().validUntil
    available = token.issuerOf(issuer).available
    assert token.burn.call(200 * SOM, sender=issuer) is True
    receipt = token.burn(200 * SOM, sender=issuer)
    assert events(receipt, token) == [
        ("Transfer", {"from": issuer, "to": ZERO, "value": 200 * SOM})
    ]
    assert token.balanceOf(issuer) == 300 * SOM
    solvency = token.solvency()
    assert tuple(solvency) == (1_300 * SOM, 9_800 * SOM, 200 * SOM, valid_until)
    assert token.issuerOf(issuer).available == available


def test_burn__round_trip__adds_no_headroom(
    stocked: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    token.mint(issuer, 8_500 * SOM, sender=issuer)
    token.burn(4_000 * SOM, sender=issuer)
    assert token.headroom() == 0
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(receiver, 1, sender=issuer)


def test_burn__in_a_deficit__leaves_the_shortfall(
    stocked: Any, token: Any, attest: Any, issuer: Any
) -> None:
    attest(1_200 * 100)
    token.burn(100 * SOM, sender=issuer)
    solvency = token.solvency()
    assert (solvency.supply, solvency.backing) == (1_400 * SOM, 1_100 * SOM)


def test_burn__more_than_the_backing__floors_it_at_zero(
    stocked: Any, token: Any, attest: Any, issuer: Any
) -> None:
    attest(100 * 100)
    token.burn(500 * SOM, sender=issuer)
    solvency = token.solvency()
    assert (solvency.supply, solvency.backing, solvency.burned) == (1_000 * SOM, 0, 500 * SOM)


def test_burn__attestation_expired__succeeds(stocked: Any, token: Any, issuer: Any) -> None:
    chain.pending_timestamp = token.solvency().validUntil + 1
    token.burn(500 * SOM, sender=issuer)
    assert token.balanceOf(issuer) == 0


def test_burn__zero__logs_and_changes_nothing(stocked: Any, token: Any, issuer: Any) -> None:
    before = tuple(token.solvency())
    receipt = token.burn(0, sender=issuer)
    assert events(receipt, token) == [("Transfer", {"from": issuer, "to": ZERO, "value": 0})]
    assert tuple(token.solvency()) == before


def test_burn__without_may_burn__reverts(
    stocked: Any, token: Any, issuance_admin: Any, holder: Any, issuer: Any
) -> None:
    with reverts(token.BurnNotAllowed, account=holder):
        token.burn(1, sender=holder)
    token.setIssuer(issuer, 2**72 - 1, 2**64 - 1, False, sender=issuance_admin)
    with reverts(token.BurnNotAllowed, account=issuer):
        token.burn(1, sender=issuer)


def test_burn__may_burn_without_quota__succeeds(
    funded: Any, token: Any, issuance_admin: Any, holder: Any
) -> None:
    token.setIssuer(holder, 0, 0, True, sender=issuance_admin)
    token.burn(1_000 * SOM, sender=holder)
    assert token.totalSupply() == 0


def test_burn__beyond_the_balance__reverts(stocked: Any, token: Any, issuer: Any) -> None:
    for value in (500 * SOM + 1, 2**72, 2**256 - 1):
        with reverts(
            token.ERC20InsufficientBalance, sender=issuer, balance=500 * SOM, needed=value
        ):
            token.burn(value, sender=issuer)


def test_burn__frozen_part__reverts(stocked: Any, token: Any, compliance: Any, issuer: Any) -> None:
    token.setFrozenTokens(issuer, 150 * SOM, sender=compliance)
    with reverts(
        token.ERC7943InsufficientUnfrozenBalance,
        account=issuer,
        amount=350 * SOM + 1,
        unfrozen=350 * SOM,
    ):
        token.burn(350 * SOM + 1, sender=issuer)
    token.burn(350 * SOM, sender=issuer)
    assert token.balanceOf(issuer) == 150 * SOM
    assert token.getFrozenTokens(issuer) == 150 * SOM


def test_burn__blocked_issuer__reverts(
    stocked: Any, token: Any, compliance: Any, issuer: Any
) -> None:
    token.blockAccount(issuer, sender=compliance)
    for value in (0, 1):
        with reverts(token.ERC7943CannotSend, account=issuer):
            token.burn(value, sender=issuer)


def test_burn__burning_paused__reverts(stocked: Any, token: Any, pauser: Any, issuer: Any) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    with reverts(token.OperationPaused, flags=8):
        token.burn(1, sender=issuer)


def test_burn__other_flags_set__succeeds(
    stocked: Any, token: Any, pauser: Any, issuer: Any
) -> None:
    token.pause(1 | 2 | 4, sender=pauser)
    token.burn(500 * SOM, sender=issuer)
    assert token.balanceOf(issuer) == 0


def test_burn__counter_of_burns_full__reverts(
    token: Any, attest: Any, issuance_admin: Any, guardian: Any, issuer_b: Any
) -> None:
    reserves = (2**72 - 1) // 10_000
    most = reserves * 10_000
    token.setIssuer(issuer_b, 2**72 - 1, 0, True, sender=issuance_admin)
    attest(reserves)
    token.mint(issuer_b, most, sender=issuer_b)
    token.burn(most, sender=issuer_b)
    left = 2**72 - 1 - most
    attest(reserves, settled=most)
    token.cutIssuer(issuer_b, sender=guardian)
    token.setIssuer(issuer_b, 2**72 - 1, 0, True, sender=issuance_admin)
    token.mint(issuer_b, left + 1, sender=issuer_b)
    with reverts(token.AmountOutOfRange, amount=left + 1, max=left):
        token.burn(left + 1, sender=issuer_b)
    token.burn(left, sender=issuer_b)
    solvency = token.solvency()
    assert (solvency.supply, solvency.burned) == (1, 2**72 - 1)
