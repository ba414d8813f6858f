"""``headroom``"""

from __future__ import annotations

from typing import Any

from ape import chain

SOM = 1_000_000


def test_headroom__before_the_first_attestation__is_zero(token: Any) -> None:
    assert token.headroom() == 0


def test_headroom__attested__is_backing_less_supply(
    funded: Any, token: Any, issuer: Any, receiver: Any
) -> None:
    assert token.headroom() == 9_000 * SOM
    token.mint(receiver, 1, sender=issuer)
    assert token.headroom() == 9_000 * SOM - 1


def test_headroom__around_valid_until__ends_there(funded: Any, token: Any) -> None:
    valid_until = token.solvency().validUntil
    chain.pending_timestamp = valid_until - 1
    chain.mine(1)
    assert token.headroom() == 9_000 * SOM
    chain.pending_timestamp = valid_until
    chain.mine(1)
    assert token.headroom() == 0


def test_headroom__in_a_deficit__is_zero(funded: Any, token: Any, attest: Any) -> None:
    attest(999 * 100)
    assert token.headroom() == 0


def test_headroom__minting_paused__is_zero(
    funded: Any, token: Any, pauser: Any, unpauser: Any
) -> None:
    token.pause(1 | 2 | 8, sender=pauser)
    assert token.headroom() == 9_000 * SOM
    token.pause(4, sender=pauser)
    assert token.headroom() == 0
    token.unpause(4, sender=unpauser)
    assert token.headroom() == 9_000 * SOM
