"""What a fork is told to pretend, word by word, so that powers can be tried whose keys nobody here has.

The places are those of docs/storage.md; the bits those that the files in contracts/ledger draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.fork.anvil import Fork
from kgst.gate import EVERY_FLAG, PAUSE_FLAGS, SLOT, GateWord

__all__ = ["LEDGER_SLOT", "StorageOverrides", "throwaway_accounts"]

LEDGER_SLOT: Final = 0x595D9353F392E405F722DE8EB76472C614366D0C29120629983013FE7D476A00
"""ERC-7201 `kgst.storage.Ledger`."""

_ACCOUNTS: Final = LEDGER_SLOT
_SOLVENCY: Final = LEDGER_SLOT + 3
_ISSUERS: Final = LEDGER_SLOT + 4
_SETTINGS: Final = LEDGER_SLOT + 7
_AUDITORS: Final = LEDGER_SLOT + 8
_SEATS: Final = LEDGER_SLOT + 9
_CONSENT: Final = LEDGER_SLOT + 12
_MASK_72: Final = 2**72 - 1


@dataclass(frozen=True)
class StorageOverrides:
    """Writes the token's words on a fork.

    Attributes:
        token: Checksummed address.
    """

    fork: Fork
    token: str

    def consent(self, implementation: str, code_hash: bytes, data_hash: bytes) -> None:
        """As if the auditors had consented to this code and call, in an early block; the nonce stays."""
        nonce = self.fork.load(self.token, _CONSENT + 2) >> 160 & (2**48 - 1)
        self.fork.store(self.token, _CONSENT, int.from_bytes(code_hash))
        self.fork.store(self.token, _CONSENT + 1, int.from_bytes(data_hash))
        self.fork.store(self.token, _CONSENT + 2, int(implementation, 16) | nonce << 160)

    def no_flags(self) -> None:
        """As if nothing were paused and DELEGATE_ALL not set."""
        self._without_flags(EVERY_FLAG)

    def nothing_paused(self) -> None:
        """As if nothing were paused; DELEGATE_ALL stays."""
        self._without_flags(PAUSE_FLAGS)

    def headroom(self, amount: int, seconds: int) -> None:
        """As if reserves allowed to mint `amount` base units, for `seconds` from now."""
        word = self.fork.load(self.token, _SOLVENCY)
        supply, burned = word & _MASK_72, word >> 144 & _MASK_72
        valid_until = self.fork.now() + seconds
        packed = supply | (supply + amount) << 72 | burned << 144 | valid_until << 216
        self.fork.store(self.token, _SOLVENCY, packed)

    def issuer(self, address: str, amount: int) -> None:
        """As if `address` were granted a quota of `amount` base units, full, without refill, and might burn."""
        packed = amount | amount << 72 | self.fork.now() << 208 | 1 << 248
        self.fork.store(self.token, _entry(address, _ISSUERS), packed)

    def holder(self, address: str, amount: int) -> None:
        """As if `address`, which holds nothing, had been given `amount` base units, backed."""
        word = self.fork.load(self.token, _SOLVENCY)
        self.fork.store(self.token, _SOLVENCY, word + amount + (amount << 72))
        self.fork.store(self.token, _entry(address, _ACCOUNTS), amount)

    def auditors(self, addresses: Sequence[str]) -> None:
        """As if these, ascending, were the auditors, all of whom must sign."""
        word = self.fork.load(self.token, _SETTINGS)
        version, limits = (word & (2**64 - 1)) + 1, word >> 96 << 96
        count = len(addresses)
        self.fork.store(self.token, _SETTINGS, limits | count << 72 | count << 64 | version)
        self.fork.store(self.token, _AUDITORS, count)
        first = int.from_bytes(keccak(_AUDITORS.to_bytes(32)))
        for seat, address in enumerate(addresses):
            self.fork.store(self.token, first + seat, int(address, 16))
            self.fork.store(self.token, _entry(address, _SEATS), version << 8 | seat + 1)

    def _without_flags(self, flags: int) -> None:
        word = GateWord(self.fork.load(self.token, SLOT))
        self.fork.store(self.token, SLOT, word.without(flags).word)


def throwaway_accounts(purpose: str, count: int) -> list[Any]:
    """Keys that are made of `purpose`, so everybody has them: for forks only. Ascending by address."""
    from eth_account import Account

    made = [Account.from_key(keccak(text=f"KGST, a fork, {purpose}, {i}")) for i in range(count)]
    return sorted(made, key=lambda account: int(account.address, 16))


def _entry(address: str, slot: int) -> int:
    """Where a mapping at `slot` keeps the entry of `address`."""
    return int.from_bytes(
        keccak(encode(["address", "uint256"], [to_checksum_address(address), slot]))
    )
