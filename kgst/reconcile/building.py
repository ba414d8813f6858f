"""What a reconciliation found, as its document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kgst.reconcile.deposits import Deposits
from kgst.reconcile.documents import BreakPart, OpenPart, ReconcileDocument
from kgst.reserves.attested import Attested
from kgst.reserves.composing import Previous, days_of
from kgst.settling.model import Leg, Outcome
from kgst.units import TYIYN

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.reserves.settled import Life

__all__ = ["Scope", "document_of"]


@dataclass(frozen=True)
class Scope:
    """What counts.

    Attributes:
        after: The closing before; None for everything.
        until: The closing.
        block: Last block of burns and mints.
        attested: The attestation that was asked for.
    """

    after: date | None
    until: date
    block: int
    attested: Attested | None


def document_of(
    system: System,
    scope: Scope,
    life: Life,
    outcome: Outcome,
    deposits: Deposits,
    previous: Previous | None,
    discontinuous: Iterable[tuple[str, str]],
) -> ReconcileDocument:
    """All of it: breaks, what is open, what agrees."""
    values = life.values
    gained = sum(values[one] for one in outcome.settled)
    lost = sum(values[one] for one in outcome.reopened) + outcome.unassigned_tyiyn * TYIYN
    base = previous.report.report.owed.settled if previous and previous.annex else None
    derived = None if base is None else max(0, base + gained - lost)
    said = scope.attested.statement.settled if scope.attested else None
    breaks = [
        *_of_redemptions(outcome),
        *_of_deposits(system, deposits),
        *_of_figure(scope, said, derived),
        *_of_statements(scope, discontinuous),
    ]
    return ReconcileDocument(
        chain_id=system.domain.chain_id,
        since=scope.after.isoformat() if scope.after else None,
        closing=scope.until.isoformat(),
        epoch=scope.attested.statement.epoch if scope.attested else None,
        block=scope.block,
        settled=len(outcome.settled),
        settled_tyiyn=gained // TYIYN,
        reopened=list(outcome.reopened),
        minted=len(deposits.agree),
        moved={kind: str(tyiyn) for kind, tyiyn in outcome.moved.items()},
        attested_settled=said,
        derived_settled=derived,
        breaks=breaks,
        open=[*_owed(system, scope, life, outcome), *_waiting(scope, deposits)],
    )


def _of_redemptions(outcome: Outcome) -> Iterator[BreakPart]:
    for one in outcome.breaks:
        yield BreakPart(
            side="redemption",
            kind=one.kind,
            references=list(one.redemptions),
            day=one.leg.day.isoformat(),
            base_units=None if one.tyiyn is None else str(one.tyiyn * TYIYN),
            where=one.leg.where,
            says=one.says,
        )


def _of_deposits(system: System, deposits: Deposits) -> Iterator[BreakPart]:
    named = [*deposits.without_deposit, *(one.mint for one in deposits.differ)]
    days = days_of(system, [one.block for one in named])
    differences = {id(one.mint): one.difference for one in deposits.differ}
    for mint in named:
        difference = differences.get(id(mint))
        yield BreakPart(
            side="deposit",
            kind="mint_without_deposit" if difference is None else "mint_differs",
            references=["0x" + mint.key.hex()] if mint.key else [],
            day=days[mint.block].isoformat(),
            base_units=str(mint.value if difference is None else difference),
            where=f"transaction {mint.transaction}",
            says="" if mint.key else "it was minted without a reference",
        )
    for leg in deposits.taken_back:
        yield BreakPart(
            side="deposit",
            kind="taken_back",
            references=[leg.end_to_end_id] if leg.end_to_end_id else [],
            day=leg.day.isoformat(),
            base_units=None if leg.tyiyn is None else str(leg.tyiyn * TYIYN),
            where=leg.where,
            says="",
        )


def _of_figure(scope: Scope, said: int | None, derived: int | None) -> Iterator[BreakPart]:
    if said is not None and derived is not None and said != derived:
        yield BreakPart(
            side="figure",
            kind="settled_differs",
            references=[],
            day=scope.until.isoformat(),
            base_units=str(said - derived),
            where=f"epoch {scope.attested.statement.epoch if scope.attested else 0}",
            says="it was said by hand, or other statements were counted",
        )


def _of_statements(scope: Scope, discontinuous: Iterable[tuple[str, str]]) -> Iterator[BreakPart]:
    for account, why in discontinuous:
        yield BreakPart(
            side="statement",
            kind="discontinuous",
            references=[],
            day=scope.until.isoformat(),
            base_units=None,
            where=f"account {account}",
            says=why,
        )


def _owed(system: System, scope: Scope, life: Life, outcome: Outcome) -> Iterator[OpenPart]:
    burns = {one.id: burn for one, burn in zip(life.redemptions, life.burns, strict=True)}
    days = days_of(system, [burns[one].block for one in outcome.open])
    for id_ in outcome.open:
        burn = burns[id_]
        day, why = days[burn.block], ""
        if burn.by_order:
            why = "by an order: settled by hand, or not owed"
        elif burn.key is None:
            why = "burned without a reference: no bank's line can name it"
        elif burn.value % TYIYN:
            why = "not of whole tyiyn: no bank can pay it"
        yield OpenPart(
            side="redemption",
            reference=id_,
            day=day.isoformat(),
            age_days=max(0, (scope.until - day).days),
            base_units=burn.value,
            says=why,
        )


def _waiting(scope: Scope, deposits: Deposits) -> Iterator[OpenPart]:
    for leg in deposits.without_mint:
        yield OpenPart(
            side="deposit",
            reference=_named(leg),
            day=leg.day.isoformat(),
            age_days=max(0, (scope.until - leg.day).days),
            base_units=(leg.tyiyn or 0) * TYIYN,
            says="",
        )


def _named(leg: Leg) -> str:
    return leg.end_to_end_id or leg.servicer_reference or leg.where
