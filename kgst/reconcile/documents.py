"""What `reconcile` answers with `--json`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from kgst.document import BaseUnits, ChainId, Count, Document, Part, Tyiyn
from kgst.settling.model import Category, Kind

__all__ = ["BreakPart", "OpenPart", "ReconcileDocument"]

_Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_Signed = Annotated[str, Field(pattern=r"^(0|-?[1-9][0-9]*)$")]

DepositKind = Literal["mint_without_deposit", "mint_differs", "taken_back"]


class BreakPart(Part):
    """Something that does not agree.

    Attributes:
        side: `redemption`: of what was burned; `deposit`: of what was minted; `figure`: of what was attested;
            `statement`: of what the banks gave.
        kind: Of a redemption as in the report's annex; `mint_without_deposit`, `mint_differs`: what the banks show is
            nothing, or another amount; `taken_back`: the bank took a deposit back; `settled_differs`: the attested
            figure is another than the entries show; `discontinuous`: of an account's statements one is missing, or
            contradicts itself.
        references: Of the redemptions, or the mint's key.
        day: Of the entry; of a mint, in Bishkek; of statements, the closing.
        base_units: What moved, or by how much it differs, with its sign; null where the bank gives no amount.
        where: The entry, or the transaction.
        says: More about it.
    """

    side: Literal["redemption", "deposit", "figure", "statement"]
    kind: Kind | DepositKind | Literal["settled_differs", "discontinuous"]
    references: list[str]
    day: _Day
    base_units: _Signed | None
    where: str
    says: str


class OpenPart(Part):
    """Something that waits: no break, but to be looked at when it gets old.

    Attributes:
        side: `redemption`: money is owed; `deposit`: tokens are to be issued.
        reference: The payment's; of a deposit the bank's.
        day: Of the burn, or of the entry.
        age_days: Until the closing.
        says: Why no bank can pay it, if that is so.
    """

    side: Literal["redemption", "deposit"]
    reference: str
    day: _Day
    age_days: Count
    base_units: BaseUnits
    says: str


class ReconcileDocument(Document):
    """Mints against deposits, redemptions against payments; exit code 3 when there is a break.

    Attributes:
        since: The closing that the last report was of: what is after it counts; null from the first entry on.
        closing: The banking day up to which entries count.
        epoch: Of the attestation that was asked for; null for now.
        block: Up to which burns and mints count.
        settled_tyiyn: Of redemptions that the entries settle.
        settled: How many.
        reopened: References of redemptions whose payments came back.
        minted: How many mints have exactly their deposits.
        moved: By category, what came in less what went out, in tyiyn.
        attested_settled: What the attestation says is settled, in base units; null without `--epoch`.
        derived_settled: What follows from the last report and the entries; null where that is not known.
    """

    SCHEMA: ClassVar = "kgst/reconcile/1"

    chain_id: ChainId
    since: _Day | None
    closing: _Day
    epoch: Count | None
    block: Count
    settled: Count
    settled_tyiyn: Tyiyn
    reopened: list[str]
    minted: Count
    moved: dict[Category, _Signed]
    attested_settled: BaseUnits | None
    derived_settled: BaseUnits | None
    breaks: list[BreakPart]
    open: list[OpenPart]
