"""``setMaxIncrease``: its effect on attestations is tested with ``attest``."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts


@pytest.mark.parametrize("bps", [0, 1, 333, 10_000])
def test_set_max_increase__in_range__is_stored_and_logged(
    funded: Any, token: Any, reserve_admin: Any, bps: int
) -> None:
    max_age, _, margin = token.reserveLimits()
    solvency = tuple(token.solvency())
    receipt = token.setMaxIncrease(bps, sender=reserve_admin)
    assert events(receipt, token) == [("MaxIncreaseSet", {"maxIncreaseBps": bps})]
    assert tuple(token.reserveLimits()) == (max_age, bps, margin)
    assert tuple(token.solvency()) == solvency


@pytest.mark.parametrize("bps", [10_001, 2**16, 2**256 - 1])
def test_set_max_increase__above_10_000__reverts(token: Any, reserve_admin: Any, bps: int) -> None:
    with reverts(token.MaxIncreaseOutOfRange, maxIncreaseBps=bps):
        token.setMaxIncrease(bps, sender=reserve_admin)


def test_set_max_increase__by_an_outsider__reverts(token: Any, outsider: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.setMaxIncrease(1, sender=outsider)
