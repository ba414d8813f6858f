"""A Safe without a hosted service: who owns it, what its owners sign, and the transaction that this makes.

Owners sign with a key of their own (ECDSA over EIP-712) or are contracts (ERC-1271); approvals of hashes on the chain
are Safe's own application's business.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_abi.abi import decode, encode
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.checks import failed
from kgst.errors import DriftError
from kgst.node import NodeError, rpc
from kgst.safe.standing import read_standings, standing_checks
from kgst.signatures import digest

if TYPE_CHECKING:
    from ape.api import ProviderAPI

__all__ = [
    "EXECUTION_SUCCESS",
    "LEAST_VERSION",
    "Safe",
    "SafeTransaction",
    "executed",
    "is_usable",
    "view",
]

LEAST_VERSION: Final = "1.3.0"
"""Of a Safe. Before it, the domain that owners sign had no chain id: what is signed here would not be valid."""

ZERO: Final = "0x" + 40 * "0"
SLOT: Final = 65
"""Bytes of each owner's place among the signatures."""

_EXECUTE: Final = (
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
)
EXECUTION_SUCCESS: Final = keccak(text="ExecutionSuccess(bytes32,uint256)")
"""Topic of the event by which a Safe says that its transaction did not fail."""

# As Safe.sol declares it; https://eips.ethereum.org/EIPS/eip-712
_SAFE_TX: Final = [
    {"name": name, "type": kind}
    for name, kind in (
        ("to", "address"), ("value", "uint256"), ("data", "bytes"), ("operation", "uint8"), ("safeTxGas", "uint256"),
        ("baseGas", "uint256"), ("gasPrice", "uint256"), ("gasToken", "address"), ("refundReceiver", "address"),
        ("nonce", "uint256"),
    )
]  # fmt: skip


@dataclass(frozen=True)
class SafeTransaction:
    """One call by a Safe, without value, refunds or delegatecall.

    Attributes:
        safe: Checksummed address.
        nonce: Of the Safe.
    """

    chain_id: int
    safe: str
    to: str
    data: bytes
    nonce: int

    @property
    def message(self) -> SignableMessage:
        """What owners sign: EIP-712. `header` is the domain hash, `body` the message hash, as a Ledger shows them."""
        return encode_typed_data(
            {"chainId": self.chain_id, "verifyingContract": self.safe},
            {"SafeTx": _SAFE_TX},
            {
                "to": self.to, "value": 0, "data": self.data, "operation": 0, "safeTxGas": 0, "baseGas": 0,
                "gasPrice": 0, "gasToken": ZERO, "refundReceiver": ZERO, "nonce": self.nonce,
            },
        )  # fmt: skip

    @property
    def hash(self) -> bytes:
        """`safeTxHash`, 32 bytes."""
        return digest(self.message)

    def execution(self, signatures: Mapping[str, bytes], contracts: Collection[str] = ()) -> bytes:
        """Call data of `execTransaction`.

        Args:
            signatures: Owner to 65 bytes `r ‖ s ‖ v`; a contract's has its own form.
            contracts: Those of the owners that are contracts.
        """
        values = (self.to, 0, self.data, 0, 0, 0, 0, ZERO, ZERO, _joined(signatures, contracts))
        types = _EXECUTE.partition("(")[2].rstrip(")").split(",")
        return function_signature_to_4byte_selector(_EXECUTE) + encode(types, values)


def executed(data: bytes) -> tuple[str, bytes] | None:
    """Whom an `execTransaction` with this call data calls, and how; None of other bytes."""
    if data[:4] != function_signature_to_4byte_selector(_EXECUTE):
        return None
    try:
        to, _, inner, *_ = decode(_EXECUTE.partition("(")[2].rstrip(")").split(","), data[4:])
    except Exception:  # bytes from anywhere break decoders in many ways
        return None
    return to_checksum_address(to), inner


def _joined(signatures: Mapping[str, bytes], contracts: Collection[str]) -> bytes:
    """The signatures as a Safe takes them: a slot of 65 bytes for each owner, ascending.

    A contract's slot is its address, where its signature begins, and v = 0; the signature itself, after its length,
    stands behind all slots.
    """
    slots, behind = b"", b""
    for owner, signature in sorted(signatures.items(), key=lambda pair: int(pair[0], 16)):
        if owner in contracts:
            begins = SLOT * len(signatures) + len(behind)
            slots += bytes.fromhex(owner[2:]).rjust(32, b"\0") + begins.to_bytes(32) + b"\0"
            behind += len(signature).to_bytes(32) + signature
        else:
            slots += signature
    return slots + behind


@dataclass(frozen=True)
class Safe:
    """A Safe as the chain has it.

    Attributes:
        owners: Checksummed addresses.
    """

    address: str
    version: str
    owners: tuple[str, ...]
    threshold: int
    nonce: int

    @classmethod
    def at(cls, provider: ProviderAPI, address: str, guesses: Iterable[str] = ()) -> Safe:
        """The Safe at `address`, by its code and its storage: what it says of itself is not asked.

        Args:
            provider: Connected.
            address: Checksummed.
            guesses: Who may own it; spares requests.

        Raises:
            DriftError: there is no Safe, or one on which others than its owners may act.
            NodeError: the node failed.
        """
        standing = read_standings(provider, {address: guesses}, "latest")[address]
        if not standing.code:
            raise DriftError(f"there is no contract at {address}, where the policy has a Safe.")
        bad = failed(standing_checks("the Safe", standing))
        if bad or standing.version is None:
            raise DriftError(
                "\n".join(
                    [
                        f"{address} is no Safe on which nobody acts but its owners, so nothing is signed for it:",
                        *(f"- {check}. {check.advice}" for check in bad),
                    ]
                )
            )
        return cls(address, standing.version, standing.owners, standing.threshold, standing.nonce)

    @property
    def asks_by_draft(self) -> bool:
        """Whether it asks owners that are contracts as ERC-1271's first draft had it: about bytes, not their hash."""
        return not _is_from(self.version, "1.5.0")


def is_usable(version: str) -> bool:
    """Whether a Safe that says this `version` takes the signatures that are made here."""
    return _is_from(version, LEAST_VERSION)


def _is_from(version: str, least: str) -> bool:
    """Whether it is version `least` of Safe 1, or a later one."""
    numbers = re.fullmatch(r"(1)\.([0-9]{1,3})\.([0-9]{1,3})(\+L2)?", version)
    if numbers is None:
        return False
    return tuple(int(numbers[i]) for i in (1, 2, 3)) >= tuple(map(int, least.split(".")))


def view(
    provider: ProviderAPI, address: str, signature: str, outputs: Sequence[str], *arguments: Any
) -> tuple[Any, ...]:
    """Call a function of a contract that is not the project's.

    Raises:
        ChainRevertError: it reverted.
        NodeError: no answer, or not what the function returns.
    """
    types = [t for t in signature.partition("(")[2].rstrip(")").split(",") if t]
    data = function_signature_to_4byte_selector(signature) + encode(types, arguments)
    with rpc(f"ask {address} for {signature}"):
        answer = bytes(
            provider.web3.eth.call({"to": to_checksum_address(address), "data": "0x" + data.hex()})
        )
    try:
        return tuple(decode(outputs, answer))
    except Exception as error:
        raise NodeError(f"{address} answered {signature} with what it does not return.") from error
