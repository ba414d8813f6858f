"""The three files of an attestation: the draft, an auditor's signature, the signed attestation.

Amounts are decimal strings (reserves in tyiyn, all else in base units), times seconds since 1970. A draft's figures
have to agree with one another, so that what people are shown is what would happen if the chain is as the draft says.
What an auditor signs depends on `domain` and `attestation` only.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Final, Literal, Self

from eth_account.messages import SignableMessage
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)

from kgst import attestation as eip712
from kgst.fields import Address
from kgst.policy import MAX_AUDITORS
from kgst.signatures import Hashes
from kgst.units import MAX_BASE_UNITS, MAX_TYIYN, TYIYN, format_som

__all__ = [
    "AttestationFile",
    "AuditorSet",
    "AuditorsSignature",
    "Block",
    "ChainState",
    "Count",
    "DomainFields",
    "FileModel",
    "Hash",
    "Moment",
    "Result",
    "SettledFrom",
    "Signable",
    "Signature",
    "SignatureFile",
    "SignedDraft",
    "SignedFile",
    "Statement",
]

BPS: Final = 10_000
MAX_SECONDS: Final = 2**40 - 1


def _decimal(value: object, info: ValidationInfo) -> object:
    """Text in a file, an integer in the code; never a JSON number, which many readers round."""
    if info.mode == "python" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if not (isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 30):
        raise ValueError("it is not a decimal string of digits")
    if value != "0" and value.startswith("0"):
        raise ValueError("a leading zero looks like a slip")
    return int(value)


_Decimal = [BeforeValidator(_decimal), PlainSerializer(str, when_used="json")]


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it has characters that cannot be printed")
    return text


Tyiyn = Annotated[int, *_Decimal, Field(ge=0, le=MAX_TYIYN)]
BaseUnits = Annotated[int, *_Decimal, Field(ge=0, le=MAX_BASE_UNITS)]
Moment = Annotated[int, Field(ge=0, le=MAX_SECONDS)]
Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
SignatureBytes = Annotated[str, Field(pattern=r"^0x[0-9a-f]{130}$")]
Count = Annotated[int, Field(ge=0, le=2**64 - 1)]


class FileModel(BaseModel):
    """A file's content: every key of it known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DomainFields(FileModel):
    """The token's EIP-712 domain."""

    name: Literal["KGST"] = "KGST"
    version: Literal["1"] = "1"
    chain_id: Annotated[int, Field(ge=1, le=2**53 - 1)]
    verifying_contract: Address

    @property
    def domain(self) -> eip712.Domain:
        """For signing."""
        return eip712.Domain(self.chain_id, self.verifying_contract)


class Statement(FileModel):
    """What the auditors state.

    Attributes:
        epoch: 0 stands for none yet.
        reserves: Tyiyn held for holders at `as_of`.
        settled: Base units ever burned on which nothing was owed any more at `as_of`.
        as_of: Seconds since 1970.
        report_hash: keccak256 of the published report.
    """

    epoch: Count
    reserves: Tyiyn
    settled: BaseUnits
    as_of: Moment
    report_hash: Hash

    @property
    def attestation(self) -> eip712.ReserveAttestation:
        """As it is signed and submitted."""
        return eip712.ReserveAttestation(
            self.epoch, self.reserves, self.settled, self.as_of, bytes.fromhex(self.report_hash[2:])
        )


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
    members: Annotated[tuple[Address, ...], Field(min_length=2, max_length=MAX_AUDITORS)]
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


class ChainState(FileModel):
    """What the chain said at one block.

    Attributes:
        last: The last accepted attestation; epoch 0 before the first.
        supply: Base units in circulation.
        backing: Base units that the last attestation allows, less burns since.
        burned: Base units ever burned.
        valid_until: Second from which minting reverts; 0 before the first attestation.
        max_age: Seconds during which an attestation allows minting.
        max_increase_bps: How much reserves may rise without every auditor, in 1/10,000.
    """

    block: Block
    last: Statement
    supply: BaseUnits
    backing: BaseUnits
    burned: BaseUnits
    valid_until: Moment
    max_age: Annotated[int, Field(ge=1, le=31 * 86_400)]
    max_increase_bps: Annotated[int, Field(ge=0, le=BPS)]
    auditors: AuditorSet

    def is_modest(self, reserves: int) -> bool:
        """Whether the threshold suffices for `reserves` (tyiyn); else every auditor must sign."""
        ceiling = self.last.reserves * (BPS + self.max_increase_bps) // BPS
        return self.last.epoch > 0 and reserves <= ceiling


class Result(FileModel):
    """What the attestation would bring about, if nothing else happens before.

    Attributes:
        backing: max(0, reserves − (burned − settled)), in base units.
        headroom: Base units that could then be minted, if minting is not paused.
        shortfall: Base units by which the supply exceeds the backing.
        valid_until: Second from which minting reverts again.
        signatures_needed: The threshold, or every auditor.
    """

    backing: BaseUnits
    headroom: BaseUnits
    shortfall: BaseUnits
    valid_until: Moment
    signatures_needed: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]

    @classmethod
    def of(cls, state: ChainState, statement: Statement) -> Result:
        """By the token's own rules."""
        owed = state.burned - statement.settled
        backing = max(0, statement.reserves * TYIYN - owed)
        needed = state.auditors.threshold
        if not state.is_modest(statement.reserves):
            needed = len(state.auditors.members)
        return cls(
            backing=backing,
            headroom=max(0, backing - state.supply),
            shortfall=max(0, state.supply - backing),
            valid_until=statement.as_of + state.max_age,
            signatures_needed=needed,
        )


