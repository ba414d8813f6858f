"""Sections of a period's report: tokens, assets, and their comparison."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Duration,
    Hash,
    Part,
    Shared,
    Time,
    Tyiyn,
)
from kgst.flags import FlagName
from kgst.statements.model import Deduction as Taken

__all__ = [
    "AccountHeld",
    "Assets",
    "BankShare",
    "Comparison",
    "CoverageDay",
    "Day",
    "DeductionPart",
    "KindShare",
    "Measured",
    "PeriodDays",
    "Permanently",
    "Section",
    "Temporarily",
    "TokenPart",
    "Tokens",
]

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Bps = Annotated[int, Field(ge=0)]
Difference = Annotated[
    int,
    PlainSerializer(str, when_used="json"),
    Shared(
        "difference",
        "base units, below zero where something is missing; text, since it may exceed 2^53",
        type="string",
        pattern="^(0|-?[1-9][0-9]*)$",
    ),
]


class Section(Part):
    """Figures, and how whoever doubts them gets them again.

    Attributes:
        obtained_by: Commands; FOLDER is the deployment's, REPORT a report that was attested.
    """

    obtained_by: list[str]


class TokenPart(Part):
    """What this is the report of.

    Attributes:
        token: Address of the token.
        contracts: Name to address, of all of the deployment.
        redemption_desk: Where holders ask for redemption.
        mint_desk: Through which money comes in.
        decimals: Of one token; one token is one som.
    """

    chain_id: ChainId
    token: Address
    contracts: dict[str, Address]
    redemption_desk: Address
    mint_desk: Address
    currency: Literal["KGS"] = "KGS"
    decimals: Literal[6] = 6


class PeriodDays(Part):
    """Whole days, both named ones included.

    Attributes:
        days: Whose days: of Bishkek (UTC+6), or of UTC.
        begin: Its first second.
        end: The second after its last.
    """

    first_day: Day
    last_day: Day
    days: Literal["bishkek", "utc"]
    begin: Time
    end: Time


class Measured(Part):
    """The measurement point.

    Attributes:
        block: The last block before `moment` in which a contract logged something: nothing changes until then.
        moment: The second after the period's last; all that is earlier is in it.
    """

    block: Count
    block_hash: Hash
    block_time: Time
    moment: Time


class Temporarily(Part):
    """Tokens that cannot be redeemed at the moment; each stands under the first that fits.

    Attributes:
        blocked: Whole balances of blocked accounts.
        frozen: Frozen parts of other balances.
        held_by_redemption_desk: Of holders who have asked; withdrawn by them, or burned once they are paid.
        of_it_for_requests: The part of it that requests stand for; the rest was sent there by mistake.
        paused: All other tokens, while transfers are paused.
        pause_flags: What was paused at the measurement point; while burning alone is, requests are still paid.
    """

    total: BaseUnits
    blocked: BaseUnits
    blocked_accounts: Count
    frozen: BaseUnits
    frozen_accounts: Count
    held_by_redemption_desk: BaseUnits
    of_it_for_requests: BaseUnits
    paused: BaseUnits
    pause_flags: list[FlagName]


class Permanently(Part):
    """Tokens that can never be redeemed.

    Attributes:
        why: Why there are none.
    """

    total: BaseUnits
    why: str


class Tokens(Section):
    """Redeemable tokens outstanding at the measurement point.

    Attributes:
        tokens_minted: Ever.
        tokens_burned: Ever.
        total_tokens_outstanding: Minted less burned.
        redeemable_tokens: Of them, what is neither temporarily nor permanently nonredeemable.
    """

    tokens_minted: BaseUnits
    tokens_burned: BaseUnits
    total_tokens_outstanding: BaseUnits
    redeemable_tokens: BaseUnits
    temporarily_nonredeemable_tokens: Temporarily
    permanently_nonredeemable_tokens: Permanently


class KindShare(Part):
    """One kind of assets.

    Attributes:
        average_tenor_days: Of deposits that are due on demand 0.
    """

    kind: Literal["demand deposits"]
    tyiyn: Tyiyn
    average_tenor_days: Count


class BankShare(Part):
    """What one bank holds.

    Attributes:
        bank: BIC; null where neither statement nor policy says it.
        country: Of custody, by the BIC: ISO 3166; null without a BIC.
        share_bps: Of all balances, in 1/10,000, rounded down.
    """

    bank: str | None
    country: str | None
    tyiyn: Tyiyn
    share_bps: Bps


class AccountHeld(Part):
    """One account at its closing.

    Attributes:
        account: As the statement writes it.
        bank_signed: Whether the bank signed the file of the statement.
        transcribed: Whether a person wrote the figure down, and not the bank.
    """

    account: str
    bank: str | None
    owner: str | None
    closing_date: Day
    tyiyn: Tyiyn
    bank_signed: bool
    transcribed: bool


class DeductionPart(Part):
    """What is taken off the balances: a restriction on their availability."""

    kind: Literal["transfer_in_transit", "value_after_closing"]
    account: str
    tyiyn: Tyiyn
    reason: str

    @classmethod
    def of(cls, taken: Taken) -> DeductionPart:
        """As the report has it."""
        return cls.taken_from(taken)


class Assets(Section):
    """Assets for redemption: what the auditors attested, by the report that its hash is of.

    Attributes:
        epoch: Number of the attestation whose figures are the latest that are not of a later moment than the
            measurement point; null when nothing was attested yet.
        as_of: The moment of the figures.
        report_hash: keccak256 of the report that was attested.
        report: Name of the file that has it; null when it was not given: then the lists are empty.
        redemption_assets: Balances less restrictions.
        composition_by_kind: The token's rules know of demand deposits only.
        composition_by_bank: The largest first.
        restrictions: Taken off; statements show no pledge, and none is known from them.
    """

    epoch: Count | None
    as_of: Time | None
    report_hash: Hash | None
    report: str | None
    redemption_assets: Tyiyn
    composition_by_kind: list[KindShare]
    composition_by_bank: list[BankShare]
    accounts: list[AccountHeld]
    restrictions: list[DeductionPart]
    redemption_assets_availability: str


class CoverageDay(Part):
    """The end of one day.

    Attributes:
        total_tokens_outstanding: Minted less burned.
        owed: Burned and not settled; below zero where money was paid before its tokens were burned.
        redemption_assets: Of the latest attestation that is not of a later moment; null before the first.
        coverage_bps: Assets by tokens outstanding and owed, in 1/10,000, rounded down; null without assets or tokens.
    """

    day: Day
    total_tokens_outstanding: BaseUnits
    owed: Difference
    epoch: Count | None
    redemption_assets: Tyiyn | None
    coverage_bps: Bps | None


class Comparison(Section):
    """Tokens outstanding against assets, and what explains the difference.

    Attributes:
        owed: Burned and not settled: the money was still to be paid; below zero where it was paid first.
        claims: Tokens outstanding, and what is owed.
        redemption_assets: In base units, as all here.
        difference: Assets less claims.
        margin: Of the assets, what the token keeps back from being minted against.
        backing: What the token let the supply be, by this attestation.
        timing_seconds: From the assets' moment to the measurement point.
        minted_meanwhile: Between the two.
        burned_meanwhile: Between the two.
        lowest_coverage_bps: By the ends of days; null when no day has one.
        lowest_on: The first day of it.
        days_without_attestation: Days at whose end nothing had been attested of them or before.
    """

    total_tokens_outstanding: BaseUnits
    owed: Difference
    claims: BaseUnits
    redemption_assets: BaseUnits
    difference: Difference
    coverage_bps: Bps | None
    margin: BaseUnits
    backing: BaseUnits
    timing_seconds: Duration | None
    minted_meanwhile: BaseUnits
    burned_meanwhile: BaseUnits
    lowest_coverage_bps: Bps | None
    lowest_on: Day | None
    days_without_attestation: Count
    by_day: list[CoverageDay]
