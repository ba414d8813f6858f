"""What auditors sign: EIP-712 messages in the token's domain, signed and recovered off-chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.crypto import keccak

NAME = "KGST"
VERSION = "1"

_TYPES: dict[str, list[dict[str, str]]] = {
    "ReserveAttestation": [
        {"name": "epoch", "type": "uint256"},
        {"name": "reserves", "type": "uint256"},
        {"name": "settled", "type": "uint256"},
        {"name": "asOf", "type": "uint256"},
        {"name": "reportHash", "type": "bytes32"},
    ],
    "AuditorRotation": [
        {"name": "auditors", "type": "address[]"},
        {"name": "threshold", "type": "uint256"},
        {"name": "version", "type": "uint256"},
    ],
    "ImplementationApproval": [
        {"name": "codeHash", "type": "bytes32"},
        {"name": "dataHash", "type": "bytes32"},
        {"name": "nonce", "type": "uint256"},
    ],
}


@dataclass(frozen=True)
class Domain:
    """The token's EIP-712 domain.

    Args:
        chain_id: EIP-155 chain id: 56 BSC, 97 its testnet.
        token: Checksummed address of the token.
    """

    chain_id: int
    token: str

    @property
    def separator(self) -> bytes:
        """EIP-712 ``domainSeparator``, 32 bytes."""
        nothing = AuditorRotation((), 0, 0)
        return bytes(nothing.message(self).header)

    def as_dict(self) -> dict[str, Any]:
        """The four fields of the EIP712Domain."""
        return {
            "name": NAME,
            "version": VERSION,
            "chainId": self.chain_id,
            "verifyingContract": self.token,
        }


@dataclass(frozen=True)
class ReserveAttestation:
    """The auditors' statement on the reserves; the struct of the same name in ``IKGST``.

    Args:
        epoch: 1 for the first, then one more each time.
        reserves: Money held for holders at ``as_of``, in tyiyn.
        settled: Base units ever burned on which nothing was owed any more at ``as_of``.
        as_of: Seconds since 1970.
        report_hash: keccak256 of the published report, 32 bytes.
    """

    epoch: int
    reserves: int
    settled: int
    as_of: int
    report_hash: bytes

    def as_tuple(self) -> tuple[int, int, int, int, bytes]:
        """The struct as the token takes it."""
        return (self.epoch, self.reserves, self.settled, self.as_of, self.report_hash)

    def message(self, domain: Domain) -> SignableMessage:
        """What an auditor signs."""
        return _message(
            domain,
            "ReserveAttestation",
            {
                "epoch": self.epoch,
                "reserves": self.reserves,
                "settled": self.settled,
                "asOf": self.as_of,
                "reportHash": self.report_hash,
            },
        )


@dataclass(frozen=True)
class AuditorRotation:
    """The auditors' order to be succeeded by ``auditors``.

    Args:
        auditors: Checksummed addresses, ascending.
        threshold: Signatures that an attestation will need.
        version: The current set's version, which the rotation ends.
    """

    auditors: tuple[str, ...]
    threshold: int
    version: int

    def message(self, domain: Domain) -> SignableMessage:
        """What an auditor signs."""
        return _message(
            domain,
            "AuditorRotation",
            {
                "auditors": list(self.auditors),
                "threshold": self.threshold,
                "version": self.version,
            },
        )


@dataclass(frozen=True)
class ImplementationApproval:
    """The auditors' consent to one upgrade.

    Args:
        code_hash: keccak256 of the new implementation's runtime code, 32 bytes.
        data_hash: keccak256 of the call data that the upgrade runs, 32 bytes.
        nonce: As ``approvedImplementation()`` gives it.
    """

    code_hash: bytes
    data_hash: bytes
    nonce: int

    @classmethod
    def of(cls, runtime_code: bytes, data: bytes, nonce: int) -> ImplementationApproval:
        """The consent to run ``data`` on ``runtime_code``."""
        return cls(keccak(runtime_code), keccak(data), nonce)

    def message(self, domain: Domain) -> SignableMessage:
        """What an auditor signs."""
        return _message(
            domain,
            "ImplementationApproval",
            {"codeHash": self.code_hash, "dataHash": self.data_hash, "nonce": self.nonce},
        )


def in_signer_order(signatures: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """``(signer, signature)`` pairs as the token wants them: ascending by signer's address."""
    return sorted(signatures, key=lambda pair: int(pair[0], 16))


def _message(domain: Domain, primary_type: str, message: dict[str, Any]) -> SignableMessage:
    types = {primary_type: _TYPES[primary_type]}
    return encode_typed_data(domain.as_dict(), types, message)
