"""What a header of BSC says about its validators, in `extraData`.

Between 32 bytes that mean nothing and 65 of the seal lie, in the first block of an epoch, the validators of the next
one, and in most blocks the votes for the block before (BEP-126). After consensus/parlia/parlia.go and snapshot.go of
bnb-chain/bsc v1.7.3: getValidatorBytesFromHeader, getVoteAttestationFromHeader, Snapshot.apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import rlp
from eth_utils.crypto import keccak

from kgst.proofs.encoding import as_bytes, as_list, as_number, decode
from kgst.proofs.errors import ProofError
from kgst.proofs.headers import HASH, Header

__all__ = ["CHAINS", "SEAL", "Attestation", "Epoch", "Extra", "Validator", "epoch_length"]

SEAL: Final = 65
"""Bytes of the seal."""

_VANITY: Final = 32
_ADDRESS: Final = 20
_KEY: Final = 48
_SIGNATURE: Final = 96
_MOST_EXTRA: Final = 256  # MaxAttestationExtraLength
_DEPTH: Final = 2
_MOST_VALIDATORS: Final = 64
"""Votes are a bit each of a number of 64 bits."""


@dataclass(frozen=True)
class _Forks:
    """When the rules changed that matter here: Luban by the block's number, the others by its time in seconds."""

    luban: int
    bohr: int
    lorentz: int
    maxwell: int


# params/config.go of bnb-chain/bsc. Fermi, Osaka and Mendel changed none of this.
_FORKS: Final = {
    56: _Forks(luban=29_020_050, bohr=1_727_317_200, lorentz=1_745_903_100, maxwell=1_751_250_600),
    97: _Forks(luban=29_295_050, bohr=1_724_116_996, lorentz=1_744_097_580, maxwell=1_748_243_100),
}
CHAINS: Final = tuple(_FORKS)
"""Chains whose headers validators sign as BSC's do."""
_FIRST_LENGTH: Final = 200
_LORENTZ_LENGTH: Final = 500  # BEP-520
_MAXWELL_LENGTH: Final = 1_000  # BEP-524
_CHANGING: Final = 3_600
"""Seconds after a fork in which a header by itself does not say which length holds: the old one goes on until a block
whose number the new one divides (Snapshot.apply), 750 seconds of blocks at the most."""


def epoch_length(header: Header, chain_id: int) -> int:
    """Blocks of an epoch at `header`.

    Raises:
        ProofError: another chain than 56 and 97, or a block of the hour in which the length changed.
    """
    forks = _forks(chain_id)
    length = _FIRST_LENGTH
    for fork, later in ((forks.lorentz, _LORENTZ_LENGTH), (forks.maxwell, _MAXWELL_LENGTH)):
        if header.timestamp < fork:
            break
        if header.timestamp < fork + _CHANGING:
            raise ProofError(
                f"block {header.number} is of the hour in which epochs changed their length to {later}: nothing is "
                "proven across it"
            )
        length = later
    return length


def _forks(chain_id: int) -> _Forks:
    if chain_id not in _FORKS:
        raise ProofError(f"chain {chain_id} has no validators of BSC; 56 and 97 have")
    return _FORKS[chain_id]


@dataclass(frozen=True)
class Validator:
    """One of a set.

    Attributes:
        address: Whose key seals, 20 bytes.
        vote_key: Public key of BLS12-381 that votes, 48 bytes; empty before Luban.
    """

    address: bytes
    vote_key: bytes


@dataclass(frozen=True)
class Attestation:
    """Votes for the block before, gathered into one signature (core/types/vote.go).

    Attributes:
        voters: A bit for each validator of the set, in ascending order of address, from the lowest bit.
        signature: Of all of them, 96 bytes.
        source_number: Of the block that they hold to be justified.
        source_hash: Of that block, 32 bytes.
        target_number: Of the block that they vote for.
        target_hash: Of that block, 32 bytes.
        digest: What is signed: keccak-256 of the RLP of the last four, 32 bytes.
    """

    voters: int
    signature: bytes
    source_number: int
    source_hash: bytes
    target_number: int
    target_hash: bytes
    digest: bytes

    @property
    def makes_final(self) -> bool:
        """Whether the votes make their source final: they do when the target is its child (BEP-126)."""
        return self.source_number + 1 == self.target_number

    @classmethod
    def of_rlp(cls, encoded: bytes) -> Self:
        """From its place in `extraData`.

        Raises:
            ProofError: it is none.
        """
        what = "the attestation"
        parts = as_list(decode(encoded, what, depth=_DEPTH), what, 4)
        if len(as_bytes(parts[3], "the attestation's last part")) > _MOST_EXTRA:
            raise ProofError("the attestation's last part is longer than any")
        data = [as_bytes(part, "a part of the votes") for part in as_list(parts[2], "the votes", 4)]
        return cls(
            voters=as_number(parts[0], "the voters"),
            signature=as_bytes(parts[1], "the votes' signature", _SIGNATURE),
            source_number=as_number(data[0], "the votes' source"),
            source_hash=as_bytes(data[1], "the votes' source", HASH),
            target_number=as_number(data[2], "the votes' target"),
            target_hash=as_bytes(data[3], "the votes' target", HASH),
            digest=keccak(rlp.encode(data)),
        )


