"""Signatures as wallets and auditors make them, by eth-account: a library that shares nothing with the contracts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data

from kgst.attestation import Domain, in_signer_order

PERMIT = (
    "Permit",
    (
        ("owner", "address"),
        ("spender", "address"),
        ("value", "uint256"),
        ("nonce", "uint256"),
        ("deadline", "uint256"),
    ),
)
_AUTHORIZATION = (
    ("from", "address"),
    ("to", "address"),
    ("value", "uint256"),
    ("validAfter", "uint256"),
    ("validBefore", "uint256"),
    ("nonce", "bytes32"),
)
TRANSFER_AUTHORIZATION = "TransferWithAuthorization", _AUTHORIZATION
RECEIVE_AUTHORIZATION = "ReceiveWithAuthorization", _AUTHORIZATION
CANCEL_AUTHORIZATION = "CancelAuthorization", (("authorizer", "address"), ("nonce", "bytes32"))

Kind = tuple[str, tuple[tuple[str, str], ...]]


def typed(domain: Domain, kind: Kind, *values: Any) -> SignableMessage:
    """The EIP-712 message of ``kind`` with its fields' ``values`` in order."""
    name, fields = kind
    types = {name: [{"name": field, "type": kind_} for field, kind_ in fields]}
    message = {field: value for (field, _), value in zip(fields, values, strict=True)}
    return encode_typed_data(domain.as_dict(), types, message)


def sign(signer: Any, message: SignableMessage) -> bytes:
    """65 bytes ``r ‖ s ‖ v`` by ``signer``, a test account."""
    return bytes(Account.sign_message(message, signer.private_key).signature)


def vrs(signature: bytes) -> tuple[int, bytes, bytes]:
    """``(v, r, s)`` of 65 bytes ``r ‖ s ‖ v``."""
    return signature[64], signature[:32], signature[32:64]


def sign_all(signers: Iterable[Any], message: SignableMessage) -> list[tuple[str, bytes]]:
    """``AuditorSignature`` structs by ``signers``, ascending."""
    return in_signer_order([(signer.address, sign(signer, message)) for signer in signers])
