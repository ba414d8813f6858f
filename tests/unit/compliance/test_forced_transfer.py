"""``forcedTransfer``, with and without the order's hash"""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

from kgst.gate import PAUSE_FLAGS

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"
ORDER = b"\x0d" * 32

# Both forms take the first three arguments.
forms = pytest.mark.parametrize("order", [(), (ORDER,)], ids=["plain", "with order hash"])


@forms
def test_forced_transfer__free_tokens__moves_and_logs(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any, order: tuple[bytes, ...]
) -> None:
    amount = 400 * SOM
    assert token.forcedTransfer.call(holder, receiver, amount, *order, sender=enforcer) is True
    receipt = token.forcedTransfer(holder, receiver, amount, *order, sender=enforcer)
    moved = {"from": holder, "to": receiver}
    expected = [
        ("Transfer", {**moved, "value": amount}),
        ("ForcedTransfer", {**moved, "amount": amount}),
        ("OrderExecuted", {"orderHash": ORDER, "account": holder, "value": amount}),
    ]
    assert events(receipt, token) == expected[: 2 + len(order)]
    assert token.balanceOf(holder) == 600 * SOM
    assert token.balanceOf(receiver) == amount
    assert token.totalSupply() == 1_000 * SOM


@pytest.mark.parametrize(
    ("frozen", "taken", "left"),
    [
        (400, 600, 400),  # just what was free
        (400, 601, 399),
        (400, 1_000, 0),
        (1_000, 1, 999),
        (1_000, 1_000, 0),
        (1_500, 1, 1_499),  # frozen beyond the balance
        (1_500, 1_000, 500),
    ],
)
def test_forced_transfer__frozen_tokens__unfreezes_no_more_than_it_takes(
    funded: Any, token: Any, compliance: Any, enforcer: Any, holder: Any, receiver: Any,
    frozen: int, taken: int, left: int,
) -> None:  # fmt: skip
    token.setFrozenTokens(holder, frozen * SOM, sender=compliance)
    receipt = token.forcedTransfer(holder, receiver, taken * SOM, sender=enforcer)
    names = [name for name, _ in events(receipt, token)]
    if left == frozen:
        assert names == ["Transfer", "ForcedTransfer"]
    else:
        assert names == ["Frozen", "Transfer", "ForcedTransfer"]
        assert events(receipt, token)[0][1] == {"account": holder, "amount": left * SOM}
    assert token.getFrozenTokens(holder) == left * SOM
    assert token.balanceOf(holder) == (1_000 - taken) * SOM
    assert token.getFrozenTokens(receiver) == 0


@forms
def test_forced_transfer__blocked_and_paused__works(
    funded: Any, token: Any, compliance: Any, pauser: Any, enforcer: Any, holder: Any,
    receiver: Any, order: tuple[bytes, ...],
) -> None:  # fmt: skip
    token.blockAccount(holder, sender=compliance)
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.forcedTransfer(holder, receiver, 1_000 * SOM, *order, sender=enforcer)
    assert token.balanceOf(receiver) == 1_000 * SOM
    assert token.isBlocked(holder)


@forms
def test_forced_transfer__nothing__moves_nothing(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any, order: tuple[bytes, ...]
) -> None:
    token.forcedTransfer(holder, receiver, 0, *order, sender=enforcer)
    assert token.balanceOf(holder) == 1_000 * SOM
    assert token.balanceOf(receiver) == 0


@forms
def test_forced_transfer__from_the_zero_address__reverts(
    funded: Any, token: Any, enforcer: Any, receiver: Any, order: tuple[bytes, ...]
) -> None:
    for to, amount in ((receiver, 1), (receiver, 0), (ZERO, 0)):
        with reverts(token.ERC20InvalidSender, sender=ZERO):
            token.forcedTransfer(ZERO, to, amount, *order, sender=enforcer)


@forms
def test_forced_transfer__to_itself__reverts(
    funded: Any, token: Any, compliance: Any, enforcer: Any, holder: Any, order: tuple[bytes, ...]
) -> None:
    token.setFrozenTokens(holder, 1_000 * SOM, sender=compliance)
    for amount in (0, 1, 1_000 * SOM):
        with reverts(token.SelfTransfer, account=holder):
            token.forcedTransfer(holder, holder, amount, *order, sender=enforcer)


@forms
def test_forced_transfer__to_the_zero_address_or_the_token__reverts(
    funded: Any, token: Any, enforcer: Any, holder: Any, order: tuple[bytes, ...]
) -> None:
    for to in (ZERO, token.address):
        with reverts(token.ERC20InvalidReceiver, receiver=to):
            token.forcedTransfer(holder, to, 1, *order, sender=enforcer)


@forms
def test_forced_transfer__to_a_blocked_account__reverts(
    funded: Any, token: Any, compliance: Any, enforcer: Any, holder: Any, receiver: Any,
    order: tuple[bytes, ...],
) -> None:  # fmt: skip
    token.blockAccount(receiver, sender=compliance)
    with reverts(token.ERC7943CannotReceive, account=receiver):
        token.forcedTransfer(holder, receiver, 1, *order, sender=enforcer)


@forms
def test_forced_transfer__beyond_the_balance__reverts(
    funded: Any, token: Any, compliance: Any, enforcer: Any, holder: Any, receiver: Any,
    order: tuple[bytes, ...],
) -> None:  # fmt: skip
    token.setFrozenTokens(holder, 2**72 - 1, sender=compliance)
    for amount in (1_000 * SOM + 1, 2**72, 2**256 - 1):
        with reverts(
            token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=amount
        ):
            token.forcedTransfer(holder, receiver, amount, *order, sender=enforcer)


@forms
def test_forced_transfer__by_anyone_else__reverts(
    funded: Any, token: Any, outsider: Any, holder: Any, receiver: Any, order: tuple[bytes, ...]
) -> None:
    for sender in (outsider, holder):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.forcedTransfer(holder, receiver, 1, *order, sender=sender)
