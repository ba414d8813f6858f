"""Attestations as the index has them, with who signed; the reports that they stand for; what covers the tokens when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.report.book import ZERO
from kgst.report.signers import auditor_sets, by_bits
from kgst.report.tokens import Supply
from kgst.reserves.report import Published, read_report
from kgst.storing import FileError
from kgst.units import TYIYN

if TYPE_CHECKING:
    from kgst.report.book import Book
    from kgst.report.period import Period

__all__ = [
    "BPS",
    "Attested",
    "Covered",
    "attested",
    "covered",
    "known_by",
    "read_reports",
]

BPS: Final = 10_000


@dataclass(frozen=True)
class Attested:
    """An attestation that the token took.

    Attributes:
        reserves: Tyiyn.
        settled: Base units ever burned on which nothing was owed at `as_of`.
        as_of: Second whose figures these are.
        backing: Base units that it let the supply be.
        time: Of its block.
        margin_bps: The margin that the token kept then.
        signers: Checksummed, by the event.
    """

    epoch: int
    reserves: int
    settled: int
    as_of: int
    report_hash: str
    backing: int
    valid_until: int
    time: int
    block: int
    transaction: str
    margin_bps: int
    signers: tuple[str, ...]

    @property
    def signatures(self) -> int:
        """How many signed."""
        return len(self.signers)

    @property
    def held(self) -> int:
        """Reserves in base units."""
        return self.reserves * TYIYN

    @property
    def margin(self) -> int:
        """What the margin keeps back, in base units."""
        return self.held - self.held * BPS // (BPS + self.margin_bps)


@dataclass(frozen=True)
class Covered:
    """Assets against tokens at the end of a day.

    Attributes:
        attested: The latest figures that are not of a later moment; None before the first.
    """

    day: date
    supply: Supply
    attested: Attested | None

    @property
    def owed(self) -> int:
        """Base units burned and not settled; below 0 where money was paid before its tokens were burned."""
        return self.supply.burned - (self.attested.settled if self.attested else 0)

    @property
    def claims(self) -> int:
        """What the assets have to cover: tokens outstanding, and what is owed on those that were burned."""
        return self.supply.outstanding + self.owed

    @property
    def coverage_bps(self) -> int | None:
        """Assets by claims, in 1/10,000, rounded down; None where nothing was attested, or nothing is claimed."""
        if self.attested is None or self.claims <= 0:
            return None
        return self.attested.held * BPS // self.claims


def attested(book: Book) -> list[Attested]:
    """Every attestation that the index has, those after the period too: figures of its last day come later."""
    sets = auditor_sets(book)
    margins = book.rows("SELECT block_number, log_index, margin_bps FROM margin_set ORDER BY 1, 2")
    rows = book.rows(
        "SELECT block_number, log_index, timestamp, transaction_hash, epoch, reserves, settled, as_of, report_hash, "
        "backing, valid_until, signers FROM reserves_attested ORDER BY block_number, log_index"
    )
    found = []
    for at, place, time, hash_, epoch, reserves, settled, as_of, report, backing, until, signers in rows:  # fmt: skip
        before = [int(bps) for block, log, bps in margins if (block, log) < (at, place)]
        found.append(
            Attested(
                epoch=int(epoch),
                reserves=int(reserves),
                settled=int(settled),
                as_of=int(as_of),
                report_hash=report,
                backing=int(backing),
                valid_until=int(until),
                time=int(time),
                block=int(at),
                transaction=hash_,
                margin_bps=before[-1] if before else 0,
                signers=by_bits(book, sets, (int(at), int(place)), int(signers)),
            )
        )
    if [one.epoch for one in found] != list(range(1, len(found) + 1)):
        raise book.broken(
            f"the attestations {', '.join(str(one.epoch) for one in found)}, and not each from the first on"
        )
    return found


def known_by(found: Sequence[Attested], end: int) -> Attested | None:
    """The latest figures that are not of a later moment than the second `end`."""
    fitting = [one for one in found if one.as_of <= end]
    return max(fitting, key=lambda one: (one.as_of, one.epoch), default=None)


def covered(book: Book, period: Period, found: Sequence[Attested]) -> list[Covered]:
    """Of each day of the period that begins after the deployment."""
    days = dict(period.each())
    # One pass over all transfers: what each day added, summed up.
    added = {
        int(end): (int(minted), int(burned))
        for end, minted, burned in book.rows(
            "WITH days AS (SELECT unnest(?::BIGINT[]) AS due) "
            "SELECT due, coalesce(sum(value) FILTER (WHERE giver = ?), 0), "
            "coalesce(sum(value) FILTER (WHERE taker = ?), 0) FROM moves ASOF JOIN days ON moves.timestamp < days.due "
            "WHERE giver = ? OR taker = ? GROUP BY due",
            list(days.values()),
            *[ZERO] * 4,
        )
    }
    minted = burned = 0
    told = []
    for day, end in days.items():
        more = added.get(end, (0, 0))
        minted, burned = minted + more[0], burned + more[1]
        told.append(Covered(day, Supply(minted, burned), known_by(found, end)))
    return told


def read_reports(paths: Sequence[Path], found: Sequence[Attested]) -> dict[int, Published]:
    """The reports at `paths` by their epoch, each the one that was attested.

    Raises:
        FileError: one is no report, was not attested, says other figures than the token took, or is given twice.
    """
    said = {one.epoch: one for one in found}
    read: dict[int, Published] = {}
    for path in paths:
        published = read_report(path)
        epoch, report = published.report.epoch, published.report
        one = said.get(epoch)
        if one is None or published.hash != one.report_hash:
            raise FileError(
                f"{path}: it says to be the report of attestation {epoch}, and the token took "
                f"{one.report_hash if one else 'no such attestation'}, its hash is {published.hash}; ask for the "
                "report that was published."
            )
        if (published.total.total_tyiyn, report.owed.settled) != (one.reserves, one.settled):
            raise FileError(
                f"{path}: its figures are not those that were attested with its hash: the auditors signed a report "
                "that says otherwise. Tell them."
            )
        if epoch in read:
            raise FileError(
                f"{path}: another file is the report of attestation {epoch}, too; give each once."
            )
        read[epoch] = published
    return read
