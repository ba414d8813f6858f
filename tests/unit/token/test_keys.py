"""The forms with a key: ``payout``, ``mint``, ``mintBatch`` and ``burn``, at most once by the chain itself."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import events
from support.payments import SOM, ZERO, cancellation, transferred
from support.reverts import reverts

from kgst.attestation import Domain
from kgst.flags import PAUSE_FLAGS, STOPPED_BY

KEY = b"\xa7" * 31 + b"\x00"


@pytest.fixture
def party(funded: Any, token: Any, issuance_admin: Any, holder: Any) -> Any:
    """An account that may do all four: it mints, burns, and holds 1,000 som."""
    token.setIssuer(holder, 1_000 * SOM, 0, True, sender=issuance_admin)
    return holder


@pytest.fixture(params=["payout", "mint", "mintBatch", "burn"])
def act(request: Any, token: Any, receiver: Any) -> tuple[Any, tuple[Any, ...]]:
    """A function, and its arguments but the key: 5 base units."""
    return {
        "payout": (token.payout, ([receiver], [5])),
        "mint": (token.mint, (receiver, 5)),
        "mintBatch": (token.mintBatch, ([receiver], [5])),
        "burn": (token.burn, (5,)),
    }[request.param]


def test_key__fresh__is_used_and_logged_before_the_rest(
    token: Any, party: Any, act: Any, receiver: Any
) -> None:
    function, arguments = act
    ways = {"payout": (party, receiver), "burn": (party, ZERO)}
    payer, payee = ways.get(function.abis[0].name, (ZERO, receiver))
    assert token.authorizationState(party, KEY) is False
    assert function.call(*arguments, KEY, sender=party) is True
    receipt = function(*arguments, KEY, sender=party)
    assert events(receipt, token) == [
        ("AuthorizationUsed", {"authorizer": party, "nonce": KEY}),
        transferred(payer, payee, 5),
    ]
    assert token.authorizationState(party, KEY) is True


def test_key__used_again__reverts_whichever_function_used_it(
    token: Any, party: Any, act: Any, receiver: Any
) -> None:
    function, arguments = act
    function(*arguments, KEY, sender=party)
    for again, rest in (
        (token.payout, ([receiver], [1])), (token.mint, (receiver, 1)), (token.burn, (1,)),
        (token.mintBatch, ([receiver], [1])), (token.payout, ([], [])),
    ):  # fmt: skip
        with reverts(token.AuthorizationUsedOrCanceled, authorizer=party, nonce=KEY):
            again(*rest, KEY, sender=party)


def test_key__used__is_said_before_any_other_reason(
    token: Any, party: Any, act: Any, pauser: Any, compliance: Any
) -> None:
    """Who asks again learns that it was done, not that it could not be done now."""
    function, arguments = act
    function(*arguments, KEY, sender=party)
    token.pause(PAUSE_FLAGS, sender=pauser)
    token.blockAccount(party, sender=compliance)
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=party, nonce=KEY):
        function(*arguments, KEY, sender=party)


def test_key__canceled__is_void_for_ever(
    token: Any, domain: Domain, party: Any, act: Any, relayer: Any
) -> None:
    function, arguments = act
    signed = cancellation(party, int.from_bytes(KEY)).signed(party, domain, "bytes")
    token.cancelAuthorization(*signed, sender=relayer)
    assert token.authorizationState(party, KEY) is True
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=party, nonce=KEY):
        function(*arguments, KEY, sender=party)


def test_key__of_a_call_that_reverts__stays_fresh(
    token: Any, party: Any, act: Any, pauser: Any, unpauser: Any
) -> None:
    function, arguments = act
    token.pause(PAUSE_FLAGS, sender=pauser)
    flag = int(STOPPED_BY[function.abis[0].name])
    with reverts(token.OperationPaused, flags=flag):
        function(*arguments, KEY, sender=party)
    assert token.authorizationState(party, KEY) is False
    token.unpause(PAUSE_FLAGS, sender=unpauser)
    function(*arguments, KEY, sender=party)


def test_key__of_another_caller__is_another_key(
    token: Any, party: Any, issuer: Any, receiver: Any
) -> None:
    token.mint(receiver, 5, KEY, sender=party)
    assert token.authorizationState(issuer, KEY) is False
    token.mint(receiver, 5, KEY, sender=issuer)
    assert token.balanceOf(receiver) == 10


def test_key__paused_authorizations__stop_no_key(
    token: Any, party: Any, act: Any, pauser: Any
) -> None:
    """Nobody signs for another here."""
    function, arguments = act
    token.pause(2, sender=pauser)
    function(*arguments, KEY, sender=party)


def test_key__256_of_one_reference__are_apart_and_share_a_word(
    token: Any, party: Any, receiver: Any
) -> None:
    keys = [KEY[:-1] + bytes([chunk]) for chunk in (0, 1, 127, 128, 255)]
    for key in keys:
        token.payout([receiver], [1], key, sender=party)
    for chunk in (2, 126, 129, 254):
        assert token.authorizationState(party, KEY[:-1] + bytes([chunk])) is False
    for key in keys:
        with reverts(token.AuthorizationUsedOrCanceled, authorizer=party, nonce=key):
            token.payout([receiver], [1], key, sender=party)
    assert token.balanceOf(receiver) == len(keys)


@pytest.mark.parametrize("key", [b"\x00" * 32, b"\xff" * 32])
def test_key__at_the_bounds__is_a_key(token: Any, party: Any, act: Any, key: bytes) -> None:
    function, arguments = act
    function(*arguments, key, sender=party)
    with reverts(token.AuthorizationUsedOrCanceled, authorizer=party, nonce=key):
        function(*arguments, key, sender=party)


def test_without_a_key__as_often_as_wanted(token: Any, party: Any, act: Any) -> None:
    function, arguments = act
    for _ in range(2):
        assert "AuthorizationUsed" not in dict(events(function(*arguments, sender=party), token))
