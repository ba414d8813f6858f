"""Sections of a period's report: what moved, who was restrained, who attested, what code came."""

from __future__ import annotations

from typing import Literal

from kgst.document import Address, BaseUnits, Count, Duration, Hash, Part, Time, Tyiyn
from kgst.flags import FlagName
from kgst.report.money_documents import Day, Section

__all__ = [
    "AccountsDone",
    "Activity",
    "Attestation",
    "Attestations",
    "HolderBand",
    "Holders",
    "Moved",
    "OrderDone",
    "PauseTime",
    "Redemptions",
    "Restrained",
    "TransferDay",
    "Transfers",
    "UpgradeDone",
    "Upgrades",
]


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
        signers: The auditors whose signatures the token took, by its event.
        signatures: How many.
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
