"""A contract may be an issuer: its quota, its balance and its errors are its own, not those of who sent the call."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.bubbling import bubbles
from support.events import events

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


@pytest.fixture
def treasury(funded: Any, token: Any, deployer: Any, issuer: Any, issuance_admin: Any) -> Any:
    """A contract of ``issuer``'s that may mint 100 som and burn."""
    contract = deployer.deploy(project.ERC1271WalletMock, issuer)
    token.setIssuer(contract, 100 * SOM, 0, True, sender=issuance_admin)
    return contract


def test_contract_caller__issuer__uses_its_own_quota_and_balance(
    treasury: Any, token: Any, issuer: Any
) -> None:
    own = token.issuerOf(issuer).available
    treasury.execute(token, token.mint.encode_input(treasury, 60 * SOM), sender=issuer)
    assert token.issuerOf(treasury).available == 40 * SOM
    receipt = treasury.execute(token, token.burn.encode_input(20 * SOM), sender=issuer)
    expected = {"from": treasury, "to": ZERO, "value": 20 * SOM}
    assert events(receipt, token) == [("Transfer", expected)]
    assert token.balanceOf(treasury) == 40 * SOM
    assert token.issuerOf(issuer).available == own


def test_contract_caller__beyond_its_quota__reverts(treasury: Any, token: Any, issuer: Any) -> None:
    data = token.mint.encode_input(treasury, 100 * SOM + 1)
    error = token.IssuerQuotaExceeded
    with bubbles(error, issuer=treasury, available=100 * SOM, needed=100 * SOM + 1):
        treasury.execute(token, data, sender=issuer)


def test_contract_caller__no_issuer__reverts(
    treasury: Any, token: Any, issuer: Any, guardian: Any
) -> None:
    token.cutIssuer(treasury, sender=guardian)
    with bubbles(token.NotIssuer, account=treasury):
        treasury.execute(token, token.mint.encode_input(treasury, SOM), sender=issuer)
    with bubbles(token.BurnNotAllowed, account=treasury):
        treasury.execute(token, token.burn.encode_input(SOM), sender=issuer)
