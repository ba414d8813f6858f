"""``attest``: how far backing may rise without every auditor, to the base unit, by whichever figure."""

from __future__ import annotations

import pytest
from support.quick import ANYONE, SOM, QuickToken, Terms, people

THREE = people(3)
TWO = THREE[:2]
BPS = 10_000
MINTED, BURNED = 9_000 * SOM, 8_500 * SOM + 7
SUPPLY = MINTED - BURNED
RESERVES = 10_000 * 100
MOST = (2**72 - 1) // 10_000
STEPS = (0, 1, 333, 1_000, 9_999, 10_000)


@pytest.fixture
def token() -> QuickToken:
    """10,000 som held, SUPPLY out, and on everything burned the money is still owed."""
    deployed = QuickToken(THREE, 2)
    assert deployed.attest(RESERVES, THREE).error is None
    deployed.govern("setIssuer(address,uint256,uint256,bool)", ANYONE.address, 2**70, 0, True)
    for function, arguments in (
        ("mint(address,uint256)", (ANYONE.address, MINTED)),
        ("burn(uint256)", (BURNED,)),
    ):
        assert deployed.send(ANYONE, function, *arguments).error is None
    assert deployed.attest(RESERVES, TWO).error is None
    assert deployed.read("solvency()")[:3] == (SUPPLY, RESERVES * 10_000 - BURNED, BURNED)
    return deployed


@pytest.mark.parametrize("bps", STEPS)
def test_attest__backing_raised_by_settled__needs_every_auditor_above_the_ceiling(
    token: QuickToken, bps: int
) -> None:
    token.govern("setMaxIncrease(uint256)", bps)
    backing = token.read("solvency()")[1]
    rise = backing * (BPS + bps) // BPS - backing
    refused = token.attest(RESERVES, TWO, settled=rise + 1)
    assert refused.error == ("UnanimityRequired", (2, 3))
    mark = token.engine.mark()
    assert token.attest(RESERVES, THREE, settled=rise + 1).error is None
    token.engine.restore(mark)
    assert token.attest(RESERVES, TWO, settled=rise).error is None
    assert token.read("solvency()")[1] == backing + rise


@pytest.mark.parametrize("bps", STEPS)
def test_attest__both_figures_move_against_each_other__backing_alone_counts(
    token: QuickToken, bps: int
) -> None:
    token.govern("setMaxIncrease(uint256)", bps)
    backing = token.read("solvency()")[1]
    rise = backing * (BPS + bps) // BPS - backing
    # The money was paid out, and what was owed is settled: reserves fall by as much as settled rises.
    paid = 4_000 * SOM
    settled = paid + rise
    less = RESERVES - paid // 10_000
    refused = token.attest(less, TWO, settled=settled + 1)
    assert refused.error == ("UnanimityRequired", (2, 3))
    assert token.attest(less, TWO, settled=settled).error is None
    assert token.read("solvency()")[1] == backing + rise


def test_attest__from_a_deficit__the_threshold_brings_it_back_to_parity(token: QuickToken) -> None:
    token.govern("setMaxIncrease(uint256)", 0)
    deficit = token.attest((BURNED + 100 * SOM) // 10_000, TWO)
    assert deficit.error is None
    assert [name for _, name, _ in deficit.events] == ["ReservesAttested", "ReserveDeficit"]
    backing = token.read("solvency()")[1]
    assert backing < SUPPLY
    held = (BURNED + 100 * SOM) // 10_000
    # By what is settled, to the base unit: parity may be reached, and not exceeded.
    missing = SUPPLY - backing
    refused = token.attest(held, TWO, settled=missing + 1)
    assert refused.error == ("UnanimityRequired", (2, 3))
    parity = token.attest(held, TWO, settled=missing)
    assert [name for _, name, _ in parity.events] == ["ReservesAttested"]
    assert token.read("solvency()")[1] == SUPPLY
    assert token.read("headroom()") == 0
    mint = "mint(address,uint256)"
    assert token.send(ANYONE, mint, ANYONE.address, 1).error == ("HeadroomExceeded", (0, 1))


@pytest.mark.parametrize("bps", STEPS)
def test_attest__from_a_deficit__the_ceiling_is_that_above_the_supply(
    token: QuickToken, bps: int
) -> None:
    token.govern("setMaxIncrease(uint256)", bps)
    assert token.attest(0, TWO).error is None
    assert token.read("solvency()")[1] == 0
    ceiling = SUPPLY * (BPS + bps) // BPS
    settled = ceiling + BURNED - RESERVES * 10_000
    held = RESERVES
    if settled < 0:
        held -= -settled // 10_000 + 1
        settled = ceiling + BURNED - held * 10_000
    refused = token.attest(held, TWO, settled=settled + 1)
    assert refused.error == ("UnanimityRequired", (2, 3))
    assert token.attest(held, TWO, settled=settled).error is None
    assert token.read("solvency()")[1] == ceiling


def test_attest__settled_corrected_downwards__is_a_thing_of_the_threshold(
    token: QuickToken,
) -> None:
    assert token.attest(RESERVES, THREE, settled=BURNED).error is None
    for settled in (BURNED - 1, 5_000 * SOM, 1, 0):
        assert token.attest(RESERVES, TWO, settled=settled).error is None
        assert token.read("lastAttestation()")[2] == settled
        assert token.read("solvency()")[1] == RESERVES * 10_000 - BURNED + settled
    # Up again it is a rise like any other.
    refused = token.attest(RESERVES, TWO, settled=BURNED)
    assert refused.error == ("UnanimityRequired", (2, 3))
    refused = token.attest(RESERVES, THREE, settled=BURNED + 1)
    assert refused.error == ("SettledOutOfRange", (BURNED + 1, BURNED))


def test_attest__first__needs_every_auditor_whatever_it_says() -> None:
    for reserves in (0, 1, MOST):
        fresh = QuickToken(THREE, 2, Terms(max_increase=BPS))
        assert fresh.attest(reserves, TWO).error == ("UnanimityRequired", (2, 3))
        assert fresh.attest(reserves, THREE).error is None


def test_attest__widest_figures__are_kept_and_bounded() -> None:
    token = QuickToken(THREE, 2, Terms(max_increase=BPS))
    assert token.attest(MOST, THREE).error is None
    assert token.read("solvency()")[1] == MOST * 10_000
    assert token.attest(MOST, TWO).error is None
    for reserves in (MOST + 1, 2**72, 2**255, 2**256 - 1):
        assert token.attest(reserves, THREE).error == ("AmountOutOfRange", (reserves, MOST))
    most = MOST * 10_000
    token.govern("setIssuer(address,uint256,uint256,bool)", ANYONE.address, 2**72 - 1, 0, True)
    assert token.send(ANYONE, "mint(address,uint256)", ANYONE.address, most).error is None
    assert token.read("headroom()") == 0
    assert token.send(ANYONE, "burn(uint256)", most).error is None
    assert token.read("solvency()")[:3] == (0, 0, most)
    # Every som that there can be is owed: it all has to be in the bank, and backs nothing.
    assert token.attest(MOST, TWO, settled=0).error is None
    assert token.read("solvency()")[1] == 0
    assert token.attest(MOST, TWO, settled=1).error == ("UnanimityRequired", (2, 3))
    assert token.attest(MOST, THREE, settled=most).error is None
    assert token.read("solvency()")[1] == most
