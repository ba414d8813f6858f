"""``forcedTransfer``, with and without the order's hash"""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"
ORDER = b"\x0d" * 32

MOST = 2**72 - 1

# Both forms take the first three arguments. The plain one, of which nothing is counted, is ADMIN's.
forms = pytest.mark.parametrize("order", [(), (ORDER, MOST)], ids=["plain", "by order"])


@pytest.fixture
def officer(order: tuple[Any, ...], admin: Any, enforcer: Any) -> Any:
    """Whose power the form is."""
    return enforcer if order else admin


@forms
def test_forced_transfer__free_tokens__moves_and_logs(
    funded: Any, token: Any, officer: Any, holder: Any, receiver: Any, order: tuple[Any, ...]
) -> None:
    amount = 400 * SOM
    assert token.forcedTransfer.call(holder, receiver, amount, *order, sender=officer) is True
    receipt = token.forcedTransfer(holder, receiver, amount, *order, sender=officer)
    moved = {"from": holder, "to": receiver}
    expected = [
        ("OrderExecuted", {"orderHash": ORDER, "account": holder, "value": amount}),
        ("Transfer", {**moved, "value": amount}),
        ("ForcedTransfer", {**moved, "amount": amount}),
    ]
    assert events(receipt, token) == (expected if order else expected[1:])
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
    funded: Any, token: Any, compliance: Any, admin: Any, holder: Any, receiver: Any,
    frozen: int, taken: int, left: int,
) -> None:  # fmt: skip
    token.setFrozenTokens(holder, frozen * SOM, sender=compliance)
    receipt = token.forcedTransfer(holder, receiver, taken * SOM, sender=admin)
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
    funded: Any, token: Any, compliance: Any, pauser: Any, officer: Any, holder: Any,
    receiver: Any, order: tuple[Any, ...],
) -> None:  # fmt: skip
    token.blockAccount(holder, sender=compliance)
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.forcedTransfer(holder, receiver, 1_000 * SOM, *order, sender=officer)
    assert token.balanceOf(receiver) == 1_000 * SOM
    assert token.isBlocked(holder)


@forms
def test_forced_transfer__nothing__moves_nothing(
    funded: Any, token: Any, officer: Any, holder: Any, receiver: Any, order: tuple[Any, ...]
) -> None:
    token.forcedTransfer(holder, receiver, 0, *order, sender=officer)
    assert token.balanceOf(holder) == 1_000 * SOM
    assert token.balanceOf(receiver) == 0


@forms
def test_forced_transfer__from_the_zero_address__reverts(
    funded: Any, token: Any, officer: Any, receiver: Any, order: tuple[Any, ...]
) -> None:
    for to, amount in ((receiver, 1), (receiver, 0), (ZERO, 0)):
        with reverts(token.ERC20InvalidSender, sender=ZERO):
            token.forcedTransfer(ZERO, to, amount, *order, sender=officer)


@forms
def test_forced_transfer__to_itself__reverts(
    funded: Any, token: Any, compliance: Any, officer: Any, holder: Any, order: tuple[Any, ...]
) -> None:
    token.setFrozenTokens(holder, 1_000 * SOM, sender=compliance)
    for amount in (0, 1, 1_000 * SOM):
        with reverts(token.SelfTransfer, account=holder):
            token.forcedTransfer(holder, holder, amount, *order, sender=officer)


@forms
def test_forced_transfer__to_the_zero_address_or_the_token__reverts(
    funded: Any, token: Any, officer: Any, holder: Any, order: tuple[Any, ...]
) -> None:
    for to in (ZERO, token.address):
        with reverts(token.ERC20InvalidReceiver, receiver=to):
            token.forcedTransfer(holder, to, 1, *order, sender=officer)


@forms
def test_forced_transfer__to_a_blocked_account__reverts(
    funded: Any, token: Any, compliance: Any, officer: Any, holder: Any, receiver: Any,
    order: tuple[Any, ...],
) -> None:  # fmt: skip
    token.blockAccount(receiver, sender=compliance)
    with reverts(token.ERC7943CannotReceive, account=receiver):
        token.forcedTransfer(holder, receiver, 1, *order, sender=officer)


