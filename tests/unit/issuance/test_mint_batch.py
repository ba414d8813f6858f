"""``mintBatch``"""

from __future__ import annotations

from typing import Any

from ape import chain
from support.bubbling import overflows
from support.events import events
from support.reverts import reverts

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def test_mint_batch__several_receivers__creates_and_logs_each(
    funded: Any, token: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    assert token.mintBatch.call([receiver], [SOM], sender=issuer) is True
    receipt = token.mintBatch([receiver, holder, receiver], [SOM, 2 * SOM, 4 * SOM], sender=issuer)
    assert events(receipt, token) == [
        ("Transfer", {"from": ZERO, "to": receiver, "value": SOM}),
        ("Transfer", {"from": ZERO, "to": holder, "value": 2 * SOM}),
        ("Transfer", {"from": ZERO, "to": receiver, "value": 4 * SOM}),
    ]
    assert token.balanceOf(receiver) == 5 * SOM
    assert token.balanceOf(holder) == 1_002 * SOM
    assert token.totalSupply() == 1_007 * SOM
    assert token.issuerOf(issuer).available == 1_000_000 * SOM - 1_007 * SOM


def test_mint_batch__exactly_the_headroom__succeeds_and_one_beyond_reverts(
    funded: Any, token: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    with reverts(token.HeadroomExceeded, headroom=9_000 * SOM, needed=9_000 * SOM + 1):
        token.mintBatch([receiver, holder], [4_500 * SOM, 4_500 * SOM + 1], sender=issuer)
    token.mintBatch([receiver, holder], [4_500 * SOM, 4_500 * SOM], sender=issuer)
    assert token.headroom() == 0


def test_mint_batch__total_beyond_the_quota__reverts(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, holder: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 10 * SOM, 0, False, sender=issuance_admin)
    with reverts(
        token.IssuerQuotaExceeded, issuer=issuer_b, available=10 * SOM, needed=10 * SOM + 1
    ):
        token.mintBatch([receiver, holder], [5 * SOM, 5 * SOM + 1], sender=issuer_b)


def test_mint_batch__total_above_2_256__panics(
    funded: Any, token: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    with overflows(token):
        token.mintBatch([receiver, holder], [2**256 - 1, 2], sender=issuer)


def test_mint_batch__no_permission__reverts(
    funded: Any, token: Any, issuer_b: Any, receiver: Any
) -> None:
    with reverts(token.NotIssuer, account=issuer_b):
        token.mintBatch([receiver], [1], sender=issuer_b)
    with reverts(token.NotIssuer, account=issuer_b):
        token.mintBatch([], [], sender=issuer_b)


def test_mint_batch__at_valid_until__reverts(
    funded: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    valid_until = token.solvency().validUntil
    chain.pending_timestamp = valid_until - 1
    token.mintBatch([receiver], [SOM], sender=issuer)
    chain.pending_timestamp = valid_until
    with reverts(token.AttestationExpired, validUntil=valid_until):
        token.mintBatch([receiver], [SOM], sender=issuer)


def test_mint_batch__minting_paused__reverts(
    funded: Any, token: Any, pauser: Any, issuer: Any, receiver: Any
) -> None:
    token.pause(4, sender=pauser)
    with reverts(token.OperationPaused, flags=4):
        token.mintBatch([receiver], [1], sender=issuer)


def test_mint_batch__one_receiver_refused__undoes_all(
    funded: Any, token: Any, compliance: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    token.blockAccount(receiver, sender=compliance)
    with reverts(token.ERC7943CannotReceive, account=receiver):
        token.mintBatch([holder, receiver], [1, 1], sender=issuer)
    for to in (ZERO, token.address):
        with reverts(token.ERC20InvalidReceiver, receiver=to):
            token.mintBatch([holder, to], [1, 1], sender=issuer)


def test_mint_batch__lengths_differ__reverts(
    funded: Any, token: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    with reverts(token.ArrayLengthMismatch, first=2, second=1):
        token.mintBatch([holder, receiver], [1], sender=issuer)
    with reverts(token.ArrayLengthMismatch, first=1, second=2):
        token.mintBatch([holder], [1, 1], sender=issuer)
