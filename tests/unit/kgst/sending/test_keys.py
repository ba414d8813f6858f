"""The key in the call data of the token's own functions."""

from __future__ import annotations

from typing import Any

import pytest
from ape import project
from ape.contracts import ContractInstance

from kgst.sending.keys import authorization_state, is_payout, key_in, voiding

KEY = bytes(range(32))
SOMEBODY = "0x" + 40 * "1"


def method(name: str) -> Any:
    return getattr(ContractInstance(SOMEBODY, project.IKGST.contract_type), name)


KEYED = {
    "burn": (7, KEY),
    "mint": (SOMEBODY, 7, KEY),
    "mintBatch": ([SOMEBODY, SOMEBODY], [7, 8], KEY),
    "payout": ([SOMEBODY, SOMEBODY], [7, 8], KEY),
}


@pytest.mark.parametrize("name", sorted(KEYED))
def test_key_in__each_keyed_function__is_its_last_argument(name: str) -> None:
    data = bytes(method(name).encode_input(*KEYED[name]))
    assert key_in(data) == KEY
    assert key_in(data[:67]) is None, "cut off"
    assert key_in(bytes(method(name).encode_input(*KEYED[name][:-1]))) is None, "the form without"
    assert is_payout(data) is (name == "payout")


def test_key_in__every_function_of_the_token_with_a_nonce_of_the_callers__is_known() -> None:
    """A new keyed function must not be forgotten here."""
    keyed = {
        m.name
        for m in project.IKGST.contract_type.mutable_methods
        if m.inputs and m.inputs[-1].name == "nonce" and str(m.inputs[-1].type) == "bytes32"
    }
    assert keyed == set(KEYED)


def test_voiding__is_a_payout_to_nobody() -> None:
    assert voiding(KEY) == bytes(method("payout").encode_input([], [], KEY))


def test_authorization_state__is_the_views_call() -> None:
    wanted = bytes(method("authorizationState").encode_input(SOMEBODY, KEY))
    assert authorization_state(SOMEBODY, KEY) == wanted
