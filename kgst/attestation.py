"""What auditors sign: EIP-712 messages in the token's domain, signed and recovered off-chain.

Each is good for one version of their set, until a deadline. `arguments` are those of the call that submits it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.abi import function_signature_to_4byte_selector

NAME = "KGST"
VERSION = "1"

Signatures = Sequence[tuple[str, bytes]]
"""``AuditorSignature`` structs, ascending by signer."""

_TYPES: dict[str, list[dict[str, str]]] = {
    "ReserveAttestation": [
        {"name": "epoch", "type": "uint256"},
        {"name": "reserves", "type": "uint256"},
        {"name": "settled", "type": "uint256"},
        {"name": "asOf", "type": "uint256"},
        {"name": "reportHash", "type": "bytes32"},
        {"name": "halts", "type": "uint256"},
        {"name": "version", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ],
    "AuditorRotation": [
        {"name": "auditors", "type": "address[]"},
        {"name": "threshold", "type": "uint256"},
        {"name": "version", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ],
    "ImplementationApproval": [
        {"name": "implementation", "type": "address"},
        {"name": "codeHash", "type": "bytes32"},
        {"name": "dataHash", "type": "bytes32"},
        {"name": "nonce", "type": "uint256"},
        {"name": "halts", "type": "uint256"},
        {"name": "version", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ],
}


_CALLS: Final = {
    "attest": ("(uint256,uint256,uint256,uint256,bytes32)", "uint256", "uint256", "(address,bytes)[]"),
    "rotateAuditors": ("address[]", "uint256", "uint256", "(address,bytes)[]"),
    "approveImplementation": ("address", "bytes32", "bytes32", "uint256", "uint256", "(address,bytes)[]"),
}  # fmt: skip


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
        nothing = AuditorRotation((), 0, 0, 0)
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
        halts: How often minting had been halted: an attestation ends only the halts that it knew of.
        version: Of the set that signs.
        deadline: Last second in which it can be submitted.
    """

    epoch: int
    reserves: int
    settled: int
    as_of: int
    report_hash: bytes
    halts: int
    version: int
    deadline: int

    def as_tuple(self) -> tuple[int, int, int, int, bytes]:
        """The struct of the figures, as the token takes and gives it."""
        return (self.epoch, self.reserves, self.settled, self.as_of, self.report_hash)

    def arguments(self, signatures: Signatures) -> tuple[Any, ...]:
        """Of ``attest``."""
        return (self.as_tuple(), self.halts, self.deadline, list(signatures))

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
                "halts": self.halts,
                "version": self.version,
                "deadline": self.deadline,
            },
        )


@dataclass(frozen=True)
class AuditorRotation:
    """The auditors' order to be succeeded by ``auditors``.

    Args:
        auditors: Checksummed addresses, ascending.
        threshold: Signatures that an attestation will need.
        version: The current set's version, which the rotation ends.
        deadline: Last second in which it can be submitted.
    """

    auditors: tuple[str, ...]
    threshold: int
    version: int
    deadline: int

    def arguments(self, signatures: Signatures) -> tuple[Any, ...]:
        """Of ``rotateAuditors``."""
        return (list(self.auditors), self.threshold, self.deadline, list(signatures))

    def message(self, domain: Domain) -> SignableMessage:
        """What an auditor signs."""
        return _message(
            domain,
            "AuditorRotation",
            {
                "auditors": list(self.auditors),
                "threshold": self.threshold,
                "version": self.version,
                "deadline": self.deadline,
            },
        )


@dataclass(frozen=True)
class ImplementationApproval:
    """The auditors' consent to one upgrade.

    Args:
        implementation: Checksummed address of the new implementation.
        code_hash: keccak256 of the runtime code that stands there, 32 bytes.
        data_hash: keccak256 of the call data that the upgrade runs, 32 bytes.
        nonce: As ``approvedImplementation()`` gives it.
        halts: How often minting had been halted: a halt ends consent, and what was signed before it.
        version: Of the set that signs.
        deadline: Last second in which it can be submitted.
    """

    implementation: str
    code_hash: bytes
    data_hash: bytes
    nonce: int
    halts: int
    version: int
    deadline: int

    def arguments(self, signatures: Signatures) -> tuple[Any, ...]:
        """Of ``approveImplementation``."""
        return (
            self.implementation,
            self.code_hash,
            self.data_hash,
            self.nonce,
            self.deadline,
            list(signatures),
        )

    def message(self, domain: Domain) -> SignableMessage:
        """What an auditor signs."""
        return _message(
            domain,
            "ImplementationApproval",
            {
                "implementation": self.implementation,
                "codeHash": self.code_hash,
                "dataHash": self.data_hash,
                "nonce": self.nonce,
                "halts": self.halts,
                "version": self.version,
                "deadline": self.deadline,
            },
        )


def calls_in(data: bytes, function: str) -> Iterator[tuple[Any, ...]]:
    """Arguments of everything in call data that reads as a call of `function`, which may stand within another one.

    Whoever submits it writes it: what is found there is a claim, also where the token never looked, until a signature
    in it is recovered.
    """
    types = _CALLS[function]
    selector = function_signature_to_4byte_selector(f"{function}({','.join(types)})")
    at = data.find(selector)
    while at >= 0:
        with suppress(DecodingError, OverflowError):
            yield decode(types, data[at + 4 :], strict=False)
        at = data.find(selector, at + 1)


def in_signer_order(signatures: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """``(signer, signature)`` pairs as the token wants them: ascending by signer's address."""
    return sorted(signatures, key=lambda pair: int(pair[0], 16))


def _message(domain: Domain, primary_type: str, message: dict[str, Any]) -> SignableMessage:
    types = {primary_type: _TYPES[primary_type]}
    return encode_typed_data(domain.as_dict(), types, message)
