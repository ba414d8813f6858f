"""ERC-2612: the digest of a permit as the standard's text builds it, byte by byte."""

from typing import Any

from eth_abi import encode
from eth_account import Account
from eth_utils import function_signature_to_4byte_selector as selector
from eth_utils import keccak
from support.payments import MAX_256, SOM

# keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
PERMIT_TYPEHASH = bytes.fromhex("6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9")


def test_permit__digest_of_the_standard__is_what_the_owner_signs(
    token: Any, holder: Any, spender: Any, relayer: Any
) -> None:
    text = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    assert keccak(text=text) == PERMIT_TYPEHASH
    value, deadline = 500 * SOM, MAX_256
    for nonce in range(2):
        assert token.nonces(holder) == nonce
        fields = (PERMIT_TYPEHASH, holder.address, spender.address, value, nonce, deadline)
        types = ("bytes32", "address", "address", "uint256", "uint256", "uint256")
        separator = bytes(token.DOMAIN_SEPARATOR())
        digest = keccak(b"\x19\x01" + separator + keccak(encode(types, fields)))
        signed = Account.unsafe_sign_hash(digest, holder.private_key)
        r, s = signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")
        token.permit(holder, spender, value, deadline, signed.v, r, s, sender=relayer)
        assert token.allowance(holder, spender) == value


def test_selectors__as_in_the_standard(token: Any) -> None:
    there = {selector(abi.selector).hex() for abi in token.contract_type.methods}
    assert {"d505accf", "7ecebe00", "3644e515"} <= there
