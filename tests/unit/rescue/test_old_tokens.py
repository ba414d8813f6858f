"""``rescueTokens`` of tokens from before ERC-20's return value was kept to"""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.bubbling import overflows
from support.events import events
from support.reverts import reverts

HELD = 100


@pytest.fixture
def silent(token: Any, deployer: Any) -> Any:
    """Its ``transfer`` returns nothing, and reverts where it fails."""
    return deployer.deploy(project.SilentTokenMock, token, HELD)


@pytest.fixture
def refusing(token: Any, deployer: Any) -> Any:
    """Its ``transfer`` returns whether it succeeded."""
    return deployer.deploy(project.RefusingTokenMock, token, HELD)


def test_rescue_tokens__transfer_that_returns_nothing__go_to_the_receiver(
    token: Any, silent: Any, admin: Any, receiver: Any
) -> None:
    receipt = token.rescueTokens(silent, receiver, 40, sender=admin)
    said = {"token": silent, "to": receiver, "amount": 40}
    assert events(receipt, token) == [("TokensRescued", said)]
    assert (silent.balanceOf(receiver), silent.balanceOf(token)) == (40, 60)


def test_rescue_tokens__transfer_that_returns_nothing_and_fails__reverts(
    token: Any, silent: Any, admin: Any, receiver: Any
) -> None:
    with overflows(token, silent):
        token.rescueTokens(silent, receiver, HELD + 1, sender=admin)


def test_rescue_tokens__transfer_that_returns_true__go_to_the_receiver(
    token: Any, refusing: Any, admin: Any, receiver: Any
) -> None:
    receipt = token.rescueTokens(refusing, receiver, HELD, sender=admin)
    said = {"token": refusing, "to": receiver, "amount": HELD}
    assert events(receipt, token) == [("TokensRescued", said)]
    assert (refusing.balanceOf(receiver), refusing.balanceOf(token)) == (HELD, 0)


def test_rescue_tokens__transfer_that_returns_false__reverts(
    token: Any, refusing: Any, admin: Any, receiver: Any
) -> None:
    with reverts(token.SafeERC20FailedOperation, refusing, token=refusing):
        token.rescueTokens(refusing, receiver, HELD + 1, sender=admin)
