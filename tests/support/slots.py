"""The token's raw storage: where each field is by its formula, and what lies there."""

from __future__ import annotations

from typing import Any

from ape import chain
from eth_abi import encode
from eth_utils import keccak

# ERC-7201, from the namespace's name.
_INNER = int.from_bytes(keccak(text="kgst.storage.Ledger"), "big") - 1
LEDGER = int.from_bytes(keccak(_INNER.to_bytes(32, "big")), "big") & ~0xFF
# ERC-1967.
IMPLEMENTATION = int.from_bytes(keccak(text="eip1967.proxy.implementation"), "big") - 1

(
    ACCOUNTS, ALLOWANCES, AUTHORIZATIONS, SOLVENCY, FLAGS, ISSUERS, ATTESTATION, REPORT_HASH,
    SETTINGS, AUDITORS, SEATS, PROPOSAL, PROPOSED_AUDITORS, CONSENT_CODE, CONSENT_DATA, CONSENT, AUTHORITY,
) = range(LEDGER, LEDGER + 17)  # fmt: skip


def word(contract: Any, slot: int) -> int:
    """What lies in ``slot``."""
    return int.from_bytes(bytes(chain.provider.get_storage(contract.address, slot)), "big")


def entry(mapping: int, key: Any, kind: str = "address") -> int:
    """The slot of ``mapping[key]``."""
    value = getattr(key, "address", key)
    return int.from_bytes(keccak(encode([kind, "uint256"], [value, mapping])), "big")


def elements(contract: Any, array: int) -> list[int]:
    """The words of a dynamic array."""
    first = int.from_bytes(keccak(array.to_bytes(32, "big")), "big")
    return [word(contract, first + i) for i in range(word(contract, array))]


def packed(*fields: tuple[int, int]) -> int:
    """``(value, bits)`` from the lowest bit up, as one word; everything above is zero."""
    total = 0
    shift = 0
    for value, bits in fields:
        number = int(value)
        assert 0 <= number < 1 << bits, "does not fit its field"
        total |= number << shift
        shift += bits
    assert shift <= 256
    return total
