"""``mint`` and the destinations of the mint desk"""

from __future__ import annotations

from typing import Any

import pytest
from ape import chain, project
from support.at_the_desks import (
    DAY,
    DAY_LIMIT,
    DELAY,
    HOUR,
    MINT_LIMIT,
    QUOTA,
    SOM,
    at,
    key,
    logged,
    moved,
)
from support.bubbling import bubbles
from support.payments import MAX_72, MAX_256, MINTING, ZERO
from support.reverts import reverts


def minted(desk: Any, to: Any, value: int, nonce: bytes) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("Minted", {"to": to, "value": value, "nonce": nonce}),
        ("AuthorizationUsed", {"authorizer": desk, "nonce": nonce}),
        moved(ZERO, to, value),
    ]


def test_mint__within_its_limits__mints(
    mint_desk: Any, token: Any, minter: Any, destination: Any
) -> None:
    for number, value in enumerate((MINT_LIMIT, 0, 1), 1):
        receipt = mint_desk.mint(destination, value, key(number), sender=minter)
        assert logged(receipt, mint_desk, token) == minted(
            mint_desk, destination, value, key(number)
        )
    assert token.balanceOf(destination) == MINT_LIMIT + 1
    assert mint_desk.leftToday() == DAY_LIMIT - MINT_LIMIT - 1
    assert token.issuerOf(mint_desk).available == QUOTA - MINT_LIMIT - 1


@pytest.mark.parametrize("value", [MINT_LIMIT + 1, DAY_LIMIT + 1, MAX_72 + 1, MAX_256])
def test_mint__beyond_the_limit_of_one__reverts(
    mint_desk: Any, token: Any, minter: Any, destination: Any, value: int
) -> None:
    with reverts(mint_desk.LimitExceeded, token, left=MINT_LIMIT, needed=value):
        mint_desk.mint(destination, value, key(1), sender=minter)


def test_mint__beyond_the_days_limit__reverts(
    mint_desk: Any, token: Any, minter: Any, destination: Any
) -> None:
    at(midnight())
    for number in (1, 2):
        mint_desk.mint(destination, MINT_LIMIT, key(number), sender=minter)
    left = DAY_LIMIT - 2 * MINT_LIMIT
    for needed in (left + 1, MINT_LIMIT, MINT_LIMIT + 1):
        with reverts(mint_desk.LimitExceeded, token, left=left, needed=needed):
            mint_desk.mint(destination, needed, key(3), sender=minter)
    mint_desk.mint(destination, left, key(3), sender=minter)
    assert mint_desk.leftToday() == 0
    with reverts(mint_desk.LimitExceeded, token, left=0, needed=1):
        mint_desk.mint(destination, 1, key(4), sender=minter)


