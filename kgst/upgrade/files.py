"""The two files of an upgrade: what is proposed, and one auditor's signature on it.

What auditors sign depends on chain, token, code hash, data hash and nonce only; all else is for people and for sending.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from eth_account.messages import SignableMessage
from eth_utils.crypto import keccak
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kgst.attestation import Domain, ImplementationApproval
from kgst.fields import Address
from kgst.record import Transaction
from kgst.signatures import Hashes

__all__ = ["ConsentFile", "UpgradeFile"]

_Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
_Bytes = Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]
_ChainId = Annotated[int, Field(ge=1, le=2**53 - 1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class UpgradeFile(_Model):
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
        deployment: The transaction that deployed it.
    """

    format: Literal["kgst-upgrade/1"] = "kgst-upgrade/1"
    chain_id: _ChainId
    token: Address
    contract: Annotated[str, Field(pattern=r"^[A-Za-z_$][A-Za-z0-9_$]{0,80}$")]
    source: str
    constructor_args: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
    implementation: Address
    code_hash: _Hash
    data: _Bytes
    data_hash: _Hash
    nonce: Annotated[int, Field(ge=0, le=2**64 - 1)]
    domain_hash: _Hash
    message_hash: _Hash
    deployment: Transaction

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
        deployment: Transaction,
    ) -> Self:
        """The file, with the hashes that follow from the rest."""
        data_hash = keccak(data)
        approval = ImplementationApproval(bytes.fromhex(code_hash[2:]), data_hash, nonce)
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
        )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.data_hash != "0x" + keccak(self.call).hex():
            raise ValueError("data_hash is not the hash of data")
        hashes = Hashes.of(self.message)
        if (self.domain_hash, self.message_hash) != (hashes.domain, hashes.message):
            raise ValueError(
                "domain_hash and message_hash are not those of what auditors would sign"
            )
        return self

    @property
    def domain(self) -> Domain:
        """The token's EIP-712 domain."""
        return Domain(self.chain_id, self.token)

    @property
    def call(self) -> bytes:
        """`data` as bytes."""
        return bytes.fromhex(self.data[2:])

    @property
    def approval(self) -> ImplementationApproval:
        """What auditors consent to."""
        return ImplementationApproval(
            bytes.fromhex(self.code_hash[2:]), bytes.fromhex(self.data_hash[2:]), self.nonce
        )

    @property
    def message(self) -> SignableMessage:
        """What auditors sign."""
        return self.approval.message(self.domain)

    @property
    def digest(self) -> str:
        """EIP-712 digest: 0x and 64 digits."""
        return Hashes.of(self.message).digest


class ConsentFile(_Model):
    """An auditor's signature. Nothing in it is believed but the signature; the rest tells mix-ups apart.

    Attributes:
        digest: Of what was signed.
        signature: 65 bytes `r ‖ s ‖ v`.
    """

    format: Literal["kgst-upgrade-consent/1"] = "kgst-upgrade-consent/1"
    chain_id: _ChainId
    token: Address
    digest: _Hash
    signer: Address
    signature: Annotated[str, Field(pattern=r"^0x[0-9a-f]{130}$")]
