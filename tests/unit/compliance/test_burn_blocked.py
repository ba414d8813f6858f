"""``burnBlocked``"""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"
ORDER = b"\x0d" * 32
MOST = 2**72 - 1


@pytest.fixture
def blocked(funded: Any, token: Any, compliance: Any, holder: Any) -> Any:
    """``holder``, with 1,000 som, is blocked."""
    token.blockAccount(holder, sender=compliance)
    return holder


def test_burn_blocked__part__leaves_circulation_and_logs(
    token: Any, enforcer: Any, blocked: Any
) -> None:
    valid_until = token.solvency().validUntil
    assert token.burnBlocked.call(blocked, 400 * SOM, ORDER, MOST, sender=enforcer) is True
    receipt = token.burnBlocked(blocked, 400 * SOM, ORDER, MOST, sender=enforcer)
    assert events(receipt, token) == [
        ("OrderExecuted", {"orderHash": ORDER, "account": blocked, "value": 400 * SOM}),
        ("Transfer", {"from": blocked, "to": ZERO, "value": 400 * SOM}),
    ]
    assert token.balanceOf(blocked) == 600 * SOM
    assert tuple(token.solvency()) == (600 * SOM, 9_600 * SOM, 400 * SOM, valid_until)
    assert token.isBlocked(blocked)


def test_burn_blocked__frozen_tokens__unfreezes_no_more_than_it_takes(
    token: Any, compliance: Any, enforcer: Any, blocked: Any
) -> None:
    token.setFrozenTokens(blocked, 900 * SOM, sender=compliance)
    receipt = token.burnBlocked(blocked, 400 * SOM, ORDER, MOST, sender=enforcer)
    assert events(receipt, token)[1] == ("Frozen", {"account": blocked, "amount": 600 * SOM})
    assert token.getFrozenTokens(blocked) == token.balanceOf(blocked) == 600 * SOM


def test_burn_blocked__everything__adds_no_headroom(
    token: Any, enforcer: Any, blocked: Any
) -> None:
    headroom = token.headroom()
    token.burnBlocked(blocked, 1_000 * SOM, ORDER, MOST, sender=enforcer)
    assert token.totalSupply() == 0
    assert token.headroom() == headroom == 9_000 * SOM


def test_burn_blocked__everything_paused__works(
    token: Any, pauser: Any, enforcer: Any, blocked: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.burnBlocked(blocked, 1_000 * SOM, ORDER, MOST, sender=enforcer)
    assert token.balanceOf(blocked) == 0


def test_burn_blocked__in_a_deficit__leaves_the_shortfall(
    token: Any, attest: Any, enforcer: Any, blocked: Any
) -> None:
    attest(900 * 100)
    token.burnBlocked(blocked, 400 * SOM, ORDER, MOST, sender=enforcer)
    solvency = token.solvency()
    assert (solvency.supply, solvency.backing) == (600 * SOM, 500 * SOM)


def test_burn_blocked__account_not_blocked__reverts(
    funded: Any, token: Any, compliance: Any, enforcer: Any, holder: Any
) -> None:
    token.setFrozenTokens(holder, 1_000 * SOM, sender=compliance)
    for value in (0, 1):
        with reverts(token.AccountNotBlocked, account=holder):
            token.burnBlocked(holder, value, ORDER, MOST, sender=enforcer)


def test_burn_blocked__beyond_the_balance__reverts(token: Any, enforcer: Any, blocked: Any) -> None:
    for value in (1_000 * SOM + 1, MOST):
        with reverts(
            token.ERC20InsufficientBalance, sender=blocked, balance=1_000 * SOM, needed=value
        ):
            token.burnBlocked(blocked, value, ORDER, MOST, sender=enforcer)


def test_burn_blocked__reserved_addresses__reverts(funded: Any, token: Any, enforcer: Any) -> None:
    """A log of a transfer from the zero address, even of nothing, would look like a mint."""
    for account in (ZERO, token.address):
        for value in (0, 1):
            with reverts(token.ReservedAddress, account=account):
                token.burnBlocked(account, value, ORDER, MOST, sender=enforcer)


def test_burn_blocked__counter_of_burns_full__reverts(
    token: Any, attest: Any, issuance_admin: Any, compliance: Any, enforcer: Any, guardian: Any,
    issuer_b: Any,
) -> None:  # fmt: skip
    reserves = (2**72 - 1) // 10_000
    most = reserves * 10_000
    left = 2**72 - 1 - most
    token.setIssuer(issuer_b, 2**72 - 1, 0, True, sender=issuance_admin)
    attest(reserves)
    token.mint(issuer_b, most, sender=issuer_b)
    token.burn(most, sender=issuer_b)
    attest(reserves, settled=most)
    # A greater quota only adds the difference: down and up again fills nothing, an issuer anew does.
    token.cutIssuer(issuer_b, sender=guardian)
    token.setIssuer(issuer_b, 2**72 - 1, 0, True, sender=issuance_admin)
    token.mint(issuer_b, most, sender=issuer_b)
    token.blockAccount(issuer_b, sender=compliance)
    with reverts(token.AmountOutOfRange, amount=left + 1, max=left):
        token.burnBlocked(issuer_b, left + 1, ORDER, MOST, sender=enforcer)
    token.burnBlocked(issuer_b, left, ORDER, MOST, sender=enforcer)
    assert token.solvency().burned == 2**72 - 1


def test_burn_blocked__by_anyone_else__reverts(
    token: Any, outsider: Any, compliance: Any, issuer: Any, blocked: Any
) -> None:
    for sender in (outsider, compliance, issuer):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.burnBlocked(blocked, 1, ORDER, MOST, sender=sender)


def test_burn_blocked__what_a_forced_transfer_took__counts(
    token: Any, enforcer: Any, blocked: Any, receiver: Any
) -> None:
    token.forcedTransfer(blocked, receiver, 300 * SOM, ORDER, 400 * SOM, sender=enforcer)
    with reverts(token.OrderExceeded, orderHash=ORDER, left=100 * SOM, needed=100 * SOM + 1):
        token.burnBlocked(blocked, 100 * SOM + 1, ORDER, 400 * SOM, sender=enforcer)
    token.burnBlocked(blocked, 100 * SOM, ORDER, 400 * SOM, sender=enforcer)
    assert tuple(token.orderOf(ORDER, blocked)) == (400 * SOM, 400 * SOM)
    with reverts(token.OrderExceeded, orderHash=ORDER, left=0, needed=1):
        token.burnBlocked(blocked, 1, ORDER, 400 * SOM, sender=enforcer)
    with reverts(token.OrderAmountMismatch, ordered=400 * SOM, given=401 * SOM):
        token.burnBlocked(blocked, 1, ORDER, 401 * SOM, sender=enforcer)
