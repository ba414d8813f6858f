"""Parts of documents that more than one command has of the state that it read."""

from __future__ import annotations

from kgst.document import BaseUnits, Count, Hash, Part, Time, Tyiyn

__all__ = ["AttestationPart", "BlockPart"]


class BlockPart(Part):
    """The one block that everything else was read in."""

    number: Count
    time: Time
    hash: Hash


class AttestationPart(Part):
    """The last accepted one; zeros before the first.

    Attributes:
        epoch: Counts accepted attestations from 1.
        reserves_tyiyn: Money held for holders at `as_of`.
        settled: Ever burned on which nothing was owed any more at `as_of`.
        as_of: The moment that the figures describe.
        report_hash: keccak256 of the published report.
    """

    epoch: Count
    reserves_tyiyn: Tyiyn
    settled: BaseUnits
    as_of: Time
    report_hash: Hash
