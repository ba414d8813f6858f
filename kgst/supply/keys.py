"""The key by which the chain lets a mint, a burn or a payout happen once: an EIP-3009 nonce of the caller's own.

Who gives the same reference again, from whatever machine, gives the same key, and the token refuses it. What was meant
and never sent can be declared void for ever with `cancelAuthorization`.
"""

from __future__ import annotations

from typing import Final

from eth_utils.crypto import keccak

__all__ = ["CHUNKS", "key_of"]

CHUNKS: Final = 256
"""Keys of one reference: they differ in their low 8 bits, and share one word of the token's storage."""


def key_of(kind: str, reference: str, chunk: int = 0) -> bytes:
    """32 bytes: a hash of `kind` and `reference` in the high 248 bits, `chunk` in the low 8.

    Args:
        kind: `mint`, `burn` or `payout`: what one reference names of one kind does not bar another.
        reference: As the operator gave it.
        chunk: 0 to 255.
    """
    digest = keccak(text=f"kgst/{kind}/{reference}")
    return digest[:-1] + chunk.to_bytes(1)
