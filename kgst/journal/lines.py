"""What stands on the lines of a journal: whose it is, who meant what and why, what was signed, what became of it.

Times are the clock's of the machine that wrote the line, in seconds since 1970 (UTC). Journals from before there were
times and acts are read as they are: then these are unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

__all__ = ["LINES", "Act", "Header", "Line", "OrderWords", "Outcome", "Purpose", "Signed"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Moment = Annotated[int, Field(ge=0, le=2**40)]
At = Annotated[Moment | None, Field(exclude_if=lambda at: at is None)]
Address = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]


class Header(_Line):
    """Whose journal it is.

    Attributes:
        chain_id: EIP-155.
        genesis: Hash of block 0, which tells apart two development chains with one id.
        subject: What the run carries out: a policy's fingerprint.
        sender: Checksummed address of the only account that signs.
        reference: The operator's own, or what the run is about, for people.
        parts: By key of the policy, the fingerprint of its part; names the key when the whole is another.
    """

    kind: Literal["header"] = "header"
    chain_id: int
    genesis: str
    subject: str
    sender: str
    reference: str | None = None
    parts: Annotated[dict[str, str] | None, Field(exclude_if=lambda parts: parts is None)] = None


class Purpose(StrEnum):
    """What a transaction is for: the step itself, to spend its nonce on nothing, or to spend one before it."""

    STEP = "step"
    GIVE_UP = "give-up"
    FILL = "fill"


class Signed(_Line):
    """A transaction that was signed, and may have been sent.

    Several of one step and nonce are attempts of each other: one of them lands, and then the others cannot.

    Attributes:
        step: The step's name, unique in a run.
        nonce: Of the sender.
        hash: 0x…, known before sending.
        raw: The signed transaction, to send again exactly as it is.
        at: When it was signed.
    """

    kind: Literal["signed"] = "signed"
    step: str
    nonce: int
    hash: str
    raw: str
    purpose: Purpose = Purpose.STEP
    at: At = None


class Outcome(_Line):
    """A final receipt.

    Attributes:
        succeeded: False when it was mined and reverted.
        contract: The address that it created, if it did.
        gas_used: Gas.
        gas_price: Wei per gas that was paid.
        error: The decoded revert, when it is known.
        at: When that was known here.
    """

    kind: Literal["outcome"] = "outcome"
    step: str
    hash: str
    succeeded: bool
    block_number: int
    block_hash: str
    gas_used: int
    gas_price: int
    contract: str | None = None
    error: str | None = None
    at: At = None


class OrderWords(BaseModel):
    """What tells an order of a court or authority from all others, besides its document.

    Attributes:
        authority: Name of the court or authority.
        case: Its number of the case.
        date: On which it was issued, like 2026-03-02.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    authority: str
    case: str
    date: str


class Act(_Line):
    """Who meant what, and why: written once it was consented to, before anything of it is signed.

    Attributes:
        at: When it was consented to.
        by: Label of the account that signs, by the policy of that time; null when it had none.
        account: Checksummed address of that account.
        caller: Whom the contracts see: the account, or a Safe.
        role: As whose member; null for what the contract itself lets one do.
        titles: What was meant, in words.
        reason: The operator's words; null when none were given.
        document_sha256: Of the document that it rests on; of a list without one, of the list's own file.
        order: Of a court or authority, when it was carried out.
        reasons: Of a list: account to its own words.
    """

    kind: Literal["act"] = "act"
    at: Moment
    by: str | None
    account: Address
    caller: Address
    role: str | None = None
    titles: tuple[str, ...]
    reason: str | None = None
    document_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    order: OrderWords | None = None
    reasons: Mapping[Address, str] = Field(default_factory=dict, exclude_if=lambda found: not found)

    def says_what(self, other: Act | None) -> bool:
        """Whether both say the same, whenever."""
        return other is not None and self == other.model_copy(update={"at": self.at})


Line = Header | Act | Signed | Outcome
LINES: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])
