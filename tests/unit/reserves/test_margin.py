"""What the reserves must hold above the supply: ``setMargin``, ``raiseMargin``, and what ``attest`` makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

SOM = 1_000_000
TYIYN = 10_000


@pytest.mark.parametrize("bps", [0, 1, 200, 777, 2_000])
def test_set_margin__in_range__is_stored_and_changes_no_backing(
    funded: Any, token: Any, reserve_admin: Any, bps: int
) -> None:
    max_age, max_increase, _ = token.reserveLimits()
    solvency = tuple(token.solvency())
    receipt = token.setMargin(bps, sender=reserve_admin)
    assert events(receipt, token) == [("MarginSet", {"marginBps": bps})]
    assert tuple(token.reserveLimits()) == (max_age, max_increase, bps)
    assert tuple(token.solvency()) == solvency


@pytest.mark.parametrize("bps", [2_001, 2**16, 2**16 + 1, 2**256 - 1])
def test_margin__above_2_000__reverts(
    token: Any, reserve_admin: Any, guardian: Any, bps: int
) -> None:
    with reverts(token.MarginOutOfRange, marginBps=bps):
        token.setMargin(bps, sender=reserve_admin)
    with reverts(token.MarginOutOfRange, marginBps=bps):
        token.raiseMargin(bps, sender=guardian)


def test_raise_margin__above_or_equal__is_stored_at_once(token: Any, guardian: Any) -> None:
    for bps in (0, 1, 1, 1_999, 2_000):
        receipt = token.raiseMargin(bps, sender=guardian)
        assert events(receipt, token) == [("MarginSet", {"marginBps": bps})]
        assert token.reserveLimits().marginBps == bps


def test_raise_margin__below__reverts(token: Any, reserve_admin: Any, guardian: Any) -> None:
    token.setMargin(200, sender=reserve_admin)
    for bps in (0, 199):
        with reverts(token.MarginOutOfRange, marginBps=bps):
            token.raiseMargin(bps, sender=guardian)


@pytest.mark.parametrize("method", ["setMargin", "raiseMargin"])
def test_margin__by_an_outsider__reverts(token: Any, outsider: Any, method: str) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        getattr(token, method)(1, sender=outsider)


@pytest.mark.parametrize(
    ("bps", "reserves", "backing"),
    [
        (200, 102, 1_000_000),
        (200, 101, 990_196),  # 1,010,000 · 10,000 / 10,200 = 990,196.07…
        (1, 10_001, 100_000_000),
        (2_000, 12, 100_000),
        (2_000, 11, 91_666),
        (2_000, (2**72 - 1) // TYIYN, (2**72 - 1) // TYIYN * TYIYN * 10_000 // 12_000),
    ],
)
def test_attest__margin__backing_is_rounded_down(
    token: Any, attest: Any, guardian: Any, bps: int, reserves: int, backing: int
) -> None:
    token.raiseMargin(bps, sender=guardian)
    attest(reserves)
    assert token.solvency().backing == backing


def test_attest__margin__what_is_owed_comes_off_after_it(
    funded: Any, token: Any, attest: Any, guardian: Any, issuer: Any
) -> None:
    token.mint(issuer, 100 * SOM, sender=issuer)
    token.burn(100 * SOM, sender=issuer)
    token.raiseMargin(1_000, sender=guardian)
    attest(1_100 * 100 + 100 * 110)
    assert token.solvency().backing == 1_100 * SOM - 100 * SOM


def test_attest__covered_but_for_the_margin__is_logged_as_that_and_stops_minting(
    funded: Any, token: Any, attest: Any, guardian: Any, issuer: Any, receiver: Any, relayer: Any
) -> None:
    token.raiseMargin(200, sender=guardian)
    token.mint(receiver, SOM, sender=issuer)  # not before the next attestation
    attest(1_019 * 100)
    block = token.provider.get_block("latest")
    supply, backing, _, _ = token.solvency()
    assert (supply, backing) == (1_001 * SOM, 1_019 * SOM * 10_000 // 10_200)
    logs = list(token.MarginDeficit.range(0, block.number + 1))
    assert [(log.epoch, log.shortfall) for log in logs] == [(2, supply - backing)]
    assert not list(token.ReserveDeficit.range(0, block.number + 1))
    with reverts(token.HeadroomExceeded, headroom=0, needed=1):
        token.mint(receiver, 1, sender=issuer)


def test_attest__not_covered__is_a_deficit_without_the_margin(
    funded: Any, token: Any, attest: Any, guardian: Any
) -> None:
    token.raiseMargin(200, sender=guardian)
    attest(999 * 100)
    last = token.provider.get_block("latest").number
    logs = list(token.ReserveDeficit.range(0, last + 1))
    assert [(log.epoch, log.shortfall) for log in logs] == [(2, SOM)]
    assert not list(token.MarginDeficit.range(0, last + 1))


def test_attest__margin_lowered__the_rise_needs_every_auditor(
    funded: Any, token: Any, attest: Any, reserve_admin: Any, guardian: Any, auditors: Any
) -> None:
    token.raiseMargin(2_000, sender=guardian)
    attest(12_000 * 100)
    token.setMargin(0, sender=reserve_admin)
    assert token.solvency().backing == 10_000 * SOM
    with reverts(token.UnanimityRequired, signatures=2, auditors=3):
        attest(12_000 * 100, signers=auditors[:2])
    attest(11_000 * 100, signers=auditors[:2])
    assert token.solvency().backing == 11_000 * SOM
