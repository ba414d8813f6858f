"""A Ledger's Ethereum app behind its transport: bytes go in and come out as over USB, the key is a test account's.

Commands by ethapp.adoc of LedgerHQ/app-ethereum: 0x04 signs a transaction, in pieces; 0x0c signs the two hashes of an
EIP-712 message. What the screen would show is kept. The app's own parsing, its screens and its random source are not
here: a real device shows more, and may refuse more.
"""

from __future__ import annotations

from typing import Any

import rlp
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

__all__ = ["DECLINED", "LOCKED", "PATH", "EmulatedLedger"]

PATH = "m/44'/60'/0'/0/0"
DECLINED, LOCKED = 0x6985, 0x6B0C
_SIGN_TX, _SIGN_TYPED = 0x04, 0x0C
_SECONDARY = 0x80
_WANTED = b"".join((n | 1 << 31).to_bytes(4) for n in (44, 60, 0)) + bytes(8)


class EmulatedLedger:
    """What ledgerblue calls a dongle.

    Args:
        secret: The private key at `PATH`.

    Attributes:
        refuses: Status word that everything is answered with; None signs.
        shown: What the screen showed: domain and message hash, or a transaction's fields.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = PrivateKey(secret)
        self.refuses: int | None = None
        self.shown: list[tuple[bytes, ...]] = []
        self._pieces = b""

    def exchange(self, apdu: bytes, timeout: int = 20_000) -> bytearray:
        """One command and its answer."""
        from ledgerblue.commException import CommException

        class_, instruction, first, _, length = apdu[:5]
        data = bytes(apdu[5 : 5 + length])
        assert (class_, len(data)) == (0xE0, length)
        if self.refuses is not None:
            raise CommException(f"Invalid status {self.refuses:04x}", self.refuses)
        if instruction == _SIGN_TYPED:
            return self._typed(self._after_path(data))
        assert instruction == _SIGN_TX, hex(instruction)
        self._pieces = self._pieces + data if first == _SECONDARY else self._after_path(data)
        return self._transaction()

    def close(self) -> None:
        """As of a device."""

    def _after_path(self, data: bytes) -> bytes:
        end = 1 + 4 * data[0]
        assert data[1:end] == _WANTED
        return data[end:]

    def _typed(self, hashes: bytes) -> bytearray:
        assert len(hashes) == 64
        self.shown.append((hashes[:32], hashes[32:]))
        return self._signed(keccak(b"\x19\x01" + hashes), 27)

    def _transaction(self) -> bytearray:
        try:
            fields: Any = rlp.decode(self._pieces)
        except rlp.DecodingError:
            return bytearray()  # more is to come
        self.shown.append(tuple(fields))
        chain_id = int.from_bytes(fields[6])
        return self._signed(keccak(self._pieces), chain_id * 2 + 35)

    def _signed(self, digest: bytes, base: int) -> bytearray:
        signed = self._key.sign_msg_hash(digest)
        v = (base + signed.v) % 256  # one byte, whatever the chain's number
        return bytearray(bytes([v]) + signed.r.to_bytes(32) + signed.s.to_bytes(32))
