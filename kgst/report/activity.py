"""The other sections of a period's report: what moved, who was restrained, who attested, what code came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgst.flags import flag_list
from kgst.report import flows
from kgst.report.activity_documents import (
    AccountsDone,
    Activity,
    Attestation,
    Attestations,
    HolderBand,
    Holders,
    Moved,
    OrderDone,
    PauseTime,
    Redemptions,
    Restrained,
    TransferDay,
    Transfers,
    UpgradeDone,
    Upgrades,
)
from kgst.report.redeeming import Life, percentile

if TYPE_CHECKING:
    from kgst.report.sources import Sources

__all__ = [
    "activity",
    "attestations",
    "holders",
    "redemptions",
    "restraints",
    "transfers",
    "upgrades",
]


def activity(source: Sources) -> Activity:
    """Mints and burns."""
    mints, burns = flows.mints(source.book, source.period), flows.burns(source.book, source.period)
    return Activity(
        minted_through_mint_desk=_moved(mints["mint_desk"]),
        minted_by_issuers=_moved(mints["issuer"]),
        burned_by_redemption_desk=_moved(burns["redemption_desk"]),
        burned_by_issuers=_moved(burns["issuer"]),
        burned_by_order=_moved(burns["order"]),
        obtained_by=source.again("ape run reconcile STATEMENT"),
    )


def redemptions(source: Sources) -> Redemptions:
    """Requests at the desk, and how long they took."""
    found, times = source.redeemed, source.redeemed.times
    return Redemptions(
        requested=_sum(found.happened("requested")),
        locked=_sum(found.happened("locked")),
        paid=_sum(found.happened("paid")),
        returned=_sum(found.happened("returned")),
        withdrawn=_sum(found.happened("withdrawn")),
        rejected=_sum(found.happened("rejected")),
        seized=_sum(found.happened("seized")),
        median_seconds=percentile(times, 50),
        percentile_95_seconds=percentile(times, 95),
        longest_seconds=times[-1] if times else None,
        paid_late=_of(found.late),
        open=_of(found.open),
        overdue=_of(found.overdue),
        overdue_requests=[life.request.id for life in found.overdue],
        obtained_by=source.again("ape run redemptions list --all"),
    )


def transfers(source: Sources) -> Transfers:
    """Payments among holders."""
    days = flows.transfers(source.book, source.period)
    count = sum(one.flow.count for one in days)
    amount = sum(one.flow.amount for one in days)
    return Transfers(
        total=Moved(count=count, amount=amount),
        average_count_per_day=100 * count // len(days),
        average_amount_per_day=amount // len(days),
        by_day=[
            TransferDay(day=str(one.day), count=one.flow.count, amount=one.flow.amount)
            for one in days
        ],
        obtained_by=source.again(),
    )


def holders(source: Sources) -> Holders:
    """Addresses by what they hold."""
    bands = source.outstanding.bands
    below = [*[band.least for band in bands[1:]], None]
    return Holders(
        count=sum(band.count for band in bands),
        bands=[
            HolderBand(from_amount=band.least, below_amount=end, count=band.count, amount=band.held)
            for band, end in zip(bands, below, strict=True)
        ],
        obtained_by=source.again(),
    )


def restraints(source: Sources) -> Restrained:
    """Pauses, blocks, freezes, orders."""
    done = flows.acts(source.book, source.period)
    orders: dict[str, list[int]] = {}
    for act in done:
        if act.order_hash is not None:
            orders.setdefault(act.order_hash, []).append(act.amount or 0)
    return Restrained(
        pauses=[
            PauseTime(
                flags=flag_list(one.flags),
                began=one.begin,
                ended=one.end,
                transaction=one.transaction,
                by=source.by(one.transaction),
            )
            for one in flows.pauses(source.book, source.period)
        ],
        accounts=[AccountsDone.taken_from(one, by=source.by(one.transaction)) for one in done],
        seized_by_order=[
            OrderDone(order_hash=one, count=len(taken), amount=sum(taken))
            for one, taken in sorted(orders.items())
        ],
        obtained_by=source.again(*map(source.history, ("PAUSER", "COMPLIANCE", "ENFORCER"))),
    )


def attestations(source: Sources) -> Attestations:
    """Those of the period, with who signed."""
    chosen = [
        one
        for one in source.attested
        if source.period.begin <= one.time < source.period.end
        or source.period.begin < one.as_of <= source.period.end
    ]
    files = {epoch: one.path.name for epoch, one in source.published.items()}
    return Attestations(
        attestations=[
            Attestation.taken_from(
                one,
                submitted=one.time,
                signers=[source.names.named(who) for who in one.signers],
                report=files.get(one.epoch),
            )
            for one in chosen
        ],
        obtained_by=source.again("ape run reserves show --report REPORT"),
    )


def upgrades(source: Sources) -> Upgrades:
    """New code, with who consented."""
    return Upgrades(
        upgrades=[
            UpgradeDone.taken_from(
                one,
                consented=[source.names.named(who) for who in one.consented],
                by=source.by(one.transaction),
            )
            for one in flows.upgrades(source.book, source.period)
        ],
        obtained_by=source.again(source.history("UPGRADER"), "ape run deploy verify"),
    )


def _moved(flow: flows.Flow) -> Moved:
    return Moved(count=flow.count, amount=flow.amount)


def _sum(amounts: Sequence[int]) -> Moved:
    return Moved(count=len(amounts), amount=sum(amounts))


def _of(lives: Sequence[Life]) -> Moved:
    return _sum([life.request.amount for life in lives])
