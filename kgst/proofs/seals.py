"""Who sealed a header of BSC.

The last 65 bytes of `extraData` are a signature of the validator whose address is `miner`, over everything else that
is hashed and the chain's id (core/types/block.go of bnb-chain/bsc, EncodeSigHeader). So a header proves its chain.

A seal shows that one validator signed this header, no more: it could seal two of the same number, and its key may be
in other hands. Each block behind it that another one sealed is one more who held it to be part of the chain: see
`distinct_sealers`. Two thirds of all say so in votes: see `kgst.proofs.votes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import rlp
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature, ValidationError
from eth_utils.crypto import keccak

from kgst.proofs.encoding import number_of
from kgst.proofs.errors import ProofError
from kgst.proofs.headers import Header
from kgst.proofs.parlia import SEAL

__all__ = ["distinct_sealers", "require_chain", "sealer"]

_EXTRA_AT: Final = 12
_FIRST_FIELDS: Final = 15
_SEALS_ALL: Final = 20
"""From the field parentBeaconBlockRoot on, the later fields are sealed too; before, not even the base fee."""


def sealer(header: Header, chain_id: int) -> bytes:
    """The validator who sealed the header, 20 bytes: it is `miner`.

    Args:
        header: With a seal; the genesis block has none.
        chain_id: EIP-155's: 56 BSC, 97 its testnet.

    Raises:
        ProofError: the seal is no signature, or another's than the miner's, or for another chain.
    """
    extra = header.extra
    if len(extra) < SEAL:
        raise ProofError(f"extraData of block {header.number} is too short for a seal")
    fields: list[Any] = [number_of(chain_id), *header.fields]
    fields[1 + _EXTRA_AT] = extra[:-SEAL]
    if len(header.fields) < _SEALS_ALL:
        fields = fields[: 1 + _FIRST_FIELDS]
    try:
        key = Signature(extra[-SEAL:]).recover_public_key_from_msg_hash(keccak(rlp.encode(fields)))
    except (BadSignature, ValidationError) as error:
        raise ProofError(f"the seal of block {header.number} is no signature") from error
    address = key.to_canonical_address()
    if address != header.miner:
        raise ProofError(
            f"block {header.number} was not sealed by its miner 0x{header.miner.hex()} for the chain {chain_id}: it "
            "was changed, or is of another chain"
        )
    return address


def distinct_sealers(headers: Iterable[Header], chain_id: int) -> frozenset[bytes]:
    """Who sealed any of these.

    Args:
        headers: A block and those behind it, as `require_chain` checks them.
        chain_id: 56 or 97.

    Raises:
        ProofError: a header was not sealed by its miner for that chain.
    """
    return frozenset(sealer(header, chain_id) for header in headers)


def require_chain(headers: Sequence[Header]) -> None:
    """Check that each header is the child of the one before.

    Raises:
        ProofError: there is none, or one is not.
    """
    if not headers:
        raise ProofError("there is no header")
    for parent, child in pairwise(headers):
        if child.number != parent.number + 1 or child.parent_hash != parent.hash:
            raise ProofError(f"block {child.number} is not the child of block {parent.number}")
