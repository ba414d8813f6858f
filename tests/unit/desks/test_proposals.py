"""``propose``, ``execute`` and ``cancel``: a large mint waits, and several may stop it."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
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
from support.payments import MAX_72, MAX_256, ZERO
from support.reverts import reverts

from kgst.roles import Role

LARGE = 3 * MINT_LIMIT


@pytest.fixture
def proposed(mint_desk: Any, minter: Any, destination: Any) -> int:
    """The second from which the large mint of `key(1)` can be executed."""
    mint_desk.propose(destination, LARGE, key(1), sender=minter)
    return int(mint_desk.proposalOf(key(1)).readyAt)


def test_propose__large__waits_and_is_told(
    mint_desk: Any, token: Any, minter: Any, destination: Any
) -> None:
    receipt = mint_desk.propose(destination, LARGE, key(1), sender=minter)
    ready, expires = receipt.timestamp + DELAY, receipt.timestamp + 2 * DELAY
    said = {
        "to": destination,
        "value": LARGE,
        "nonce": key(1),
        "readyAt": ready,
        "expiresAt": expires,
    }
    assert logged(receipt, mint_desk, token) == [("MintProposed", said)]
    assert tuple(mint_desk.proposalOf(key(1))) == (destination, LARGE, ready, expires)
    assert tuple(mint_desk.proposalOf(key(2))) == (ZERO, 0, 0, 0)


def test_execute__one_second_before_it_is_ready__reverts(
    mint_desk: Any, token: Any, minter: Any, proposed: int
) -> None:
    at(proposed - 1)
    with reverts(mint_desk.ProposalNotReady, token, readyAt=proposed):
        mint_desk.execute(key(1), sender=minter)


@pytest.mark.parametrize("later", [0, DELAY - 1])
def test_execute__from_then_on_until_it_expires__mints(
    mint_desk: Any, token: Any, minter: Any, destination: Any, proposed: int, later: int
) -> None:
    """Beside the day's limit, which it leaves whole."""
    at(proposed + later)
    receipt = mint_desk.execute(key(1), sender=minter)
    assert logged(receipt, mint_desk, token) == [
        ("Minted", {"to": destination, "value": LARGE, "nonce": key(1)}),
        ("AuthorizationUsed", {"authorizer": mint_desk, "nonce": key(1)}),
        moved(ZERO, destination, LARGE),
    ]
    assert token.balanceOf(destination) == LARGE
    assert mint_desk.leftToday() == DAY_LIMIT
    assert tuple(mint_desk.proposalOf(key(1))) == (ZERO, 0, 0, 0)
    with reverts(mint_desk.NotProposed, token, nonce=key(1)):
        mint_desk.execute(key(1), sender=minter)


def test_execute__at_its_expiry__reverts_and_goes_on_holding_its_key(
    mint_desk: Any, token: Any, minter: Any, guardian: Any, destination: Any, proposed: int
) -> None:
    at(proposed + DELAY)
    with reverts(mint_desk.ProposalExpired, token, expiresAt=proposed + DELAY):
        mint_desk.execute(key(1), sender=minter)
    with reverts(mint_desk.NonceTaken, token, nonce=key(1)):
        mint_desk.propose(destination, LARGE, key(1), sender=minter)
    mint_desk.cancel(key(1), sender=guardian)
    mint_desk.propose(destination, LARGE, key(1), sender=minter)


@pytest.mark.parametrize(
    ("delay", "open_for"), [(HOUR, DAY), (DAY, DAY), (DAY + 1, DAY + 1), (31 * DAY, 31 * DAY)]
)
def test_execute__of_any_delay__is_possible_as_long_as_it_waited_or_a_day(
    manager: Any, token: Any, mint_desk: Any, deployer: Any, admin: Any, delay: int, open_for: int
) -> None:
    desk = deployer.deploy(project.MintDesk, manager, token, 1, 1, delay)
    desk.allowDestination(admin, sender=admin)
    receipt = desk.propose(admin, 5, key(1), sender=admin)
    ready = receipt.timestamp + delay
    assert tuple(desk.proposalOf(key(1)))[2:] == (ready, ready + open_for)


def test_execute__destination_removed_meanwhile__reverts(
    mint_desk: Any, token: Any, minter: Any, guardian: Any, destination: Any, proposed: int
) -> None:
    mint_desk.removeDestination(destination, sender=guardian)
    at(proposed)
    with reverts(mint_desk.DestinationNotAllowed, token, destination=destination):
        mint_desk.execute(key(1), sender=minter)


def test_execute__what_the_token_refuses__reverts_and_stays_proposed(
    mint_desk: Any, token: Any, minter: Any, guardian: Any, issuance_admin: Any, proposed: int
) -> None:
    token.lowerIssuer(mint_desk, LARGE - 1, 0, sender=guardian)
    at(proposed)
    error = token.IssuerQuotaExceeded
    with bubbles(error, mint_desk, issuer=mint_desk, available=LARGE - 1, needed=LARGE):
        mint_desk.execute(key(1), sender=minter)
    token.setIssuer(mint_desk, QUOTA, 0, False, sender=issuance_admin)
    mint_desk.execute(key(1), sender=minter)


