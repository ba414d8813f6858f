"""The files that auditors' signatures travel in: a draft of some kind, an auditor's signature, the signed draft.

Each kind says what is signed, who may sign and what it is called (`Signable`); all else is the same for all of them.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Final, Literal, Protocol, Self

from eth_account.messages import SignableMessage
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from kgst import attestation as eip712
from kgst.document import Hash
from kgst.fields import Address
from kgst.policy import MAX_AUDITORS
from kgst.signatures import LENGTH, Hashes

__all__ = [
    "MAX_SIGNATURE",
    "AuditorSet",
    "AuditorsSignature",
    "Block",
    "ChainId",
    "Count",
    "Deadline",
    "DomainFields",
    "Draft",
    "FileModel",
    "Hash",
    "Moment",
    "Signable",
    "Signature",
    "SignedDraft",
]

MAX_SECONDS: Final = 2**40 - 1
MAX_SIGNATURE: Final = 8_192
"""Bytes of the longest signature of a contract: a Safe's with all its owners, Safes among them, has some 3,000."""

Moment = Annotated[int, Field(ge=0, le=MAX_SECONDS)]
Deadline = Annotated[int, Field(ge=1, le=MAX_SECONDS)]
ChainId = Annotated[int, Field(ge=1, le=2**53 - 1)]
Count = Annotated[int, Field(ge=0, le=2**64 - 1)]


def _of_its_kind(signature: str, info: ValidationInfo) -> str:
    if not info.data.get("by_contract") and len(signature) != 2 + 2 * LENGTH:
        raise ValueError(f"a key's signature is 0x and {2 * LENGTH} digits")
    return signature


ByContract = Annotated[
    bool,
    Field(exclude_if=lambda by_contract: not by_contract),
    WithJsonSchema({"const": True}),
]
"""Whether the signer is a contract, which alone says what is its signature (ERC-1271); a file of a key's has no word
of it. Stands before the signature, which is read by it."""
SignatureBytes = Annotated[
    str,
    Field(pattern=r"^0x([0-9a-f]{2})*$", max_length=2 + 2 * MAX_SIGNATURE),
    AfterValidator(_of_its_kind),
]


class FileModel(BaseModel):
    """A file's content: every key of it known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AuditorsMessage(Protocol):
    """A message of `kgst.attestation`."""

    def message(self, domain: eip712.Domain) -> SignableMessage:
        """As it is signed in `domain`."""


class DomainFields(FileModel):
    """The token's EIP-712 domain."""

    name: Literal["KGST"] = "KGST"
    version: Literal["1"] = "1"
    chain_id: ChainId
    verifying_contract: Address

    @property
    def domain(self) -> eip712.Domain:
        """For signing."""
        return eip712.Domain(self.chain_id, self.verifying_contract)


class Block(FileModel):
    """The block that the chain was read at."""

    number: Annotated[int, Field(ge=0, le=2**53 - 1)]
    hash: Hash
    timestamp: Moment


