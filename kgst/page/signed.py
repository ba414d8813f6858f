"""The signatures of an attestation, out of the transaction that submitted it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from kgst.node import rpc
from kgst.snapshot.token import Attestation

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = ["Signed", "read_signed"]

_TYPES: Final = (
    "(uint256,uint256,uint256,uint256,bytes32)", "uint256", "uint256", "(address,bytes)[]",
)  # fmt: skip
_SELECTOR: Final = function_signature_to_4byte_selector(f"attest({','.join(_TYPES)})")


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


def read_signed(provider: ProviderAPI, transaction: str, last: Attestation) -> Signed | None:
    """How `last` was signed; None when the transaction does not show it.

    The call may stand within another one, as of a Safe: it is looked for, and what is found counts only with the
    figures of `last`. Whether signatures are true is for whoever reads the page.

    Raises:
        NodeError: the node no longer has the transaction, or failed.
    """
    with rpc(f"read the transaction {transaction} of the last attestation"):
        found: Any = provider.web3.eth.get_transaction(transaction)
    for figures, halts, deadline, signatures in _calls_in(bytes(found["input"])):
        if Attestation(*figures) == last:
            signed = tuple((to_checksum_address(who), data) for who, data in signatures)
            return Signed(transaction, halts, deadline, signed)
    return None


def _calls_in(data: bytes) -> Iterator[tuple[Any, ...]]:
    at = data.find(_SELECTOR)
    while at >= 0:
        with suppress(DecodingError, OverflowError):
            yield decode(_TYPES, data[at + 4 :], strict=False)
        at = data.find(_SELECTOR, at + 1)