@dataclass(frozen=True)
class Extra:
    """The parts of `extraData`.

    Attributes:
        validators: Of the next epoch, ascending by address; empty but in an epoch's first block.
        turn_length: Blocks that a validator has in a row, in the same block since Bohr (BEP-341); 1 before.
        attestation: The votes; None when there are none.
    """

    validators: tuple[Validator, ...]
    turn_length: int
    attestation: Attestation | None

    @classmethod
    def of(cls, header: Header, chain_id: int) -> Self:
        """Take a header's apart.

        Raises:
            ProofError: it is not of the form that this block has on that chain.
        """
        forks = _forks(chain_id)
        if len(header.extra) < _VANITY + SEAL:
            raise ProofError(f"extraData of block {header.number} is too short for a seal")
        body = header.extra[_VANITY:-SEAL]
        is_epoch = header.number % epoch_length(header, chain_id) == 0
        validators: tuple[Validator, ...] = ()
        turn_length = 1
        if header.number < forks.luban:
            if is_epoch:
                validators, body = _validators(body, _ADDRESS), b""
            if body:
                raise ProofError(
                    f"extraData of block {header.number} has more than its rules allow"
                )
        elif is_epoch:
            end = 1 + (body[0] if body else 0) * (_ADDRESS + _KEY)
            if end > len(body):
                raise ProofError(f"extraData of block {header.number} ends within its validators")
            validators, body = _validators(body[1:end], _ADDRESS + _KEY), body[end:]
            if header.timestamp >= forks.bohr:
                turn_length, body = (body[0] if body else 0), body[1:]
        if is_epoch and not (validators and turn_length):
            raise ProofError(
                f"block {header.number} begins an epoch, but names no validators or turns"
            )
        return cls(validators, turn_length, Attestation.of_rlp(body) if body else None)


@dataclass(frozen=True)
class Epoch:
    """The first block of an epoch, which names the validators of the next one.

    Attributes:
        chain_id: 56 or 97.
        number: Of the block.
        hash: Of the block, 32 bytes.
        length: Blocks of the epoch.
        validators: Ascending by address.
        turn_length: Blocks that each of them has in a row.
    """

    chain_id: int
    number: int
    hash: bytes
    length: int
    validators: tuple[Validator, ...]
    turn_length: int

    @classmethod
    def of(cls, header: Header, chain_id: int) -> Self:
        """What the header says; who sealed it is not looked at.

        Raises:
            ProofError: it does not begin an epoch, or is not of the form that such a block has.
        """
        length = epoch_length(header, chain_id)
        if header.number % length:
            raise ProofError(f"block {header.number} does not begin an epoch of {length} blocks")
        extra = Extra.of(header, chain_id)
        made = cls(
            chain_id, header.number, header.hash, length, extra.validators, extra.turn_length
        )
        if made.delay >= length:
            raise ProofError(f"block {header.number} names validators for longer than an epoch")
        return made

    @property
    def delay(self) -> int:
        """This set goes on sealing until that many blocks behind the first of a later epoch.

        Snapshot.apply changes sets after the block with `number % epoch == minerHistoryCheckLen()`, which is
        `(len(Validators)/2+1)*TurnLength - 1` of the set that goes (consensus/parlia/snapshot.go).
        """
        return self.majority * self.turn_length - 1

    @property
    def majority(self) -> int:
        """The fewest of the set that are more than half of it."""
        return len(self.validators) // 2 + 1

    @property
    def quorum(self) -> int:
        """The fewest of the set whose votes count: two thirds (BEP-126, verifyVoteAttestation)."""
        return -(-2 * len(self.validators) // 3)

    @property
    def addresses(self) -> frozenset[bytes]:
        """Who may seal."""
        return frozenset(each.address for each in self.validators)


def _validators(data: bytes, size: int) -> tuple[Validator, ...]:
    """A list of them, `size` bytes each, ascending by address: the genesis block has them in another order.

    Raises:
        ProofError: it is cut off, too long, or has one twice.
    """
    if len(data) % size or len(data) > size * _MOST_VALIDATORS:
        raise ProofError(f"a list of validators has {len(data)} bytes, {size} for each")
    made = sorted(data[at : at + size] for at in range(0, len(data), size))
    found = tuple(Validator(each[:_ADDRESS], each[_ADDRESS:]) for each in made)
    if any(a.address == b.address for a, b in pairwise(found)):
        raise ProofError("a list of validators has one twice")
    return found
