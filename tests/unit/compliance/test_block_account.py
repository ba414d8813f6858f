"""``blockAccount``: what it stops is tested with each function that it stops."""

from __future__ import annotations

from typing import Any

from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000


def test_block_account__free_account__can_neither_send_nor_receive(
    funded: Any, token: Any, compliance: Any, holder: Any, receiver: Any
) -> None:
    receipt = token.blockAccount(holder, sender=compliance)
    assert events(receipt, token) == [("Blocked", {"account": holder})]
    assert token.isBlocked(holder)
    assert token.balanceOf(holder) == 1_000 * SOM
    with reverts(token.ERC7943CannotSend, account=holder):
        token.transfer(receiver, 1, sender=holder)
    with reverts(token.ERC7943CannotReceive, account=holder):
        token.transfer(holder, 0, sender=receiver)


def test_block_account__already_blocked__logs_nothing(
    token: Any, compliance: Any, holder: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    receipt = token.blockAccount(holder, sender=compliance)
    assert events(receipt, token) == []
    assert token.isBlocked(holder)


def test_block_account__frozen_amount_and_permit_nonce__stay(
    funded: Any, token: Any, compliance: Any, holder: Any
) -> None:
    token.setFrozenTokens(holder, 2**72 - 1, sender=compliance)
    token.blockAccount(holder, sender=compliance)
    assert token.getFrozenTokens(holder) == 2**72 - 1
    assert token.nonces(holder) == 0
    assert token.balanceOf(holder) == 1_000 * SOM


def test_block_account__everything_paused__works(
    token: Any, compliance: Any, pauser: Any, holder: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.blockAccount(holder, sender=compliance)
    assert token.isBlocked(holder)


def test_block_account__by_an_outsider__reverts(token: Any, outsider: Any, holder: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.blockAccount(holder, sender=outsider)


def test_is_blocked__zero_address_and_token__are_from_the_start(token: Any, holder: Any) -> None:
    assert token.isBlocked("0x0000000000000000000000000000000000000000")
    assert token.isBlocked(token)
    assert not token.isBlocked(holder)
