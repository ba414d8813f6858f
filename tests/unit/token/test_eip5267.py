"""EIP-5267: the domain that wallets rebuild from ``eip712Domain`` is the one that signatures are checked in."""

from typing import Any

import pytest
from ape import chain
from eth_abi import encode
from eth_utils import keccak
from support.payments import permission
from support.reverts import reverts

# (name, type) of the domain's fields, by their bit in `fields`, as EIP-5267 orders them.
FIELDS = [
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
]


def rebuilt(token: Any) -> bytes:
    """The separator from the fields that ``eip712Domain`` says are used."""
    fields, *values = token.eip712Domain()
    *values, extensions = values
    assert extensions == []
    used = [
        (name, kind, value)
        for bit, ((name, kind), value) in enumerate(zip(FIELDS, values, strict=True))
        if bytes(fields)[0] >> bit & 1
    ]
    text = "EIP712Domain(" + ",".join(f"{kind} {name}" for name, kind, _ in used) + ")"
    types = ["bytes32", *("bytes32" if kind == "string" else kind for _, kind, _ in used)]
    words = [keccak(text=value) if kind == "string" else value for _, kind, value in used]
    return keccak(encode(types, [keccak(text=text), *words]))


def test_eip712_domain__fields__are_the_tokens_own(token: Any) -> None:
    fields, name, version, chain_id, contract, salt, extensions = token.eip712Domain()
    assert bytes(fields) == b"\x0f"
    assert (name, version) == (token.name(), token.version()) == ("KGST", "1")
    assert chain_id == chain.provider.chain_id
    assert contract == token.address
    assert bytes(salt) == bytes(32)
    assert extensions == []


def test_domain_separator__rebuilt_from_the_fields__is_the_same(token: Any) -> None:
    assert bytes(token.DOMAIN_SEPARATOR()) == rebuilt(token)


def test_domain_separator__after_a_chain_split__is_another(token: Any) -> None:
    before = bytes(token.DOMAIN_SEPARATOR())
    backend = chain.provider.evm_backend.chain
    own = backend.chain_id
    backend.chain_id = own + 1
    try:
        assert token.eip712Domain()[3] == own + 1
        assert bytes(token.DOMAIN_SEPARATOR()) == rebuilt(token) != before
    finally:
        backend.chain_id = own
    assert bytes(token.DOMAIN_SEPARATOR()) == before


@pytest.mark.usefixtures("delegate_all")
def test_domain__implementation__does_not_share_the_tokens(
    system: Any, token: Any, domain: Any, holder: Any, spender: Any, relayer: Any
) -> None:
    # The same code at the implementation's own address has another domain, so nothing can be replayed from there.
    assert token.eip712Domain()[4] == token.address
    assert system.logic.eip712Domain()[4] == system.logic.address
    assert system.logic.DOMAIN_SEPARATOR() != token.DOMAIN_SEPARATOR()
    of_logic = type(domain)(domain.chain_id, system.logic.address)
    call = permission(holder, spender, 1)
    with reverts(token.ERC2612InvalidSignature, owner=holder):
        token.permit(*call.signed(holder, of_logic), sender=relayer)
