"""EIP-712 digests and secp256k1 signatures, made fast.

A signature remembers whose key made it and over what, so the model knows what it is worth without recovering it. The
signing scalar k is fixed for each key, which makes a signature two multiplications. That reveals the key: fine for keys
that anyone can derive from the actors' names, and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Protocol

from eth_hash.auto import keccak
from eth_keys import keys

ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


class Signature(bytes):
    """65 bytes ``r ‖ s ‖ v``, or something that merely resembles them when not ``sound``."""

    signer: int
    digest: bytes
    sound: bool

    @classmethod
    def made(cls, data: bytes, signer: int, digest: bytes, *, sound: bool = True) -> Signature:
        made = cls(data)
        made.signer, made.digest, made.sound = signer, digest, sound
        return made

    def binds(self, account: int, digest: bytes, owners: dict[int, int]) -> bool:
        """Whether it is ``account``'s word on ``digest``, by its own key or by its owner's (ERC-1271)."""
        return (
            self.sound and self.digest == digest and self.signer in (account, owners.get(account))
        )

    @property
    def vrs(self) -> tuple[int, bytes, bytes]:
        return self[64], self[:32], self[32:64]

    def high_s(self) -> Signature:
        """The malleable twin: the other s with the other v."""
        s = ORDER - int.from_bytes(self[32:64], "big")
        data = self[:32] + s.to_bytes(32, "big") + bytes([55 - self[64]])
        return Signature.made(data, self.signer, self.digest, sound=False)

    def low_v(self) -> Signature:
        """With v of 0 or 1, as some wallets return it."""
        return Signature.made(
            self[:64] + bytes([self[64] - 27]), self.signer, self.digest, sound=False
        )

    def flipped(self) -> Signature:
        """With the other v: recovers to a stranger."""
        return Signature.made(
            self[:64] + bytes([55 - self[64]]), self.signer, self.digest, sound=False
        )


class Password(Signature):
    """What some contract takes for its signature on anything: one string of bytes, of any length."""

    def binds(self, account: int, digest: bytes, owners: dict[int, int]) -> bool:
        return self.sound and account == self.signer

    def high_s(self) -> Signature:
        return self._longer()

    def low_v(self) -> Signature:
        return self._longer()

    def flipped(self) -> Signature:
        return self._longer()

    def _longer(self) -> Signature:
        return Signature.made(bytes(self) + b"\1", self.signer, self.digest, sound=False)


@dataclass(frozen=True)
class Key:
    """A private key with its address."""

    secret: int

    @classmethod
    def named(cls, name: str) -> Key:
        return cls(int.from_bytes(keccak(f"KGST test actor {name}".encode()), "big") % ORDER)

    @cached_property
    def address(self) -> int:
        return int(keys.PrivateKey(self.secret.to_bytes(32, "big")).public_key.to_address(), 16)

    @cached_property
    def _nonce(self) -> tuple[int, int, int]:
        k = int.from_bytes(keccak(b"k" + self.secret.to_bytes(32, "big")), "big") % ORDER
        point = keys.PrivateKey(k.to_bytes(32, "big")).public_key.to_bytes()
        return int.from_bytes(point[:32], "big") % ORDER, point[63] & 1, pow(k, -1, ORDER)

    def sign(self, digest: bytes) -> Signature:
        """A real signature with low s."""
        r, odd, inverse = self._nonce
        s = inverse * (int.from_bytes(digest, "big") + r * self.secret) % ORDER
        if s > ORDER // 2:
            s, odd = ORDER - s, 1 - odd
        data = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([27 + odd])
        return Signature.made(data, self.address, digest)


class Place(Protocol):
    """Where a signature counts: EIP-712's domain."""

    token: int
    chain_id: int


@lru_cache(maxsize=64)
def domain_separator(chain_id: int, token: int) -> bytes:
    kind = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    return struct_hash(kind, keccak(b"KGST"), keccak(b"1"), chain_id, token)


@lru_cache(maxsize=64)
def _type_hash(kind: str) -> bytes:
    return keccak(kind.encode())


def word(value: int | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.to_bytes(32, "big")


def struct_hash(kind: str, *values: Any) -> bytes:
    """EIP-712 ``hashStruct``: each value one word; an array is given as the hash of its words."""
    return keccak(_type_hash(kind) + b"".join(map(word, values)))


def list_hash(values: Any) -> bytes:
    return keccak(b"".join(map(word, values)))


def digest(place: Place, message: bytes) -> bytes:
    """What is signed for the token at ``place``."""
    return keccak(b"\x19\x01" + domain_separator(place.chain_id, place.token) + message)