class SettledFrom(FileModel):
    """Where `settled` comes from.

    Attributes:
        kind: `unchanged` (as in the last attestation), `amount` (typed in, cumulative) or `table` (a CSV file of newly
            paid redemptions, added to the last).
        redemptions: Rows of the table.
        file: Its name.
        file_sha256: SHA-256 of its bytes.
    """

    kind: Literal["unchanged", "amount", "table"]
    redemptions: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    file: Annotated[str, Field(max_length=255), AfterValidator(_printable)] | None = None
    file_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Signature(FileModel):
    """One auditor's signature.

    Attributes:
        signature: 65 bytes `r ‖ s ‖ v`.
    """

    signer: Address
    signature: SignatureBytes


class AuditorsSignature(FileModel):
    """What an auditor sends back. Nothing in it is believed but the signature; the rest tells mix-ups apart.

    Each kind has one more field, of the name that `Signable.numbered` says.
    """

    format: str
    chain_id: Annotated[int, Field(ge=1, le=2**53 - 1)]
    token: Address
    digest: Hash
    signer: Address
    signature: SignatureBytes


class Signable(FileModel):
    """A draft whose EIP-712 message auditors sign.

    Attributes:
        numbered: What tells drafts of this kind apart: `epoch`.
        signature_file: What an auditor sends back.
    """

    numbered: ClassVar[str]
    signature_file: ClassVar[type[AuditorsSignature]]

    format: str
    domain: DomainFields

    @property
    @abstractmethod
    def message(self) -> SignableMessage:
        """The EIP-712 message."""

    @property
    @abstractmethod
    def number(self) -> int:
        """The epoch, or whatever `numbered` says."""

    @property
    @abstractmethod
    def auditors(self) -> AuditorSet:
        """Who may sign, as the draft says."""

    @property
    @abstractmethod
    def signatures_needed(self) -> int:
        """Signatures that the token will want."""

    @property
    def title(self) -> str:
        """For people: `epoch 5`."""
        return f"{self.numbered} {self.number}"

    @property
    def is_unanimity_needed(self) -> bool:
        """Whether every auditor of the set must sign."""
        return False

    @property
    def domain_hash(self) -> str:
        """EIP-712 domain separator: the first of the two hashes that a Ledger shows."""
        return Hashes.of(self.message).domain

    @property
    def message_hash(self) -> str:
        """EIP-712 hash of the struct: the second of the two hashes that a Ledger shows."""
        return Hashes.of(self.message).message

    @property
    def digest(self) -> str:
        """What the signature is on: keccak256 of 0x1901, domain hash and message hash."""
        return Hashes.of(self.message).digest

    def signed_by(self, signer: str, signature: bytes) -> AuditorsSignature:
        """What `signer` sends back."""
        return self.signature_file.model_validate(
            {
                "chain_id": self.domain.chain_id,
                "token": self.domain.verifying_contract,
                "digest": self.digest,
                "signer": signer,
                "signature": "0x" + signature.hex(),
                self.numbered: self.number,
            }
        )


class SignedDraft(FileModel):
    """A draft with enough signatures, ascending by signer: ready to submit."""

    format: str
    draft: Signable
    signatures: Annotated[tuple[Signature, ...], Field(min_length=2, max_length=MAX_AUDITORS)]


class SignatureFile(AuditorsSignature):
    """An auditor's signature on an attestation."""

    format: Literal["kgst-signature/1"] = "kgst-signature/1"
    epoch: Count


class AttestationFile(Signable):
    """The draft: what is to be signed, what it is based on, what it would bring about."""

    numbered = "epoch"
    signature_file = SignatureFile

    format: Literal["kgst-attestation/1"] = "kgst-attestation/1"
    attestation: Statement
    settled_from: SettledFrom
    chain: ChainState
    result: Result

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        new, state = self.attestation, self.chain
        last = state.last
        if new.epoch != last.epoch + 1:
            raise ValueError(f"epoch {new.epoch} does not follow epoch {last.epoch}")
        if not last.as_of < new.as_of <= state.block.timestamp:
            raise ValueError(
                "as_of is not after the last attestation's, or after the block that was read"
            )
        if not last.settled <= new.settled <= state.burned:
            raise ValueError(
                f"settled {format_som(new.settled)} is not between the last attestation's "
                f"{format_som(last.settled)} and all that was burned, {format_som(state.burned)}"
            )
        if self.result != Result.of(state, new):
            raise ValueError("result is not what follows from attestation and chain")
        return self

    @property
    def message(self) -> SignableMessage:
        """The EIP-712 message."""
        return self.attestation.attestation.message(self.domain.domain)

    @property
    def number(self) -> int:
        """The epoch."""
        return self.attestation.epoch

    @property
    def auditors(self) -> AuditorSet:
        """Who may sign, as the draft says."""
        return self.chain.auditors

    @property
    def signatures_needed(self) -> int:
        """The threshold, or every auditor."""
        return self.result.signatures_needed

    @property
    def is_unanimity_needed(self) -> bool:
        """Whether every auditor of the set must sign."""
        return not self.chain.is_modest(self.attestation.reserves)


class SignedFile(SignedDraft):
    """The draft with enough signatures."""

    format: Literal["kgst-signed-attestation/1"] = "kgst-signed-attestation/1"
    draft: AttestationFile
