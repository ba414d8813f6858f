"""Both desks as contracts of the system, and their operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from ape import accounts as ape_accounts
from ape import chain, project
from eth_utils.crypto import keccak
from support.at_the_desks import (
    DAY_LIMIT,
    DELAY,
    MINIMUM,
    MINT_LIMIT,
    PAY_WITHIN,
    QUOTA,
    REDEEM_WITHIN,
    SOM,
    ask,
)
from support.repairs import contract_at, whole_errors

from kgst.roles import MINT_DESK_FUNCTIONS, REDEMPTION_DESK_FUNCTIONS, Role
from kgst.sending.transactions import created_by

__all__ = ["whole_errors"]


@pytest.fixture(scope="session")
def redeemer() -> Any:
    return ape_accounts.test_accounts[17]


@pytest.fixture(scope="session")
def minter() -> Any:
    return ape_accounts.test_accounts[18]


@pytest.fixture(scope="session")
def destination() -> Any:
    """An account to which the mint desk may mint."""
    return ape_accounts.test_accounts[19]


@pytest.fixture(scope="session")
def holder_b() -> Any:
    """A second requester."""
    return ape_accounts.test_accounts[23]


@dataclass(frozen=True)
class Desks:
    redemption: Any
    mint: Any


_built: dict[Any, Any] = {}
"""The block with both desks, by the block from which they were deployed."""


@pytest.fixture
def desks(
    funded: Any, manager: Any, token: Any, deployer: Any, admin: Any, issuance_admin: Any,
    redeemer: Any, minter: Any, destination: Any, holder: Any, holder_b: Any,
) -> Desks:  # fmt: skip
    """Both, deployed and with their operators; `holder` has 600 som and `holder_b` 400."""
    first = deployer.nonce
    made = Desks(
        contract_at(project.RedemptionDesk, created_by(deployer.address, first)),
        contract_at(project.MintDesk, created_by(deployer.address, first + 1)),
    )
    provider = chain.provider
    before = provider.snapshot()
    if before in _built:
        provider.restore(_built[before])
        return made
    terms = REDEEM_WITHIN, PAY_WITHIN, MINIMUM
    deployer.deploy(project.RedemptionDesk, manager, token, *terms)
    deployer.deploy(project.MintDesk, manager, token, MINT_LIMIT, DAY_LIMIT, DELAY)
    open_redemption_desk(made.redemption, manager, token, admin, issuance_admin)
    give(manager, admin, made.mint, MINT_DESK_FUNCTIONS)
    manager.grantRole(Role.REDEEMER, redeemer, 0, sender=admin)
    manager.grantRole(Role.MINTER, minter, 0, sender=admin)
    token.setIssuer(made.mint, QUOTA, 0, False, sender=issuance_admin)
    made.mint.allowDestination(destination, sender=issuance_admin)
    token.transfer(holder_b, 400 * SOM, sender=holder)
    provider.mine()
    _built[before] = provider.snapshot()
    return made


@pytest.fixture
def redemption_desk(desks: Desks) -> Any:
    return desks.redemption


@pytest.fixture
def mint_desk(desks: Desks) -> Any:
    return desks.mint


@pytest.fixture
def second_desk(
    redemption_desk: Any, manager: Any, token: Any, deployer: Any, admin: Any, issuance_admin: Any
) -> Any:
    """Another redemption desk of the same token, with shorter terms."""
    desk = deployer.deploy(project.RedemptionDesk, manager, token, 3_600, 60, MINIMUM)
    open_redemption_desk(desk, manager, token, admin, issuance_admin)
    return desk


@pytest.fixture
def requested(redemption_desk: Any, token: Any, holder: Any) -> int:
    """The id of a request of `holder`."""
    return ask(token, redemption_desk, holder)


@pytest.fixture
def locked(redemption_desk: Any, requested: int, redeemer: Any) -> int:
    redemption_desk.lock([requested], sender=redeemer)
    return requested


@pytest.fixture
def paid(redemption_desk: Any, locked: int, redeemer: Any) -> int:
    redemption_desk.confirmPaid([locked], b"\xba" * 32, sender=redeemer)
    return locked


@pytest.fixture
def sent_back(redemption_desk: Any, paid: int, redeemer: Any) -> int:
    """Of a request whose payment the bank returned."""
    redemption_desk.returned(paid, sender=redeemer)
    return paid


def give(manager: Any, admin: Any, target: Any, functions: dict[Role, tuple[str, ...]]) -> None:
    """Each function of `target` to its role."""
    for role, signatures in functions.items():
        selectors = [keccak(text=signature)[:4] for signature in signatures]
        manager.setTargetFunctionRole(target, selectors, role, sender=admin)


def open_redemption_desk(
    desk: Any, manager: Any, token: Any, admin: Any, issuance_admin: Any
) -> None:
    """Its functions to their roles, and the token knows it."""
    give(manager, admin, desk, REDEMPTION_DESK_FUNCTIONS)
    token.setIssuer(desk, 0, 0, True, sender=issuance_admin)
    token.setDesk(desk, sender=issuance_admin)
