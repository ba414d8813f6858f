"""The three files of an upgrade: what is proposed, one auditor's signature on it, the upgrade with enough of them.

What auditors sign depends on chain, token, implementation, code hash, data hash, nonce, halts, the auditors' version
and the deadline only; all else is for people and for sending.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from eth_utils.crypto import keccak
from pydantic import Field, model_validator

from kgst.attestation import Domain, ImplementationApproval
from kgst.fields import Address
from kgst.record import SignedTransaction
from kgst.signatures import Hashes
from kgst.signing.files import AuditorSet, AuditorsOrder, AuditorsSignature, SignedDraft
from kgst.signing.shapes import ChainId, Count, Hash

__all__ = ["ConsentFile", "SignedUpgradeFile", "UpgradeFile"]

_Bytes = Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]


class ConsentFile(AuditorsSignature):
    """An auditor's consent to an upgrade; that it is to this one, the digest tells."""

    what = "an auditor's consent"

    format: Literal["kgst-upgrade-consent/1"] = "kgst-upgrade-consent/1"


class UpgradeFile(AuditorsOrder):
    """An implementation that was deployed to upgrade to: `deployments/<network>/upgrades/<code hash>.json`.

    Attributes:
        contract: Name in the project.
        source: Path of its source in the project.
        constructor_args: ABI-encoded.
        implementation: Where it was deployed.
        code_hash: keccak256 of its runtime code, immutables included.
        data: Call data that the upgrade runs; `0x` for none.
        data_hash: keccak256 of `data`.
        nonce: Consents that the auditors gave before; each is of one nonce.
        domain_hash, message_hash: What a Ledger shows for the auditors' EIP-712 message.
        deployment: The transaction that deployed it, signed: address and creation code follow from it.
        auditors: Who may sign, as the chain was then.
        halts: How often minting had been halted then: a halt ends consent, and what was signed before it.
        changes: Getters that answer otherwise afterwards on purpose: call to answer. Shown to who consents, and not
            part of what is signed; all that differs otherwise is an alarm.
    """

    what = "the file of an upgrade"
    numbered = "nonce"
    signature_file = ConsentFile
    made_by = "ape run upgrade deploy"

    format: Literal["kgst-upgrade/3"] = "kgst-upgrade/3"
    chain_id: ChainId
    token: Address
    contract: Annotated[str, Field(pattern=r"^[A-Za-z_$][A-Za-z0-9_$]{0,80}$")]
    source: str
    constructor_args: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
    implementation: Address
    code_hash: Hash
    data: _Bytes
    data_hash: Hash
    nonce: Count
    domain_hash: Hash
    message_hash: Hash
    deployment: SignedTransaction
    auditors: AuditorSet
    halts: Count
    changes: Annotated[dict[str, str], Field(exclude_if=lambda changes: not changes)] = Field(
        default_factory=dict
    )

    @classmethod
    def of(
        cls,
        domain: Domain,
        *,
        contract: str,
        source: str,
        constructor_args: str,
        implementation: str,
        code_hash: str,
        data: bytes,
        nonce: int,
        deployment: SignedTransaction,
        auditors: AuditorSet,
        halts: int,
        deadline: int,
        changes: dict[str, str] | None = None,
    ) -> Self:
        """The file, with the hashes that follow from the rest."""
        data_hash = keccak(data)
        approval = ImplementationApproval(
            implementation,
            bytes.fromhex(code_hash[2:]),
            data_hash,
            nonce,
            halts,
            auditors.version,
            deadline,
        )
        hashes = Hashes.of(approval.message(domain))
        return cls(
            chain_id=domain.chain_id,
            token=domain.token,
            contract=contract,
            source=source,
            constructor_args=constructor_args,
            implementation=implementation,
            code_hash=code_hash,
            data="0x" + data.hex(),
            data_hash="0x" + data_hash.hex(),
            nonce=nonce,
            domain_hash=hashes.domain,
            message_hash=hashes.message,
            deployment=deployment,
            auditors=auditors,
            halts=halts,
            deadline=deadline,
            changes=changes or {},
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.data_hash != "0x" + keccak(self.call).hex():
            raise ValueError("data_hash is not the hash of data")
        hashes = self.hashes
        if (self.domain_hash, self.message_hash) != (hashes.domain, hashes.message):
            raise ValueError(
                "domain_hash and message_hash are not those of what auditors would sign"
            )
        return self

    @property
    def token_domain(self) -> Domain:
        """The chain and the token that it is for."""
        return Domain(self.chain_id, self.token)

    @property
    def call(self) -> bytes:
        """`data` as bytes."""
        return bytes.fromhex(self.data[2:])

    @property
    def order(self) -> ImplementationApproval:
        """What auditors consent to."""
        return ImplementationApproval(
            self.implementation,
            bytes.fromhex(self.code_hash[2:]),
            bytes.fromhex(self.data_hash[2:]),
            self.nonce,
            self.halts,
            self.version,
            self.deadline,
        )

    @property
    def number(self) -> int:
        """Consents that the auditors gave before."""
        return self.nonce

    @property
    def signers(self) -> AuditorSet:
        """Who may sign."""
        return self.auditors

    @property
    def title(self) -> str:
        """For people."""
        return f"the upgrade to {self.contract}"

    @property
    def question(self) -> str:
        """What an auditor is asked."""
        return "Consent to this code and call"


class SignedUpgradeFile(SignedDraft):
    """The upgrade with enough consents."""

    what = "a signed upgrade"

    format: Literal["kgst-signed-upgrade/2"] = "kgst-signed-upgrade/2"
    draft: UpgradeFile
