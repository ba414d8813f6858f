"""The signatures of an attestation, out of the transaction that submitted it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address

from kgst.attestation import Domain, ReserveAttestation, calls_in
from kgst.node import rpc
from kgst.signatures import signer_of
from kgst.snapshot.token import Attestation

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Signed", "read_signed"]


@dataclass(frozen=True)
class Signed:
    """What auditors signed besides the figures, and how they signed it.

    Attributes:
        transaction: That submitted it.
        known_halts: The halts that they knew of.
        deadline: Last second in which it could be submitted.
        signatures: Checksummed signer, and 65 bytes or what a contract accepts.
    """

    transaction: str
    known_halts: int
    deadline: int
    signatures: tuple[tuple[str, bytes], ...]


def read_signed(
    provider: ProviderAPI, transaction: str, last: Attestation, domain: Domain, version: int
) -> Signed | None:
    """How `last` was signed; None when the transaction does not show it.

    The call may stand within another one, as of a Safe: it is looked for, and what is found counts only with the
    figures of `last`. Whoever submits it can put the same figures with other signatures before it, so what has most
    signatures that are recovered is taken. Whether they are true is for whoever reads the page.

    Args:
        provider: The node.
        transaction: Hash of that which submitted it.
        last: The attestation.
        domain: The token's.
        version: Of the auditors' set.

    Raises:
        NodeError: the node no longer has the transaction, or failed.
    """
    with rpc(f"read the transaction {transaction} of the last attestation"):
        found: Any = provider.web3.eth.get_transaction(transaction)
    best, most = None, -1
    for figures, halts, deadline, signatures in calls_in(bytes(found["input"]), "attest"):
        if Attestation(*figures) != last:
            continue
        signed = tuple((to_checksum_address(who), data) for who, data in signatures)
        message = ReserveAttestation(*last, halts, version, deadline).message(domain)
        recovered = sum(signer_of(message, data) == who for who, data in signed)
        if recovered > most:
            best, most = Signed(transaction, halts, deadline, signed), recovered
    return best
