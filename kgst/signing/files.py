"""The files that auditors' signatures travel in: a draft of some kind, an auditor's signature, the signed draft.

Each kind says what auditors order and what it is called (`AuditorsOrder`); all else is the same for all of them.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Protocol, Self

from eth_account.messages import SignableMessage
from pydantic import Field, model_validator

from kgst import attestation as eip712
from kgst.fields import Address
from kgst.policy import MAX_AUDITORS
from kgst.signing.kinds import Detail, Signable
from kgst.signing.shapes import (
    ChainId,
    Count,
    Deadline,
    FileModel,
    Hash,
    Moment,
    Signature,
    SignatureFile,
)

__all__ = [
    "AuditorSet",
    "AuditorsOrder",
    "AuditorsSignature",
    "Block",
    "DomainFields",
    "Draft",
    "SignedDraft",
]


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
    def who(self) -> str:
        """One of them, for messages."""
        return "auditor"

    @property
    def strangers(self) -> str:
        """What others are, for messages."""
        return "not one of the auditors"

    @property
    def active(self) -> tuple[str, ...]:
        """Who may sign now."""
        return tuple(one for one in self.members if one not in self.suspended)

    def has_people_of(self, other: AuditorSet) -> bool:
        """Whether members and threshold are the same; version and suspensions may differ."""
        return (self.members, self.threshold) == (other.members, other.threshold)


class _OfToken(FileModel):
    """What an auditor's signature is for."""

    format: str
    chain_id: ChainId
    token: Address


class AuditorsSignature(SignatureFile, _OfToken):
    """What an auditor sends back. Nothing in it is believed but the signature; the rest tells mix-ups apart.

    A kind may have one more field, of the name that `AuditorsOrder.numbered` says.
    """

    what: ClassVar[str] = "an auditor's signature"


class AuditorsOrder(FileModel, Signable):
    """One kind of what auditors sign and the token takes.

    Attributes:
        numbered: What tells files of this kind apart: `epoch`.
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
    def about(self) -> tuple[Detail, ...]:
        """Chain, token, and whatever `numbered` says."""
        domain = self.token_domain
        return (
            Detail("chain_id", "chain", domain.chain_id),
            Detail("token", "the token", domain.token),
            Detail(self.numbered, self.numbered, self.number),
        )

    @property
    def title(self) -> str:
        """For people: `epoch 5`."""
        return f"{self.numbered} {self.number}"

    @property
    def closes(self) -> int:
        """The deadline."""
        return self.deadline

    @property
    def anew(self) -> str:
        """How one is made that replaces it, for messages: `draft anew (…)`."""
        return f"draft anew (`{self.made_by}`)"

    @property
    def message(self) -> SignableMessage:
        """The EIP-712 message."""
        return self.order.message(self.token_domain)


class Draft(AuditorsOrder):
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
    draft: AuditorsOrder
    signatures: Annotated[tuple[Signature, ...], Field(min_length=2, max_length=MAX_AUDITORS)]

    @classmethod
    def of(cls, draft: AuditorsOrder, signatures: tuple[Signature, ...]) -> Self:
        """The draft with its signatures."""
        return cls.model_validate({"draft": draft, "signatures": signatures})
