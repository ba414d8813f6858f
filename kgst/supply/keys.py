"""The key by which the chain lets a mint or a burn happen once: an EIP-3009 nonce of the caller's own.

Who gives the same reference again, from whatever machine, gives the same key, and the token refuses it. What was meant
and never sent can be declared void for ever with `cancelAuthorization`.
"""

from __future__ import annotations

from eth_utils.crypto import keccak

__all__ = ["key_of"]


def key_of(kind: str, reference: str) -> bytes:
    """32 bytes: the high 248 bits of keccak256(`kgst/<kind>/<reference>`) in UTF-8, the low 8 zero.

    Keys that differ in the low 8 bits share one word of the token's storage: they are for the parts of what one
    reference names.

    Args:
        kind: `mint` or `burn`: what a reference names of one kind does not bar the other.
        reference: As the operator gave it.
    """
    return keccak(text=f"kgst/{kind}/{reference}")[:-1] + bytes(1)
