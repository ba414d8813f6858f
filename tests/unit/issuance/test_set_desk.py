"""``setDesk``: an issuer that holds tokens for others, and what no order does to it then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ape import project
from support.delegation import borrow_code
from support.events import events
from support.reverts import reverts

SOM = 1_000_000
ORDER = b"\x0d" * 32


@pytest.fixture
def desk(funded: Any, token: Any, deployer: Any, issuance_admin: Any, holder: Any) -> Any:
    """A contract that is an issuer and a desk, and holds 100 som of others."""
    contract = deployer.deploy(project.TokenMock, token, 0)
    token.setIssuer(contract, SOM, 7, True, sender=issuance_admin)
    token.setDesk(contract, sender=issuance_admin)
    token.transfer(contract, 100 * SOM, sender=holder)
    return contract


def test_set_desk__issuer_with_code__is_one_and_keeps_its_quota(
    token: Any, deployer: Any, issuance_admin: Any
) -> None:
    contract = deployer.deploy(project.TokenMock, token, 0)
    token.setIssuer(contract, SOM, 7, True, sender=issuance_admin)
    receipt = token.setDesk(contract, sender=issuance_admin)
    assert events(receipt, token) == [("DeskSet", {"desk": contract})]
    assert tuple(token.issuerOf(contract)) == (SOM, SOM, 7, True, True)


def test_set_desk__no_issuer__reverts(system: Any, token: Any, issuance_admin: Any) -> None:
    with reverts(token.NotIssuer, account=system.feed):
        token.setDesk(system.feed, sender=issuance_admin)


def test_set_desk__no_code__reverts(token: Any, issuance_admin: Any, issuer: Any) -> None:
    with reverts(token.NotAContract, account=issuer):
        token.setDesk(issuer, sender=issuance_admin)


def test_set_desk__borrowed_code__reverts(
    token: Any, issuance_admin: Any, issuer: Any, relayer: Any
) -> None:
    borrow_code(issuer, token, relayer)
    with reverts(token.NotAContract, account=issuer):
        token.setDesk(issuer, sender=issuance_admin)


def test_set_desk__by_an_outsider__reverts(token: Any, outsider: Any, issuer: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.setDesk(issuer, sender=outsider)


def _orders(token: Any, compliance: Any, enforcer: Any, admin: Any, to: Any, desk: Any) -> Any:
    return {
        "block": lambda: token.blockAccount(desk, sender=compliance),
        "block many": lambda: token.blockAccounts([to, desk], sender=compliance),
        "freeze": lambda: token.setFrozenTokens(desk, 1, sender=compliance),
        "freeze many": lambda: token.setFrozenTokensBatch([to, desk], [0, 1], sender=compliance),
        "take": lambda: token.forcedTransfer(desk, to, 1, sender=admin),
        "take by order": lambda: token.forcedTransfer(desk, to, 1, ORDER, 1, sender=enforcer),
        "take nothing": lambda: token.forcedTransfer(desk, to, 0, sender=admin),
    }


@pytest.mark.parametrize(
    "order",
    ["block", "block many", "freeze", "freeze many", "take", "take by order", "take nothing"],
)
def test_desk__order__reverts_even_when_it_is_cut(
    token: Any, desk: Any, compliance: Any, enforcer: Any, admin: Any, guardian: Any,
    receiver: Any, order: str,
) -> None:  # fmt: skip
    act: Callable[[], Any] = _orders(token, compliance, enforcer, admin, receiver, desk)[order]
    with reverts(token.AccountIsDesk, account=desk):
        act()
    token.cutIssuer(desk, sender=guardian)
    with reverts(token.AccountIsDesk, account=desk):
        act()
    token.setFrozenTokens(desk, 0, sender=compliance)  # is so already: nobody's claim


@pytest.mark.parametrize("order", ["blocked", "frozen"])
def test_set_desk__under_an_order__reverts_until_it_is_lifted(
    token: Any, deployer: Any, issuance_admin: Any, compliance: Any, order: str
) -> None:
    contract = deployer.deploy(project.TokenMock, token, 0)
    token.setIssuer(contract, SOM, 0, True, sender=issuance_admin)
    if order == "blocked":
        token.blockAccount(contract, sender=compliance)
    else:
        token.setFrozenTokens(contract, 1, sender=compliance)
    with reverts(token.DeskUnderOrder, account=contract):
        token.setDesk(contract, sender=issuance_admin)
    token.unblockAccount(contract, sender=compliance)
    token.setFrozenTokens(contract, 0, sender=compliance)
    token.setDesk(contract, sender=issuance_admin)
    assert token.issuerOf(contract).desk


def test_desk__new_terms_and_lower_ones__stay_a_desk(
    token: Any, desk: Any, issuance_admin: Any, guardian: Any
) -> None:
    token.setIssuer(desk, 2 * SOM, 9, False, sender=issuance_admin)
    assert tuple(token.issuerOf(desk))[1:] == (2 * SOM, 9, False, True)
    token.lowerIssuer(desk, 0, 0, sender=guardian)
    assert tuple(token.issuerOf(desk)) == (0, 0, 0, False, True)


def test_desk__cut_and_granted_again__stays_a_desk(
    token: Any, desk: Any, issuance_admin: Any, guardian: Any
) -> None:
    token.cutIssuer(desk, sender=guardian)
    assert tuple(token.issuerOf(desk)) == (0, 0, 0, False, True)
    token.cutIssuer(desk, sender=guardian)  # again: nothing is left to take
    token.setIssuer(desk, SOM, 0, True, sender=issuance_admin)
    assert tuple(token.issuerOf(desk)) == (SOM, SOM, 0, True, True)


def test_desk__others__are_reached_as_before(
    token: Any, desk: Any, issuance_admin: Any, compliance: Any, admin: Any, issuer: Any,
    holder: Any, receiver: Any,
) -> None:  # fmt: skip
    token.blockAccounts([issuer, receiver], sender=compliance)
    token.forcedTransfer(holder, desk, SOM, sender=admin)
    assert token.isBlocked(issuer)
    assert token.balanceOf(desk) == 101 * SOM
