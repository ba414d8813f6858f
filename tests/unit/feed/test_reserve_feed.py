"""``ReserveFeed``: the last attestation as a Chainlink feed, with 6 and with 8 decimals"""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.bubbling import bubbles

from kgst.flags import PAUSE_FLAGS

DECIMALS = [6, 8]
MOST_RESERVES = (2**72 - 1) // 10_000


@pytest.fixture(params=DECIMALS)
def feed(request: Any, deployer: Any, token: Any) -> Any:
    return deployer.deploy(project.ReserveFeed, token, request.param)


def test_reserve_feed__what_it_is__can_be_read(feed: Any, token: Any) -> None:
    assert feed.token() == token
    assert feed.decimals() in DECIMALS
    assert feed.description() == "KGST reserves / KGS"
    assert feed.version() == 1


@pytest.mark.parametrize("decimals", [0, 2, 5, 7, 9, 18, 255])
def test_reserve_feed__other_decimals__cannot_be_deployed(
    system: Any, deployer: Any, token: Any, decimals: int
) -> None:
    with bubbles(system.feed.UnsupportedDecimals, decimals=decimals):
        deployer.deploy(project.ReserveFeed, token, decimals)


def test_latest_round_data__before_the_first_attestation__reverts(feed: Any, token: Any) -> None:
    with bubbles(feed.NoDataPresent, token, roundId=0):
        feed.latestRoundData()


@pytest.mark.parametrize("reserves", [0, 1, 123_456_789, MOST_RESERVES])
def test_latest_round_data__attested__is_the_reserves_in_som(
    feed: Any, attest: Any, reserves: int
) -> None:
    attestation = attest(reserves)
    answer = reserves * 10 ** feed.decimals() // 100
    as_of = attestation.as_of
    assert tuple(feed.latestRoundData()) == (1, answer, as_of, as_of, 1)


def test_latest_round_data__submitted_late__is_as_old_as_the_figures(
    feed: Any, attest: Any, token: Any
) -> None:
    as_of = attest(100).as_of
    later = attest(200, as_of=as_of + 1)
    assert later.as_of == as_of + 1
    assert feed.latestRoundData().updatedAt == as_of + 1
    assert feed.latestRoundData().roundId == token.lastAttestation().epoch == 2


def test_latest_round_data__halted_or_in_deficit__goes_on(
    feed: Any, funded: Any, token: Any, attest: Any, auditor_a: Any, pauser: Any
) -> None:
    attest(1)
    token.haltMinting("", sender=auditor_a)
    token.pause(PAUSE_FLAGS, sender=pauser)
    assert feed.latestRoundData().answer == 10 ** (feed.decimals() - 2)


def test_valid_until__halted__is_told_beside_the_reserves(
    feed: Any, funded: Any, token: Any, auditor_a: Any
) -> None:
    token.haltMinting("", sender=auditor_a)
    assert feed.validUntil() == token.solvency().validUntil


def test_get_round_data__the_last_round__is_the_same(feed: Any, attest: Any) -> None:
    attest(100)
    attest(200)
    assert tuple(feed.getRoundData(2)) == tuple(feed.latestRoundData())


def test_get_round_data__another_round__reverts(feed: Any, attest: Any, token: Any) -> None:
    attest(100)
    attest(200)
    for round_id in (0, 1, 3, 2**64 + 2, 2**80 - 1):
        with bubbles(feed.NoDataPresent, token, roundId=round_id):
            feed.getRoundData(round_id)


def test_get_round_data__round_zero_before_the_first__reverts(feed: Any, token: Any) -> None:
    for round_id in (0, 1):
        with bubbles(feed.NoDataPresent, token, roundId=round_id):
            feed.getRoundData(round_id)
