"""References of payments: by which a line of a bank's statement names the redemption that it pays.

`RF`, two check digits, 21 characters: a creditor reference of ISO 11649, whose check digits (ISO 7064, MOD 97-10) banks
and accounting programs verify, too. The 21 follow from the chain, the token, and who burned by which key, so that
nobody chooses them. They are digits and such capitals as have no twin in Cyrillic, so that a reference that was typed
again is right or wrong, and never looks right and is wrong. `reference_of` makes one of
other bits, too (`kgst.paying`): whatever it is of, a bank's text is searched for one form.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from eth_utils.crypto import keccak

__all__ = [
    "ALPHABET",
    "LENGTH",
    "is_reference",
    "payment_reference",
    "reference_of",
    "references_in",
]

ALPHABET: Final = "0123456789DFGJNV"
"""What the 21 characters are of: 4 bits each, 84 in all."""

LENGTH: Final = 25
_BODY: Final = 21
_SHAPE: Final = re.compile(rf"RF[0-9]{{2}}[{ALPHABET}]{{{_BODY}}}")
_AT_ANY_PLACE: Final = re.compile(f"(?=({_SHAPE.pattern}))")


def payment_reference(chain_id: int, token: str, issuer: str, key: bytes) -> str:
    """The reference of the payment by which a burn is settled.

    Args:
        chain_id: EIP-155.
        token: Address.
        issuer: Who burned; address.
        key: 32 bytes, by which the token lets it happen once.
    """
    named = f"kgst/redemption/{chain_id}/{token.lower()}/{issuer.lower()}/0x{key.hex()}"
    return reference_of(keccak(text=named))


def reference_of(digest: bytes) -> str:
    """The reference with the first 84 bits of `digest`, which has at least 11 bytes."""
    digits = digest.hex()[:_BODY]
    body = "".join(ALPHABET[int(digit, 16)] for digit in digits)
    return f"RF{98 - _remainder(body + 'RF00'):02d}{body}"


def is_reference(text: str) -> bool:
    """Whether `text` is written exactly as a reference, and its check digits are right."""
    # Two check digits are 02 to 98; 00, 01 and 99 leave the same remainders.
    return (
        _SHAPE.fullmatch(text) is not None
        and _remainder(text[4:] + text[:4]) == 1
        and 2 <= int(text[2:4]) <= 98
    )


def references_in(text: str) -> tuple[str, ...]:
    """Every reference in a text of a bank's, each once, whatever became of its case, spaces, breaks and hyphens."""
    plain = unicodedata.normalize("NFKC", text).upper()
    squeezed = "".join(filter(str.isalnum, plain))
    found = (match[1] for match in _AT_ANY_PLACE.finditer(squeezed))
    return tuple(dict.fromkeys(one for one in found if is_reference(one)))


def _remainder(text: str) -> int:
    """Of ISO 7064, MOD 97-10: letters count as 10 to 35."""
    return int("".join(str(int(one, 36)) for one in text)) % 97
