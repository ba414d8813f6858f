"""EIP-3009 payments and requests for redemption, signed by a key. Needs eth-account: `kgst-client[sign]`."""

from __future__ import annotations

import secrets
from typing import Any, Literal, TypedDict

from eth_abi import encode
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

from kgst_client import DOMAIN, TYPES

__all__ = ["Authorization", "authorization", "payee_hash", "redemption_nonce", "sign"]

Authorization = TypedDict(
    "Authorization",
    {
        "from": str,
        "to": str,
        "value": int,
        "validAfter": int,
        "validBefore": int,
        "nonce": bytes,
    },
)
"""`value` in base units; holds for block times above `validAfter` and below `validBefore`, in seconds. Its values, then
the signature, are the arguments of the functions that end in `bytes signature`."""


def authorization(
    payer: str, payee: str, value: int, *, before: int, after: int = 0, nonce: bytes | None = None
) -> Authorization:
    """As given; valid at once and with a random nonce unless it says otherwise."""
    return {
        "from": payer,
        "to": payee,
        "value": value,
        "validAfter": after,
        "validBefore": before,
        "nonce": secrets.token_bytes(32) if nonce is None else nonce,
    }


def sign(
    key: LocalAccount,
    kind: Literal["TransferWithAuthorization", "ReceiveWithAuthorization"],
    chain_id: int,
    token: str,
    message: Authorization,
) -> bytes:
    """The signature's 65 bytes. `ReceiveWithAuthorization` is for payees that are contracts: they alone submit it."""
    domain = {**DOMAIN, "chainId": chain_id, "verifyingContract": token}
    signed = key.sign_typed_data(domain, {kind: TYPES[kind]}, dict(message))
    return bytes(signed.signature)


def payee_hash(*, name: str, account: str, bank: str, salt: bytes, inn: str = "") -> bytes:
    """What a request carries in place of its payee: EIP-712's `hashStruct`.

    Args:
        name: As the payee's bank has it.
        account: 16 digits, or an IBAN.
        bank: BIC, or six digits.
        salt: 32 random bytes, new for each.
        inn: 14 digits, or nothing.
    """
    payee: dict[str, Any] = {
        "name": name,
        "account": account,
        "bank": bank,
        "inn": inn,
        "salt": salt,
    }
    kind = "RedemptionPayee"
    return bytes(encode_typed_data({}, {kind: TYPES[kind]}, payee).body)


def redemption_nonce(requester: str, amount: int, payee: bytes, salt: bytes, desk: str) -> bytes:
    """The nonce of the `ReceiveWithAuthorization` to the desk by which the requester asks.

    Args:
        requester: Whose tokens they are.
        amount: Base units.
        payee: The payee's hash.
        salt: Any that this requester has not used with the same amount and payee.
        desk: The redemption desk.
    """
    words = ["address", "uint256", "bytes32", "bytes32", "address"]
    return bytes(keccak(encode(words, [requester, amount, payee, salt, desk])))
