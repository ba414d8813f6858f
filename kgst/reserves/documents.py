"""What `reserves` answers with `--json`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from kgst.checks import CheckPart
from kgst.document import Address, BaseUnits, ChainId, Count, Document, Hash, Part, Time, Tyiyn
from kgst.policy import MAX_AUDITORS
from kgst.reserves.files import ChainState, Result, Statement
from kgst.reserves.origin import SettledFrom
from kgst.reserves.report import Owed
from kgst.reserves.sources import SourcePart
from kgst.settling.model import Kind
from kgst.signing.documents import CollectOrderDocument, SignDocument

if TYPE_CHECKING:
    from kgst.reserves.files import AttestationFile
    from kgst.signing.collecting import Collection

__all__ = [
    "OrderedPart",
    "RecoveryPart",
    "Report",
    "ReservesCollectDocument",
    "ReservesDraftDocument",
    "ReservesOrderDocument",
    "ReservesShowDocument",
    "ReservesSignDocument",
    "Warned",
    "said_of",
]


class Warned(CheckPart):
    """What to think about before signing.

    Attributes:
        item: `unanimity`: every auditor must sign; `deficit`: the reserves do not cover the supply;
            `margin`: they do, but not the margin above it; `unchanged`: the same
            reserves as before; `repeats`: of the closing that was attested last; `reserves_fall`: by a tenth or more;
            `settled_falls`: less is settled than in the last attestation; `by_hand`: what is settled was said by a
            person; `thin_buffer`: a bank's next fee makes a deficit; `unsettled`: movements that settle nothing have to
            be cleared up; `no_entries`: the statements show no payments; `holiday`: a balance of an earlier day
            counts; `transfer_in_transit`, `value_after_closing`: money in a balance that is not counted;
            `unconfirmed`: redemptions that a bank has paid, and whose tokens are not burned;
            `transcribed`: a balance that somebody wrote down; `left_out`: an account in the files that does not count;
            `statements`: what they give to look at; `continuity`: without the last report no missing day shows;
            `accounts`: others than in the last report; `future`: `as_of` is more than 10 minutes ahead of the clock;
            `stale`: so old that it enables no minting; `far_deadline`: later than any command would choose, by the
            clock.
    """

    area: Literal["draft"]
    item: Literal[
        "unanimity",
        "deficit",
        "margin",
        "unchanged",
        "settled_falls",
        "by_hand",
        "thin_buffer",
        "unsettled",
        "no_entries",
        "future",
        "stale",
        "far_deadline",
        "accounts",
        "continuity",
        "holiday",
        "left_out",
        "repeats",
        "reserves_fall",
        "statements",
        "transcribed",
        "transfer_in_transit",
        "value_after_closing",
        "unconfirmed",
    ]
    state: Literal["warning"]


def said_of(draft: AttestationFile) -> dict[str, Any]:
    """What documents say of a draft: what is to be signed, what would follow, the hashes that devices show."""
    hashes = draft.hashes
    return {
        "chain_id": draft.domain.chain_id,
        "token": draft.domain.verifying_contract,
        "attestation": draft.attestation,
        "halts": draft.chain.halts,
        "version": draft.version,
        "deadline": draft.deadline,
        "result": draft.result,
        "domain_hash": hashes.domain,
        "message_hash": hashes.message,
        "digest": hashes.digest,
    }


class ReservesDraftDocument(Document):
    """The draft of an attestation that was written.

    Attributes:
        draft_file: Where; to be signed.
        report_file: Where the report is, to be published.
        annex_file: Where its confidential annex is.
        page_file: Where its page for people is, to be published, too.
        settled_from: Where the figure of what is settled comes from.
        owed: What was redeemed, paid, and is owed.
        named: How many movements of each kind somebody has to look at.
        files: The statements, and whose signature each has.
        halts: How often minting had been halted, as the signers know.
        version: Of the set that signs.
        deadline: Last second in which the signatures can be submitted.
        domain_hash: EIP-712 domain separator: the first hash that a Ledger shows.
        message_hash: EIP-712 hash of the struct: the second hash that a Ledger shows.
        digest: What a signature is on.
    """

    SCHEMA: ClassVar = "kgst/reserves-draft/4"

    draft_file: str
    report_file: str
    annex_file: str
    page_file: str
    chain_id: ChainId
    token: Address
    attestation: Statement
    halts: Count
    version: Count
    deadline: Time
    result: Result
    domain_hash: Hash
    message_hash: Hash
    digest: Hash
    settled_from: SettledFrom
    owed: Owed
    named: dict[Kind, Count]
    files: list[SourcePart]
    warnings: list[Warned]


class OrderedPart(Part):
    """One payment.

    Attributes:
        reference: End-to-end id.
        tyiyn: Amount.
    """

    reference: str
    tyiyn: Tyiyn


class ReservesOrderDocument(Document):
    """The payment order that was written.

    Attributes:
        order_file: Where.
        id: `PmtInfId` to give to the bank.
        count: How many payments.
        tyiyn: Their sum.
        left_out: Open redemptions that no bank can pay by a reference.
    """

    SCHEMA: ClassVar = "kgst/reserves-order/1"

    order_file: str
    id: str
    count: Count
    tyiyn: Tyiyn
    payments: list[OrderedPart]
    left_out: list[str]


class ReservesSignDocument(SignDocument):
    """What an auditor has signed: an attestation.

    Attributes:
        halts: How often minting had been halted, as the signers know.
        version: Of the set that signs.
        deadline: Last second in which the signatures can be submitted.
        domain_hash: EIP-712 domain separator: the first hash that a Ledger shows.
        message_hash: EIP-712 hash of the struct: the second hash that a Ledger shows.
        digest: What the signature is on.
        checked: What was compared and agrees, for people.
        not_checked: What could not be compared, for people.
        files: The draft's statements, and whose signature each has.
        fetched: SHA-256 of those of them that the auditor gave, as fetched from the bank.
    """

    SCHEMA: ClassVar = "kgst/reserves-sign/3"

    chain_id: ChainId
    token: Address
    attestation: Statement
    halts: Count
    version: Count
    deadline: Time
    result: Result
    domain_hash: Hash
    message_hash: Hash
    digest: Hash
    checked: list[str]
    not_checked: list[str]
    warnings: list[Warned]
    files: list[SourcePart]
    fetched: list[str]


class _OfEpoch(Document):
    epoch: Count


# The number is the first key.
class ReservesCollectDocument(CollectOrderDocument, _OfEpoch):
    """Whose signatures on an attestation are there; exit code 5 while they are too few.

    Attributes:
        epoch: Of the draft.
        unanimity_needed: Whether every auditor of the set must sign.
        sources: The draft's statements, and whose word each is, for who has signed.
    """

    SCHEMA: ClassVar = "kgst/reserves-collect/2"

    unanimity_needed: bool
    sources: list[SourcePart]

    @classmethod
    def of(cls, collection: Collection, target: Path, **more: Any) -> Self:
        """The document of what was collected."""
        unanimity = collection.draft.is_unanimity_needed
        return super().of(collection, target, unanimity_needed=unanimity, **more)


class RecoveryPart(Part):
    """A recovery that any attestation ends.

    Attributes:
        auditors: Ascending.
        threshold: Signatures that an attestation would need.
        acceptable_at: Anyone may complete it from then on.
    """

    auditors: list[Address]
    threshold: Annotated[int, Field(ge=2, le=MAX_AUDITORS)]
    acceptable_at: Time


class Report(Part):
    """The file given with `--report`.

    Attributes:
        file: Path.
        hash: keccak256 of the file.
        matches: Whether it is the hash on the chain.
    """

    file: str
    hash: Hash
    matches: bool


class ReservesShowDocument(Document):
    """What the chain says of the reserves; exit code 3 when the report differs.

    Attributes:
        chain: All of it at one block.
        age_seconds: Of the last attestation, in seconds; null before the first.
        can_mint_until: Null when minting is over, or before the first attestation.
        headroom: What could be minted now by all issuers together.
        shortfall: By how much the supply exceeds the backing.
        labels: Auditors' addresses to their labels in the policy.
        proposal: A recovery that any attestation ends; null when there is none.
        report: The file given with `--report`; null without, or when several were given.
        reports: Of several: each of them, and whether none is missing.
        sources: With `--report` or `--signed`, of the last attestation: its statements, and whose word each is.
    """

    SCHEMA: ClassVar = "kgst/reserves-show/3"

    chain_id: ChainId
    token: Address
    chain: ChainState
    age_seconds: int | None
    can_mint_until: Time | None
    headroom: BaseUnits
    shortfall: BaseUnits
    labels: dict[str, str]
    proposal: RecoveryPart | None
    report: Report | None
    reports: list[CheckPart]
    sources: list[SourcePart]
