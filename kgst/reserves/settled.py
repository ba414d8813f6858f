"""`--settled`: on how many of the tokens ever burned nothing is owed any more.

Either an amount, cumulative since the token began, or a CSV file of the redemptions paid since the last attestation,
which is added to the last `settled`. Its header is `reference,amount`; an amount has its unit, as everywhere.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path
from typing import Final

from kgst.errors import InputError
from kgst.reserves.files import SettledFrom
from kgst.statements import StatementError
from kgst.statements.source import Source
from kgst.storing import FileError
from kgst.units import MAX_BASE_UNITS, TYIYN, AmountError, format_som, parse_amount

__all__ = ["CSV_HEADER", "settled_now"]

CSV_HEADER: Final = ("reference", "amount")
"""Column names, in this order."""

_HEADER_LINE: Final = ",".join(CSV_HEADER)


def settled_now(given: str | None, *, last: int, burned: int) -> tuple[int, SettledFrom]:
    """Cumulative base units settled, and where the figure comes from. An amount may be below `last`.

    Args:
        given: An amount, the path of a CSV file, or None for what the last attestation said.
        last: `settled` of the last attestation, in base units.
        burned: Base units ever burned.

    Raises:
        InputError: neither an amount nor a file; or above `burned`.
        FileError: the CSV file is not one.
    """
    if given is None:
        return last, SettledFrom(kind="unchanged")
    path = Path(given)
    if path.suffix.lower() == ".csv" or path.is_file():
        added, source, rows = _read_table(path)
        _require_within(last + added, burned, f"{source.name}: {format_som(added)} in it")
        return last + added, SettledFrom(
            kind="table", redemptions=rows, file=source.name, file_sha256=source.sha256
        )
    try:
        amount = parse_amount(given)
    except AmountError as error:
        raise InputError(
            f"--settled: {error} Or give a CSV file with the header {_HEADER_LINE}."
        ) from None
    _require_within(amount, burned, f"--settled {format_som(amount)} is cumulative")
    return amount, SettledFrom(kind="amount")


def _require_within(settled: int, burned: int, what: str) -> None:
    if settled > burned:
        raise InputError(
            f"{what}: {format_som(settled)} would be settled in all, and only {format_som(burned)} were ever burned; "
            f"{format_som(settled - burned)} too much. Was a redemption paid before its tokens were burned, or counted "
            "in an earlier attestation?"
        )


def _read_table(path: Path) -> tuple[int, Source, int]:
    """Sum in base units, the file, and how many redemptions it lists."""
    try:
        source = Source.read(path)
    except StatementError as error:
        raise FileError(f"--settled: {error}") from None
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    seen: dict[str, int] = {}
    total, end, header_read = 0, 0, False
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
            total += amount
    except csv.Error as error:
        raise _fault(source, end + 1, f"not well-formed CSV ({error})", "export it again") from None
    if not seen:
        raise _fault(
            source,
            end,
            "no redemptions",
            "leave --settled out when none was paid since the last attestation",
        )
    if total > MAX_BASE_UNITS:
        raise _fault(source, end, "more than the token can hold", "check the amounts")
    return total, source, len(seen)


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
