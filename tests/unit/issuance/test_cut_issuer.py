"""``cutIssuer``"""

from __future__ import annotations

from typing import Any

from support.events import events
from support.reverts import reverts

SOM = 1_000_000


def test_cut_issuer__current_issuer__can_neither_mint_nor_burn(
    funded: Any, token: Any, guardian: Any, issuer: Any, receiver: Any
) -> None:
    token.mint(issuer, SOM, sender=issuer)
    receipt = token.cutIssuer(issuer, sender=guardian)
    assert events(receipt, token) == [("IssuerCut", {"issuer": issuer})]
    assert tuple(token.issuerOf(issuer)) == (0, 0, 0, False, False)
    with reverts(token.NotIssuer, account=issuer):
        token.mint(receiver, 1, sender=issuer)
    with reverts(token.BurnNotAllowed, account=issuer):
        token.burn(1, sender=issuer)


def test_cut_issuer__its_tokens__stay_its_own(
    funded: Any, token: Any, guardian: Any, issuer: Any, receiver: Any
) -> None:
    token.mint(issuer, SOM, sender=issuer)
    token.cutIssuer(issuer, sender=guardian)
    token.transfer(receiver, SOM, sender=issuer)
    assert token.balanceOf(receiver) == SOM


def test_cut_issuer__granted_again__mints_again(
    funded: Any, token: Any, guardian: Any, issuance_admin: Any, issuer: Any, receiver: Any
) -> None:
    token.cutIssuer(issuer, sender=guardian)
    token.setIssuer(issuer, SOM, 0, False, sender=issuance_admin)
    token.mint(receiver, SOM, sender=issuer)
    assert token.balanceOf(receiver) == SOM


def test_cut_issuer__not_an_issuer__reverts(
    token: Any, guardian: Any, issuer: Any, issuer_b: Any
) -> None:
    with reverts(token.NotIssuer, account=issuer_b):
        token.cutIssuer(issuer_b, sender=guardian)
    token.cutIssuer(issuer, sender=guardian)
    with reverts(token.NotIssuer, account=issuer):
        token.cutIssuer(issuer, sender=guardian)


def test_cut_issuer__by_an_outsider__reverts(token: Any, outsider: Any, issuer: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.cutIssuer(issuer, sender=outsider)
