"""``setFrozenTokens`` and ``setFrozenTokensBatch``"""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS

SOM = 1_000_000


@pytest.mark.parametrize("amount", [1, 400 * SOM, 1_000 * SOM, 1_000 * SOM + 1, 2**72 - 1])
def test_set_frozen_tokens__any_amount__is_kept_and_logged(
    funded: Any, token: Any, compliance: Any, holder: Any, amount: int
) -> None:
    assert token.setFrozenTokens.call(holder, amount, sender=compliance) is True
    receipt = token.setFrozenTokens(holder, amount, sender=compliance)
    assert events(receipt, token) == [("Frozen", {"account": holder, "amount": amount})]
    assert token.getFrozenTokens(holder) == amount
    assert token.balanceOf(holder) == 1_000 * SOM
    assert not token.isBlocked(holder)
    assert token.nonces(holder) == 0


def test_set_frozen_tokens__part_of_the_balance__leaves_the_rest_free(
    funded: Any, token: Any, compliance: Any, holder: Any, receiver: Any
) -> None:
    token.setFrozenTokens(holder, 400 * SOM, sender=compliance)
    with reverts(
        token.ERC7943InsufficientUnfrozenBalance,
        account=holder,
        amount=600 * SOM + 1,
        unfrozen=600 * SOM,
    ):
        token.transfer(receiver, 600 * SOM + 1, sender=holder)
    token.transfer(receiver, 600 * SOM, sender=holder)
    assert token.balanceOf(holder) == 400 * SOM


def test_set_frozen_tokens__more_than_the_balance__holds_what_comes_later(
    funded: Any, token: Any, compliance: Any, issuer: Any, holder: Any, receiver: Any
) -> None:
    token.setFrozenTokens(holder, 1_500 * SOM, sender=compliance)
    token.mint(holder, 501 * SOM, sender=issuer)
    token.transfer(receiver, SOM, sender=holder)
    with reverts(token.ERC7943InsufficientUnfrozenBalance, account=holder, amount=1, unfrozen=0):
        token.transfer(receiver, 1, sender=holder)


def test_set_frozen_tokens__to_zero__frees_all(
    funded: Any, token: Any, compliance: Any, holder: Any, receiver: Any
) -> None:
    token.setFrozenTokens(holder, 2**72 - 1, sender=compliance)
    receipt = token.setFrozenTokens(holder, 0, sender=compliance)
    assert events(receipt, token) == [("Frozen", {"account": holder, "amount": 0})]
    token.transfer(receiver, 1_000 * SOM, sender=holder)
    assert token.balanceOf(holder) == 0


def test_set_frozen_tokens__same_amount__logs_as_the_standard_demands(
    token: Any, compliance: Any, holder: Any
) -> None:
    token.setFrozenTokens(holder, 5, sender=compliance)
    assert events(token.setFrozenTokens(holder, 5, sender=compliance), token) == [
        ("Frozen", {"account": holder, "amount": 5})
    ]


def test_set_frozen_tokens__blocked_and_paused__works(
    funded: Any, token: Any, compliance: Any, pauser: Any, holder: Any
) -> None:
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.blockAccount(holder, sender=compliance)
    token.setFrozenTokens(holder, 5, sender=compliance)
    assert token.getFrozenTokens(holder) == 5
    assert token.isBlocked(holder)


def test_set_frozen_tokens__beyond_all_that_there_can_be__freezes_everything(
    funded: Any, token: Any, compliance: Any, holder: Any, receiver: Any
) -> None:
    """ "Freeze everything" is a normal order; what is kept and logged is the widest that the field holds."""
    for amount in (2**72, 2**256 - 1):
        receipt = token.setFrozenTokens(holder, amount, sender=compliance)
        assert events(receipt, token) == [("Frozen", {"account": holder, "amount": 2**72 - 1})]
        assert token.getFrozenTokens(holder) == 2**72 - 1
    assert token.nonces(holder) == 0
    assert not token.isBlocked(holder)
    with reverts(token.ERC7943InsufficientUnfrozenBalance, account=holder, amount=1, unfrozen=0):
        token.transfer(receiver, 1, sender=holder)


def test_set_frozen_tokens__by_an_outsider__reverts(token: Any, outsider: Any, holder: Any) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.setFrozenTokens(holder, 1, sender=outsider)


def test_set_frozen_tokens_batch__several__sets_and_logs_each(
    token: Any, compliance: Any, holder: Any, receiver: Any, spender: Any
) -> None:
    token.setFrozenTokens(receiver, 2, sender=compliance)
    receipt = token.setFrozenTokensBatch(
        [holder, receiver, spender, holder], [1, 2, 3, 4], sender=compliance
    )
    assert events(receipt, token) == [
        ("Frozen", {"account": holder, "amount": 1}),
        ("Frozen", {"account": receiver, "amount": 2}),
        ("Frozen", {"account": spender, "amount": 3}),
        ("Frozen", {"account": holder, "amount": 4}),
    ]
    assert [token.getFrozenTokens(a) for a in (holder, receiver, spender)] == [4, 2, 3]


def test_set_frozen_tokens_batch__one_beyond_the_field__freezes_everything_of_it(
    token: Any, compliance: Any, holder: Any, receiver: Any
) -> None:
    token.setFrozenTokensBatch([holder, receiver], [1, 2**256 - 1], sender=compliance)
    assert token.getFrozenTokens(holder) == 1
    assert token.getFrozenTokens(receiver) == 2**72 - 1


def test_set_frozen_tokens_batch__lengths_differ__reverts(
    token: Any, compliance: Any, holder: Any
) -> None:
    with reverts(token.ArrayLengthMismatch, first=1, second=2):
        token.setFrozenTokensBatch([holder], [1, 2], sender=compliance)
    with reverts(token.ArrayLengthMismatch, first=1, second=0):
        token.setFrozenTokensBatch([holder], [], sender=compliance)


def test_set_frozen_tokens_batch__by_an_outsider__reverts(
    token: Any, outsider: Any, holder: Any
) -> None:
    with reverts(token.AccessManagedUnauthorized, caller=outsider):
        token.setFrozenTokensBatch([holder], [1], sender=outsider)
