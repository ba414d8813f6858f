"""Devices that sign, and are free about the form: v counted from 0, zeros dropped, another message, nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ape.types import MessageSignature
from eth_account import Account
from eth_account.messages import SignableMessage
from eth_keys.backends.native.jacobian import fast_multiply
from eth_keys.constants import SECPK1_G, SECPK1_N

Form = Callable[[int, int, int], "MessageSignature | None"]


def _shortest(number: int) -> Any:
    return number.to_bytes((number.bit_length() + 7) // 8)


def as_is(v: int, r: int, s: int) -> MessageSignature:
    return MessageSignature(v=v, r=r.to_bytes(32), s=s.to_bytes(32))


def from_zero(v: int, r: int, s: int) -> MessageSignature:
    """v is 0 or 1."""
    return as_is(v - 27, r, s)


def without_zeros(v: int, r: int, s: int) -> MessageSignature:
    return MessageSignature(v=v, r=_shortest(r), s=_shortest(s))


def high(v: int, r: int, s: int) -> MessageSignature:
    """The other form of the same signature."""
    return as_is(55 - v, r, SECPK1_N - s)


def nothing(v: int, r: int, s: int) -> None:
    """As when somebody presses "reject"."""


class Device:
    """An account whose key is `signer`'s; `shown` in place of what it is asked to sign."""

    def __init__(self, signer: Any, form: Form, shown: SignableMessage | None = None) -> None:
        self.address = signer.address
        self._key = signer.private_key
        self._form, self._shown = form, shown

    def sign_message(self, message: SignableMessage) -> MessageSignature | None:
        signed = Account.sign_message(self._shown or message, self._key)
        return self._form(signed.v, signed.r, signed.s)


def signed_with_nonce(account: Any, digest: str, nonce: int = 4_242) -> str:
    """A second signature of one key: not every device derives its nonce from the message as RFC 6979 has it.

    ECDSA: r is x of the nonce's point, s = (digest + r·key) / nonce, the lower of its two forms.
    """
    x, y = fast_multiply(SECPK1_G, nonce)
    s = pow(nonce, -1, SECPK1_N) * (int(digest, 16) + x * int(account.private_key, 16)) % SECPK1_N
    odd = y % 2
    if s > SECPK1_N // 2:
        s, odd = SECPK1_N - s, 1 - odd
    return "0x" + (x.to_bytes(32) + s.to_bytes(32) + bytes([27 + odd])).hex()
