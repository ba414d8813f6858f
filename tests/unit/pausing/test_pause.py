"""``pause``, ``pauseFlags`` and ``paused``: what a flag stops is tested with each function that it stops."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS, STOPPED_BY, PauseFlag

SOM = 1_000_000


@pytest.mark.parametrize("flags", range(1, PAUSE_FLAGS + 1))
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


@pytest.mark.parametrize(
    "flags",
    [0, PAUSE_FLAGS + 1, PAUSE_FLAGS + 2, 2 * PAUSE_FLAGS + 1, 1 << 96, 1 << 160, 2**256 - 1],
)
def test_pause__other_than_pause_flags__reverts(token: Any, pauser: Any, flags: int) -> None:
    with reverts(token.InvalidPauseFlags, flags=flags):
        token.pause(flags, sender=pauser)


def test_pause__each_flag__stops_its_own_functions_only(
    funded: Any, token: Any, pauser: Any, unpauser: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    token.mint(issuer, 100 * SOM, sender=issuer)
    token.approve(issuer, 100 * SOM, sender=holder)
    moves = {
        "transfer": lambda: token.transfer(receiver, 1, sender=holder),
        "transferFrom": lambda: token.transferFrom(holder, receiver, 1, sender=issuer),
        "payout": lambda: token.payout([receiver], [1], sender=holder),
        "mint": lambda: token.mint(receiver, 1, sender=issuer),
        "mintBatch": lambda: token.mintBatch([receiver], [1], sender=issuer),
        "burn": lambda: token.burn(1, sender=issuer),
    }
    # Those that need a signature: test_authorized_payments.py, test_permit.py.
    signed = {"transferWithAuthorization", "receiveWithAuthorization", "permit"}
    assert moves.keys() | signed == STOPPED_BY.keys()
    for flag in PauseFlag:
        token.pause(int(flag), sender=pauser)
        for name, move in moves.items():
            if flag & STOPPED_BY[name]:
                with reverts(token.OperationPaused, flags=int(flag)):
                    move()
            else:
                move()
        token.unpause(int(flag), sender=unpauser)


def test_pause__by_others__reverts(token: Any, unpauser: Any, outsider: Any) -> None:
    for sender in (unpauser, outsider):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.pause(1, sender=sender)
