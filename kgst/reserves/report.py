"""The published report: what the hash on the chain stands for.

Balances as the banks said them, what was settled and what is owed, what moved besides; the hash of the report before
it, so that reports are a chain back to the first. No customer is in it: of each redemption it has a salted leaf; the
rest is in the annex, whose hash it has.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from eth_utils.crypto import keccak
from pydantic import Field, ValidationError, model_validator

from kgst.fields import Address
from kgst.jsonfile import canonical_json
from kgst.reserves.files import BaseUnits, Tyiyn
from kgst.reserves.origin import SettledFrom
from kgst.settling.model import Category, Kind
from kgst.signing.shapes import ChainId, Count, FileModel, Hash
from kgst.statements import ReserveTotal
from kgst.storing import FileError, read_bytes, read_json

__all__ = [
    "AGES",
    "MAX_BYTES",
    "Aged",
    "Owed",
    "Published",
    "Report",
    "Share",
    "by_age",
    "composition",
    "hash_of_report",
    "part_of",
    "read_report",
]

FORMAT: Final = "kgst-reserves/3"
BPS: Final = 10_000
MAX_BYTES: Final = 64 * 1024 * 1024
"""A leaf for each of some 900,000 redemptions."""

AGES: Final = (0, 1, 3, 8, 31)
"""Days since the burn, from which on a redemption belongs to an age: today, to 2, to 7, to 30, older."""

_Signed = Annotated[str, Field(pattern=r"^(0|-?[1-9][0-9]{0,29})$")]


class Share(FileModel):
    """What one bank holds.

    Attributes:
        bank: BIC; null where neither statement nor policy says it.
        share_bps: Of all balances, in 1/10,000, rounded down.
    """

    bank: str | None
    tyiyn: Tyiyn
    share_bps: Annotated[int, Field(ge=0, le=BPS)]


class Aged(FileModel):
    """Open redemptions of one age.

    Attributes:
        from_days: Days between burn and closing, at least; the next age begins where this one ends.
        count: How many.
    """

    from_days: Annotated[int, Field(ge=0)]
    count: Count
    base_units: BaseUnits


class Owed(FileModel):
    """What was redeemed, paid, and is owed.

    Attributes:
        burned: Base units ever burned, at the block of the draft.
        settled: Of these, what nothing is owed on any more.
        settled_now: Base units that this report adds.
        reopened_now: Base units that it takes away: payments that banks returned.
        unassigned: Base units that came back and name no payment; settled is less by them, too.
        origin: Where the figure comes from.
        ages: Open redemptions by their age; null where it is not known which are open.
    """

    burned: BaseUnits
    settled: BaseUnits
    settled_now: BaseUnits
    reopened_now: BaseUnits
    unassigned: BaseUnits
    origin: SettledFrom
    ages: tuple[Aged, ...] | None

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.settled > self.burned:
            raise ValueError("more is settled than was burned")
        return self


class Report(FileModel):
    """The report of one attestation.

    Attributes:
        previous_report: keccak256 of the report before it; null for the first.
        annex: keccak256 of the confidential annex.
        reserves: Accounts, balances, deductions and their sum, in tyiyn.
        composition: Each bank's part of the balances, the largest first.
        largest_share_bps: Of the bank that holds most, in 1/10,000.
        transcribed: Accounts whose figures a person wrote down.
        owed: What was redeemed, paid, and is owed.
        moved: By category, what came in less what went out, in tyiyn; of fees, interest, tax, own transfers, top-ups.
        named: How many movements of each kind somebody has to look at; the annex has them.
        leaves: keccak256 of salt and redemption, sorted, of each that is open or was settled by this report.
    """

    format: Literal["kgst-reserves/3"] = "kgst-reserves/3"
    chain_id: ChainId
    token: Address
    epoch: Count
    previous_report: Hash | None
    annex: Hash
    reserves: dict[str, Any]
    composition: tuple[Share, ...]
    largest_share_bps: Annotated[int, Field(ge=0, le=BPS)]
    transcribed: tuple[str, ...]
    owed: Owed
    moved: dict[Category, _Signed]
    named: dict[Kind, Count]
    leaves: tuple[Hash, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = self.total
        if part_of(total) != self.reserves:
            raise ValueError("reserves has something that no report has")
        if self.composition != composition(total):
            raise ValueError("composition is not what follows from the accounts")
        if self.largest_share_bps != max(one.share_bps for one in self.composition):
            raise ValueError("largest_share_bps is not the largest share")
        if self.transcribed != tuple(one.account for one in total.accounts if one.transcribed):
            raise ValueError("transcribed is not what the accounts say")
        if (self.epoch == 1) != (self.previous_report is None):
            raise ValueError("the first report, and no other, has no previous one")
        return self

    @property
    def total(self) -> ReserveTotal:
        """What the statements say."""
        return _total(self.reserves)

    def as_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785), UTF-8, no final newline; keccak256 of it is the attestation's `reportHash`.

        With ASCII keys, and no number among the values but small whole ones, sorted keys without whitespace are
        exactly what RFC 8785 prescribes.
        """
        return canonical_json(self.model_dump(mode="json"))


