"""The payment inside ``transferWithAuthorization`` and ``receiveWithAuthorization``: the rules of ``transfer`` hold."""

from collections.abc import Callable
from dataclasses import dataclass
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
    SignedCall,
    receive_authorization,
    transfer_authorization,
    transferred,
    used,
)
from support.reverts import reverts

from kgst.flags import PAUSE_FLAGS


@dataclass(frozen=True)
class Function:
    """One of the two functions; ``submit(call, signer)`` sends it as it must be sent."""

    authorization: Callable[..., SignedCall]
    submit: Callable[[SignedCall, Any], Any]


@pytest.fixture(params=["transfer", "receive"])
def function(
    request: pytest.FixtureRequest, funded: Any, token: Any, domain: Any, receiver: Any,
    relayer: Any, route: str,
) -> Function:  # fmt: skip
    """The function under test, submitted by a relayer or by the payee, ``receiver``."""
    transfers = request.param == "transfer"
    method = token.transferWithAuthorization if transfers else token.receiveWithAuthorization

    def submit(call: SignedCall, signer: Any) -> Any:
        sender = relayer if transfers else receiver
        return method(*call.signed(signer, domain, route), sender=sender)

    return Function(transfer_authorization if transfers else receive_authorization, submit)


def test_authorized_payment__zero__logs(
    function: Function, token: Any, holder: Any, receiver: Any
) -> None:
    receipt = function.submit(function.authorization(holder, receiver, 0), holder)
    assert token.balanceOf(holder) == 1_000 * SOM
    assert events(receipt, token) == [used(holder, 0), transferred(holder, receiver, 0)]


def test_authorized_payment__to_oneself__changes_no_balance(
    function: Function, token: Any, holder: Any, receiver: Any
) -> None:
    token.transfer(receiver, 5, sender=holder)
    receipt = function.submit(function.authorization(receiver, receiver, 5), receiver)
    assert token.balanceOf(receiver) == 5
    assert events(receipt, token) == [used(receiver, 0), transferred(receiver, receiver, 5)]


@pytest.mark.parametrize("needed", [1_000 * SOM + 1, MAX_72 + 1, MAX_256])
def test_authorized_payment__beyond_balance__reverts(
    function: Function, token: Any, holder: Any, receiver: Any, needed: int
) -> None:
    with reverts(token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=needed):
        function.submit(function.authorization(holder, receiver, needed), holder)


def test_authorized_payment__frozen_part__reverts(
    function: Function, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, 600 * SOM, sender=compliance)
    needed = 400 * SOM + 1
    with reverts(
        token.ERC7943InsufficientUnfrozenBalance,
        account=holder,
        amount=needed,
        unfrozen=400 * SOM,
    ):
        function.submit(function.authorization(holder, receiver, needed), holder)
    function.submit(function.authorization(holder, receiver, 400 * SOM), holder)
    assert token.balanceOf(holder) == token.getFrozenTokens(holder) == 600 * SOM


def test_authorized_payment__frozen_beyond_balance__reverts_without_wrapping(
    function: Function, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, MAX_72, sender=compliance)
    with reverts(token.ERC7943InsufficientUnfrozenBalance, account=holder, amount=1, unfrozen=0):
        function.submit(function.authorization(holder, receiver, 1), holder)
    wrapping = 2**256 - MAX_72
    with reverts(
        token.ERC20InsufficientBalance, sender=holder, balance=1_000 * SOM, needed=wrapping
    ):
        function.submit(function.authorization(holder, receiver, wrapping), holder)


@pytest.mark.parametrize("value", [0, 1])
def test_authorized_payment__blocked_payer__reverts(
    function: Function, token: Any, holder: Any, receiver: Any, compliance: Any, value: int
) -> None:
    token.blockAccount(holder, sender=compliance)
    with reverts(token.ERC7943CannotSend, account=holder):
        function.submit(function.authorization(holder, receiver, value), holder)


@pytest.mark.parametrize("value", [0, 1])
def test_authorized_payment__blocked_payee__reverts(
    function: Function, token: Any, holder: Any, receiver: Any, compliance: Any, value: int
) -> None:
    token.blockAccount(receiver, sender=compliance)
    with reverts(token.ERC7943CannotReceive, account=receiver):
        function.submit(function.authorization(holder, receiver, value), holder)


def test_authorized_payment__unblocked_again__pays_by_the_same_signature(
    function: Function, token: Any, holder: Any, receiver: Any, compliance: Any
) -> None:
    call = function.authorization(holder, receiver, 1)
    token.blockAccount(holder, sender=compliance)
    with reverts(token.ERC7943CannotSend, account=holder):
        function.submit(call, holder)
    token.unblockAccount(holder, sender=compliance)
    function.submit(call, holder)
    assert token.balanceOf(receiver) == 1


@pytest.mark.parametrize(
    ("flags", "raised"),
    [
        (TRANSFERS, TRANSFERS),
        (AUTHORIZATIONS, AUTHORIZATIONS),
        (TRANSFERS | AUTHORIZATIONS, TRANSFERS | AUTHORIZATIONS),
        (PAUSE_FLAGS, TRANSFERS | AUTHORIZATIONS),
    ],
)
def test_authorized_payment__paused__reverts_with_its_own_flags(
    function: Function, token: Any, holder: Any, receiver: Any, pauser: Any,
    flags: int, raised: int,
) -> None:  # fmt: skip
    token.pause(flags, sender=pauser)
    with reverts(token.OperationPaused, flags=raised):
        function.submit(function.authorization(holder, receiver, 1), holder)


def test_authorized_payment__other_functions_paused__pays(
    function: Function, token: Any, holder: Any, receiver: Any, pauser: Any
) -> None:
    token.pause(MINTING | BURNING, sender=pauser)
    function.submit(function.authorization(holder, receiver, 1), holder)
    assert token.balanceOf(receiver) == 1


def test_authorized_payment__blocked_relayer__pays(
    funded: Any, token: Any, domain: Any, holder: Any, receiver: Any, relayer: Any,
    compliance: Any, route: str,
) -> None:  # fmt: skip
    token.blockAccount(relayer, sender=compliance)
    call = transfer_authorization(holder, receiver, 1)
    token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)
    assert token.balanceOf(receiver) == 1


def test_authorized_payment__to_zero_address_or_token__reverts(
    funded: Any, token: Any, domain: Any, holder: Any, relayer: Any, route: str
) -> None:
    # receiveWithAuthorization cannot come so far: neither address can be its caller.
    for reserved in (ZERO, token.address):
        call = transfer_authorization(holder, reserved, 0)
        with reverts(token.ERC20InvalidReceiver, receiver=reserved):
            token.transferWithAuthorization(*call.signed(holder, domain, route), sender=relayer)