def midnight() -> int:
    """The next in Bishkek: 18:00 UTC."""
    return int((chain.pending_timestamp + 6 * HOUR) // DAY + 1) * DAY - 6 * HOUR


def test_mint__around_midnight_in_bishkek__one_second_opens_the_next_day(
    mint_desk: Any, token: Any, minter: Any, destination: Any
) -> None:
    at_midnight = midnight()
    assert at_midnight % DAY == 18 * HOUR
    for number, second in enumerate((at_midnight - 100, at_midnight - 50), 1):
        at(second)
        mint_desk.mint(destination, MINT_LIMIT, key(number), sender=minter)
    left = DAY_LIMIT - 2 * MINT_LIMIT
    at(at_midnight - 1)
    with reverts(mint_desk.LimitExceeded, token, left=left, needed=left + 1):
        mint_desk.mint(destination, left + 1, key(3), sender=minter)
    at(at_midnight)
    mint_desk.mint(destination, MINT_LIMIT, key(3), sender=minter)
    assert mint_desk.leftToday() == DAY_LIMIT - MINT_LIMIT
    at(at_midnight + DAY - 1)
    mint_desk.mint(destination, SOM, key(4), sender=minter)
    assert mint_desk.leftToday() == DAY_LIMIT - MINT_LIMIT - SOM
    chain.mine(timestamp=at_midnight + DAY)
    assert mint_desk.leftToday() == DAY_LIMIT


def test_mint__to_a_stranger__reverts(
    mint_desk: Any, token: Any, minter: Any, outsider: Any
) -> None:
    for to in (outsider, minter, ZERO, token.address, mint_desk.address):
        with reverts(mint_desk.DestinationNotAllowed, token, destination=to):
            mint_desk.mint(to, 1, key(1), sender=minter)


def test_mint__the_same_key_twice__reverts_and_spends_nothing(
    mint_desk: Any, token: Any, minter: Any, destination: Any
) -> None:
    mint_desk.mint(destination, SOM, key(1), sender=minter)
    error = token.AuthorizationUsedOrCanceled
    with bubbles(error, mint_desk, authorizer=mint_desk, nonce=key(1)):
        mint_desk.mint(destination, SOM, key(1), sender=minter)
    assert mint_desk.leftToday() == DAY_LIMIT - SOM


def test_mint__what_the_token_refuses__reverts(
    mint_desk: Any, token: Any, minter: Any, destination: Any, guardian: Any, pauser: Any,
    compliance: Any,
) -> None:  # fmt: skip
    """Quota, block and pause are the token's, and spend nothing of the day."""
    token.lowerIssuer(mint_desk, 5, 0, sender=guardian)
    error = token.IssuerQuotaExceeded
    with bubbles(error, mint_desk, issuer=mint_desk, available=5, needed=6):
        mint_desk.mint(destination, 6, key(1), sender=minter)
    token.blockAccount(destination, sender=compliance)
    with bubbles(token.ERC7943CannotReceive, mint_desk, account=destination):
        mint_desk.mint(destination, 5, key(1), sender=minter)
    token.pause(MINTING, sender=pauser)
    with bubbles(token.OperationPaused, mint_desk, flags=MINTING):
        mint_desk.mint(destination, 5, key(1), sender=minter)
    token.cutIssuer(mint_desk, sender=guardian)


def test_mint__desk_is_cut__reverts(
    mint_desk: Any, token: Any, minter: Any, destination: Any, guardian: Any
) -> None:
    token.cutIssuer(mint_desk, sender=guardian)
    with bubbles(token.NotIssuer, mint_desk, account=mint_desk):
        mint_desk.mint(destination, 1, key(1), sender=minter)


def test_allow_destination__and_remove__are_logged_and_count_at_once(
    mint_desk: Any, token: Any, minter: Any, issuance_admin: Any, guardian: Any, receiver: Any
) -> None:
    said = {"destination": receiver}
    receipt = mint_desk.allowDestination(receiver, sender=issuance_admin)
    assert logged(receipt, mint_desk, token) == [("DestinationAllowed", said)]
    assert mint_desk.isDestination(receiver) is True
    mint_desk.mint(receiver, 1, key(1), sender=minter)
    receipt = mint_desk.removeDestination(receiver, sender=guardian)
    assert logged(receipt, mint_desk, token) == [("DestinationRemoved", said)]
    assert mint_desk.isDestination(receiver) is False
    with reverts(mint_desk.DestinationNotAllowed, token, destination=receiver):
        mint_desk.mint(receiver, 1, key(2), sender=minter)
    with reverts(mint_desk.DestinationNotAllowed, token, destination=receiver):
        mint_desk.removeDestination(receiver, sender=guardian)


def test_allow_destination__reserved__reverts(
    mint_desk: Any, token: Any, issuance_admin: Any
) -> None:
    """From the desk itself nothing comes out again."""
    for address in (ZERO, token.address, mint_desk.address):
        with reverts(mint_desk.ReservedDestination, token, destination=address):
            mint_desk.allowDestination(address, sender=issuance_admin)
        assert mint_desk.isDestination(address) is False


def test_constructor__terms__are_bounded(
    mint_desk: Any, manager: Any, token: Any, deployer: Any
) -> None:
    for limits in ((2, 1), (0, MAX_72 + 1), (MAX_256, MAX_256)):
        error = mint_desk.LimitsOutOfRange
        with bubbles(error, mintLimit=limits[0], dayLimit=limits[1]):
            deployer.deploy(project.MintDesk, manager, token, *limits, DELAY)
    for delay in (0, HOUR - 1, 31 * DAY + 1, MAX_256):
        with bubbles(mint_desk.DelayOutOfRange, delay=delay):
            deployer.deploy(project.MintDesk, manager, token, 1, 1, delay)
    for limits, delay in (((MAX_72, MAX_72), HOUR), ((0, 0), 31 * DAY)):
        desk = deployer.deploy(project.MintDesk, manager, token, *limits, delay)
        assert (desk.mintLimit(), desk.dayLimit(), desk.delay()) == (*limits, delay)
        assert (desk.token(), desk.authority()) == (token, manager)
