"""``unpause``"""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS, PauseFlag

SOM = 1_000_000


@pytest.mark.parametrize("flags", [*map(int, PauseFlag), 5, PAUSE_FLAGS])
def test_unpause__some_of_those_set__leaves_the_others(
    token: Any, pauser: Any, unpauser: Any, flags: int
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    receipt = token.unpause(flags, sender=unpauser)
    assert events(receipt, token) == [
        ("PauseFlagsChanged", {"previousFlags": PAUSE_FLAGS, "newFlags": PAUSE_FLAGS - flags})
    ]
    assert token.pauseFlags() == PAUSE_FLAGS - flags


def test_unpause__after_pause__is_the_identity(
    funded: Any, token: Any, system: Any, pauser: Any, unpauser: Any, holder: Any, receiver: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.unpause(PAUSE_FLAGS, sender=unpauser)
    assert token.pauseFlags() == 0
    assert token.implementation() == system.logic
    token.transfer(receiver, SOM, sender=holder)
    assert token.balanceOf(receiver) == SOM


def test_unpause__flags_not_set__logs_nothing(token: Any, pauser: Any, unpauser: Any) -> None:
    token.pause(1, sender=pauser)
    assert events(token.unpause(2 | 4 | 8, sender=unpauser), token) == []
    assert token.pauseFlags() == 1


@pytest.mark.parametrize("flags", [0, PAUSE_FLAGS + 1, PAUSE_FLAGS + 2, 1 << 160, 2**256 - 1])
def test_unpause__other_than_pause_flags__reverts(
    token: Any, pauser: Any, unpauser: Any, flags: int
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    with reverts(token.InvalidPauseFlags, flags=flags):
        token.unpause(flags, sender=unpauser)


def test_unpause__by_others__reverts(token: Any, pauser: Any, outsider: Any) -> None:
    token.pause(1, sender=pauser)
    for sender in (pauser, outsider):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.unpause(1, sender=sender)
