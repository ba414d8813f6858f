"""KGST for Python: interfaces, addresses and EIP-712 types as data. Needs no other package; `kgst_client.signing` does.

The files of `data/` are those of the project's abi/.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypedDict

__all__ = ["ADDRESSES", "DECIMALS", "DOMAIN", "SOM", "TYPES", "Contract", "Field", "abi"]


class Contract(TypedDict):
    """Where a contract is, and the block from which to read its events."""

    address: str
    block: int


class Field(TypedDict):
    """One field of an EIP-712 type."""

    name: str
    type: str


def _data(name: str) -> Any:
    return json.loads((files(__name__) / "data" / name).read_text("utf8"))


@cache
def abi(contract: str) -> list[dict[str, Any]]:
    """What can be called at the address of "KGST", "RedemptionDesk", "MintDesk", "ReserveFeed" or "BackingFeed"."""
    found: list[dict[str, Any]] = _data(f"{contract}.json")
    return found


_signed = _data("eip712.json")

DECIMALS: Final = 6
SOM: Final = 10**DECIMALS
"""Base units of 1 som."""

DOMAIN: Final[dict[str, str]] = _signed["domain"]
"""Name and version. Chain id and the token's address complete it; it has no salt."""

TYPES: Final[dict[str, list[Field]]] = _signed["types"]
"""The fields of each type, by its name."""

ADDRESSES: Final[dict[int, dict[str, Contract]]] = {
    int(chain): contracts for chain, contracts in _data("addresses.json").items()
}
"""By chain id (56 BSC, 97 its testnet) and contract; empty for a chain without a deployment."""
