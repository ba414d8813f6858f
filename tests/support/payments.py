"""Calls that carry a signature, good or flawed, and the events of payments.

One ``SignedCall`` serves permit and EIP-3009: it signs what the wallet would see and gives the arguments of the
call, in the ``v, r, s`` form or in the ``bytes`` form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ape import chain
from support.signing import (
    CANCEL_AUTHORIZATION,
    PERMIT,
    RECEIVE_AUTHORIZATION,
    TRANSFER_AUTHORIZATION,
    Kind,
    sign,
    typed,
    vrs,
)

from kgst.attestation import Domain
from kgst.flags import PauseFlag

SOM = 1_000_000
ZERO = "0x0000000000000000000000000000000000000000"
MAX_72 = 2**72 - 1
MAX_256 = 2**256 - 1

TRANSFERS, AUTHORIZATIONS, MINTING, BURNING = map(int, PauseFlag)
FORMS = ("vrs", "bytes")

# Half of the order of secp256k1's group bounds s; the other half is the malleated twin.
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def word(number: int) -> bytes:
    """``number`` as 32 bytes: a nonce of EIP-3009."""
    return number.to_bytes(32, "big")


@dataclass(frozen=True)
class SignedCall:
    """What is signed: an EIP-712 type and the values of its fields, in order."""

    kind: Kind
    values: tuple[Any, ...]

    def but(self, **changed: Any) -> SignedCall:
        """The same with other values of some fields (``from`` is written ``from_``)."""
        names = [name for name, _ in self.kind[1]]
        new = {
            name.rstrip("_"): getattr(value, "address", value) for name, value in changed.items()
        }
        assert set(new) <= set(names)
        pairs = zip(names, self.values, strict=True)
        return SignedCall(self.kind, tuple(new.get(name, value) for name, value in pairs))

    def signature(self, signer: Any, domain: Domain) -> bytes:
        """65 bytes ``r ‖ s ‖ v`` by ``signer``'s key."""
        return sign(signer, typed(domain, self.kind, *self.values))

    def carrying(self, signature: bytes, form: str) -> tuple[Any, ...]:
        """The arguments of the call with ``signature``, whatever it is worth."""
        fields = zip(self.kind[1], self.values, strict=True)
        # The token knows the nonce of a permit by itself.
        told = [value for (name, kind), value in fields if (name, kind) != ("nonce", "uint256")]
        return (*told, *vrs(signature)) if form == "vrs" else (*told, signature)

    def signed(self, signer: Any, domain: Domain, form: str = "vrs") -> tuple[Any, ...]:
        """The arguments of the call with ``signer``'s good signature."""
        return self.carrying(self.signature(signer, domain), form)


def _call(kind: Kind, *values: Any) -> SignedCall:
    return SignedCall(kind, tuple(getattr(value, "address", value) for value in values))


def transfer_authorization(
    payer: Any, to: Any, value: int, *, after: int = 0, before: int = MAX_256, nonce: int = 0
) -> SignedCall:
    """EIP-3009's ``TransferWithAuthorization``; ``value`` in base units, times in seconds."""
    return _call(TRANSFER_AUTHORIZATION, payer, to, value, after, before, word(nonce))


def receive_authorization(
    payer: Any, to: Any, value: int, *, after: int = 0, before: int = MAX_256, nonce: int = 0
) -> SignedCall:
    """EIP-3009's ``ReceiveWithAuthorization``; ``value`` in base units, times in seconds."""
    return _call(RECEIVE_AUTHORIZATION, payer, to, value, after, before, word(nonce))


def cancellation(authorizer: Any, nonce: int = 0) -> SignedCall:
    """EIP-3009's ``CancelAuthorization``."""
    return _call(CANCEL_AUTHORIZATION, authorizer, word(nonce))


def permission(
    owner: Any, spender: Any, value: int, *, nonce: int = 0, deadline: int = MAX_256
) -> SignedCall:
    """ERC-2612's ``Permit``; ``value`` in base units, ``deadline`` in seconds."""
    return _call(PERMIT, owner, spender, value, nonce, deadline)


