"""The key by which the chain lets a mint, a burn or a payment happen once: an EIP-3009 nonce of the caller's own.

Who gives the same reference, or the same file, again, from whatever machine, gives the same key, and the token refuses
it. What was meant and never sent can be declared void for ever: by `cancelAuthorization`, or by a payout to nobody.
"""

from __future__ import annotations

from typing import Final

from eth_utils.crypto import keccak

__all__ = ["key_of", "payout_key"]

_WORD: Final = 256


def key_of(kind: str, reference: str) -> bytes:
    """32 bytes: the high 248 bits of keccak256(`kgst/<kind>/<reference>`) in UTF-8, the low 8 zero.

    Keys that differ in the low 8 bits share one word of the token's storage: they are for the parts of what one
    reference names.

    Args:
        kind: `mint`, `burn` or `payout`: what a reference names of one kind does not bar the other.
        reference: As the operator gave it.
    """
    return keccak(text=f"kgst/{kind}/{reference}")[:-1] + bytes(1)


def payout_key(content: str, round_: int, index: int) -> bytes:
    """Of one transaction of a payout; 256 at a time have a word of the token's storage in common.

    Neither the size of the transactions nor the order of the rows is in it. Two runs that divide the same payments in
    different ways so meet at the first key, and at every further one: the chain takes one of them.

    Args:
        content: What is paid: `PayoutFile.content`, 64 hexadecimal digits.
        round_: 1 for the first time that this content is paid, 2 when it is paid once more.
        index: Of the transaction, counted from 0.
    """
    block, low = divmod(index, _WORD)
    further = f"/{block}" if block else ""
    return key_of("payout", f"{content}/{round_}{further}")[:-1] + low.to_bytes(1)
