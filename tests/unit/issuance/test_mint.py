"""``mint``"""

from __future__ import annotations

from typing import Any

from ape import chain
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def test_mint__within_quota_and_headroom__creates_and_logs(
    funded: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    before = token.solvency()
    assert token.mint.call(receiver, 400 * SOM, sender=issuer) is True
    receipt = token.mint(receiver, 400 * SOM, sender=issuer)
    assert events(receipt, token) == [
        ("Transfer", {"from": ZERO, "to": receiver, "value": 400 * SOM})
    ]
    assert token.balanceOf(receiver) == 400 * SOM
    assert token.totalSupply() == 1_400 * SOM
    after = token.solvency()
    assert (after.backing, after.burned, after.validUntil) == (
        before.backing,
        before.burned,
        before.validUntil,
    )
    assert token.issuerOf(issuer).available == 1_000_000 * SOM - 1_400 * SOM
    assert token.headroom() == 8_600 * SOM


def test_mint__exactly_the_headroom__succeeds_and_leaves_none(
    funded: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    token.mint(receiver, 9_000 * SOM, sender=issuer)
    assert token.headroom() == 0
    solvency = token.solvency()
    assert solvency.supply == solvency.backing == 10_000 * SOM
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(receiver, 1, sender=issuer)


def test_mint__one_beyond_the_headroom__reverts(
    funded: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    with reverts(token.HeadroomExceeded, headroom=9_000 * SOM, needed=9_000 * SOM + 1):
        token.mint(receiver, 9_000 * SOM + 1, sender=issuer)


def test_mint__one_second_before_valid_until__succeeds(
    funded: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    chain.pending_timestamp = token.solvency().validUntil - 1
    token.mint(receiver, SOM, sender=issuer)
    assert token.balanceOf(receiver) == SOM


def test_mint__at_valid_until_and_after__reverts(
    funded: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    valid_until = token.solvency().validUntil
    for moment in (valid_until, valid_until + 1):
        chain.pending_timestamp = moment
        with reverts(token.AttestationExpired, validUntil=valid_until):
            token.mint(receiver, 1, sender=issuer)
        assert chain.blocks.head.timestamp == moment


def test_mint__before_the_first_attestation__reverts(
    token: Any, issuer: Any, receiver: Any
) -> None:
    with reverts(token.AttestationExpired, validUntil=0):
        token.mint(receiver, 1, sender=issuer)


def test_mint__in_a_deficit__reverts(
    funded: Any, token: Any, attest: Any, issuer: Any, receiver: Any
) -> None:
    attest(999 * 100)
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(receiver, 1, sender=issuer)


def test_mint__nothing_in_a_deficit__reverts(
    funded: Any, token: Any, attest: Any, issuer: Any, receiver: Any
) -> None:
    attest(999 * 100)
    with reverts(token.HeadroomExceeded, headroom=0, needed=0):
        token.mint(receiver, 0, sender=issuer)


def test_mint__without_a_permission__reverts(
    funded: Any, token: Any, issuer_b: Any, receiver: Any
) -> None:
    for value in (0, 1):
        with reverts(token.NotIssuer, account=issuer_b):
            token.mint(receiver, value, sender=issuer_b)


def test_mint__burn_permission_only__reverts(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 0, SOM, True, sender=issuance_admin)
    chain.pending_timestamp += 3_600
    with reverts(token.NotIssuer, account=issuer_b):
        token.mint(receiver, 1, sender=issuer_b)


def test_mint__exactly_the_quota__succeeds_and_one_more_reverts(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 50 * SOM, 0, False, sender=issuance_admin)
    with reverts(
        token.IssuerQuotaExceeded, issuer=issuer_b, available=50 * SOM, needed=50 * SOM + 1
    ):
        token.mint(receiver, 50 * SOM + 1, sender=issuer_b)
    token.mint(receiver, 50 * SOM, sender=issuer_b)
    with reverts(token.IssuerQuotaExceeded, issuer=issuer_b, available=0, needed=1):
        token.mint(receiver, 1, sender=issuer_b)


def test_mint__refill_zero__never_refills(
    funded: Any, token: Any, attest: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 50 * SOM, 0, False, sender=issuance_admin)
    token.mint(receiver, 50 * SOM, sender=issuer_b)
    chain.pending_timestamp += 10 * 365 * 86_400
    attest(10_000 * 100)
    with reverts(token.IssuerQuotaExceeded, issuer=issuer_b, available=0, needed=1):
        token.mint(receiver, 1, sender=issuer_b)


def test_mint__refilled_bucket__gives_what_the_seconds_added(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 100 * SOM, 3 * SOM, False, sender=issuance_admin)
    emptied = token.mint(receiver, 100 * SOM, sender=issuer_b).timestamp
    chain.pending_timestamp = emptied + 7
    with reverts(
        token.IssuerQuotaExceeded, issuer=issuer_b, available=21 * SOM, needed=21 * SOM + 1
    ):
        token.mint(receiver, 21 * SOM + 1, sender=issuer_b)
    chain.pending_timestamp = emptied + 10
    token.mint(receiver, 30 * SOM, sender=issuer_b)
    assert token.issuerOf(issuer_b).available == 0


def test_mint__long_idle_bucket__holds_no_more_than_its_capacity(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 100 * SOM, 3 * SOM, False, sender=issuance_admin)
    token.mint(receiver, 10 * SOM, sender=issuer_b)
    chain.pending_timestamp += 86_400
    with reverts(
        token.IssuerQuotaExceeded, issuer=issuer_b, available=100 * SOM, needed=100 * SOM + 1
    ):
        token.mint(receiver, 100 * SOM + 1, sender=issuer_b)
    token.mint(receiver, 100 * SOM, sender=issuer_b)


def test_mint__largest_bucket_and_largest_value__stay_in_bounds(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    most = 2**72 - 1
    token.setIssuer(issuer_b, most, 2**64 - 1, False, sender=issuance_admin)
    chain.pending_timestamp += 86_400
    with reverts(token.HeadroomExceeded, headroom=9_000 * SOM, needed=most):
        token.mint(receiver, most, sender=issuer_b)
    with reverts(token.IssuerQuotaExceeded, issuer=issuer_b, available=most, needed=2**72):
        token.mint(receiver, 2**72, sender=issuer_b)
    with reverts(token.IssuerQuotaExceeded, issuer=issuer_b, available=most, needed=2**256 - 1):
        token.mint(receiver, 2**256 - 1, sender=issuer_b)


def test_mint__greatest_reserves__fills_the_supply_to_its_bound(
    token: Any, attest: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    most = (2**72 - 1) // 10_000 * 10_000
    attest((2**72 - 1) // 10_000)
    token.setIssuer(issuer_b, 2**72 - 1, 0, False, sender=issuance_admin)
    token.mint(receiver, most, sender=issuer_b)
    assert token.totalSupply() == token.balanceOf(receiver) == most
    assert token.getFrozenTokens(receiver) == 0
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(receiver, 1, sender=issuer_b)


def test_mint__to_the_zero_address_or_the_token__reverts(
    funded: Any, token: Any, issuer: Any
) -> None:
    for to in (ZERO, token.address):
        with reverts(token.ERC20InvalidReceiver, receiver=to):
            token.mint(to, 1, sender=issuer)


def test_mint__to_a_blocked_account__reverts(
    funded: Any, token: Any, compliance: Any, issuer: Any, receiver: Any
) -> None:
    token.blockAccount(receiver, sender=compliance)
    with reverts(token.ERC7943CannotReceive, account=receiver):
        token.mint(receiver, 1, sender=issuer)


def test_mint__blocked_issuer__is_stopped_by_its_quota_only(
    funded: Any, token: Any, compliance: Any, issuer: Any, receiver: Any
) -> None:
    token.blockAccount(issuer, sender=compliance)
    token.mint(receiver, SOM, sender=issuer)
    assert token.balanceOf(receiver) == SOM


def test_mint__minting_paused__reverts(
    funded: Any, token: Any, pauser: Any, issuer: Any, receiver: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    with reverts(token.OperationPaused, flags=4):
        token.mint(receiver, 1, sender=issuer)


def test_mint__other_flags_set__succeeds(
    funded: Any, token: Any, pauser: Any, issuer: Any, receiver: Any
) -> None:
    token.pause(1 | 2 | 8, sender=pauser)
    token.mint(receiver, SOM, sender=issuer)
    assert token.balanceOf(receiver) == SOM


def test_mint__order_of_errors__is_as_documented(
    token: Any, attest: Any, issuance_admin: Any, issuer_b: Any, pauser: Any, unpauser: Any
) -> None:
    token.pause(4, sender=pauser)
    with reverts(token.OperationPaused, flags=4):
        token.mint(ZERO, SOM, sender=issuer_b)
    token.unpause(4, sender=unpauser)
    with reverts(token.NotIssuer, account=issuer_b):
        token.mint(ZERO, SOM, sender=issuer_b)
    token.setIssuer(issuer_b, 1, 0, False, sender=issuance_admin)
    with reverts(token.IssuerQuotaExceeded, issuer=issuer_b, available=1, needed=SOM):
        token.mint(ZERO, SOM, sender=issuer_b)
    token.setIssuer(issuer_b, SOM, 0, False, sender=issuance_admin)
    with reverts(token.AttestationExpired, validUntil=0):
        token.mint(ZERO, SOM, sender=issuer_b)
    attest(0)
    with reverts(token.HeadroomExceeded, headroom=0, needed=SOM):
        token.mint(ZERO, SOM, sender=issuer_b)
    attest(100)
    with reverts(token.ERC20InvalidReceiver, receiver=ZERO):
        token.mint(ZERO, SOM, sender=issuer_b)
