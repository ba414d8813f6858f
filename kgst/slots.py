"""Where the token keeps what: the places of docs/storage.md, for reading what no getter should be believed about."""

from __future__ import annotations

from typing import Final

from eth_utils.crypto import keccak

__all__ = [
    "AUDITORS",
    "CONSENT",
    "FLAGS",
    "HOLDERS",
    "IMPLEMENTATION",
    "ISSUERS",
    "LEDGER",
    "SEATS",
    "SETTINGS",
    "SOLVENCY",
]

IMPLEMENTATION: Final = int.from_bytes(keccak(text="eip1967.proxy.implementation")) - 1
"""https://eips.ethereum.org/EIPS/eip-1967"""

LEDGER: Final = 0x595D9353F392E405F722DE8EB76472C614366D0C29120629983013FE7D476A00
"""ERC-7201 `kgst.storage.Ledger`; what follows are fields of its `Layout`."""

HOLDERS: Final = LEDGER
SOLVENCY: Final = LEDGER + 3
FLAGS: Final = LEDGER + 4
ISSUERS: Final = LEDGER + 5
SETTINGS: Final = LEDGER + 8
AUDITORS: Final = LEDGER + 9
SEATS: Final = LEDGER + 10
CONSENT: Final = LEDGER + 13
