"""``solvency`` and ``reserveLimits``"""

from __future__ import annotations

from typing import Any

SOM = 1_000_000


def test_solvency__before_anything__is_all_zero(token: Any) -> None:
    assert tuple(token.solvency()) == (0, 0, 0, 0)


def test_solvency__after_mint_and_burn__shows_all_four(
    funded: Any, token: Any, issuer: Any
) -> None:
    token.mint(issuer, 500 * SOM, sender=issuer)
    token.burn(200 * SOM, sender=issuer)
    valid_until = token.lastAttestation().asOf + token.reserveLimits().maxAge
    assert tuple(token.solvency()) == (1_300 * SOM, 9_800 * SOM, 200 * SOM, valid_until)
    assert token.totalSupply() == 1_300 * SOM


def test_reserve_limits__after_changes__shows_both(token: Any, reserve_admin: Any) -> None:
    token.setMaxAge(3_600, sender=reserve_admin)
    token.setMaxIncrease(77, sender=reserve_admin)
    assert tuple(token.reserveLimits()) == (3_600, 77, 0)