@dataclass(frozen=True)
class Published:
    """A report that was read.

    Attributes:
        hash: keccak256 of its bytes.
    """

    path: Path
    report: Report
    hash: str

    @property
    def total(self) -> ReserveTotal:
        """What the statements say."""
        return self.report.total


def hash_of_report(report: bytes) -> str:
    """keccak256 of the report's bytes, as the token stores it."""
    return "0x" + keccak(report).hex()


def read_report(path: Path) -> Published:
    """What the report at `path` says, and the hash of its bytes.

    Raises:
        FileError: it is not byte for byte a report as `draft` writes it.
    """
    data = read_bytes(path, MAX_BYTES)
    try:
        text, document = read_json(path, MAX_BYTES)
        found = document.get("format") if isinstance(document, dict) else None
        report = Report.model_validate_json(text, strict=True) if found == FORMAT else None
    except (ValueError, KeyError, TypeError, ValidationError):
        report = None
    # Written again, it must be the same: nothing in the file is left unread.
    if report is None or report.as_bytes() != data:
        raise FileError(
            f"{path}: this is not a report of the format {FORMAT}, or it was changed (an editor that adds a "
            "newline suffices); ask for the published file again, as an attachment."
        )
    return Published(path, report, hash_of_report(data))


def part_of(total: ReserveTotal) -> dict[str, Any]:
    """What a report has of the statements alone."""
    document: dict[str, Any] = json.loads(total.report())
    del document["format"]
    return document


def composition(total: ReserveTotal) -> tuple[Share, ...]:
    """Each bank's part of the balances, the largest first."""
    held: Counter[str | None] = Counter()
    for one in total.accounts:
        held[one.bank] += one.closing_balance_tyiyn
    whole = max(1, held.total())
    ordered = sorted(held.items(), key=lambda one: (-one[1], one[0] or ""))
    return tuple(
        Share(bank=bank, tyiyn=sum_, share_bps=sum_ * BPS // whole) for bank, sum_ in ordered
    )


def by_age(open_ones: Mapping[str, tuple[int, date]], closing: date) -> tuple[Aged, ...]:
    """Open redemptions by the days since their burn.

    Args:
        open_ones: By id, base units and the day of the burn.
        closing: The day that is attested; what was burned after it is of age 0.
    """
    ages: defaultdict[int, list[int]] = defaultdict(list)
    for amount, day in open_ones.values():
        days = max(0, (closing - day).days)
        ages[max(one for one in AGES if one <= days)].append(amount)
    return tuple(
        Aged(from_days=one, count=len(ages[one]), base_units=sum(ages[one])) for one in AGES
    )


def _total(part: dict[str, Any]) -> ReserveTotal:
    """What the statements said, from a report's part."""
    accounts = [
        {**one, "closing_balance_tyiyn": int(one["closing_balance_tyiyn"])}
        for one in part["accounts"]
    ]
    deductions = [{**one, "tyiyn": int(one["tyiyn"])} for one in part["deductions"]]
    fields = part | {"accounts": accounts, "deductions": deductions}
    fields |= {"total_tyiyn": int(part["total_tyiyn"])}
    return ReserveTotal.model_validate_json(json.dumps(fields))
