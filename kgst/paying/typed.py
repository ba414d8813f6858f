"""Hashes of typed fields, as EIP-712's `hashStruct` makes them: any wallet's library computes the same.

There is no domain in them: what they are of is the same on every chain.
"""

from __future__ import annotations

import re
from typing import Final

from eth_utils.crypto import keccak

__all__ = ["struct_hash"]

_FIELDS: Final = re.compile(r"(string|bytes32|uint256) (\w+)")


def struct_hash(type_: str, **values: str | bytes | int) -> bytes:
    """`hashStruct` of EIP-712, 32 bytes.

    Args:
        type_: `Name(type name,…)`, of string, bytes32 and uint256.
        values: Of each field.
    """
    words = [keccak(text=type_)]
    for kind, name in _FIELDS.findall(type_):
        value = values.pop(name)
        if kind == "string" and isinstance(value, str):
            words.append(keccak(text=value))
        elif kind == "uint256" and isinstance(value, int):
            words.append(value.to_bytes(32))
        elif kind == "bytes32" and isinstance(value, bytes) and len(value) == 32:
            words.append(value)
        else:
            raise TypeError(f"{name} is no {kind}")
    if values:
        raise TypeError(f"{type_} has no {sorted(values)}")
    return keccak(b"".join(words))
