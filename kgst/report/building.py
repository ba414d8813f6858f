"""A period's report, section by section, out of the index, the reports that were attested, and the journals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kgst.flags import flag_list
from kgst.moments import format_time
from kgst.report import documents, flows
from kgst.report.attested import Attested, Covered, attested, covered, known_by, read_reports
from kgst.report.redeeming import Life, Redeemed, percentile, redeemed
from kgst.report.tokens import Outstanding, outstanding, prepare, supply_at

if TYPE_CHECKING:
    from pathlib import Path

    from kgst.chronicle.entry import Entry
    from kgst.report.book import Book, Point
    from kgst.report.period import Period
    from kgst.reserves.report import Published
    from kgst.signing.own import Names

__all__ = ["Built", "measured", "period_days"]

_NONE_EVER: Final = (
    "none, since no token is made for a test or locked for ever, a block or a freeze can be lifted, and what is burned "
    "is not outstanding."
)
_AVAILABLE: Final = (
    "Demand deposits, payable on the issuer's order. What the banks had not at the issuer's disposal at the closing is "
    "taken off and listed. A pledge or a lien is not visible in statements: ask the banks for a confirmation."
)


@dataclass(frozen=True)
class Built:
    """What a report is made of.

    Attributes:
        reports: Files of reports that were attested.
        entries: Of the history, by transaction.
        names: Of people.
    """

    book: Book
    period: Period
    reports: Sequence[Path]
    entries: Mapping[str, Entry]
    names: Names

    def report(self) -> documents.PeriodReport:
        """The whole."""
        prepare(self.book)
        return documents.PeriodReport(
            token=self._token(),
            period=period_days(self.period),
            measurement_point=measured(self.book.point),
            redeemable_tokens_outstanding=self._tokens(),
            redemption_assets=self._assets(),
            comparison=self._comparison(),
            activity=self._activity(),
            redemptions=self._redemptions(),
            transfers=self._transfers(),
            holders=self._holders(),
            restraints=self._restraints(),
            attestations=self._attestations(),
            upgrades=self._upgrades(),
            missing=list(self._missing()),
        )

    # What sections share

    @cached_property
    def _redeemed(self) -> Redeemed:
        return redeemed(self.book, self.period)

    @cached_property
    def _outstanding(self) -> Outstanding:
        return outstanding(self.book, self._redeemed.escrow)

    @cached_property
    def _attested(self) -> list[Attested]:
        return attested(self.book)

    @cached_property
    def _last(self) -> Attested | None:
        """Whose figures are the assets."""
        return known_by(self._attested, self.period.end)

    @cached_property
    def _published(self) -> dict[int, Published]:
        return read_reports(self.reports, self._attested)

    @cached_property
    def _days(self) -> list[Covered]:
        return covered(self.book, self.period, self._attested)

    def _by(self, transaction: str) -> list[str]:
        entry = self.entries.get(transaction)
        people = [why.person or why.account for why in entry.whys] if entry else []
        return list(dict.fromkeys(people))

    def _again(self, *others: str) -> list[str]:
        return [f"ape run report period FOLDER REPORT --json {self.period.options}", *others]

    def _history(self, role: str) -> str:
        return (
            f"ape run history FOLDER --role {role} --since {self.period.first} --until {self.period.last}"
        )  # fmt: skip

    # Sections

    def _token(self) -> documents.TokenPart:
        record = self.book.record
        return documents.TokenPart(
            chain_id=record.chain_id,
            token=record.token.address,
            contracts={name: one.address for name, one in record.contracts.items()},
            redemption_desk=record.contracts["RedemptionDesk"].address,
            mint_desk=record.contracts["MintDesk"].address,
        )

    def _tokens(self) -> documents.Tokens:
        found = self._outstanding
        return documents.Tokens(
            tokens_minted=found.supply.minted,
            tokens_burned=found.supply.burned,
            total_tokens_outstanding=found.supply.outstanding,
            redeemable_tokens=found.redeemable,
            temporarily_nonredeemable_tokens=documents.Temporarily(
                total=found.temporarily,
                blocked=found.blocked,
                blocked_accounts=found.blocked_accounts,
                frozen=found.frozen,
                frozen_accounts=found.frozen_accounts,
                held_by_redemption_desk=found.at_desk,
                of_it_for_requests=found.escrow,
                paused=found.paused,
                pause_flags=flag_list(found.flags),
            ),
            permanently_nonredeemable_tokens=documents.Permanently(total=0, why=_NONE_EVER),
            obtained_by=self._again("ape run index verify FOLDER/index", "ape run status"),
        )

    def _assets(self) -> documents.Assets:
        last = self._last
        published = self._published.get(last.epoch) if last else None
        kinds: list[documents.KindShare] = []
        banks: list[documents.BankShare] = []
        held: list[documents.AccountHeld] = []
        taken: list[documents.DeductionPart] = []
        if published is not None:
            total = published.total
            signed = {one.file_sha256 for one in total.files if one.signed_by is not None}
            balances = sum(one.closing_balance_tyiyn for one in total.accounts)
            kinds = [
                documents.KindShare(kind="demand deposits", tyiyn=balances, average_tenor_days=0)
            ]
            banks = [
                documents.BankShare(
                    bank=one.bank,
                    country=one.bank[4:6] if one.bank else None,
                    tyiyn=one.tyiyn,
                    share_bps=one.share_bps,
                )
                for one in published.report.composition
            ]
            held = [
                documents.AccountHeld(
                    account=one.account,
                    bank=one.bank,
                    owner=one.owner,
                    closing_date=one.closing_date.isoformat(),
                    tyiyn=one.closing_balance_tyiyn,
                    bank_signed=one.file_sha256 in signed,
                    transcribed=one.transcribed,
                )
                for one in total.accounts
            ]
            taken = [documents.DeductionPart.of(one) for one in total.deductions]
        return documents.Assets(
            epoch=last.epoch if last else None,
            as_of=last.as_of if last else None,
            report_hash=last.report_hash if last else None,
            report=published.path.name if published else None,
            redemption_assets=last.reserves if last else 0,
            composition_by_kind=kinds,
            composition_by_bank=banks,
            accounts=held,
            restrictions=taken,
            redemption_assets_availability=_AVAILABLE,
            obtained_by=self._again("ape run reserves show --report REPORT"),
        )

    def _comparison(self) -> documents.Comparison:
        last, end = self._last, Covered(self.period.last, self._outstanding.supply, self._last)
        held = last.held if last else 0
        since = supply_at(self.book, min(last.as_of, self.period.end)) if last else end.supply
        known = [one for one in self._days if one.coverage_bps is not None]
        lowest = min(known, key=lambda one: one.coverage_bps or 0, default=None)
        return documents.Comparison(
            total_tokens_outstanding=end.supply.outstanding,
            owed=end.owed,
            claims=end.claims,
            redemption_assets=held,
            difference=held - end.claims,
            coverage_bps=end.coverage_bps,
            margin=last.margin if last else 0,
            backing=last.backing if last else 0,
            timing_seconds=self.period.end - last.as_of if last else None,
            minted_meanwhile=end.supply.minted - since.minted,
            burned_meanwhile=end.supply.burned - since.burned,
            lowest_coverage_bps=lowest.coverage_bps if lowest else None,
            lowest_on=str(lowest.day) if lowest else None,
            days_without_attestation=sum(one.attested is None for one in self._days),
            by_day=[
                documents.CoverageDay(
                    day=str(one.day),
                    total_tokens_outstanding=one.supply.outstanding,
                    owed=one.owed,
                    epoch=one.attested.epoch if one.attested else None,
                    redemption_assets=one.attested.reserves if one.attested else None,
                    coverage_bps=one.coverage_bps,
                )
                for one in self._days
            ],
            obtained_by=self._again("ape run reserves show --report REPORT", "ape run status"),
        )

    def _activity(self) -> documents.Activity:
        mints, burns = flows.mints(self.book, self.period), flows.burns(self.book, self.period)
        return documents.Activity(
            minted_through_mint_desk=_moved(mints["mint_desk"]),
            minted_by_issuers=_moved(mints["issuer"]),
            burned_by_redemption_desk=_moved(burns["redemption_desk"]),
            burned_by_issuers=_moved(burns["issuer"]),
            burned_by_order=_moved(burns["order"]),
            obtained_by=self._again("ape run reconcile STATEMENT"),
        )

    def _redemptions(self) -> documents.Redemptions:
        found, times = self._redeemed, self._redeemed.times
        return documents.Redemptions(
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
            obtained_by=self._again("ape run redemptions list --all"),
        )

    def _transfers(self) -> documents.Transfers:
        days = flows.transfers(self.book, self.period)
        count = sum(one.flow.count for one in days)
        amount = sum(one.flow.amount for one in days)
        return documents.Transfers(
            total=documents.Moved(count=count, amount=amount),
            average_count_per_day=100 * count // len(days),
            average_amount_per_day=amount // len(days),
            by_day=[
                documents.TransferDay(
                    day=str(one.day), count=one.flow.count, amount=one.flow.amount
                )
                for one in days
            ],
            obtained_by=self._again(),
        )

    def _holders(self) -> documents.Holders:
        bands = self._outstanding.bands
        below = [*[band.least for band in bands[1:]], None]
        return documents.Holders(
            count=sum(band.count for band in bands),
            bands=[
                documents.HolderBand(
                    from_amount=band.least, below_amount=end, count=band.count, amount=band.held
                )
                for band, end in zip(bands, below, strict=True)
            ],
            obtained_by=self._again(),
        )

    def _restraints(self) -> documents.Restrained:
        done = flows.acts(self.book, self.period)
        orders: dict[str, list[int]] = {}
        for act in done:
            if act.order_hash is not None:
                orders.setdefault(act.order_hash, []).append(act.amount or 0)
        return documents.Restrained(
            pauses=[
                documents.PauseTime(
                    flags=flag_list(one.flags),
                    began=one.begin,
                    ended=one.end,
                    transaction=one.transaction,
                    by=self._by(one.transaction),
                )
                for one in flows.pauses(self.book, self.period)
            ],
            accounts=[
                documents.AccountsDone.taken_from(one, by=self._by(one.transaction)) for one in done
            ],
            seized_by_order=[
                documents.OrderDone(order_hash=one, count=len(taken), amount=sum(taken))
                for one, taken in sorted(orders.items())
            ],
            obtained_by=self._again(*map(self._history, ("PAUSER", "COMPLIANCE", "ENFORCER"))),
        )

    def _attestations(self) -> documents.Attestations:
        chosen = [
            one
            for one in self._attested
            if self.period.begin <= one.time < self.period.end
            or self.period.begin < one.as_of <= self.period.end
        ]
        files = {epoch: one.path.name for epoch, one in self._published.items()}
        return documents.Attestations(
            attestations=[
                documents.Attestation.taken_from(
                    one,
                    submitted=one.time,
                    signers=[self.names.named(who) for who in one.signers],
                    report=files.get(one.epoch),
                )
                for one in chosen
            ],
            obtained_by=self._again("ape run reserves show --report REPORT"),
        )

    def _upgrades(self) -> documents.Upgrades:
        return documents.Upgrades(
            upgrades=[
                documents.UpgradeDone.taken_from(
                    one,
                    consented=[self.names.named(who) for who in one.consented],
                    by=self._by(one.transaction),
                )
                for one in flows.upgrades(self.book, self.period)
            ],
            obtained_by=self._again(self._history("UPGRADER"), "ape run deploy verify"),
        )

    def _missing(self) -> Iterator[documents.Gap]:
        if not self.book.reaches:
            yield documents.Gap(
                what=f"It is not known that the index has everything up to {format_time(self.period.end)}: its last "
                f"block is {self.book.manifest.last_block:,}, and no header that it has is of that moment or later.",
                remedy="Once the period has ended: ape run index sync.",
                necessary=True,
            )
        last = self._last
        if last is None:
            yield documents.Gap(
                what="Nothing was attested of a moment up to the measurement point: there are no assets to compare.",
                remedy="Have the auditors attest the period's last day: ape run reserves draft.",
                necessary=True,
            )
        elif last.epoch not in self._published:
            yield documents.Gap(
                what=f"The composition of the assets: the report of attestation {last.epoch} was not given.",
                remedy=f"Give the file whose keccak256 is {last.report_hash}.",
                necessary=True,
            )
        if last is not None and last.as_of < self.period.end:
            yield documents.Gap(
                what=f"The assets are of {format_time(last.as_of)}, and the tokens of {format_time(self.period.end)}: "
                "what was minted and burned meanwhile stands in the comparison.",
                remedy="Have the auditors attest the period's last day, and make the report again elsewhere.",
                necessary=False,
            )
        unsigned = [
            one.epoch for one in self._attested if one.time >= self.period.begin and not one.signers
        ]
        if unsigned:
            yield documents.Gap(
                what=f"Who signed the attestations {', '.join(map(str, unsigned))}: the index has not their calls.",
                remedy="ape run index sync --anew with a node that still has these transactions.",
                necessary=False,
            )


def period_days(period: Period) -> documents.PeriodDays:
    """The period as a part of a document."""
    return documents.PeriodDays(
        first_day=str(period.first),
        last_day=str(period.last),
        days=period.days,
        begin=period.begin,
        end=period.end,
    )


def measured(point: Point) -> documents.Measured:
    """The measurement point as a part of a document."""
    return documents.Measured(
        block=point.block, block_hash=point.hash, block_time=point.time, moment=point.end
    )


def _moved(flow: flows.Flow) -> documents.Moved:
    return documents.Moved(count=flow.count, amount=flow.amount)


def _sum(amounts: Sequence[int]) -> documents.Moved:
    return documents.Moved(count=len(amounts), amount=sum(amounts))


def _of(lives: Sequence[Life]) -> documents.Moved:
    return _sum([life.request.amount for life in lives])