def alterations(call: SignedCall, stranger: Any) -> list[SignedCall]:
    """``call`` with each of its fields changed in turn."""

    def other(value: Any, kind: str) -> Any:
        if kind == "address":
            return stranger.address
        return bytes([value[0] ^ 1]) + value[1:] if kind == "bytes32" else value ^ 1

    fields = zip(call.kind[1], call.values, strict=True)
    return [call.but(**{name: other(value, kind)}) for (name, kind), value in fields]


Flaw = Callable[[SignedCall, Domain, Any, Any], bytes]


def _malleated(good: bytes) -> bytes:
    v, r, s = vrs(good)
    return r + word(_ORDER - int.from_bytes(s, "big")) + bytes([55 - v])


def _compact(good: bytes) -> bytes:
    v, r, s = vrs(good)
    return r + word(int.from_bytes(s, "big") | (v - 27) << 255)


_FLAWS: dict[str, Flaw] = {
    "wrong-chain": lambda call, domain, signer, _: call.signature(
        signer, Domain(domain.chain_id + 1, domain.token)
    ),
    "wrong-contract": lambda call, domain, signer, stranger: call.signature(
        signer, Domain(domain.chain_id, stranger.address)
    ),
    "wrong-signer": lambda call, domain, _, stranger: call.signature(stranger, domain),
    "high-s": lambda call, domain, signer, _: _malleated(call.signature(signer, domain)),
    "v-of-0-or-1": lambda call, domain, signer, _: (
        (good := call.signature(signer, domain))[:64] + bytes([good[64] - 27])
    ),
    "v-flipped": lambda call, domain, signer, _: (
        (good := call.signature(signer, domain))[:64] + bytes([55 - good[64]])
    ),
    "zeros": lambda *_: bytes(65),
}
_FLAWS_OF_BYTES: dict[str, Flaw] = {
    "truncated": lambda call, domain, signer, _: call.signature(signer, domain)[:64],
    "a-byte-too-many": lambda call, domain, signer, _: call.signature(signer, domain) + b"\x00",
    "compact": lambda call, domain, signer, _: _compact(call.signature(signer, domain)),
    "empty": lambda *_: b"",
}

# (form, flaw) pairs for `parametrize`.
FLAWED = [(form, flaw) for form in FORMS for flaw in _FLAWS] + [
    ("bytes", flaw) for flaw in _FLAWS_OF_BYTES
]


def flawed(flaw: str, call: SignedCall, domain: Domain, signer: Any, stranger: Any) -> bytes:
    """A signature of ``call`` by ``signer`` that has ``flaw``, one of ``FLAWED``."""
    return (_FLAWS | _FLAWS_OF_BYTES)[flaw](call, domain, signer, stranger)


def transferred(sender: Any, receiver: Any, value: int) -> tuple[str, dict[str, Any]]:
    """``Transfer`` as ``events`` gives it."""
    return "Transfer", {"from": sender, "to": receiver, "value": value}


def approved(owner: Any, spender: Any, value: int) -> tuple[str, dict[str, Any]]:
    """``Approval`` as ``events`` gives it."""
    return "Approval", {"owner": owner, "spender": spender, "value": value}


def used(authorizer: Any, nonce: int) -> tuple[str, dict[str, Any]]:
    """``AuthorizationUsed`` as ``events`` gives it."""
    return "AuthorizationUsed", {"authorizer": authorizer, "nonce": word(nonce)}


def canceled(authorizer: Any, nonce: int) -> tuple[str, dict[str, Any]]:
    """``AuthorizationCanceled`` as ``events`` gives it."""
    return "AuthorizationCanceled", {"authorizer": authorizer, "nonce": word(nonce)}


@contextmanager
def rolled_back() -> Iterator[None]:
    """What the block does to the chain is undone, for each Hypothesis example; failures pass through."""
    snapshot = chain.snapshot()
    try:
        yield
    finally:
        chain.restore(snapshot)
