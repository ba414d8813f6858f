"""Addresses, keys and signatures that cost the same calldata everywhere: no zero byte in any of them, and v = 27.

A zero byte of calldata costs 4 gas, another 16; so a figure must not hang on the luck of an address. All are found by
counting up from a label, so every run finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import rlp
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils import keccak, to_canonical_address, to_checksum_address

DEADLINE = 0xF1F1F1F1  # seconds; four non-zero bytes

Vrs = tuple[int, bytes, bytes]


def clean(data: bytes) -> bool:
    """Whether no byte is zero."""
    return 0 not in data


def address(label: str) -> str:
    """The address that ``label`` stands for; nobody knows its key."""
    return next(
        to_checksum_address(found)
        for i in count()
        if clean(found := keccak(text=f"gas {label} {i}")[12:])
    )


def key(label: str, fits: Callable[[LocalAccount], bool] = lambda _: True) -> LocalAccount:
    """The account that ``label`` stands for; the first that ``fits``."""
    found: LocalAccount = next(
        account
        for i in count()
        if clean(
            to_canonical_address(
                (account := Account.from_key(keccak(text=f"gas {label} {i}"))).address
            )
        )
        and fits(account)
    )
    return found


def deployer_of_clean_address(number: int) -> str:
    """An unused sender whose first contract has no zero byte in its address."""
    return next(
        to_checksum_address(sender)
        for i in count()
        if clean(
            keccak(rlp.encode([sender := keccak(text=f"gas deployer {number} {i}")[12:], 0]))[12:]
        )
    )


def standard(signature: bytes) -> bool:
    """Whether 65 bytes ``r ‖ s ‖ v`` cost what the conventions ask for."""
    return signature[64] == 27 and clean(signature[:64])


def vrs(signature: bytes) -> Vrs:
    """``(v, r, s)`` of 65 bytes ``r ‖ s ‖ v``."""
    return signature[64], signature[:32], signature[32:64]


def sign(account: LocalAccount, message: SignableMessage) -> bytes:
    """65 bytes ``r ‖ s ‖ v``."""
    return bytes(account.sign_message(message).signature)


@dataclass(frozen=True)
class Wallet:
    """A holder who signs permits and authorisations for the token of ``domain``.

    Args:
        domain: The four fields of the token's EIP712Domain.
    """

    account: LocalAccount
    domain: dict[str, Any]

    def permit(self, spender: str, value: int, nonce: int) -> tuple[int, Vrs]:
        """``(deadline, signature)`` of the first deadline whose signature is standard."""
        for deadline in (DEADLINE + i for i in count()):
            if clean(deadline.to_bytes(4, "big")):
                signature = self._sign(
                    "Permit", _PERMIT, (self.account.address, spender, value, nonce, deadline)
                )
                if standard(signature):
                    return deadline, vrs(signature)
        raise AssertionError("unreachable")

    def authorization(
        self, kind: str, to: str, value: int, nonces: Iterator[bytes]
    ) -> tuple[bytes, bytes]:
        """``(nonce, signature)`` of the first nonce whose signature is standard.

        Args:
            kind: ``TransferWithAuthorization`` or ``ReceiveWithAuthorization``.
            nonces: 32 bytes each, without zero bytes.
        """
        for nonce in nonces:
            fields = (self.account.address, to, value, 0, DEADLINE, nonce)
            signature = self._sign(kind, _AUTHORIZATION, fields)
            if standard(signature):
                return nonce, signature
        raise AssertionError("no nonce gives a standard signature")

    def _sign(
        self, kind: str, fields: tuple[tuple[str, str], ...], values: tuple[Any, ...]
    ) -> bytes:
        types = {kind: [{"name": name, "type": type_} for name, type_ in fields]}
        message = {name: value for (name, _), value in zip(fields, values, strict=True)}
        return sign(self.account, encode_typed_data(self.domain, types, message))


def random_nonces(label: str) -> Iterator[bytes]:
    """Nonces as a wallet draws them, each in a storage word of its own."""
    return (nonce for i in count() if clean(nonce := keccak(text=f"gas nonce {label} {i}")))


def counted_nonces(after: bytes) -> Iterator[bytes]:
    """The nonces that share a storage word with ``after``, which is left out."""
    return (after[:31] + bytes([i]) for i in range(1, 256) if i != after[31])


_PERMIT = (
    ("owner", "address"), ("spender", "address"), ("value", "uint256"),
    ("nonce", "uint256"), ("deadline", "uint256"),
)  # fmt: skip
_AUTHORIZATION = (
    ("from", "address"), ("to", "address"), ("value", "uint256"),
    ("validAfter", "uint256"), ("validBefore", "uint256"), ("nonce", "bytes32"),
)  # fmt: skip
