"""The first three sections of a period's report: tokens, assets, and their comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kgst.flags import flag_list
from kgst.report.attested import Covered
from kgst.report.money_documents import (
    AccountHeld,
    Assets,
    BankShare,
    Comparison,
    CoverageDay,
    DeductionPart,
    KindShare,
    Permanently,
    Temporarily,
    Tokens,
)
from kgst.report.tokens import supply_at

if TYPE_CHECKING:
    from kgst.report.sources import Sources

__all__ = ["assets", "comparison", "tokens"]

_NONE_EVER: Final = (
    "none, since no token is made for a test or locked for ever, a block or a freeze can be lifted, and what is burned "
    "is not outstanding."
)
_AVAILABLE: Final = (
    "Demand deposits, payable on the issuer's order. What the banks had not at the issuer's disposal at the closing is "
    "taken off and listed. A pledge or a lien is not visible in statements: ask the banks for a confirmation."
)


def tokens(source: Sources) -> Tokens:
    """Tokens by category."""
    found = source.outstanding
    return Tokens(
        tokens_minted=found.supply.minted,
        tokens_burned=found.supply.burned,
        total_tokens_outstanding=found.supply.outstanding,
        redeemable_tokens=found.redeemable,
        temporarily_nonredeemable_tokens=Temporarily(
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
        permanently_nonredeemable_tokens=Permanently(total=0, why=_NONE_EVER),
        obtained_by=source.again("ape run index verify FOLDER/index", "ape run status"),
    )


def assets(source: Sources) -> Assets:
    """What the auditors attested, by its report."""
    last = source.last
    published = source.published.get(last.epoch) if last else None
    kinds: list[KindShare] = []
    banks: list[BankShare] = []
    held: list[AccountHeld] = []
    taken: list[DeductionPart] = []
    if published is not None:
        total = published.total
        signed = {one.file_sha256 for one in total.files if one.signed_by is not None}
        balances = sum(one.closing_balance_tyiyn for one in total.accounts)
        kinds = [KindShare(kind="demand deposits", tyiyn=balances, average_tenor_days=0)]
        banks = [
            BankShare(
                bank=one.bank,
                country=one.bank[4:6] if one.bank else None,
                tyiyn=one.tyiyn,
                share_bps=one.share_bps,
            )
            for one in published.report.composition
        ]
        held = [
            AccountHeld(
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
        taken = [DeductionPart.of(one) for one in total.deductions]
    return Assets(
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
        obtained_by=source.again("ape run reserves show --report REPORT"),
    )


def comparison(source: Sources) -> Comparison:
    """Tokens and what is owed against assets; by day, too."""
    last, end = source.last, Covered(source.period.last, source.outstanding.supply, source.last)
    held = last.held if last else 0
    since = supply_at(source.book, min(last.as_of, source.period.end)) if last else end.supply
    known = [one for one in source.days if one.coverage_bps is not None]
    lowest = min(known, key=lambda one: one.coverage_bps or 0, default=None)
    return Comparison(
        total_tokens_outstanding=end.supply.outstanding,
        owed=end.owed,
        claims=end.claims,
        redemption_assets=held,
        difference=held - end.claims,
        coverage_bps=end.coverage_bps,
        margin=last.margin if last else 0,
        backing=last.backing if last else 0,
        timing_seconds=source.period.end - last.as_of if last else None,
        minted_meanwhile=end.supply.minted - since.minted,
        burned_meanwhile=end.supply.burned - since.burned,
        lowest_coverage_bps=lowest.coverage_bps if lowest else None,
        lowest_on=str(lowest.day) if lowest else None,
        days_without_attestation=sum(one.attested is None for one in source.days),
        by_day=[
            CoverageDay(
                day=str(one.day),
                total_tokens_outstanding=one.supply.outstanding,
                owed=one.owed,
                epoch=one.attested.epoch if one.attested else None,
                redemption_assets=one.attested.reserves if one.attested else None,
                coverage_bps=one.coverage_bps,
            )
            for one in source.days
        ],
        obtained_by=source.again("ape run reserves show --report REPORT", "ape run status"),
    )
