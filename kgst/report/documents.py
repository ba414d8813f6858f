"""The report of a period as a document: the terms of the templates, amounts as exact text."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainSerializer

from kgst.document import (
    Address,
    BaseUnits,
    ChainId,
    Count,
    Document,
    Duration,
    Hash,
    Part,
    Sha256,
    Shared,
    Time,
    Tyiyn,
)
from kgst.flags import FlagName
from kgst.statements.model import Deduction as Taken

__all__ = [
    "AccountHeld",
    "AccountsDone",
    "Activity",
    "Assets",
    "Attestation",
    "BankShare",
    "Comparison",
    "CoverageDay",
    "DeductionPart",
    "Gap",
    "HolderBand",
    "Holders",
    "KindShare",
    "Measured",
    "Moved",
    "OrderDone",
    "PauseTime",
    "PeriodDays",
    "PeriodReport",
    "Permanently",
    "Redemptions",
    "ReportPeriodDocument",
    "Restrained",
    "Temporarily",
    "TokenPart",
    "Tokens",
    "TransferDay",
    "Transfers",
    "UpgradeDone",
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


class Moved(Part):
    """How many, and how much together."""

    count: Count
    amount: BaseUnits


class Activity(Section):
    """Mints and burns of the period.

    Attributes:
        minted_through_mint_desk: Within its limits and to its destinations.
        minted_by_issuers: By issuers of their own quota.
        burned_by_redemption_desk: Once the payment was confirmed.
        burned_by_issuers: Their own tokens: redemptions outside the desk.
        burned_by_order: Of blocked accounts.
    """

    minted_through_mint_desk: Moved
    minted_by_issuers: Moved
    burned_by_redemption_desk: Moved
    burned_by_issuers: Moved
    burned_by_order: Moved


class Redemptions(Section):
    """Requests at the redemption desk; counted each time that it happened in the period.

    Attributes:
        seized: By an order, of requests: what it took.
        paid: Confirmed by the bank's own files, or by hand; paid anew after a return counts again.
        median_seconds: From request to the first confirmed payment, of those confirmed in the period; null of none.
        percentile_95_seconds: By nearest rank.
        paid_late: First payment confirmed in the period, and not before `payBy`.
        open: At the measurement point: requested, locked, returned, or paid and not burned yet.
        overdue: Of them, those of which a promise was broken: not locked in time, not paid in time, or returned.
        overdue_requests: Their numbers.
    """

    requested: Moved
    locked: Moved
    paid: Moved
    returned: Moved
    withdrawn: Moved
    rejected: Moved
    seized: Moved
    median_seconds: Duration | None
    percentile_95_seconds: Duration | None
    longest_seconds: Duration | None
    paid_late: Moved
    open: Moved
    overdue: Moved
    overdue_requests: list[Count]


class TransferDay(Part):
    """Payments among holders in one day."""

    day: Day
    count: Count
    amount: BaseUnits


class Transfers(Section):
    """Payments from one address to another: no mint, no burn, none to oneself or of nothing; the desk's are in it.

    Attributes:
        average_count_per_day: In hundredths, rounded down.
        average_amount_per_day: Rounded down.
    """

    total: Moved
    average_count_per_day: Count
    average_amount_per_day: BaseUnits
    by_day: list[TransferDay]


class HolderBand(Part):
    """Addresses that hold so much.

    Attributes:
        from_amount: At least; above nothing in the first band.
        below_amount: Less than; null in the last.
    """

    from_amount: BaseUnits
    below_amount: BaseUnits | None
    count: Count
    amount: BaseUnits


class Holders(Section):
    """Addresses with tokens at the measurement point, without the redemption desk.

    Attributes:
        count: Of addresses: how many people they are nobody knows from the chain.
    """

    count: Count
    bands: list[HolderBand]


class PauseTime(Part):
    """A time in which something was paused.

    Attributes:
        began: It may lie before the period.
        ended: Null while it stood at the measurement point.
        by: Who signed for it, by the journals; empty when they have nothing of it.
    """

    flags: list[FlagName]
    began: Time
    ended: Time | None
    transaction: Hash
    by: list[str]


class AccountsDone(Part):
    """What was done to an account.

    Attributes:
        amount: Of an order what was taken, of a freeze what is frozen from then on; null of a block.
        order_hash: Of an order.
        by: Who signed for it, by the journals; why, `ape run history` tells whoever may know it.
    """

    kind: Literal[
        "blocked", "unblocked", "frozen", "order", "order at desk", "forced without order"
    ]
    account: Address
    amount: BaseUnits | None
    order_hash: Hash | None
    time: Time
    transaction: Hash
    by: list[str]


class OrderDone(Part):
    """What was taken by one order in the period."""

    order_hash: Hash
    count: Count
    amount: BaseUnits


class Restrained(Section):
    """Pauses, blocks, freezes and seizures.

    Attributes:
        seized_by_order: By the order's hash.
    """

    pauses: list[PauseTime]
    accounts: list[AccountsDone]
    seized_by_order: list[OrderDone]


class Attestation(Part):
    """One that the token took in the period, or whose figures are of it.

    Attributes:
        settled: Base units ever burned on which nothing was owed at `as_of`.
        backing: What it let the supply be.
        signers: The auditors whose signatures its call has; the token verified them.
        signatures: How many, by the event.
        report: Name of the file with its report; null when it was not given.
    """

    epoch: Count
    as_of: Time
    submitted: Time
    reserves: Tyiyn
    settled: BaseUnits
    backing: BaseUnits
    valid_until: Time
    report_hash: Hash
    signers: list[str]
    signatures: Count
    transaction: Hash
    report: str | None


class Attestations(Section):
    """Attestations of the period."""

    attestations: list[Attestation]


class UpgradeDone(Part):
    """New code.

    Attributes:
        consent: The transaction that brought the auditors' consent; null for the code of the deployment.
        code_hash: That they consented to.
        consented: Who of them signed, by its call data.
        by: Who signed for the upgrade, by the journals.
    """

    implementation: Address
    time: Time
    transaction: Hash
    consent: Hash | None
    code_hash: Hash | None
    consented: list[str]
    by: list[str]


class Upgrades(Section):
    """Upgrades of the period; the deployment's first code is one."""

    upgrades: list[UpgradeDone]


class Gap(Part):
    """What is missing.

    Attributes:
        remedy: What to do.
        necessary: Whether figures of this report cannot be relied on without it: exit code 3.
    """

    what: str
    remedy: str
    necessary: bool


class PeriodReport(Part):
    """The report of a period, as it is written; its SHA-256 is of its canonical JSON (RFC 8785)."""

    format: Literal["kgst-period/1"] = "kgst-period/1"
    token: TokenPart
    period: PeriodDays
    measurement_point: Measured
    redeemable_tokens_outstanding: Tokens
    redemption_assets: Assets
    comparison: Comparison
    activity: Activity
    redemptions: Redemptions
    transfers: Transfers
    holders: Holders
    restraints: Restrained
    attestations: Attestations
    upgrades: Upgrades
    missing: list[Gap]


class ReportPeriodDocument(Document):
    """A period's report and where it was written; exit code 3 when something necessary is missing.

    Attributes:
        report_file: The report.
        page_file: The same for people.
        sha256: Of `report_file`.
    """

    SCHEMA: ClassVar = "kgst/report-period/1"

    report_file: str
    page_file: str
    sha256: Sha256
    report: PeriodReport
