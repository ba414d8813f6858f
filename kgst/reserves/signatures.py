"""Who signed: recovered from 65 bytes, under the rules that the token applies."""

from __future__ import annotations

from typing import Final

from eth_account import Account
from eth_account.messages import SignableMessage
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

__all__ = ["SignatureError", "recover"]

_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class SignatureError(ValueError):
    """Bytes that the token would not take as a signature; the message says why, as a part of a sentence."""


def recover(message: SignableMessage, signature: bytes) -> str:
    """The checksummed address whose key signed `message`.

    Args:
        message: EIP-712.
        signature: 65 bytes `r ‖ s ‖ v`.

    Raises:
        SignatureError: another length, v not 27 or 28, s in the upper half of the curve's order, or no key at all.
    """
    if len(signature) != 65:
        raise SignatureError(f"a signature has 65 bytes, this has {len(signature)}")
    s, v = int.from_bytes(signature[32:64]), signature[64]
    if v not in (27, 28):
        raise SignatureError(f"its last byte v is {v}, not 27 or 28")
    if s > _ORDER // 2:
        raise SignatureError(
            "its s is high (the other form of a valid signature), which the token refuses"
        )
    try:
        signer: str = Account.recover_message(message, signature=signature)
    except (BadSignature, ValidationError, ValueError) as error:
        raise SignatureError("it is no key's signature") from error
    return signer
