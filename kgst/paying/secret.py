"""The issuer's secret, and the ids by which a bank's line names a request without naming it to anybody else.

A request and its id are public. An id for the bank that followed from them would let whoever sees the payment find the
wallet, and whoever sees the wallet recognise the payment. So it follows from a secret, too.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kgst.errors import InputError
from kgst.regularfile import NotRegularError, TooLargeError, read_regular
from kgst.settling.references import reference_of

__all__ = ["VARIABLE", "Secret", "read_secret"]

VARIABLE: Final = "KGST_REDEMPTION_SECRET"
"""Has the secret, or the path of a file that has it."""

_HEX: Final = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
_FEWEST_BYTES: Final = 12
_MOST_BYTES: Final = 200
_HOW: Final = "32 random bytes as 64 hexadecimal digits, or the path of a file that has them"


class Secret:
    """32 bytes that are never shown."""

    __slots__ = ("_bytes",)

    def __init__(self, data: bytes) -> None:
        if len(data) != 32 or len(set(data)) < _FEWEST_BYTES:
            raise ValueError("it is not 32 random bytes")
        self._bytes = data

    def __repr__(self) -> str:
        return "Secret(…)"

    def end_to_end_id(self, desk: str, chain_id: int, request: int) -> str:
        """The id of a request's payment: HMAC-SHA256 of desk, chain and request, as a reference of ISO 11649.

        Args:
            desk: Address of the contract that has the request.
            chain_id: EIP-155.
            request: Its id there.
        """
        of = bytes.fromhex(desk[2:]) + chain_id.to_bytes(32) + request.to_bytes(32)
        return reference_of(hmac.digest(self._bytes, of, "sha256"))

    def salt(self, lock: str) -> bytes:
        """For the proofs of the payments of one lock, 32 bytes: the same in every checkout, so that none can lose it.

        Args:
            lock: Hash of the transaction.
        """
        return hmac.digest(self._bytes, b"payments of " + bytes.fromhex(lock[2:]), "sha256")

    @property
    def mark(self) -> str:
        """Eight digits by which two secrets are told apart, and from which neither follows."""
        return hmac.new(self._bytes, b"mark", hashlib.sha256).hexdigest()[:8]


def read_secret(environment: Mapping[str, str] = os.environ) -> Secret:
    """The secret that `VARIABLE` gives or names.

    Raises:
        InputError: there is none, or none that can be used. What was found is never in the message.
    """
    given = environment.get(VARIABLE, "").strip()
    if not given:
        raise InputError(f"{VARIABLE} is not set; it has {_HOW}.")
    found = _HEX.fullmatch(given) or _HEX.fullmatch(_of_file(given))
    try:
        if found is None:
            raise ValueError
        return Secret(bytes.fromhex(found[1]))
    except ValueError:
        raise InputError(
            f"what {VARIABLE} gives or names is no secret; it has {_HOW}: openssl rand -hex 32."
        ) from None


def _of_file(path: str) -> str:
    """What the file has; nothing where there is none, since what was given may be a slip of the secret itself."""
    try:
        return read_regular(Path(path), _MOST_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError, NotRegularError, TooLargeError):
        return ""