@forms
def test_forced_transfer__beyond_the_balance__reverts(
    funded: Any, token: Any, compliance: Any, officer: Any, holder: Any, receiver: Any,
    order: tuple[Any, ...],
) -> None:  # fmt: skip
    token.setFrozenTokens(holder, 2**72 - 1, sender=compliance)
    for amount in (1_000 * SOM + 1, MOST) if order else (1_000 * SOM + 1, 2**72, 2**256 - 1):
        with reverts(
            token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=amount
        ):
            token.forcedTransfer(holder, receiver, amount, *order, sender=officer)


@forms
def test_forced_transfer__by_anyone_else__reverts(
    funded: Any, token: Any, outsider: Any, holder: Any, receiver: Any, order: tuple[Any, ...]
) -> None:
    for sender in (outsider, holder):
        with reverts(token.AccessManagedUnauthorized, caller=sender):
            token.forcedTransfer(holder, receiver, 1, *order, sender=sender)


def test_forced_transfer__plain_by_enforcer__reverts(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any
) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=enforcer):
        token.forcedTransfer(holder, receiver, 1, sender=enforcer)


def test_forced_transfer__an_order_in_parts__ends_at_its_amount(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any
) -> None:
    assert tuple(token.orderOf(ORDER, holder)) == (0, 0)
    for part, executed in ((300, 300), (0, 300), (100, 400)):
        token.forcedTransfer(holder, receiver, part * SOM, ORDER, 400 * SOM, sender=enforcer)
        assert tuple(token.orderOf(ORDER, holder)) == (400 * SOM, executed * SOM)
    with reverts(token.OrderExceeded, orderHash=ORDER, left=0, needed=1):
        token.forcedTransfer(holder, receiver, 1, ORDER, 400 * SOM, sender=enforcer)
    assert token.balanceOf(receiver) == 400 * SOM


def test_forced_transfer__more_than_ordered__reverts(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any
) -> None:
    with reverts(token.OrderExceeded, orderHash=ORDER, left=400 * SOM, needed=400 * SOM + 1):
        token.forcedTransfer(holder, receiver, 400 * SOM + 1, ORDER, 400 * SOM, sender=enforcer)
    assert tuple(token.orderOf(ORDER, holder)) == (0, 0)


@pytest.mark.parametrize("again", [400 * SOM - 1, 400 * SOM + 1, 0, MOST])
def test_forced_transfer__another_amount_for_the_same_order__reverts(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any, again: int
) -> None:
    token.forcedTransfer(holder, receiver, 1, ORDER, 400 * SOM, sender=enforcer)
    with reverts(token.OrderAmountMismatch, ordered=400 * SOM, given=again):
        token.forcedTransfer(holder, receiver, 0, ORDER, again, sender=enforcer)


def test_forced_transfer__order_of_more_than_there_can_be__reverts(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any
) -> None:
    for ordered in (MOST + 1, 2**256 - 1):
        with reverts(token.AmountOutOfRange, amount=ordered, max=MOST):
            token.forcedTransfer(holder, receiver, 1, ORDER, ordered, sender=enforcer)


def test_forced_transfer__one_order_on_two_accounts__is_counted_apart(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    token.forcedTransfer(holder, receiver, 400 * SOM, ORDER, 400 * SOM, sender=enforcer)
    token.forcedTransfer(receiver, spender, 100 * SOM, ORDER, 100 * SOM, sender=enforcer)
    assert tuple(token.orderOf(ORDER, holder)) == (400 * SOM, 400 * SOM)
    assert tuple(token.orderOf(ORDER, receiver)) == (100 * SOM, 100 * SOM)


def test_forced_transfer__widest_order__is_kept_whole(
    funded: Any, token: Any, enforcer: Any, holder: Any, receiver: Any
) -> None:
    token.forcedTransfer(holder, receiver, 1_000 * SOM, ORDER, MOST, sender=enforcer)
    assert tuple(token.orderOf(ORDER, holder)) == (MOST, 1_000 * SOM)