class AuditorSet(FileModel):
    """Who may sign.

    Attributes:
        version: Which set this is, counted from 1.
        threshold: Signatures that an attestation needs.
        members: Ascending, suspended ones included.
        suspended: Those of `members` who may not sign now.
    """

    version: Count
    threshold: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]
    members: Annotated[
        tuple[Address, ...],
        Field(min_length=2, max_length=MAX_AUDITORS, json_schema_extra={"uniqueItems": True}),
    ]
    suspended: Annotated[tuple[Address, ...], Field(max_length=MAX_AUDITORS)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        numbers = [int(member, 16) for member in self.members]
        if numbers != sorted(set(numbers)):
            raise ValueError("the auditors are not in ascending order, each once")
        if not len(self.members) // 2 < self.threshold <= len(self.members):
            raise ValueError("the threshold is not a majority of the auditors")
        if any(one not in self.members for one in self.suspended):
            raise ValueError("a suspended auditor is not in the set")
        return self

    @property
    def active(self) -> tuple[str, ...]:
        """Who may sign now."""
        return tuple(one for one in self.members if one not in self.suspended)

    def has_people_of(self, other: AuditorSet) -> bool:
        """Whether members and threshold are the same; version and suspensions may differ."""
        return (self.members, self.threshold) == (other.members, other.threshold)


class Signature(FileModel):
    """One auditor's signature.

    Attributes:
        by_contract: Whether the signer is a contract.
        signature: 65 bytes `r ‖ s ‖ v`; a contract's has its own form and length.
    """

    signer: Address
    by_contract: ByContract = False
    signature: SignatureBytes


class AuditorsSignature(FileModel):
    """What an auditor sends back. Nothing in it is believed but the signature; the rest tells mix-ups apart.

    A kind may have one more field, of the name that `Signable.numbered` says.
    """

    what: ClassVar[str] = "an auditor's signature"

    format: str
    chain_id: ChainId
    token: Address
    digest: Hash
    signer: Address
    by_contract: ByContract = False
    signature: SignatureBytes


class Signable(FileModel):
    """One kind of what auditors sign: what it is, who may sign, and what it is called.

    Attributes:
        what: For messages, what the file should be: `a draft of an attestation`.
        numbered: What tells files of this kind apart: `epoch`.
        signature_file: What an auditor sends back.
        made_by: The command that writes it.
        deadline: Last second in which the signatures can be submitted.
    """

    what: ClassVar[str]
    numbered: ClassVar[str]
    signature_file: ClassVar[type[AuditorsSignature]]
    made_by: ClassVar[str]

    format: str
    deadline: Deadline

    @property
    @abstractmethod
    def token_domain(self) -> eip712.Domain:
        """The chain and the token that it is for."""

    @property
    @abstractmethod
    def order(self) -> AuditorsMessage:
        """What auditors sign, in that domain."""

    @property
    @abstractmethod
    def number(self) -> int:
        """The epoch, or whatever `numbered` says."""

    @property
    @abstractmethod
    def signers(self) -> AuditorSet:
        """Who may sign, as the file says."""

    @property
    def version(self) -> int:
        """Of the set that signs: a part of what is signed."""
        return self.signers.version

    @property
    def signatures_needed(self) -> int:
        """Signatures that the token will want: the threshold, unless the kind says more."""
        return self.signers.threshold

    @property
    def title(self) -> str:
        """For people: `epoch 5`."""
        return f"{self.numbered} {self.number}"

    @property
    def question(self) -> str:
        """What an auditor is asked before signing, but for the end: `Sign epoch 5`."""
        return f"Sign {self.title}"

    @property
    def anew(self) -> str:
        """How one is made that replaces it, for messages: `draft anew (…)`."""
        return f"draft anew (`{self.made_by}`)"

    @property
    def is_unanimity_needed(self) -> bool:
        """Whether every auditor of the set must sign."""
        return False

    @property
    def message(self) -> SignableMessage:
        """The EIP-712 message."""
        return self.order.message(self.token_domain)

    @property
    def hashes(self) -> Hashes:
        """What signing devices show, and what a signature is on."""
        return Hashes.of(self.message)

    @property
    def digest(self) -> str:
        """What a signature is on: 0x and 64 digits."""
        return self.hashes.digest

    def signed_by(
        self, signer: str, signature: bytes, *, by_contract: bool = False
    ) -> AuditorsSignature:
        """What `signer` sends back."""
        fields: dict[str, object] = {
            "chain_id": self.token_domain.chain_id,
            "token": self.token_domain.token,
            "digest": self.digest,
            "signer": signer,
            "by_contract": by_contract,
            "signature": "0x" + signature.hex(),
        }
        if self.numbered in self.signature_file.model_fields:
            fields[self.numbered] = self.number
        return self.signature_file.model_validate(fields)


class Draft(Signable):
    """A file made to be signed, which has the domain as it is signed."""

    domain: DomainFields

    @property
    def token_domain(self) -> eip712.Domain:
        """The chain and the token that it is for."""
        return self.domain.domain


class SignedDraft(FileModel):
    """A draft with enough signatures, ascending by signer: ready to submit.

    Attributes:
        what: For messages, what the file should be: `a signed attestation`.
    """

    what: ClassVar[str]

    format: str
    draft: Signable
    signatures: Annotated[tuple[Signature, ...], Field(min_length=2, max_length=MAX_AUDITORS)]
