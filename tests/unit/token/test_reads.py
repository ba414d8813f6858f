"""``balanceOf``, ``allowance``, ``totalSupply``, ``nonces``, and what the token says about itself."""

import json
from typing import Any

import pytest
from support.payments import MAX_256, SOM, ZERO, permission

from kgst.flags import PAUSE_FLAGS

pytestmark = pytest.mark.usefixtures("delegate_all")


def test_metadata__constants__are_those_of_the_design(system: Any, token: Any) -> None:
    assert token.name() == "KGST"
    assert token.symbol() == "KGST"
    assert token.decimals() == 6
    assert token.version() == "1"
    assert token.currency() == "KGS"


def test_get_owner__bep20__is_the_access_manager(system: Any, token: Any) -> None:
    assert token.getOwner() == token.authority() == system.manager.address


def test_contract_uri__data_uri__holds_what_a_user_must_know(token: Any) -> None:
    kind, _, document = token.contractURI().partition(",")
    assert kind == "data:application/json;utf8"
    content = json.loads(document)
    assert (content["name"], content["symbol"]) == (token.name(), token.symbol())
    assert "testnet" in content["description"].lower()
    assert "not affiliated with the issuer of any listed token" in content["description"]


def test_balance_of__before_and_after_payments__is_exact(
    funded: Any, token: Any, holder: Any, receiver: Any
) -> None:
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (1_000 * SOM, 0)
    token.transfer(receiver, 1, sender=holder)
    assert (token.balanceOf(holder), token.balanceOf(receiver)) == (1_000 * SOM - 1, 1)


def test_balance_of__zero_address_and_token__is_zero(funded: Any, token: Any) -> None:
    # Their blocks share the word with the balance.
    for reserved in (ZERO, token.address):
        assert token.balanceOf(reserved) == token.getFrozenTokens(reserved) == 0
        assert token.nonces(reserved) == 0
        assert token.isBlocked(reserved) is True


def test_balance_of__blocked_and_frozen__is_the_whole_balance(
    funded: Any, token: Any, holder: Any, compliance: Any
) -> None:
    token.setFrozenTokens(holder, 2_000 * SOM, sender=compliance)
    token.blockAccount(holder, sender=compliance)
    assert token.balanceOf(holder) == 1_000 * SOM


def test_total_supply__minted_paid_and_burned__counts_only_what_is_out(
    funded: Any, token: Any, issuer: Any, holder: Any
) -> None:
    assert token.totalSupply() == 1_000 * SOM
    token.transfer(issuer, 400 * SOM, sender=holder)
    assert token.totalSupply() == 1_000 * SOM
    token.burn(400 * SOM, sender=issuer)
    assert token.totalSupply() == token.balanceOf(holder) == 600 * SOM


def test_total_supply__nothing_minted__is_zero(token: Any) -> None:
    assert token.totalSupply() == 0


def test_allowance__granted__is_of_that_pair_only(
    token: Any, holder: Any, spender: Any, outsider: Any
) -> None:
    assert token.allowance(holder, spender) == 0
    token.approve(spender, MAX_256, sender=holder)
    assert token.allowance(holder, spender) == MAX_256
    for pair in ((spender, holder), (holder, outsider), (outsider, spender)):
        assert token.allowance(*pair) == 0


def test_nonces__permits__count_the_owners_only(
    token: Any, domain: Any, holder: Any, spender: Any, relayer: Any
) -> None:
    assert token.nonces(holder) == 0
    for nonce in range(2):
        call = permission(holder, spender, 1, nonce=nonce)
        token.permit(*call.signed(holder, domain), sender=relayer)
    assert [token.nonces(account) for account in (holder, spender, relayer)] == [2, 0, 0]


def test_reads__everything_paused__still_answer(
    funded: Any, token: Any, holder: Any, spender: Any, pauser: Any
) -> None:
    token.approve(spender, 5, sender=holder)
    token.pause(PAUSE_FLAGS, sender=pauser)
    assert token.balanceOf(holder) == token.totalSupply() == 1_000 * SOM
    assert (token.allowance(holder, spender), token.nonces(holder)) == (5, 0)
    assert token.name() == "KGST"
