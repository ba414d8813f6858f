"""Who seals the double's blocks: keys of its own, and what they put into `extraData`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import rlp
from eth_keys import keys
from eth_keys.constants import SECPK1_N
from eth_utils.crypto import keccak
from py_ecc.bls import G2ProofOfPossession as Bls
from py_ecc.optimized_bls12_381 import curve_order

__all__ = ["TURN_LENGTH", "Validator", "genesis_extra", "sealed_extra", "validators"]

TURN_LENGTH = 16  # blocks that one validator seals in a row
_COUNT = {56: 21}  # on the testnet seven, as in the recorded epochs of 755 bytes
# 277 and 280 bytes, as recorded; with small block numbers a vote is shorter, and the reserved field fills it up.
_VOTES = {56: 183}
_VANITY = bytes.fromhex("d883010707846765746888676f312e32362e35856c696e757800000038469028")
_GENESIS_VALIDATORS = 6
_K = int.from_bytes(keccak(text="the double's one nonce"), "big") % SECPK1_N


@dataclass(frozen=True)
class Validator:
    """One that seals blocks.

    Attributes:
        address: In small letters.
        vote_secret: Of BLS12-381, small: it guards nothing.
        vote_key: Its public key, 48 bytes.
    """

    secret: int
    address: str
    vote_secret: int
    vote_key: bytes

    def seal(self, digest: bytes) -> bytes:
        """65 bytes r ‖ s ‖ v over `digest`.

        Every signature uses one secret nonce, which makes it fast and gives the key away: these keys guard nothing.
        """
        r, odd = _point()
        s = (int.from_bytes(digest) + r * self.secret) * pow(_K, -1, SECPK1_N) % SECPK1_N
        if s > SECPK1_N // 2:
            s, odd = SECPK1_N - s, not odd
        return r.to_bytes(32) + s.to_bytes(32) + bytes([odd])


@cache
def validators(chain_id: int) -> tuple[Validator, ...]:
    """Those of the chain, in their order: ascending by address."""
    members = [_validator(n) for n in range(_COUNT.get(chain_id, 7))]
    return tuple(sorted(members, key=lambda v: v.address))


def sealed_extra(
    chain_id: int, *, epoch: bool, votes: tuple[int, str, int, str] | None, signed: bool = False
) -> bytes:
    """`extraData` with an empty seal.

    Args:
        chain_id: Whose validators.
        epoch: The block carries the list of validators.
        votes: Number and hash of source and target; None: no attestation.
        signed: The votes are signed: half a second. Else bytes stand in their signature's place.
    """
    data = _VANITY
    if epoch:
        members = validators(chain_id)
        listed = b"".join(bytes.fromhex(v.address[2:]) + v.vote_key for v in members)
        data += bytes([len(members)]) + listed + bytes([TURN_LENGTH])
    if votes is not None:
        data += _attestation(chain_id, *votes, signed=signed)
    return data + bytes(65)


def genesis_extra() -> bytes:
    """`extraData` of block 0: addresses alone, no seal (217 bytes, as on the testnet)."""
    members = b"".join(bytes.fromhex(_validator(n).address[2:]) for n in range(_GENESIS_VALIDATORS))
    return bytes(32) + members + bytes(65)


def _attestation(
    chain_id: int, source: int, source_hash: str, target: int, target_hash: str, *, signed: bool
) -> bytes:
    """rlp([who voted, their signature, [source, target], reserved]), as long as the recorded ones."""
    hashes = bytes.fromhex(source_hash[2:]), bytes.fromhex(target_hash[2:])
    voted = (1 << len(validators(chain_id))) - 1
    votes = [source, hashes[0], target, hashes[1]]
    if signed:
        together = sum(one.vote_secret for one in validators(chain_id)) % curve_order
        signature = bytes(Bls.Sign(together, keccak(rlp.encode(votes))))
    else:
        signature = b"".join(keccak(hashes[1] + bytes([n])) for n in range(3))
    body = [voted, signature, votes]
    bare = len(rlp.encode([*body, b""]))
    # One byte below 0x80 would be its own encoding; two bytes or more cost one of length.
    missing = _VOTES.get(chain_id, 180) - bare
    return bytes(rlp.encode([*body, b"\x00" * missing]))


@cache
def _validator(number: int) -> Validator:
    secret = keccak(text=f"validator {number} of a chain that is none")
    address = keys.PrivateKey(secret).public_key.to_address()
    return Validator(int.from_bytes(secret), address, number + 1, bytes(Bls.SkToPk(number + 1)))


@cache
def _point() -> tuple[int, bool]:
    """x of nonce · G, and whether y is odd."""
    key = keys.PrivateKey(_K.to_bytes(32)).public_key.to_bytes()
    return int.from_bytes(key[:32]) % SECPK1_N, bool(key[63] & 1)
