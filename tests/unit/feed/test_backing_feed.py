"""``BackingFeed``: what the supply may reach, and nothing when nothing may be minted."""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain, project
from support.bubbling import bubbles

from kgst.flags import PAUSE_FLAGS, PauseFlag

SOM = 1_000_000


@pytest.fixture(params=[6, 8])
def feed(request: Any, deployer: Any, token: Any) -> Any:
    return deployer.deploy(project.BackingFeed, token, request.param)


def answer(feed: Any) -> int:
    """In base units."""
    return int(feed.latestRoundData().answer) // 10 ** (feed.decimals() - 6)


def would_mint(feed: Any, token: Any, value: int) -> bool:
    """Chainlink's own pattern: the supply after it is at most the answer."""
    return bool(token.totalSupply() + value <= answer(feed))


def test_backing_feed__what_it_is__can_be_read(feed: Any, token: Any) -> None:
    assert feed.token() == token
    assert feed.description() == "KGST backing / KGS"
    assert feed.version() == 1
    with bubbles(feed.NoDataPresent, token, roundId=0):
        feed.latestRoundData()


def test_backing_feed__reserves_80_supply_60_backing_40__says_40(
    feed: Any, system: Any, token: Any, attest: Any, issuer: Any, receiver: Any
) -> None:
    attest(10_000)
    token.mint(issuer, 40 * SOM, sender=issuer)
    token.mint(receiver, 60 * SOM, sender=issuer)
    token.burn(40 * SOM, sender=issuer)
    attest(8_000)
    assert (token.totalSupply(), answer(feed)) == (60 * SOM, 40 * SOM)
    assert system.feed.latestRoundData().answer == 80 * 10**8
    assert not would_mint(feed, token, 0)


def test_backing_feed__margin__is_off_it_and_not_off_the_reserves(
    feed: Any, system: Any, token: Any, attest: Any, guardian: Any
) -> None:
    token.raiseMargin(200, sender=guardian)
    attest(10_200)
    assert answer(feed) == 100 * SOM
    assert system.feed.latestRoundData().answer == 102 * 10**8


@pytest.mark.parametrize("seconds", [-1, 0, 1, 86_400])
def test_backing_feed__around_valid_until__is_0_from_then_on(
    feed: Any, system: Any, funded: Any, token: Any, seconds: int
) -> None:
    until = token.solvency().validUntil
    assert feed.validUntil() == system.feed.validUntil() == until
    chain.mine(timestamp=until + seconds)
    assert answer(feed) == (10_000 * SOM if seconds < 0 else 0)
    assert (token.headroom() > 0) == (seconds < 0)
    assert system.feed.latestRoundData().answer == 10_000 * 10**8


def test_backing_feed__halted__is_0(feed: Any, funded: Any, token: Any, auditor_a: Any) -> None:
    token.haltMinting("", sender=auditor_a)
    assert answer(feed) == 0


@pytest.mark.parametrize("flags", [*PauseFlag, PAUSE_FLAGS])
def test_backing_feed__paused__is_0_when_minting_is(
    feed: Any, funded: Any, token: Any, pauser: Any, flags: int
) -> None:
    token.pause(int(flags), sender=pauser)
    assert answer(feed) == (0 if flags & PauseFlag.MINTING else 10_000 * SOM)


def test_backing_feed__burned_since__falls_with_the_supply(
    feed: Any, funded: Any, token: Any, issuer: Any
) -> None:
    token.mint(issuer, 500 * SOM, sender=issuer)
    token.burn(400 * SOM, sender=issuer)
    assert feed.latestRoundData().roundId == 1
    assert answer(feed) == 9_600 * SOM


@pytest.mark.parametrize("value", [0, 1, 8_999 * SOM, 9_000 * SOM, 9_000 * SOM + 1])
def test_backing_feed__chainlinks_pattern__mints_when_the_token_does(
    feed: Any, funded: Any, token: Any, value: int
) -> None:
    assert would_mint(feed, token, value) == (value <= token.headroom())
