"""The file of a payout: one payment a row, `address,amount_som` or `address,amount_tyiyn`, and `reference` if wanted.

See docs/files.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.csvfile import (
    AMOUNT_COLUMNS,
    CsvFile,
    CsvFileError,
    Row,
    parse_address,
    parse_amount_cell,
)
from kgst.errors import InputError
from kgst.pipeline.logbook import subject_of
from kgst.units import MAX_BASE_UNITS, format_som

if TYPE_CHECKING:
    from kgst.journal import Outcome

__all__ = ["Chunk", "Paid", "Payment", "PayoutFile", "read_payout"]

MAX_REFERENCE: Final = 140
_FORMULA: Final = "=+-@\t\r"


@dataclass(frozen=True)
class Payment:
    """One row.

    Attributes:
        line: Of the file, counted from 1.
        receiver: Checksummed address.
        value: Base units.
        reference: Empty when there is none; never sent to the chain.
    """

    line: int
    receiver: str
    value: int
    reference: str

    @property
    def text(self) -> str:
        """The payment as one string: equal for equal payments, however the file spells them."""
        return f"{self.receiver} {self.value} {self.reference}"


@dataclass(frozen=True)
class Chunk:
    """Payments of one transaction, by receiver; `number` is counted from 1."""

    number: int
    payments: tuple[Payment, ...]

    @property
    def name(self) -> str:
        """The step's name: `payout-003`."""
        return f"payout-{self.number:03}"

    @property
    def void_name(self) -> str:
        """Of the step that declares it void: `void-003`."""
        return f"void-{self.number:03}"

    @property
    def total(self) -> int:
        """Base units."""
        return sum(payment.value for payment in self.payments)


@dataclass(frozen=True)
class PayoutFile:
    """A file that was read whole and makes sense by itself.

    Attributes:
        name: Without folders.
        sha256: Of its bytes.
    """

    name: str
    sha256: str
    payments: tuple[Payment, ...]

    @property
    def total(self) -> int:
        """Base units."""
        return sum(payment.value for payment in self.payments)

    @cached_property
    def content(self) -> str:
        """Which payments these are: the same for the same rows in another order, unit or line ending."""
        return subject_of(*sorted(payment.text for payment in self.payments))

    @cached_property
    def ordered(self) -> tuple[Payment, ...]:
        """By receiver. Each stands once in a file, so this order is the same for the same payments.

        It makes the keys safe, in which the size of the transactions is not: the payments of the first transaction
        tell that size, and with the order it settles which rows each further key stands for. In the file's own order
        two files with equal first rows could mean other rows by the second key, and both pay.
        """
        return tuple(sorted(self.payments, key=lambda payment: int(payment.receiver, 16)))

    def chunks(self, size: int) -> list[Chunk]:
        """The payments in their order, `size` to a transaction."""
        starts = range(0, len(self.ordered), size)
        return [
            Chunk(number, self.ordered[start : start + size])
            for number, start in enumerate(starts, start=1)
        ]

    def require(self, *, total: int | None, count: int | None) -> None:
        """Compare with control figures that came another way than the file.

        Args:
            total: Base units; None when not given.
            count: Payments; None when not given.

        Raises:
            InputError: one differs.
        """
        if count is not None and count != len(self.payments):
            raise InputError(
                f"{self.name} has {len(self.payments)} payments, --count says {count}; find out which is right before "
                "anything is paid."
            )
        if total is not None and total != self.total:
            raise InputError(
                f"{self.name} sums to {format_som(self.total)}, --total says {format_som(total)}, a difference of "
                f"{format_som(self.total - total)}; find out which is right before anything is paid."
            )


@dataclass(frozen=True)
class Paid:
    """How far a file is paid.

    Attributes:
        size: Payments of one transaction.
        round: 1 when these payments are made for the first time.
        outcomes: By chunk.
        reference: As the journal has it.
        keys: By chunk: of the token, 32 bytes.
        others: Chunks that another run paid, by the chain.
        void: Chunks that were given up, and the transactions that declared them void.
    """

    file: PayoutFile
    chunks: Sequence[Chunk]
    size: int
    round: int
    outcomes: Mapping[str, Outcome]
    reference: str
    keys: Mapping[str, bytes]
    others: frozenset[str] = frozenset()
    void: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Base units that were paid."""
        return sum(chunk.total for chunk in self.chunks if chunk.name in self.outcomes)

    @property
    def complete(self) -> bool:
        """Everything is paid."""
        return len(self.outcomes) == len(self.chunks)


def read_payout(path: Path, token: str) -> PayoutFile:
    """The payments in the CSV file at `path`.

    Args:
        path: See `CsvFile.read`.
        token: Address of the token, which is never a receiver.

    Raises:
        CsvFileError: it is no such file; names the line.
    """
    file = CsvFile.read(path, ["address", tuple(AMOUNT_COLUMNS)], ["reference"])
    column = next(name for name in file.columns if name in AMOUNT_COLUMNS)
    seen: dict[str, int] = {}
    payments = tuple(file.each(lambda row: _payment(row, column, token, seen)))
    found = PayoutFile(file.name, file.sha256, payments)
    if found.total > MAX_BASE_UNITS:
        raise CsvFileError(
            f"{file.name}: it sums to {format_som(found.total)}, more than the token can hold; check the amounts."
        )
    return found


def _payment(row: Row, column: str, token: str, seen: dict[str, int]) -> Payment:
    """What the row says; no receiver appears twice, none is the token."""
    receiver = parse_address(row)
    if int(receiver, 16) == int(token, 16):
        raise row.fault(
            f"{receiver} is the token itself, which never holds tokens",
            "write the receiver's own address",
        )
    if (line := seen.setdefault(receiver, row.line)) != row.line:
        raise row.fault(
            f"{receiver} stands already on line {line}", "keep one row for each receiver"
        )
    return Payment(row.line, receiver, parse_amount_cell(row, column), _reference(row))


def _reference(row: Row) -> str:
    text = row.cells.get("reference", "")
    if len(text) > MAX_REFERENCE or not text.isprintable() or text != text.strip():
        raise row.fault(
            f"the reference {text[:60]!r} is longer than {MAX_REFERENCE} characters, has spaces around it, or some "
            "that cannot be printed",
            "write it plainly",
        )
    if text[:1] in _FORMULA and text:
        raise row.fault(
            f"the reference {text[:60]!r} starts with {text[0]!r}, as a spreadsheet's formula does",
            "begin it with a letter or a digit",
        )
    return text
