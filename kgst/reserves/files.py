"""The three files of an attestation: the draft, an auditor's signature, the signed attestation.

Amounts are decimal strings (reserves in tyiyn, all else in base units), times seconds since 1970. A draft's figures
have to agree with one another, so that what people are shown is what would happen if the chain is as the draft says.
What an auditor signs depends on `domain`, `attestation`, `deadline`, and of the chain on `halts` and the auditors'
`version` only.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationInfo,
    model_validator,
)

from kgst import attestation as eip712
from kgst.document import IN_BASE_UNITS, IN_TYIYN
from kgst.fields import Address
from kgst.policy import MAX_AUDITORS
from kgst.reserves.origin import SettledFrom, printable
from kgst.signing.files import (
    AuditorSet,
    AuditorsSignature,
    Block,
    Draft,
    SignedDraft,
)
from kgst.signing.shapes import Count, FileModel, Hash, Moment
from kgst.statements.model import FileOrigin
from kgst.units import MAX_BASE_UNITS, MAX_TYIYN, TYIYN, format_som

__all__ = [
    "AttestationFile",
    "ChainState",
    "Result",
    "SettledFrom",
    "SignatureFile",
    "SignedFile",
    "Statement",
]

BPS: Final = 10_000
MAX_FILES: Final = 2_000
"""Of statements in one draft."""


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


Tyiyn = Annotated[int, *_Decimal, Field(ge=0, le=MAX_TYIYN), IN_TYIYN]
BaseUnits = Annotated[int, *_Decimal, Field(ge=0, le=MAX_BASE_UNITS), IN_BASE_UNITS]


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


class ChainState(FileModel):
    """What the chain said at one block.

    Attributes:
        last: The last accepted attestation; epoch 0 before the first.
        supply: Base units in circulation.
        backing: Base units that the last attestation allows, less burns since.
        burned: Base units ever burned.
        valid_until: Second from which minting reverts; 0 before the first attestation.
        max_age: Seconds during which an attestation allows minting.
        max_increase_bps: How much the backing may rise without every auditor, in 1/10,000.
        margin_bps: What the reserves must hold above what is in circulation or owed, in 1/10,000 of it.
        halts: How often minting was halted.
    """

    block: Block
    last: Statement
    supply: BaseUnits
    backing: BaseUnits
    burned: BaseUnits
    valid_until: Moment
    max_age: Annotated[int, Field(ge=1, le=31 * 86_400)]
    max_increase_bps: Annotated[int, Field(ge=0, le=BPS)]
    margin_bps: Annotated[int, Field(ge=0, le=2_000)]
    auditors: AuditorSet
    halts: Count

    @property
    def base(self) -> int:
        """What the backing may rise from: the last backing, or in a deficit the supply, in base units."""
        return max(self.backing, self.supply)

    def backing_by(self, statement: Statement) -> int:
        """The backing that `statement` would set, in base units."""
        owed = self.burned - statement.settled
        return max(0, statement.reserves * TYIYN * BPS // (BPS + self.margin_bps) - owed)

    def deficit_by(self, statement: Statement) -> int:
        """What `statement` says is missing, in base units, whatever the margin."""
        owed = self.burned - statement.settled
        return max(0, self.supply - max(0, statement.reserves * TYIYN - owed))

    def buffer_by(self, statement: Statement) -> int:
        """What `statement` says is there above what is in circulation or owed, in base units; negative in a deficit."""
        return statement.reserves * TYIYN - self.supply - (self.burned - statement.settled)

    def is_modest(self, statement: Statement) -> bool:
        """Whether the threshold suffices for `statement`; else every auditor must sign."""
        ceiling = self.base * (BPS + self.max_increase_bps) // BPS
        return self.last.epoch > 0 and self.backing_by(statement) <= ceiling


class Result(FileModel):
    """What the attestation would bring about, if nothing else happens before.

    Attributes:
        backing: max(0, reserves without their margin − (burned − settled)), in base units.
        headroom: Base units that could then be minted, if minting is not paused.
        shortfall: Base units by which the supply exceeds the backing: no minting.
        deficit: Base units of it that are truly missing; the rest of the shortfall is of the margin.
        valid_until: Second from which minting reverts again; not after the block when it enables no minting.
        signatures_needed: The threshold, or every auditor.
    """

    backing: BaseUnits
    headroom: BaseUnits
    shortfall: BaseUnits
    deficit: BaseUnits
    valid_until: Moment
    signatures_needed: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]

    @classmethod
    def of(cls, state: ChainState, statement: Statement, halts: int | None = None) -> Result:
        """By the token's own rules.

        Args:
            state: The chain.
            statement: What is attested.
            halts: That the signers knew of; None for all of them.
        """
        backing = state.backing_by(statement)
        needed = state.auditors.threshold
        if not state.is_modest(statement):
            needed = len(state.auditors.members)
        valid_until = statement.as_of + state.max_age
        if halts is not None and halts != state.halts:
            valid_until = min(valid_until, state.block.timestamp)
        return cls(
            backing=backing,
            headroom=max(0, backing - state.supply),
            shortfall=max(0, state.supply - backing),
            deficit=state.deficit_by(statement),
            valid_until=valid_until,
            signatures_needed=needed,
        )


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Fetched = Annotated[tuple[Sha256, ...], Field(max_length=MAX_FILES)]


class SignatureFile(AuditorsSignature):
    """An auditor's signature on an attestation.

    Attributes:
        fetched: SHA-256 of those of the draft's statements that the auditor gave, as fetched from the bank. No part
            of what is signed.
    """

    format: Literal["kgst-signature/2"] = "kgst-signature/2"
    epoch: Count
    fetched: Fetched = ()


class AttestationFile(Draft):
    """The draft: what is to be signed, what it is based on, what it would bring about.

    Attributes:
        files: The statements that it is made of, and whose signature each has.
        because: The desk's word for reserves that fell by a tenth or for an account that is gone.
    """

    what = "a draft of an attestation"
    numbered = "epoch"
    signature_file = SignatureFile
    made_by = "ape run reserves draft"

    format: Literal["kgst-attestation/3"] = "kgst-attestation/3"
    attestation: Statement
    settled_from: SettledFrom
    files: Annotated[tuple[FileOrigin, ...], Field(min_length=1, max_length=MAX_FILES)]
    because: Annotated[str, Field(max_length=500), AfterValidator(printable)] = ""
    chain: ChainState
    result: Result

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        new, state = self.attestation, self.chain
        last = state.last
        if new.epoch != last.epoch + 1:
            raise ValueError(f"epoch {new.epoch} does not follow epoch {last.epoch}")
        if not last.as_of <= new.as_of <= state.block.timestamp:
            raise ValueError(
                "as_of is before the last attestation's, or after the block that was read"
            )
        if new.settled > state.burned:
            raise ValueError(
                f"settled {format_som(new.settled)} is more than all that was burned, {format_som(state.burned)}"
            )
        if not 0 < self.deadline - state.block.timestamp <= state.max_age:
            raise ValueError(
                "deadline is not after the block that was read, or later than an attestation's maximal age after it"
            )
        if len({one.file_sha256 for one in self.files}) != len(self.files):
            raise ValueError("a file of statements stands in it twice")
        if self.result != Result.of(state, new):
            raise ValueError("result is not what follows from attestation and chain")
        return self

    @property
    def order(self) -> eip712.ReserveAttestation:
        """What auditors sign."""
        new = self.attestation
        return eip712.ReserveAttestation(
            epoch=new.epoch,
            reserves=new.reserves,
            settled=new.settled,
            as_of=new.as_of,
            report_hash=bytes.fromhex(new.report_hash[2:]),
            halts=self.chain.halts,
            version=self.version,
            deadline=self.deadline,
        )

    @property
    def number(self) -> int:
        """The epoch."""
        return self.attestation.epoch

    @property
    def signers(self) -> AuditorSet:
        """Who may sign, as the draft says."""
        return self.chain.auditors

    @property
    def signatures_needed(self) -> int:
        """The threshold, or every auditor."""
        return self.result.signatures_needed

    @property
    def is_unanimity_needed(self) -> bool:
        """Whether every auditor of the set must sign."""
        return not self.chain.is_modest(self.attestation)


class FetchedBy(FileModel):
    """What one signer fetched from the bank.

    Attributes:
        files: SHA-256 of those of the draft's statements that he gave.
    """

    signer: Address
    files: Fetched


class SignedFile(SignedDraft):
    """The draft with enough signatures.

    Attributes:
        fetched: What signers fetched from the bank, ascending by signer. No part of what is signed.
    """

    what = "a signed attestation"

    format: Literal["kgst-signed-attestation/3"] = "kgst-signed-attestation/3"
    draft: AttestationFile
    fetched: Annotated[tuple[FetchedBy, ...], Field(max_length=MAX_AUDITORS)] = ()

    @model_validator(mode="after")
    def _of_its_signers(self) -> Self:
        known = {one.file_sha256 for one in self.draft.files}
        signers = {one.signer for one in self.signatures}
        fetched = {one.signer for one in self.fetched}
        if len(fetched) != len(self.fetched) or not fetched <= signers:
            raise ValueError("fetched is not of the signers, each once")
        if any(not known.issuperset(one.files) for one in self.fetched):
            raise ValueError("a file that was fetched is not one of the draft's")
        return self
