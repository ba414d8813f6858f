"""``payout``"""

from typing import Any

import pytest
from support.events import events
from support.payments import (
    AUTHORIZATIONS,
    BURNING,
    MAX_72,
    MAX_256,
    MINTING,
    SOM,
    TRANSFERS,
    ZERO,
    permission,
    transferred,
)
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


def test_payout__to_one__moves_and_logs(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    receipt = token.payout([receiver], [400 * SOM], sender=holder)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (600 * SOM, 400 * SOM)
    assert events(receipt, token) == [transferred(holder, receiver, 400 * SOM)]


def test_payout__within_balance__returns_true(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    assert token.payout.call([receiver], [1], sender=holder) is True


def test_payout__to_many__moves_and_logs_in_order(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any, outsider: Any
) -> None:
    pays = [(receiver, 100 * SOM), (spender, 0), (outsider, 900 * SOM)]
    receipt = token.payout([to for to, _ in pays], [value for _, value in pays], sender=holder)
    assert token.balanceOf(holder) == 0
    for to, value in pays:
        assert token.balanceOf(to) == value
    assert token.totalSupply() == 1_000 * SOM
    assert events(receipt, token) == [transferred(holder, to, value) for to, value in pays]


def test_payout__to_a_hundred__pays_each(funded: Any, token: Any, holder: Any) -> None:
    people = [f"0x{number:040x}" for number in range(0x1001, 0x1065)]
    token.payout(people, list(range(1, 101)), sender=holder)
    for value, person in enumerate(people, start=1):
        assert token.balanceOf(person) == value
    assert token.balanceOf(holder) == 1_000 * SOM - sum(range(1, 101))


def test_payout__to_nobody__changes_nothing(funded: Any, token: Any, holder: Any) -> None:
    receipt = token.payout([], [], sender=holder)
    assert token.balanceOf(holder) == 1_000 * SOM
    assert events(receipt, token) == []


def test_payout__receiver_twice__is_paid_twice(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    receipt = token.payout([receiver, spender, receiver], [1, 2, 4], sender=holder)
    assert token.balanceOf(receiver) == 5
    assert token.balanceOf(spender) == 2
    assert token.balanceOf(holder) == 1_000 * SOM - 7
    assert events(receipt, token) == [
        transferred(holder, receiver, 1),
        transferred(holder, spender, 2),
        transferred(holder, receiver, 4),
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_payout__caller_among_receivers__keeps_its_share(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any, place: int
) -> None:
    pays = [(receiver, 100 * SOM), (spender, 200 * SOM)]
    pays.insert(place, (holder, 700 * SOM))
    receipt = token.payout([to for to, _ in pays], [value for _, value in pays], sender=holder)
    assert token.balanceOf(holder) == 700 * SOM
    assert token.balanceOf(receiver) == 100 * SOM
    assert token.balanceOf(spender) == 200 * SOM
    assert events(receipt, token) == [transferred(holder, to, value) for to, value in pays]


def test_payout__caller_twice_among_receivers__must_cover_both(
    funded: Any, token: Any, holder: Any
) -> None:
    token.payout([holder, holder], [600 * SOM, 400 * SOM], sender=holder)
    assert token.balanceOf(holder) == 1_000 * SOM
    with reverts(
        token.ERC20InsufficientBalance,
        sender=holder,
        balance=400 * SOM,
        needed=400 * SOM + 1,
    ):
        token.payout([holder, holder], [600 * SOM, 400 * SOM + 1], sender=holder)


def test_payout__insufficient_in_total__reverts_with_what_was_left(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    with reverts(
        token.ERC20InsufficientBalance,
        sender=holder,
        balance=400 * SOM,
        needed=400 * SOM + 1,
    ):
        token.payout([receiver, spender], [600 * SOM, 400 * SOM + 1], sender=holder)


@pytest.mark.parametrize("values", [[MAX_256, 1], [2**255, 2**255], [MAX_72 + 1, 0]])
def test_payout__total_that_would_wrap__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any, values: list[int]
) -> None:
    with reverts(
        token.ERC20InsufficientBalance,
        sender=holder,
        balance=1_000 * SOM,
        needed=values[0],
    ):
        token.payout([receiver, spender], values, sender=holder)


def test_payout__total_that_would_wrap_later__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    with reverts(
        token.ERC20InsufficientBalance,
        sender=holder,
        balance=1_000 * SOM - 1,
        needed=MAX_256,
    ):
        token.payout([receiver, spender], [1, MAX_256], sender=holder)


def test_payout__unfrozen_part__moves_and_no_unit_more(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, 300 * SOM, sender=compliance)
    with reverts(
        token.ERC7943InsufficientUnfrozenBalance,
        account=holder,
        amount=100 * SOM + 1,
        unfrozen=100 * SOM,
    ):
        token.payout([receiver, spender], [600 * SOM, 100 * SOM + 1], sender=holder)
    token.payout([receiver, spender], [600 * SOM, 100 * SOM], sender=holder)
    assert token.balanceOf(holder) == token.getFrozenTokens(holder) == 300 * SOM


def test_payout__frozen_part_to_oneself__reverts(
    funded: Any, token: Any, holder: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, 300 * SOM, sender=compliance)
    with reverts(
        token.ERC7943InsufficientUnfrozenBalance,
        account=holder,
        amount=700 * SOM + 1,
        unfrozen=700 * SOM,
    ):
        token.payout([holder], [700 * SOM + 1], sender=holder)


@pytest.mark.parametrize("frozen", [1_000 * SOM, MAX_72])
def test_payout__all_frozen_or_more__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any, frozen: int
) -> None:
    token.setFrozenTokens(holder, frozen, sender=compliance)
    with reverts(token.ERC7943InsufficientUnfrozenBalance, account=holder, amount=1, unfrozen=0):
        token.payout([receiver], [1], sender=holder)


def test_payout__caller_with_a_nonce_and_a_freeze__keeps_them(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, spender: Any,
    compliance: Any,
) -> None:  # fmt: skip
    token.permit(*permission(holder, spender, 1).signed(holder, domain), sender=spender)
    token.setFrozenTokens(holder, 300 * SOM, sender=compliance)
    token.payout([receiver, holder], [600 * SOM, 100 * SOM], sender=holder)
    assert token.balanceOf(holder) == 400 * SOM
    assert token.getFrozenTokens(holder) == 300 * SOM
    assert token.nonces(holder) == 1
    assert not token.isBlocked(holder)


def test_payout__lengths_differ__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    for to, values in (([receiver], []), ([], [1]), ([receiver] * 2, [1])):
        with reverts(token.ArrayLengthMismatch, first=len(to), second=len(values)):
            token.payout(to, values, sender=holder)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_payout__blocked_receiver__reverts_all(
    funded: Any, token: Any, holder: Any, receiver: Any, spender: Any, outsider: Any,
    compliance: Any, place: int,
) -> None:  # fmt: skip
    token.blockAccount(outsider, sender=compliance)
    to = [receiver, spender]
    to.insert(place, outsider)
    for value in (0, 1):
        with reverts(token.ERC7943CannotReceive, account=outsider):
            token.payout(to, [value] * 3, sender=holder)


def test_payout__to_zero_address_or_token__reverts_all(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    for reserved in (ZERO, token.address):
        with reverts(token.ERC20InvalidReceiver, receiver=reserved):
            token.payout([receiver, reserved], [1, 0], sender=holder)


def test_payout__by_blocked__reverts(
    funded: Any, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    token.blockAccount(holder, sender=compliance)
    for to in ([receiver], [holder], []):
        with reverts(token.ERC7943CannotSend, account=holder):
            token.payout(to, [0] * len(to), sender=holder)


@pytest.mark.parametrize("flags", [TRANSFERS, TRANSFERS | AUTHORIZATIONS, PAUSE_FLAGS])
def test_payout__paused__reverts_with_its_own_flag(
    funded: Any, token: Any, holder: Any, receiver: Any, pauser: Any, flags: int
) -> None:
    token.pause(flags, sender=pauser)
    for to in ([receiver], []):
        with reverts(token.OperationPaused, flags=TRANSFERS):
            token.payout(to, [1] * len(to), sender=holder)


def test_payout__other_functions_paused__moves(
    funded: Any, token: Any, holder: Any, receiver: Any, pauser: Any
) -> None:
    token.pause(AUTHORIZATIONS | MINTING | BURNING, sender=pauser)
    token.payout([receiver], [1], sender=holder)
    assert token.balanceOf(receiver) == 1


def test_payout__delegate_all_set__behaves_the_same(
    funded: Any, token: Any, holder: Any, receiver: Any, upgrader: Any
) -> None:
    token.setDelegateAll(True, sender=upgrader)
    receipt = token.payout([receiver, holder], [1, 2], sender=holder)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (1_000 * SOM - 1, 1)
    assert events(receipt, token) == [
        transferred(holder, receiver, 1),
        transferred(holder, holder, 2),
    ]
