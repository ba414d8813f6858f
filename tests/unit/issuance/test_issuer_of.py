"""``issuerOf``"""

from __future__ import annotations

from typing import Any

from ape import chain

SOM = 1_000_000


def _at(moment: int) -> None:
    chain.pending_timestamp = moment
    chain.mine(1)


def test_issuer_of__no_issuer__is_all_zero(token: Any, issuer_b: Any) -> None:
    assert tuple(token.issuerOf(issuer_b)) == (0, 0, 0, False, False)


def test_issuer_of__after_a_mint__counts_down(funded: Any, token: Any, issuer: Any) -> None:
    assert tuple(token.issuerOf(issuer)) == (999_000 * SOM, 1_000_000 * SOM, 0, True, False)


def test_issuer_of__with_refill__includes_it_up_to_the_capacity(
    funded: Any, token: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    token.setIssuer(issuer_b, 10 * SOM, SOM, False, sender=issuance_admin)
    emptied = token.mint(receiver, 10 * SOM, sender=issuer_b).timestamp
    levels = []
    for seconds in (1, 9, 10, 11, 10**9):
        _at(emptied + seconds)
        levels.append(token.issuerOf(issuer_b).available)
    assert levels == [SOM, 9 * SOM, 10 * SOM, 10 * SOM, 10 * SOM]


def test_issuer_of__greatest_refill_over_a_century__does_not_wrap(
    token: Any, attest: Any, issuance_admin: Any, issuer_b: Any, receiver: Any
) -> None:
    attest((2**72 - 1) // 10_000)
    token.setIssuer(issuer_b, 2**72 - 1, 2**64 - 1, False, sender=issuance_admin)
    most = (2**72 - 1) // 10_000 * 10_000
    emptied = token.mint(receiver, most, sender=issuer_b).timestamp
    left = 2**72 - 1 - most
    _at(emptied + 1)
    assert token.issuerOf(issuer_b).available == left + 2**64 - 1
    _at(emptied + 100 * 365 * 86_400)
    assert token.issuerOf(issuer_b).available == 2**72 - 1
