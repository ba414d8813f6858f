"""``canSend``, ``canReceive`` and ``canTransfer``: the rules that ``transfer`` keeps, and they never revert."""

from __future__ import annotations

from typing import Any

import pytest

from kgst.flags import PauseFlag

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"


def test_can_send_and_receive__free_account__may(funded: Any, token: Any, holder: Any) -> None:
    assert token.canSend(holder)
    assert token.canReceive(holder)


def test_can_send_and_receive__blocked_account__may_not(
    token: Any, compliance: Any, holder: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    for account in (holder, ZERO, token.address):
        assert not token.canSend(account)
        assert not token.canReceive(account)


@pytest.mark.parametrize("flag", PauseFlag)
def test_can_transfer__paused__depends_on_the_transfers_flag_only(
    funded: Any, token: Any, pauser: Any, holder: Any, receiver: Any, flag: PauseFlag
) -> None:
    token.pause(int(flag), sender=pauser)
    assert token.canTransfer(holder, receiver, 1) is (flag is not PauseFlag.TRANSFERS)
    # A pause is not of the account: forcedTransfer works meanwhile, and must not where canReceive is false.
    assert token.canSend(holder)
    assert token.canReceive(receiver)


@pytest.mark.parametrize(
    ("amount", "free"),
    [
        (0, True),
        (600 * SOM, True),
        (600 * SOM + 1, False),
        (1_000 * SOM, False),
        # Beyond the balance the freeze forbids nothing: ERC-7943 leaves that to the transfer.
        (1_000 * SOM + 1, True),
        (2**256 - 1, True),
    ],
)
def test_can_transfer__frozen_part__is_not_free(
    funded: Any, token: Any, compliance: Any, holder: Any, receiver: Any, amount: int, free: bool
) -> None:
    token.setFrozenTokens(holder, 400 * SOM, sender=compliance)
    assert token.canTransfer(holder, receiver, amount) is free


def test_can_transfer__either_end_blocked__may_not(
    funded: Any, token: Any, compliance: Any, unpauser: Any, holder: Any, receiver: Any
) -> None:
    assert token.canTransfer(holder, receiver, 1)
    token.blockAccount(receiver, sender=compliance)
    assert not token.canTransfer(holder, receiver, 0)
    token.unblockAccount(receiver, sender=compliance)
    token.blockAccount(holder, sender=compliance)
    assert not token.canTransfer(holder, receiver, 0)


def test_can_transfer__to_the_zero_address_or_the_token__may_not(
    funded: Any, token: Any, holder: Any
) -> None:
    for to in (ZERO, token.address):
        assert not token.canTransfer(holder, to, 0)
        assert not token.canTransfer(to, holder, 0)


def test_can_transfer__to_itself__keeps_the_freeze(
    funded: Any, token: Any, compliance: Any, holder: Any
) -> None:
    token.setFrozenTokens(holder, 400 * SOM, sender=compliance)
    assert token.canTransfer(holder, holder, 600 * SOM)
    assert not token.canTransfer(holder, holder, 600 * SOM + 1)
