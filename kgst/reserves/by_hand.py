"""`--settled`: what no bank can show, said by a person and with a reason.

Either an amount, cumulative since the token began, or a CSV file of redemptions, each of which then counts as settled.
Its header is `reference,amount`; an amount has its unit, as everywhere.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kgst.errors import InputError
from kgst.reserves.origin import MAX_REASON, SettledFrom
from kgst.statements import StatementError
from kgst.statements.source import Source
from kgst.storing import FileError
from kgst.units import MAX_BASE_UNITS, TYIYN, AmountError, format_som, parse_amount

__all__ = ["CSV_HEADER", "ByHand", "read_by_hand"]

CSV_HEADER: Final = ("reference", "amount")
"""Column names, in this order."""

_HEADER_LINE: Final = ",".join(CSV_HEADER)


@dataclass(frozen=True)
class ByHand:
    """What `--settled` says.

    Attributes:
        amount: Base units ever settled; None when it was a table.
        rows: Of the table: reference, as in the file, and base units.
    """

    origin: SettledFrom
    amount: int | None = None
    rows: tuple[tuple[str, int], ...] = ()


def read_by_hand(given: str | None, reason: str | None) -> ByHand | None:
    """What was given by hand; None when nothing was.

    Args:
        given: An amount, or the path of a CSV file.
        reason: Why no bank can show it.

    Raises:
        InputError: neither an amount nor a file; no reason, or one without a figure.
        FileError: the CSV file is not one.
    """
    if given is None:
        if reason is not None:
            raise InputError("--reason is for --settled, which is not given; leave it out.")
        return None
    why = _require_reason(reason)
    path = Path(given)
    if path.suffix.lower() == ".csv" or path.is_file():
        rows, source = _read_table(path)
        origin = SettledFrom(
            kind="table",
            reason=why,
            redemptions=len(rows),
            file=source.name,
            file_sha256=source.sha256,
        )
        return ByHand(origin, rows=rows)
    try:
        return ByHand(SettledFrom(kind="amount", reason=why), amount=parse_amount(given))
    except AmountError as error:
        raise InputError(
            f"--settled: {error} Or give a CSV file with the header {_HEADER_LINE}."
        ) from None


def _require_reason(reason: str | None) -> str:
    reason = (reason or "").strip()
    if not reason or not reason.isprintable() or len(reason) > MAX_REASON:
        raise InputError(
            "--settled is for what no bank can show, like a forfeiture by order: say why in one line with --reason, of "
            f"at most {MAX_REASON} characters; every signer sees it. What banks have paid is found in their "
            "statements."
        )
    return reason


def _read_table(path: Path) -> tuple[tuple[tuple[str, int], ...], Source]:
    """Reference and base units of each row; and the file."""
    try:
        source = Source.read(path)
    except StatementError as error:
        raise FileError(f"--settled: {error}") from None
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    seen: dict[str, int] = {}
    rows: list[tuple[str, int]] = []
    end, header_read = 0, False
    try:
        for row in reader:
            line, end = end + 1, reader.line_num
            if not header_read:
                if tuple(row) != CSV_HEADER:
                    raise _fault(
                        source, line, "not the header of paid redemptions", f"write {_HEADER_LINE}"
                    )
                header_read = True
                continue
            reference, amount = _read_row(source, line, row)
            key = reference.casefold()
            if key in seen:
                raise _fault(
                    source,
                    line,
                    f"the reference {reference!r} stands already on line {seen[key]}",
                    "count each redemption once",
                )
            seen[key] = line
            rows.append((reference, amount))
    except csv.Error as error:
        raise _fault(source, end + 1, f"not well-formed CSV ({error})", "export it again") from None
    if not seen:
        raise _fault(
            source,
            end,
            "no redemptions",
            "leave --settled out when there is none",
        )
    if sum(amount for _, amount in rows) > MAX_BASE_UNITS:
        raise _fault(source, end, "more than the token can hold", "check the amounts")
    return tuple(rows), source


def _read_row(source: Source, line: int, row: list[str]) -> tuple[str, int]:
    if len(row) != len(CSV_HEADER):
        raise _fault(
            source,
            line,
            f"{len(row)} cells instead of {len(CSV_HEADER)}",
            "leave no empty lines, and write amounts without commas",
        )

    # Normalised, so that one reference cannot look like two.
    reference = " ".join(unicodedata.normalize("NFKC", row[0]).split())
    if not reference or len(reference) > 140 or not reference.isprintable():
        raise _fault(
            source,
            line,
            f"the reference {row[0][:60]!r} is empty, longer than 140 characters or cannot be printed",
            "write the payment's reference",
        )
    try:
        amount = parse_amount(row[1])
    except AmountError as error:
        raise FileError(f"{source.name}: line {line}, {reference!r}: {error}") from None
    if amount == 0:
        raise _fault(source, line, f"{reference!r} has the amount zero", "leave the row out")
    if amount % TYIYN:
        raise _fault(
            source,
            line,
            f"{reference!r} has {format_som(amount)}, and banks pay whole tyiyn",
            "write at most two decimals of som; what cannot be paid is settled by giving --settled as an amount",
        )
    return reference, amount


def _fault(source: Source, line: int, found: str, remedy: str) -> FileError:
    return FileError(f"{source.name}: line {line}: {found}; {remedy}.")
