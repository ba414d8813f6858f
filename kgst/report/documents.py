"""The report of a period as a document: the terms of the templates, amounts as exact text."""

from __future__ import annotations

from typing import ClassVar, Literal

from kgst.document import Document, Part, Sha256
from kgst.report.activity_documents import (
    Activity,
    Attestations,
    Holders,
    Redemptions,
    Restrained,
    Transfers,
    Upgrades,
)
from kgst.report.money_documents import (
    Assets,
    Comparison,
    Measured,
    PeriodDays,
    TokenPart,
    Tokens,
)

__all__ = ["Gap", "PeriodReport", "ReportPeriodDocument"]


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
