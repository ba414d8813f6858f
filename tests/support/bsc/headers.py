"""Headers as BSC has them: what is hashed, what the miner seals, and what stands in `extraData`.

After bnb-chain/bsc core/types/block.go and consensus/parlia; tests hold it to the recorded headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rlp
from eth_keys import keys
from eth_utils.crypto import keccak

__all__ = [
    "EMPTY_ROOT",
    "NO_REQUESTS",
    "NO_UNCLES",
    "Extra",
    "hash_of",
    "sealer_of",
    "signing_hash",
    "split_extra",
]

NO_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
NO_REQUESTS = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

VANITY, SEAL = 32, 65
_LUBAN = {56: 29_020_050, 97: 29_295_050}
_BYTES = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom",
)  # fmt: skip
_NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_OPTIONAL = (
    ("baseFeePerGas", int), ("withdrawalsRoot", bytes), ("blobGasUsed", int), ("excessBlobGas", int),
    ("parentBeaconBlockRoot", bytes), ("requestsHash", bytes),
)  # fmt: skip


def hash_of(header: Mapping[str, Any]) -> str:
    """keccak-256 of a header as JSON-RPC has it: `0x` and 64 digits."""
    fields, optional = _fields(header)
    return "0x" + keccak(rlp.encode(fields + optional)).hex()


def signing_hash(header: Mapping[str, Any], chain_id: int) -> bytes:
    """What the miner seals: the header without the seal, and the chain's id."""
    fields, optional = _fields(header)
    sealed = [chain_id, *fields[:12], fields[12][:-SEAL], *fields[13:]]
    # From Cancun on the later fields are sealed too; before, not even the base fee.
    return bytes(keccak(rlp.encode(sealed + (optional if len(optional) >= 5 else []))))


def sealer_of(header: Mapping[str, Any], chain_id: int) -> str:
    """Address, in small letters, whose key sealed the header for that chain."""
    seal = keys.Signature(_bytes(header["extraData"])[-SEAL:])
    key = seal.recover_public_key_from_msg_hash(signing_hash(header, chain_id))
    return str(key.to_address())


@dataclass(frozen=True)
class Extra:
    """What `extraData` holds.

    Attributes:
        validators: Their addresses, in an epoch's block.
        votes: The attestation's raw RLP; empty when there is none.
    """

    vanity: bytes
    validators: tuple[str, ...]
    turn_length: int | None
    votes: bytes
    seal: bytes

    @property
    def attested(self) -> tuple[int, bytes, int, bytes] | None:
        """Number and hash of the votes' source and target."""
        if not self.votes:
            return None
        source, source_hash, target, target_hash = rlp.decode(self.votes)[2]
        return int.from_bytes(source), source_hash, int.from_bytes(target), target_hash


def split_extra(header: Mapping[str, Any], chain_id: int, epoch_length: int) -> Extra:
    """Take `extraData` apart.

    Raises:
        ValueError: it is shorter than vanity and seal.
    """
    data, number = _bytes(header["extraData"]), _number(header["number"])
    if len(data) < VANITY + SEAL:
        raise ValueError(f"extraData of block {number} has {len(data)} bytes")
    body = data[VANITY:-SEAL]
    members: list[bytes] = []
    turn_length = None
    if number % epoch_length == 0 and body:
        if number == 0 or (
            number < _LUBAN.get(chain_id, 0) and header.get("baseFeePerGas") is None
        ):
            members, body = [body[i : i + 20] for i in range(0, len(body), 20)], b""
        else:
            count, body = body[0], body[1:]
            members = [body[i * 68 : i * 68 + 20] for i in range(count)]
            body = body[count * 68 :]
            # An attestation is a list: its first byte is 0xc0 or more, a turn's length is a small number.
            if body and body[0] < 0xC0:
                turn_length, body = body[0], body[1:]
    return Extra(
        data[:VANITY], tuple("0x" + m.hex() for m in members), turn_length, body, data[-SEAL:]
    )


def _fields(header: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    fields: list[Any] = [_bytes(header[name]) for name in _BYTES]
    fields += [_number(header[name]) for name in _NUMBERS]
    fields += [_bytes(header[name]) for name in ("extraData", "mixHash", "nonce")]
    optional: list[Any] = []
    for name, kind in _OPTIONAL:
        if header.get(name) is None:
            break
        optional.append(_number(header[name]) if kind is int else _bytes(header[name]))
    return fields, optional


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value.removeprefix("0x"))


def _number(value: str | int) -> int:
    return value if isinstance(value, int) else int(value, 16 if value.startswith("0x") else 10)
