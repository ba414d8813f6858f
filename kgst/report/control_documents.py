"""The evidence of controls as a document."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from kgst.document import (
    Address,
    ChainId,
    Count,
    Document,
    Duration,
    Hash,
    Label,
    Part,
    Sha256,
    Time,
)
from kgst.report.documents import Gap
from kgst.report.money_documents import Measured, PeriodDays

__all__ = ["EvidencePart", "HeldPart", "JoinedPart", "ReportControlsDocument", "UsePart"]


class HeldPart(Part):
    """One time for which an account had a power; it meets the period.

    Attributes:
        power: A role of the AccessManager, `issuer`, or `auditor`.
        delay: That it waits before it acts.
        until: Null while it stood at the measurement point.
        transaction: That gave it.
    """

    power: str
    account: Address
    label: Label
    delay: Duration
    since: Time
    until: Time | None
    transaction: Hash


class JoinedPart(Part):
    """Two powers in one hand that belong in two.

    Attributes:
        until: Null while it stood at the measurement point.
    """

    account: Address
    label: Label
    powers: Annotated[list[str], Field(min_length=2, max_length=2)]
    since: Time
    until: Time | None


class UsePart(Part):
    """A transaction in which a power was used.

    Attributes:
        words: Its call, or where no journal has it its events.
        roles: As whose members it can be called; empty where no journal has its call.
        signed_by: Who signed for it, by journals and Safes' files; empty when they have nothing of it.
        auditors: Whose signatures it submitted.
        sender: Who paid for it; null when only the chain knows of it.
        reason: Why, in the words of whoever signed first; null when none was given.
        waited: Between scheduling and execution; null where nothing was scheduled.
    """

    time: Time
    transaction: Hash
    words: str
    roles: list[str]
    signed_by: list[str]
    auditors: list[str]
    sender: Address | None
    reason: str | None
    waited: Duration | None


class EvidencePart(Part):
    """A document that another command printed, of the period.

    Attributes:
        time: As it says itself.
        file: Its name.
        good: Whether it found what it should.
        found: In words.
    """

    kind: Literal["doctor", "drill", "reconcile"]
    time: Time
    file: str
    sha256: Sha256
    good: bool
    found: str


class ReportControlsDocument(Document):
    """The evidence of a period's controls; exit code 3 when something is missing, or a control was not kept.

    Attributes:
        file: Where it was written; null when no file was asked for.
        powers: Who had which, in order of their beginning.
        not_separated: Powers in one hand that belong in two.
        uses: Transactions in which a power was used, in order.
        unexplained: Of them, those of which nobody is known who signed: no journal has them, nor auditors' signatures.
        evidence: Runs of `doctor`, drills, reconciliations.
    """

    SCHEMA: ClassVar = "kgst/report-controls/1"

    chain_id: ChainId
    token: Address
    period: PeriodDays
    measurement_point: Measured
    file: str | None
    powers: list[HeldPart]
    not_separated: list[JoinedPart]
    uses: list[UsePart]
    unexplained: Count
    evidence: list[EvidencePart]
    missing: list[Gap]
