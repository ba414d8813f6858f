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

from kgst.flags import FlagWords
from kgst.fork.anvil import Fork
from kgst.slots import AUDITORS, CONSENT, FLAGS, HOLDERS, ISSUERS, SEATS, SETTINGS, SOLVENCY

__all__ = ["StorageOverrides", "throwaway_accounts"]

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
        nonce = self.fork.load(self.token, CONSENT + 2) >> 160 & (2**48 - 1)
        self.fork.store(self.token, CONSENT, int.from_bytes(code_hash))
        self.fork.store(self.token, CONSENT + 1, int.from_bytes(data_hash))
        self.fork.store(self.token, CONSENT + 2, int(implementation, 16) | nonce << 160)

    def no_flags(self) -> None:
        """As if nothing were paused and DELEGATE_ALL not set."""
        self.nothing_paused()
        self.fork.store(self.token, FLAGS, 0)

    def nothing_paused(self) -> None:
        """As if nothing were paused; DELEGATE_ALL stays."""
        words = FlagWords(self.fork.load(self.token, FLAGS), self.fork.load(self.token, SOLVENCY))
        clear = words.without_pauses()
        self.fork.store(self.token, FLAGS, clear.flags)
        self.fork.store(self.token, SOLVENCY, clear.solvency)

    def headroom(self, amount: int, seconds: int) -> None:
        """As if reserves allowed to mint `amount` base units, for `seconds` from now."""
        word = self.fork.load(self.token, SOLVENCY)
        supply, burned = word & _MASK_72, word >> 144 & _MASK_72
        valid_until = self.fork.now() + seconds
        flags = word >> 252 << 252
        packed = supply | (supply + amount) << 72 | burned << 144 | valid_until << 216 | flags
        self.fork.store(self.token, SOLVENCY, packed)

    def issuer(self, address: str, amount: int) -> None:
        """As if `address` were granted a quota of `amount` base units, full, without refill, and might burn."""
        packed = amount | amount << 72 | self.fork.now() << 208 | 1 << 248
        self.fork.store(self.token, _entry(address, ISSUERS), packed)

    def holder(self, address: str, amount: int) -> None:
        """As if `address`, which holds nothing, had been given `amount` base units, backed."""
        word = self.fork.load(self.token, SOLVENCY)
        self.fork.store(self.token, SOLVENCY, word + amount + (amount << 72))
        self.fork.store(self.token, _entry(address, HOLDERS), amount)

    def auditors(self, addresses: Sequence[str]) -> None:
        """As if these, ascending, were the auditors, all of whom must sign."""
        word = self.fork.load(self.token, SETTINGS)
        version, limits = (word & (2**64 - 1)) + 1, word >> 96 << 96
        count = len(addresses)
        self.fork.store(self.token, SETTINGS, limits | count << 72 | count << 64 | version)
        self.fork.store(self.token, AUDITORS, count)
        first = int.from_bytes(keccak(AUDITORS.to_bytes(32)))
        for seat, address in enumerate(addresses):
            self.fork.store(self.token, first + seat, int(address, 16))
            self.fork.store(self.token, _entry(address, SEATS), version << 8 | seat + 1)


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
