"""A period's report, out of the index, the reports that were attested, and the journals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kgst.moments import format_time
from kgst.report import activity, money
from kgst.report.documents import Gap, PeriodReport
from kgst.report.money_documents import Measured, PeriodDays, TokenPart

if TYPE_CHECKING:
    from kgst.report.book import Point
    from kgst.report.period import Period
    from kgst.report.sources import Sources

__all__ = ["measured", "period_days", "report_of"]


def report_of(source: Sources) -> PeriodReport:
    """The whole.

    Raises:
        FileError: a report is not one that was attested.
        BrokenIndexError: the index contradicts itself.
    """
    return PeriodReport(
        token=_token(source),
        period=period_days(source.period),
        measurement_point=measured(source.book.point),
        redeemable_tokens_outstanding=money.tokens(source),
        redemption_assets=money.assets(source),
        comparison=money.comparison(source),
        activity=activity.activity(source),
        redemptions=activity.redemptions(source),
        transfers=activity.transfers(source),
        holders=activity.holders(source),
        restraints=activity.restraints(source),
        attestations=activity.attestations(source),
        upgrades=activity.upgrades(source),
        missing=list(_missing(source)),
    )


def period_days(period: Period) -> PeriodDays:
    """The period as a part of a document."""
    return PeriodDays(
        first_day=str(period.first),
        last_day=str(period.last),
        days=period.days,
        begin=period.begin,
        end=period.end,
    )


def measured(point: Point) -> Measured:
    """The measurement point as a part of a document."""
    return Measured(
        block=point.block, block_hash=point.hash, block_time=point.time, moment=point.end
    )


def _token(source: Sources) -> TokenPart:
    record = source.book.record
    return TokenPart(
        chain_id=record.chain_id,
        token=record.token.address,
        contracts={name: one.address for name, one in record.contracts.items()},
        redemption_desk=record.contracts["RedemptionDesk"].address,
        mint_desk=record.contracts["MintDesk"].address,
    )


def _missing(source: Sources) -> Iterator[Gap]:
    if not source.book.reaches:
        yield Gap(
            what=f"It is not known that the index has everything up to {format_time(source.period.end)}: its last "
            f"block is {source.book.manifest.last_block:,}, and no header that it has is of that moment or later.",
            remedy="Once the period has ended: ape run index sync.",
            necessary=True,
        )
    last = source.last
    if last is None:
        yield Gap(
            what="Nothing was attested of a moment up to the measurement point: there are no assets to compare.",
            remedy="Have the auditors attest the period's last day: ape run reserves draft.",
            necessary=True,
        )
    elif last.epoch not in source.published:
        yield Gap(
            what=f"The composition of the assets: the report of attestation {last.epoch} was not given.",
            remedy=f"Give the file whose keccak256 is {last.report_hash}.",
            necessary=True,
        )
    if last is not None and last.as_of < source.period.end:
        yield Gap(
            what=f"The assets are of {format_time(last.as_of)}, and the tokens of {format_time(source.period.end)}: "
            "what was minted and burned meanwhile stands in the comparison.",
            remedy="Have the auditors attest the period's last day, and make the report again elsewhere.",
            necessary=False,
        )
