"""Recorded headers of BSC, and blocks, validators and votes that were never on a chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import rlp
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak
from py_ecc.bls import G2ProofOfPossession as Bls
from py_ecc.optimized_bls12_381 import curve_order

from kgst.proofs import Header

DATA = Path(__file__).parents[1] / "data/bsc"
ANSWERS: dict[str, dict[str, Any]] = {
    path.stem: (answer := json.loads(path.read_text())).get("result", answer)
    for path in sorted((DATA / "headers").glob("*.json"))
}
GENESIS = {"56-0-genesis-DERIVED", "97-0-genesis-DERIVED"}
SEALED = sorted(ANSWERS.keys() - GENESIS)

CHAIN = 97
AFTER_MAXWELL = 1_760_000_000
LENGTH = 1_000


def chain_of(name: str) -> int:
    return int(name.split("-")[0])


@cache
def recorded(name: str) -> Header:
    return Header.of_json(ANSWERS[name])


@dataclass(frozen=True)
class Member:
    """One validator, with both keys."""

    number: int

    @cached_property
    def key(self) -> PrivateKey:
        return PrivateKey(keccak(self.number.to_bytes(32)))

    @property
    def address(self) -> bytes:
        return self.key.public_key.to_canonical_address()

    @property
    def vote_secret(self) -> int:
        return 1_000 + self.number

    @cached_property
    def vote_key(self) -> bytes:
        return bytes(Bls.SkToPk(self.vote_secret))


def members(count: int, first: int = 1) -> list[Member]:
    """So many, ascending by address."""
    return sorted((Member(n) for n in range(first, first + count)), key=lambda m: m.address)


def named(validators: Sequence[Member], turn_length: int = 1) -> bytes:
    """What the first block of an epoch says of the next one's validators."""
    parts = [member.address + member.vote_key for member in validators]
    return bytes([len(parts)]) + b"".join(parts) + bytes([turn_length])


def votes(
    voters: Sequence[Member], of: Sequence[Member], source: Header, target: Header, **other: Any
) -> bytes:
    """The attestation of `voters`, who are some of the set `of`.

    `other` replaces what is `signed`, the `signature`, or the `bits` of the voters.
    """
    sent = [source.number, source.hash, target.number, target.hash]
    signed = other.get("signed", sent)
    secret = sum(member.vote_secret for member in voters) % curve_order
    signature = bytes(Bls.Sign(secret, keccak(rlp.encode(signed))))
    bits = sum(1 << at for at, member in enumerate(of) if member in voters)
    return bytes(
        rlp.encode(
            [
                other.get("bits", bits),
                other.get("signature", signature),
                sent,
                b"",
            ]
        )
    )


def block(
    number: int,
    by: Member,
    parent: Header | None = None,
    body: bytes = b"",
    timestamp: int = AFTER_MAXWELL,
    fields: int = 21,
) -> Header:
    """A header that `by` sealed for `CHAIN`, with `body` between vanity and seal."""
    given: list[Any] = [
        parent.hash if parent else bytes(32), keccak(b"\xc0"), by.address, bytes(32), bytes(32), bytes(32),
        bytes(256), 2, number, 10**8, 0, timestamp, bytes(32) + body, bytes(32), bytes(8),
        0, keccak(b"\x80"), 0, 0, bytes(32), bytes(32),
    ][:fields]  # fmt: skip
    sealed = given if len(given) >= 20 else given[:15]
    seal = by.key.sign_msg_hash(keccak(rlp.encode([CHAIN, *sealed]))).to_bytes()
    given[12] += seal
    return Header.of_rlp(rlp.encode(given))


def blocks(
    first: Header, by: Sequence[Member], bodies: dict[int, bytes] | None = None
) -> list[Header]:
    """`first`, and a child of each before it that each of `by` sealed."""
    made = [first]
    for member in by:
        body = (bodies or {}).get(made[-1].number + 1, b"")
        made.append(block(made[-1].number + 1, member, made[-1], body))
    return made


def as_json(header: Header) -> dict[str, Any]:
    """As a node tells it."""
    names = (
        "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
        "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas",
        "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
    )  # fmt: skip
    numbers = {
        "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas",
    }  # fmt: skip
    return {
        name: hex(int.from_bytes(value)) if name in numbers else "0x" + value.hex()
        for name, value in zip(names, header.fields, strict=False)
    }
