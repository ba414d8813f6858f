"""What the sections of a period's report share, each read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kgst.report.attested import Attested, Covered, covered, known_by, read_reports
from kgst.report.attested import attested as every_attestation
from kgst.report.redeeming import Redeemed
from kgst.report.redeeming import redeemed as desk_requests
from kgst.report.tokens import Outstanding
from kgst.report.tokens import outstanding as by_category

if TYPE_CHECKING:
    from pathlib import Path

    from kgst.chronicle.entry import Entry
    from kgst.report.book import Book
    from kgst.report.period import Period
    from kgst.reserves.report import Published
    from kgst.signing.own import Names

__all__ = ["Sources"]


@dataclass(frozen=True)
class Sources:
    """What a report is made of.

    Attributes:
        book: Prepared.
        reports: Files of reports that were attested.
        entries: Of the history, by transaction.
        names: Of people.
    """

    book: Book
    period: Period
    reports: Sequence[Path]
    entries: Mapping[str, Entry]
    names: Names

    @cached_property
    def redeemed(self) -> Redeemed:
        """Requests at the desk."""
        return desk_requests(self.book, self.period)

    @cached_property
    def outstanding(self) -> Outstanding:
        """Tokens by category."""
        return by_category(self.book, self.redeemed.escrow)

    @cached_property
    def attested(self) -> list[Attested]:
        """Every attestation."""
        return every_attestation(self.book)

    @cached_property
    def last(self) -> Attested | None:
        """Whose figures are the assets."""
        return known_by(self.attested, self.period.end)

    @cached_property
    def published(self) -> dict[int, Published]:
        """Reports that were given, by epoch."""
        return read_reports(self.reports, self.attested)

    @cached_property
    def days(self) -> list[Covered]:
        """Coverage, day by day."""
        return covered(self.book, self.period, self.attested)

    def by(self, transaction: str) -> list[str]:
        """Who signed for a transaction, by the journals."""
        entry = self.entries.get(transaction)
        people = [why.person or why.account for why in entry.whys] if entry else []
        return list(dict.fromkeys(people))

    def again(self, *others: str) -> list[str]:
        """How figures are had again: by this command, and by `others`."""
        return [f"ape run report period FOLDER REPORT --json {self.period.options}", *others]

    def history(self, role: str) -> str:
        """What tells the acts of a role."""
        return (
            f"ape run history FOLDER --role {role} --since {self.period.first} --until {self.period.last}"
        )  # fmt: skip
