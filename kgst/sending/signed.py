"""What a signed transaction says by itself: its hash, who signed it and for which chain, what it does.

No node is asked. Read is only the one form that this project signs (legacy, with EIP-155's chain id), each number in
its one spelling, so that no two readers see two things in the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import rlp
from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from kgst.sending.transactions import Content, created_by

__all__ = ["SignedContent", "SignedError", "read_signed"]

_FIELDS = 9
_FIRST_V = 35
_ADDRESS = 20


class SignedError(ValueError):
    """Bytes that are no transaction of the one form; the message says why, as a part of a sentence."""


@dataclass(frozen=True)
class SignedContent:
    """A signed transaction, read from its bytes.

    Attributes:
        hash: 0x and 64 digits.
        chain_id: That the signature is for.
        sender: Checksummed address of whose key signed it.
    """

    hash: str
    chain_id: int
    sender: str
    content: Content

    @property
    def created(self) -> str | None:
        """The checksummed address of the contract that it creates; None when it creates none."""
        return created_by(self.sender, self.content.nonce) if self.content.to is None else None


def read_signed(raw: str) -> SignedContent:
    """What the transaction `raw`, 0x and digits, says.

    Raises:
        SignedError: it is none, or of another form.
    """
    try:
        encoded = bytes.fromhex(raw[2:])
        fields = rlp.decode(encoded)
    except (ValueError, rlp.DecodingError) as error:
        raise SignedError("it is no RLP") from error
    if not isinstance(fields, list) or len(fields) != _FIELDS:
        raise SignedError(f"it is no legacy transaction: it has no {_FIELDS} fields")
    if any(not isinstance(field, bytes) for field in fields):
        raise SignedError("it is no legacy transaction: it has a list within")
    *numbers, to, data = (*fields[:3], *fields[4:5], *fields[6:], fields[3], fields[5])
    if any(number[:1] == b"\0" or len(number) > 32 for number in numbers):
        raise SignedError("it has a number in another spelling than the one")
    if len(to) not in (0, _ADDRESS):
        raise SignedError(f"its receiver has {len(to)} bytes")
    nonce, price, gas, value, v, r, s = (int.from_bytes(number) for number in numbers)
    if v < _FIRST_V:
        raise SignedError("its signature is for any chain (without EIP-155's chain id)")
    chain_id, parity = divmod(v - _FIRST_V, 2)
    unsigned = rlp.encode([*fields[:6], chain_id, 0, 0])
    return SignedContent(
        hash="0x" + keccak(encoded).hex(),
        chain_id=chain_id,
        sender=_signer(keccak(unsigned), parity, r, s),
        content=Content(
            nonce, price, gas, to_checksum_address(to) if to else None, value, bytes(data)
        ),
    )


def _signer(digest: bytes, parity: int, r: int, s: int) -> str:
    if s > SECPK1_N // 2:
        raise SignedError("its signature's s is high, which no chain takes (EIP-2)")
    try:
        key = Signature(vrs=(parity, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError, ValueError) as error:
        raise SignedError("its signature is no key's") from error
    return str(key.to_checksum_address())