def test_execute__nothing_proposed__reverts(mint_desk: Any, token: Any, minter: Any) -> None:
    with reverts(mint_desk.NotProposed, token, nonce=key(1)):
        mint_desk.execute(key(1), sender=minter)


def test_propose__refused__by_destination_amount_and_key(
    mint_desk: Any, token: Any, minter: Any, destination: Any, outsider: Any, proposed: int
) -> None:
    for to in (outsider, ZERO, token.address, mint_desk.address):
        with reverts(mint_desk.DestinationNotAllowed, token, destination=to):
            mint_desk.propose(to, 1, key(2), sender=minter)
    for value in (MAX_72 + 1, MAX_256):
        with reverts(mint_desk.AmountOutOfRange, token, amount=value, max=MAX_72):
            mint_desk.propose(destination, value, key(2), sender=minter)
    with reverts(mint_desk.NonceTaken, token, nonce=key(1)):
        mint_desk.propose(destination, 1, key(1), sender=minter)
    mint_desk.propose(destination, MAX_72, key(2), sender=minter)
    assert mint_desk.proposalOf(key(2)).value == MAX_72
    assert mint_desk.proposalOf(key(1)).readyAt == proposed


def test_keys__in_every_order__serve_once(
    mint_desk: Any, token: Any, minter: Any, guardian: Any, destination: Any, proposed: int
) -> None:
    """Proposed: no mint. Cancelled: free. Minted or executed: neither mint nor proposal."""
    for value in (LARGE, SOM, 0):
        error, data = (mint_desk.NonceTaken, {"nonce": key(1)})
        with reverts(error, token, **data):
            mint_desk.mint(destination, value, key(1), sender=minter)
    mint_desk.cancel(key(1), sender=guardian)
    mint_desk.mint(destination, SOM, key(1), sender=minter)
    mint_desk.propose(destination, SOM, key(2), sender=minter)
    at(mint_desk.proposalOf(key(2)).readyAt)
    mint_desk.execute(key(2), sender=minter)
    for used in (key(1), key(2)):
        with reverts(mint_desk.NonceTaken, token, nonce=used):
            mint_desk.propose(destination, SOM, used, sender=minter)
        error = token.AuthorizationUsedOrCanceled
        with bubbles(error, mint_desk, authorizer=mint_desk, nonce=used):
            mint_desk.mint(destination, SOM, used, sender=minter)


@pytest.mark.parametrize("who", ["guardian", "auditor_a", "auditor_b", "auditor_c"])
def test_cancel__by_guardian_or_any_auditor__ends_it(
    request: pytest.FixtureRequest, mint_desk: Any, token: Any, minter: Any, proposed: int, who: str
) -> None:
    by = request.getfixturevalue(who)
    receipt = mint_desk.cancel(key(1), sender=by)
    assert logged(receipt, mint_desk, token) == [("MintCanceled", {"nonce": key(1), "by": by})]
    assert tuple(mint_desk.proposalOf(key(1))) == (ZERO, 0, 0, 0)
    at(proposed)
    with reverts(mint_desk.NotProposed, token, nonce=key(1)):
        mint_desk.execute(key(1), sender=minter)
    with reverts(mint_desk.NotProposed, token, nonce=key(1)):
        mint_desk.cancel(key(1), sender=by)


def test_cancel__by_a_guardian_that_is_a_contract__names_the_contract(
    mint_desk: Any,
    token: Any,
    manager: Any,
    admin: Any,
    deployer: Any,
    outsider: Any,
    minter: Any,
    proposed: int,
) -> None:
    """As a Safe is: whoever sent the transaction for it is not the one who cancelled."""
    council = deployer.deploy(project.ERC1271WalletMock, outsider)
    manager.grantRole(Role.GUARDIAN, council, 0, sender=admin)
    call = mint_desk.cancel.encode_input(key(1))
    receipt = council.execute(mint_desk, call, sender=outsider)
    told = ("MintCanceled", {"nonce": key(1), "by": council.address})
    assert logged(receipt, mint_desk, token) == [told]
    at(proposed)
    with reverts(mint_desk.NotProposed, token, nonce=key(1)):
        mint_desk.execute(key(1), sender=minter)


def test_cancel__by_a_suspended_auditor_or_others__reverts(
    mint_desk: Any, token: Any, guardian: Any, auditor_a: Any, auditor_b: Any, minter: Any,
    outsider: Any, admin: Any, proposed: int,
) -> None:  # fmt: skip
    token.suspendAuditor(auditor_a, sender=guardian)
    for caller in (auditor_a, minter, outsider, admin):
        with reverts(mint_desk.AccessManagedUnauthorized, token, caller=caller):
            mint_desk.cancel(key(1), sender=caller)
    assert mint_desk.proposalOf(key(1)).readyAt == proposed
    mint_desk.cancel(key(1), sender=auditor_b)
