"""Why a signature does not count, in words that go on after "its signature does not count: "."""

from __future__ import annotations

from typing import Final

__all__ = ["GOST", "MAX_CMS", "MAX_XML", "SignatureFaultError", "strangers"]

MAX_XML: Final = 32 * 1024 * 1024
"""Largest file with XMLDSig: 32 MiB. All of it is a tree in memory, several times over: some 38 bytes for each."""

MAX_CMS: Final = 64 * 1024 * 1024
"""Largest CMS message around its content: 64 MiB, some 6 bytes of memory for each."""

GOST: Final = "it is of GOST R 34.10, which is not supported; ask the bank for RSA or ECDSA"


class SignatureFaultError(ValueError):
    """A signature that is there and does not count."""


def strangers(found: str) -> SignatureFaultError:
    """The fault of a signature by a certificate that the policy does not have."""
    return SignatureFaultError(
        f"it is by a certificate that the policy does not have ({found}); if the bank has a new one, have it confirmed "
        "and put into the policy (banks)"
    )
