"""What may be minted now: every issuer's bucket, the headroom, and what bounds one issuer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kgst.console import Answer
from kgst.moments import format_span, format_time
from kgst.multicall import ensure_multicall, latest
from kgst.quantities import format_refill
from kgst.snapshot.token import Issuer
from kgst.snapshot.traces import read_traces
from kgst.supply.documents import IssuerLimits, SupplyLimitsDocument
from kgst.supply.state import SupplyState, read_supply
from kgst.tables import table
from kgst.terminal import markup
from kgst.units import format_som

if TYPE_CHECKING:
    from rich.console import Console

    from kgst.deployment.system import System

__all__ = ["Bound", "bound_of", "limits"]


@dataclass(frozen=True)
class Bound:
    """What an account may mint now, in base units, and what keeps it from more."""

    amount: int
    reasons: tuple[str, ...]


def bound_of(state: SupplyState, account: str) -> Bound:
    """What `account`, whose quota was read, may mint now."""
    quota = state.quotas[account]
    reasons = state.closed()
    if quota.capacity == 0:
        return Bound(0, (*reasons, "it is no issuer"))
    if reasons:
        return Bound(0, tuple(reasons))
    if quota.available <= state.room:
        reasons.append(_of_bucket(quota, state.head.time))
    if state.room <= quota.available:
        reasons.append(
            f"headroom is {format_som(state.room)}: backing {format_som(state.backing)} less supply "
            f"{format_som(state.supply)}"
        )
    return Bound(min(quota.available, state.room), tuple(reasons))


def limits(system: System, account: str | None) -> Answer[SupplyLimitsDocument]:
    """Buckets and headroom in the latest block.

    Args:
        system: Whose token.
        account: Label or address of the one that is asked about; None for the policy's first issuer, if it has one.
    """
    ensure_multicall(system.provider)
    head = latest(system.provider)
    traces = read_traces(system.record, head.number)
    known = [system.policy.address(i.member) for i in system.policy.issuers]
    others = sorted(traces.issuers - set(known), key=lambda a: int(a, 16))
    asked = known[0] if account is None and known else None
    if account is not None:
        asked = system.require_known(account, allow_unknown=True)
    issuers = list(dict.fromkeys([*known, *others, *([asked] if asked else [])]))
    state = read_supply(system, issuers, head=head)
    # Whoever was cut is an issuer no more.
    rows = [one for one in issuers if one in known or one == asked or state.quotas[one].is_one]
    bounds = {one: bound_of(state, one) for one in rows}
    document = SupplyLimitsDocument.of(
        system, state, [_part(system, state, *one) for one in bounds.items()], asked, traces.gap
    )
    return Answer(document, lambda out: _show(out, system, state, rows, bounds, asked, traces.gap))


def _part(system: System, state: SupplyState, issuer: str, bound: Bound) -> IssuerLimits:
    quota = state.quotas[issuer]
    return IssuerLimits.taken_from(
        quota,
        address=issuer,
        label=system.policy.label(issuer),
        full_at=quota.full_at(state.head.time),
        may_mint_now=bound.amount,
        why_not_more=list(bound.reasons),
    )


def _show(
    out: Console,
    system: System,
    state: SupplyState,
    issuers: Sequence[str],
    bounds: dict[str, Bound],
    asked: str | None,
    gap: str | None,
) -> None:
    facts = table(f"Block {state.head.number}, {format_time(state.head.time)}")
    facts.add_column("what", style="bold")
    facts.add_column("", justify="right")
    facts.add_row("supply", format_som(state.supply))
    facts.add_row("backing", format_som(state.backing))
    facts.add_row("headroom", format_som(state.headroom))
    if state.valid_until:
        left = state.valid_until - state.head.time
        ahead = f" (in {format_span(left)})" if left > 0 else " (passed)"
        facts.add_row("attestation valid until", format_time(state.valid_until) + ahead)
    out.print(facts)
    buckets = table("Issuers' buckets")
    for column in ("issuer", "available now", "capacity", "refill", "full again", "may burn"):
        buckets.add_column(column, justify="left" if column == "issuer" else "right")
    for one in issuers:
        quota = state.quotas[one]
        buckets.add_row(
            markup(system.named(one)), format_som(quota.available), format_som(quota.capacity),
            format_refill(quota.refill_per_second), _full_again(quota, state.head.time),
            "yes" if quota.may_burn else "no",
        )  # fmt: skip
    out.print(buckets)
    if gap:
        out.print(f"Issuers outside the policy are not shown: {gap}", style="yellow", markup=False)
    if asked is not None:
        bound = bounds[asked]
        out.print(
            f"{system.named(asked)} may mint {format_som(bound.amount)} now. Why not more:",
            style="bold", markup=False,
        )  # fmt: skip
        for reason in bound.reasons:
            out.print(f"  {reason}", markup=False)


def _full_again(quota: Issuer, now: int) -> str:
    if quota.available == quota.capacity:
        return "full" if quota.capacity else "–"
    at = quota.full_at(now)
    return "never" if at is None else format_time(at)


def _of_bucket(quota: Issuer, now: int) -> str:
    at = quota.full_at(now)
    text = f"its bucket has {format_som(quota.available)} of {format_som(quota.capacity)}"
    if quota.available == quota.capacity:
        return f"{text}, and holds no more"
    if at is None:
        return f"{text}, and is not refilled"
    return f"{text}, refills by {format_refill(quota.refill_per_second)}, and is full at {format_time(at)}"
