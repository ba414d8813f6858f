"""What `supply limits` and `supply payout` answer with `--json`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Document,
    Hash,
    Label,
    Part,
    Sha256,
    Time,
)
from kgst.pipeline.documents import Proposal, Transaction

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.pipeline.results import Result
    from kgst.pipeline.work import Work
    from kgst.supply.payout_file import Chunk, Paid
    from kgst.supply.state import SupplyState

__all__ = ["IssuerLimits", "SupplyLimitsDocument", "SupplyPayoutDocument"]


class _Block(Part):
    """The one block that everything was read in."""

    number: Count
    time: Time


class IssuerLimits(Part):
    """An issuer's bucket.

    Attributes:
        available: What the bucket holds now.
        capacity: The most that it holds; 0 for whoever is no issuer.
        refill_per_second: Added each second; 0: never refilled.
        full_at: When the bucket is full again; null when it is, or never refilled.
        may_burn: May redeem.
        may_mint_now: The lesser of bucket and headroom.
        why_not_more: What bounds it, in words.
    """

    address: Address
    label: Label
    available: BaseUnits
    capacity: BaseUnits
    refill_per_second: BaseUnits
    full_at: Time | None
    may_burn: bool
    may_mint_now: BaseUnits
    why_not_more: list[str]


class SupplyLimitsDocument(Document):
    """What may be minted now.

    Attributes:
        block: The one that everything was read in.
        supply: In circulation.
        backing: What the last attestation allows, less burns since.
        headroom: What all issuers together may mint now; 0 while minting is closed.
        shortfall: By how much the supply exceeds the backing.
        valid_until: From then on minting reverts; 0 before the first attestation.
        closed: Why nobody may mint now, in words; empty when minting is open.
        issuers: Those of the policy, others that events name, and the one that was asked about.
        asked: Whom the command was asked about; without an argument the policy's first issuer.
        incomplete: Why issuers outside the policy may be missing: the node refused events.
    """

    SCHEMA: ClassVar = "kgst/supply-limits/1"

    chain_id: ChainId
    token: Address
    block: _Block
    supply: BaseUnits
    backing: BaseUnits
    headroom: BaseUnits
    shortfall: BaseUnits
    valid_until: Time
    closed: list[str]
    issuers: list[IssuerLimits]
    asked: Address | None
    incomplete: str | None

    @classmethod
    def of(
        cls,
        system: System,
        state: SupplyState,
        issuers: list[IssuerLimits],
        asked: str | None,
        gap: str | None,
    ) -> SupplyLimitsDocument:
        """The document of what was read."""
        return cls.taken_from(
            state,
            chain_id=system.record.chain_id,
            token=system.token.address,
            block=_Block.taken_from(state.head),
            shortfall=max(0, state.supply - state.backing),
            closed=state.closed(),
            issuers=issuers,
            asked=asked,
            incomplete=gap,
        )


class _File(Part):
    """The file that is paid.

    Attributes:
        name: Without folders.
        sha256: Of its bytes.
    """

    name: str
    sha256: Sha256


class _Chunk(Part):
    """Payments of one transaction.

    Attributes:
        lines: Of the file, counted from 1; in the order of the receivers' addresses, as they are paid.
        payments: How many.
        key: By which the token takes it once: a nonce of EIP-3009.
        by_another: Paid by another run of the command, says the chain.
        void: The transaction that declared the key void, so that it is never paid; null when none did.
        transaction: Null when it is not paid.
    """

    number: Annotated[int, Field(ge=1)]
    lines: list[Count]
    payments: Count
    total: BaseUnits
    key: Hash
    paid: bool
    by_another: bool
    void: Hash | None
    transaction: Transaction | None

    @classmethod
    def of(cls, chunk: Chunk, paid: Paid) -> _Chunk:
        outcome = paid.outcomes.get(chunk.name)
        return cls(
            number=chunk.number,
            lines=[payment.line for payment in chunk.payments],
            payments=len(chunk.payments),
            total=chunk.total,
            key="0x" + paid.keys[chunk.name].hex(),
            paid=outcome is not None,
            by_another=chunk.name in paid.others,
            void=paid.void.get(chunk.name),
            transaction=None if outcome is None else Transaction.of(outcome),
        )


class SupplyPayoutDocument(Document):
    """How far a file is paid.

    Attributes:
        payer: Whom the token sees: the account, or the Safe.
        via_safe: Label of the Safe that pays; null for an account.
        payments: Rows of the file.
        total: Of the file.
        total_paid: Of the transactions that are done.
        chunk_size: Payments of one transaction.
        round: 1 when these payments are made for the first time.
        done: Whether everything is paid.
        resumed: Whether an earlier run had begun.
        chunks: One transaction each, in order.
        rest: The file that what was given up was written to, by `--rest`.
        proposal: The Safe's first transaction that lacks signatures.
    """

    SCHEMA: ClassVar = "kgst/supply-payout/2"

    chain_id: ChainId
    payer: Address
    via_safe: str | None
    file: _File
    payments: Count
    total: BaseUnits
    total_paid: BaseUnits
    chunk_size: Count
    round: Annotated[int, Field(ge=1)]
    done: bool
    resumed: bool
    chunks: Annotated[list[_Chunk], Field(min_length=1)]
    rest: str | None
    proposal: Proposal | None

    @classmethod
    def of(cls, work: Work, paid: Paid, result: Result, rest: Path | None) -> SupplyPayoutDocument:
        """The document of a run."""
        file, actor = paid.file, work.actor
        return cls(
            chain_id=work.system.record.chain_id,
            payer=actor.caller,
            via_safe=actor.label,
            file=_File.taken_from(file),
            payments=len(file.payments),
            total=file.total,
            total_paid=paid.total,
            chunk_size=paid.size,
            round=paid.round,
            done=paid.complete,
            resumed=result.resumed,
            chunks=[_Chunk.of(chunk, paid) for chunk in paid.chunks],
            rest=str(rest) if rest else None,
            proposal=Proposal.of(actor.safe, result) if actor.safe else None,
        )
