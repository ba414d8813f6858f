"""The key in a call of the token: an EIP-3009 nonce of the caller's own, which the token takes once."""

from __future__ import annotations

from typing import Final

from eth_abi.abi import encode
from eth_utils.abi import function_signature_to_4byte_selector

__all__ = ["authorization_state", "is_payout", "key_in", "voiding"]

_PAYOUT: Final = "payout(address[],uint256[],bytes32)"
_WORD: Final = 32

_KEY_AT: Final = {
    function_signature_to_4byte_selector(signature): word
    for signature, word in (
        ("mint(address,uint256,bytes32)", 2),
        ("mintBatch(address[],uint256[],bytes32)", 2),
        ("burn(uint256,bytes32)", 1),
        (_PAYOUT, 2),
    )
}
"""Which word of the arguments is the key, by function."""


def key_in(data: bytes) -> bytes | None:
    """The key, 32 bytes, of a call of the token that has one."""
    word = _KEY_AT.get(data[:4])
    if word is None:
        return None
    start = 4 + _WORD * word
    key = data[start : start + _WORD]
    return key if len(key) == _WORD else None


def is_payout(data: bytes) -> bool:
    """Whether it pays many, or nobody."""
    return data[:4] == function_signature_to_4byte_selector(_PAYOUT)


def voiding(key: bytes) -> bytes:
    """Call data that uses `key` for nothing: a payout to nobody."""
    types = ["address[]", "uint256[]", "bytes32"]
    return function_signature_to_4byte_selector(_PAYOUT) + encode(types, [[], [], key])


def authorization_state(caller: str, key: bytes) -> bytes:
    """Call data that asks whether `caller` has used `key`, or declared it void."""
    selector = function_signature_to_4byte_selector("authorizationState(address,bytes32)")
    return selector + encode(["address", "bytes32"], [caller, key])
