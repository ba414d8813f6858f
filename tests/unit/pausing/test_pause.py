"""``pause``, ``pauseFlags`` and ``paused``: what a flag stops is tested with each function that it stops."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

SOM = 1_000_000


@pytest.mark.parametrize("flags", range(1, 16))
def test_pause__any_flags__are_set_and_logged(token: Any, pauser: Any, flags: int) -> None:
    receipt = token.pause(flags, sender=pauser)
    assert events(receipt, token) == [
        ("PauseFlagsChanged", {"previousFlags": 0, "newFlags": flags})
    ]
    assert token.pauseFlags() == flags
    assert token.paused() is bool(flags & 1)
    assert token.delegateAll() is False


def test_pause__more_flags__adds_to_those_set(token: Any, system: Any, pauser: Any) -> None:
    token.pause(1 | 4, sender=pauser)
    receipt = token.pause(4 | 8, sender=pauser)
    assert events(receipt, token) == [("PauseFlagsChanged", {"previousFlags": 5, "newFlags": 13})]
    assert token.pauseFlags() == 13
    assert token.implementation() == system.logic


def test_pause__flags_already_set__logs_nothing(token: Any, pauser: Any) -> None:
    token.pause(3, sender=pauser)
    for flags in (1, 2, 3):
        assert events(token.pause(flags, sender=pauser), token) == []
    assert token.pauseFlags() == 3


@pytest.mark.parametrize("flags", [0, 16, 17, 31, 32, 1 << 96, 1 << 160, 2**256 - 1])
def test_pause__other_than_pause_flags__reverts(token: Any, pauser: Any, flags: int) -> None:
    with reverts(token.InvalidPauseFlags, flags=flags):
        token.pause(flags, sender=pauser)


def test_pause__each_flag__stops_its_own_functions_only(
    funded: Any, token: Any, pauser: Any, unpauser: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    token.mint(issuer, 100 * SOM, sender=issuer)
    moves = {
        1: lambda: token.transfer(receiver, 1, sender=holder),
        4: lambda: token.mint(receiver, 1, sender=issuer),
        8: lambda: token.burn(1, sender=issuer),
    }
    for flag in (1, 2, 4, 8):
        token.pause(flag, sender=pauser)
        for stopped_by, move in moves.items():
            if stopped_by == flag:
                with reverts(token.OperationPaused, flags=flag):
                    move()
            else:
                move()
        token.unpause(flag, sender=unpauser)


def test_pause__by_others__reverts(token: Any, unpauser: Any, outsider: Any) -> None:
    for sender in (unpauser, outsider):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.pause(1, sender=sender)
