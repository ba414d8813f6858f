"""``rescueTokens``"""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from support.bubbling import bubbles, fails_silently
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000


@pytest.fixture
def foreign(token: Any, deployer: Any, holder: Any) -> Any:
    """A foreign token, 100 units of which lie at the token's address."""
    contract = deployer.deploy(project.TokenMock, holder, 100)
    contract.transfer(token, 100, sender=holder)
    return contract


def test_rescue_tokens__foreign__go_to_the_receiver(
    token: Any, foreign: Any, admin: Any, receiver: Any
) -> None:
    receipt = token.rescueTokens(foreign, receiver, 40, sender=admin)
    [log] = receipt.decode_logs(token.TokensRescued)
    assert log.event_arguments == {"token": foreign, "to": receiver, "amount": 40}
    [moved] = receipt.decode_logs(foreign.Transfer)
    assert moved.event_arguments == {"from": token, "to": receiver, "value": 40}
    assert len(receipt.logs) == 2
    assert foreign.balanceOf(receiver) == 40
    assert foreign.balanceOf(token) == 60


def test_rescue_tokens__everything_paused__works(
    token: Any, foreign: Any, admin: Any, pauser: Any, receiver: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.rescueTokens(foreign, receiver, 100, sender=admin)
    assert foreign.balanceOf(receiver) == 100


def test_rescue_tokens__the_token_itself__reverts(
    funded: Any, token: Any, admin: Any, receiver: Any
) -> None:
    for amount in (0, 1):
        with reverts(token.OwnTokenNotRescuable):
            token.rescueTokens(token, receiver, amount, sender=admin)


def test_rescue_tokens__more_than_lies_there__reverts(
    token: Any, foreign: Any, admin: Any, receiver: Any
) -> None:
    with bubbles(foreign.ERC20InsufficientBalance, token, sender=token, balance=100, needed=101):
        token.rescueTokens(foreign, receiver, 101, sender=admin)


def test_rescue_tokens__no_token_there__reverts(
    token: Any, admin: Any, outsider: Any, receiver: Any
) -> None:
    with reverts(token.SafeERC20FailedOperation, token=outsider):
        token.rescueTokens(outsider, receiver, 1, sender=admin)


def test_rescue_tokens__contract_that_is_no_token__reverts(
    token: Any, manager: Any, admin: Any, receiver: Any
) -> None:
    with fails_silently(token, manager):
        token.rescueTokens(manager, receiver, 1, sender=admin)


def test_rescue_tokens__by_others__reverts(
    token: Any, foreign: Any, guardian: Any, outsider: Any
) -> None:
    for sender in (guardian, outsider):
        with reverts(token.AccessManagedUnauthorized, foreign, caller=sender):
            token.rescueTokens(foreign, sender, 1, sender=sender)
