"""Fixtures of the token's own tests: how a payment runs, how it is signed, and accounts that have code."""

from typing import Any

import pytest
from ape import project
from support.payments import FORMS


@pytest.fixture(params=[False, True], ids=["own-code", "delegated"])
def delegate_all(request: pytest.FixtureRequest, token: Any, upgrader: Any) -> bool:
    """Payments run from the token's own code, then from the implementation: nobody should be able to tell."""
    delegated = bool(request.param)
    if delegated:
        token.setDelegateAll(True, sender=upgrader)
    assert token.delegateAll() is delegated
    return delegated


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """How a signature is passed: ``v, r, s`` or ``bytes``."""
    return str(request.param)


@pytest.fixture(params=["vrs", "vrs-delegated", "bytes"])
def route(request: pytest.FixtureRequest, token: Any, upgrader: Any) -> str:
    """The ``form`` of an EIP-3009 payment, each way it can run: the ``bytes`` form is in the implementation anyway."""
    form, _, delegated = str(request.param).partition("-")
    if delegated:
        token.setDelegateAll(True, sender=upgrader)
    return form


@pytest.fixture
def wallet(deployer: Any, outsider: Any) -> Any:
    """A contract account (ERC-1271) whose owner's key is ``outsider``'s."""
    return deployer.deploy(project.ERC1271WalletMock, outsider)


@pytest.fixture
def delegating_holder(funded: Any, wallet: Any, holder: Any, deployer: Any) -> Any:
    """``holder`` with the code of ``wallet`` (EIP-7702), which refuses ``holder``'s own signatures."""
    # To someone without code, because the wallet has no fallback that would take an empty call.
    holder.set_delegate(wallet, receiver=deployer)
    assert bytes(holder.code) == bytes.fromhex("ef0100" + wallet.address[2:].lower())
    return holder
