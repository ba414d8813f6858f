"""Votes of BSC's validators for a block (BEP-126, fast finality).

Each validator signs, with a BLS key that the epoch's header names, the block that it holds to be the next one
(target) and the last one that it knows to be voted for (source). The following block carries the sum of these
signatures. Two thirds of the votes make the target justified, and the source final if it is the target's parent: to
undo it, a third of the validators would have to vote twice, which BSC punishes.

The signature is that of Ethereum's consensus layer (BLS12-381, keys in G1, the scheme of proofs of possession, which
BSC's StakeHub asks for when a key is registered), over keccak-256 of the votes' RLP; checked on recorded headers of
both chains. `py_ecc` takes half a second for one, and is not made to keep secrets: nothing here is one. The same
keys vote again and again, so each is looked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import Any

from eth_typing import BLSPubkey, BLSSignature

from kgst.proofs.errors import ProofError
from kgst.proofs.headers import Header
from kgst.proofs.parlia import Attestation, Epoch, Extra

__all__ = ["verify_votes"]


def verify_votes(header: Header, voters: Epoch) -> Attestation:
    """The votes that `header` carries for its parent, of at least two thirds of `voters`.

    The header itself need not be sealed by anybody: the votes are for the block before it, and so for all before that.

    Args:
        header: The block behind the one that is voted for.
        voters: The set that was in force at the parent: `Tenures.at(header.number - 1)`.

    Raises:
        ProofError: the header carries none, they are for another block, too few, or not signed by that set.
    """
    votes = Extra.of(header, voters.chain_id).attestation
    if votes is None:
        raise ProofError(f"block {header.number} carries no votes")
    if (votes.target_number, votes.target_hash) != (header.number - 1, header.parent_hash):
        raise ProofError(f"the votes in block {header.number} are not for its parent")
    if votes.source_number >= votes.target_number:
        raise ProofError(
            f"the votes in block {header.number} have their source behind their target"
        )
    if votes.voters >> len(voters.validators):
        raise ProofError(f"the votes in block {header.number} are of more than the validators")
    keys = [each.vote_key for at, each in enumerate(voters.validators) if votes.voters >> at & 1]
    if len(keys) < voters.quorum:
        raise ProofError(
            f"{len(keys)} of {len(voters.validators)} voted for block {votes.target_number}, fewer than {voters.quorum}"
        )
    if not _signed(keys, votes):
        raise ProofError(
            f"the votes in block {header.number} are not signed by the validators named in block {voters.number}"
        )
    return votes


def _signed(keys: Sequence[bytes], votes: Attestation) -> bool:
    """Whether all of them signed: FastAggregateVerify of the scheme, with each key validated once a process."""
    # Only who asks for votes waits for it to load.
    from py_ecc.bls import G2ProofOfPossession as Bls
    from py_ecc.bls.g2_primitives import G1_to_pubkey
    from py_ecc.optimized_bls12_381 import Z1, add

    points = [_point(key) for key in keys]
    if None in points:
        return False
    together = G1_to_pubkey(reduce(add, points, Z1))
    return bool(Bls.Verify(together, votes.digest, BLSSignature(votes.signature)))


@lru_cache(maxsize=4096)
def _point(key: bytes) -> Any:
    """On the curve, and of its subgroup; None for a key that is not."""
    from py_ecc.bls import G2ProofOfPossession as Bls
    from py_ecc.bls.g2_primitives import pubkey_to_G1

    return pubkey_to_G1(BLSPubkey(key)) if Bls.KeyValidate(BLSPubkey(key)) else None
