"""ECDSA signatures of people: taken from a device, put into the one form that contracts accept, and recovered.

A signature is 65 bytes `r ‖ s ‖ v`, with s in the lower half of the curve's order (EIP-2) and v 27 or 28. Devices are
freer: some count v from 0, some drop leading zeros. What leaves a device, or is typed in, is normalised here, once;
what lies in a file has that form already, and is refused in any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import click
from eth_account import Account
from eth_account.messages import SignableMessage
from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import Signature as KeySignature
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from kgst.errors import RefusedError

if TYPE_CHECKING:
    from ape.api import AccountAPI

__all__ = [
    "LENGTH",
    "Hashes",
    "SignatureError",
    "digest",
    "digest_signer",
    "normalised",
    "preimage",
    "recover",
    "sign_message",
    "signer_of",
]

LENGTH: Final = 65
"""Bytes of a signature."""

_FIRST_V: Final = 27


class SignatureError(ValueError):
    """Bytes that contracts would not take as a signature; the message says why, as a part of a sentence."""


@dataclass(frozen=True)
class Hashes:
    """Of an EIP-712 message, each 0x and 64 digits.

    Attributes:
        domain: The domain separator: the first of the two hashes that a Ledger shows.
        message: Of the struct: the second of them.
        digest: What a signature is on.
    """

    domain: str
    message: str
    digest: str

    @classmethod
    def of(cls, message: SignableMessage) -> Self:
        """The hashes of `message`."""
        parts = (message.header, message.body, digest(message))
        return cls(*("0x" + bytes(part).hex() for part in parts))


def preimage(message: SignableMessage) -> bytes:
    """What is hashed to be signed: 0x1901, the domain's hash, the struct's hash; 66 bytes."""
    return b"\x19" + bytes(message.version + message.header + message.body)


def digest(message: SignableMessage) -> bytes:
    """What a signature on `message` is on, 32 bytes: ECDSA's, and what a contract is asked about."""
    return keccak(preimage(message))


def normalised(signature: bytes) -> bytes:
    """`signature` as contracts take it: v counted from 27.

    Args:
        signature: 65 bytes `r ‖ s ‖ v`, v counted from 0 or from 27.

    Raises:
        SignatureError: another length, another v, or s in the upper half of the curve's order.
    """
    if len(signature) != LENGTH:
        raise SignatureError(f"a signature has {LENGTH} bytes, this has {len(signature)}")
    v = signature[-1]
    if v in (0, 1):
        v += _FIRST_V
    if v not in (_FIRST_V, _FIRST_V + 1):
        raise SignatureError(f"its last byte v is {v}, not 27 or 28")
    if int.from_bytes(signature[32:64]) > SECPK1_N // 2:
        raise SignatureError(
            "its s is high (the other form of a valid signature), which the token refuses"
        )
    return signature[:-1] + bytes([v])


def recover(message: SignableMessage, signature: bytes) -> str:
    """The checksummed address whose key signed `message`.

    Args:
        message: EIP-712.
        signature: In the form that `normalised` gives.

    Raises:
        SignatureError: another form, or no key at all.
    """
    if normalised(signature) != signature:
        raise SignatureError(f"its last byte v is {signature[-1]}, not 27 or 28")
    try:
        signer: str = Account.recover_message(message, signature=signature)
    except (BadSignature, ValidationError, ValueError) as error:
        raise SignatureError("it is no key's signature") from error
    return signer


def signer_of(message: SignableMessage, signature: bytes) -> str | None:
    """Whose signature on `message` it is; None when it is nobody's, or not in the form that contracts take."""
    try:
        return recover(message, signature)
    except SignatureError:
        return None


def digest_signer(asked: bytes, signature: bytes) -> str | None:
    """As `signer_of`, where only the digest `asked`, 32 bytes, is known and not what was hashed."""
    try:
        if normalised(signature) != signature:
            return None
        v = signature[-1] - _FIRST_V
        vrs = (v, int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]))
        key = KeySignature(vrs=vrs).recover_public_key_from_msg_hash(asked)
    except (SignatureError, BadSignature, ValidationError, ValueError):
        return None
    return str(key.to_checksum_address())


def sign_message(account: AccountAPI, message: SignableMessage) -> bytes:
    """The signature of `account` over `message`, normalised and checked to be its own.

    Raises:
        RefusedError: it did not sign, or signed something else.
    """
    try:
        signed = account.sign_message(message)
    except click.Abort:  # a question of the account's own, answered with Ctrl-C
        raise
    except Exception as error:  # a device's plugin has exceptions of its own
        raise RefusedError(
            f"{account.address} did not sign: {str(error).rstrip('.!')}; nothing was kept."
        ) from error
    if signed is None:
        raise RefusedError(f"{account.address} did not sign; nothing was kept.")
    # r and s may have lost leading zeros on their way.
    parts = (bytes(signed.r).rjust(32, b"\0"), bytes(signed.s).rjust(32, b"\0"))
    try:
        signature = normalised(b"".join(parts) + int(signed.v).to_bytes(1))
        signer = recover(message, signature)
    except (SignatureError, OverflowError) as error:
        raise RefusedError(
            f"the account gave a signature that no contract takes: {error}; nothing was kept."
        ) from None
    if signer != account.address:
        raise RefusedError(
            f"the account is {account.address} and its signature is of {signer}: it signed something else; check the "
            "device's app and derivation path. Nothing was kept."
        )
    return signature
