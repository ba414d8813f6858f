"""CSV files that people make, read strictly: RFC 4180, UTF-8, a header, one record a line.

What spreadsheets add unasked is taken where it cannot be misread (a byte order mark, CRLF, quotes) and refused where it
can: semicolons, other encodings, line breaks in cells, empty lines, surplus columns. Every error names file and line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from eth_utils.address import is_checksum_address

from kgst.errors import InputError
from kgst.regularfile import NotRegularError, TooLargeError, read_regular
from kgst.units import MAX_BASE_UNITS, TYIYN, TYIYN_PER_SOM, format_som

__all__ = ["MAX_FILE_BYTES", "CsvFile", "CsvFileError", "Row", "parse_address", "parse_amount_cell"]

MAX_FILE_BYTES: Final = 20 * 1024 * 1024
"""Largest file that is read: 20 MiB."""

AMOUNT_COLUMNS: Final = {"amount_som": TYIYN_PER_SOM, "amount_tyiyn": 1}
"""Columns of amounts, and the tyiyn in one of their unit."""

_MAX_CELL: Final = 200
_MOST_TOLD: Final = 20  # rows
_HIDDEN: Final = re.compile(
    r"[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_DECIMAL: Final = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
T = TypeVar("T")


class CsvFileError(InputError):
    """A file, or a row of it, that cannot be read as it should."""


@dataclass(frozen=True)
class Row:
    """One record.

    Attributes:
        line: The line that it starts on, counted from 1.
        cells: By column; a column that the file lacks is absent.
    """

    file: str
    line: int
    cells: dict[str, str]

    def fault(self, found: str, remedy: str) -> CsvFileError:
        """An error that names this row."""
        return CsvFileError(f"{self.file}: line {self.line}: {found}; {remedy}.")


@dataclass(frozen=True)
class CsvFile:
    """A file that was read whole.

    Attributes:
        name: Without folders.
        sha256: Of its bytes, in hexadecimal digits.
        columns: As its header has them.
    """

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @classmethod
    def read(
        cls, path: Path, required: Sequence[str | Collection[str]], optional: Collection[str] = ()
    ) -> CsvFile:
        """The file at `path`.

        Args:
            path: A regular file of at most `MAX_FILE_BYTES` bytes.
            required: Columns, in any order; a collection stands for exactly one of its members.
            optional: Columns that may be there too.

        Raises:
            CsvFileError: it cannot be read, is not such a file, or has no rows.
        """
        data = _read(path)
        text = _decode(path.name, data)
        records = _records(path.name, text)
        header_line, header = next(records, (1, []))
        columns = _columns(Row(path.name, header_line, {}), header, required, optional)
        rows = []
        for line, cells in records:
            row = Row(path.name, line, dict(zip(columns, cells, strict=False)))
            if not any(cells):
                raise row.fault("the line is empty", "remove it")
            if (count := len(cells)) != len(columns):
                remedy = "write one cell for each column, amounts without commas"
                raise row.fault(f"{count} cells instead of {len(columns)}", remedy)
            rows.append(row)
        if not rows:
            said = "no rows after the header; write one for each account."
            raise CsvFileError(f"{path.name}: {said}")
        return cls(path.name, hashlib.sha256(data).hexdigest(), columns, tuple(rows))

    def each(self, read: Callable[[Row], T]) -> list[T]:
        """What `read` makes of each row, in order.

        Raises:
            CsvFileError: it refuses rows; all of them are named, so that nobody has to ask again for each.
        """
        found, faults = list[T](), list[str]()
        for row in self.rows:
            try:
                found.append(read(row))
            except CsvFileError as error:
                faults.append(str(error))
        if len(faults) > 1:
            more = [f"… and {len(faults) - _MOST_TOLD} more"] if len(faults) > _MOST_TOLD else []
            faults = [f"{len(faults)} rows cannot be used:", *faults[:_MOST_TOLD], *more]
        if faults:
            raise CsvFileError("\n".join(faults))
        return found


def parse_address(row: Row, column: str = "address") -> str:
    """The checksummed address in a cell.

    Raises:
        CsvFileError: no address, or its checksum is absent or wrong.
    """
    text = row.cells[column]
    if _ADDRESS.fullmatch(text) is None:
        raise row.fault(
            f"{_shown(text)} is not an address",
            "write 0x and 40 hexadecimal digits, without spaces",
        )
    if not is_checksum_address(text):
        raise row.fault(
            f"{text}: its EIP-55 checksum is absent or wrong, so a digit may be",
            "copy it again from its owner, in capitals and small letters as wallets show it",
        )
    if int(text, 16) == 0:
        raise row.fault("the zero address is nobody's", "write the account's address")
    return text


def parse_amount_cell(row: Row, column: str, *, zero: bool = False) -> int:
    """Base units of the amount in a cell of `amount_som` (two decimals at most) or `amount_tyiyn` (none).

    Args:
        row: Whose cell.
        column: The amount's column, which says the unit.
        zero: Whether 0 is an amount.

    Raises:
        CsvFileError: not a plain decimal number of that unit, more than the token can hold, or zero.
    """
    text, unit = row.cells[column], column.removeprefix("amount_")
    decimals = 2 if AMOUNT_COLUMNS[column] == TYIYN_PER_SOM else 0
    if (match := _DECIMAL.fullmatch(text)) is None:
        example = "1234.50" if decimals else "123450"
        raise row.fault(
            f"the amount {_shown(text)} {_amount_fault(text)}",
            f'write {unit} as plain digits, like "{example}"; the column\'s name has the unit',
        )
    fraction = match[2] or ""
    if len(fraction) > decimals:
        most = f"{unit} with at most {decimals} decimals: money has no more"
        remedy = f"write {most if decimals else 'whole tyiyn'}"
        raise row.fault(f"the amount {_shown(text)} has {len(fraction)} decimal(s)", remedy)
    if len(match[1]) > len(str(MAX_BASE_UNITS)):
        raise row.fault(f"the amount {_shown(text)} is too large", "check the number of zeros")
    value = int(match[1] + fraction.ljust(decimals, "0")) * TYIYN
    if value > MAX_BASE_UNITS:
        raise row.fault(
            f"{format_som(value)} is more than the token can hold", "check the number of zeros"
        )
    if value == 0 and not zero:
        raise row.fault("the amount is zero", "leave the row out")
    return value


def _read(path: Path) -> bytes:
    name = path.name
    try:
        return read_regular(path, MAX_FILE_BYTES)
    except NotRegularError as error:
        raise CsvFileError(f"{name}: it is {error}, not a file; give a CSV file.") from None
    except TooLargeError:
        raise CsvFileError(
            f"{name}: it is larger than {MAX_FILE_BYTES // 2**20} MiB; split it into several files."
        ) from None
    except OSError as error:
        raise CsvFileError(
            f"{name}: it cannot be read ({error.strerror}); check the path and the permissions."
        ) from error


def _decode(name: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CsvFileError(
            f"{name}: line {line}: it is not UTF-8 text; save it as “CSV UTF-8” (not as Unicode text or in a Windows "
            "code page)."
        ) from None
    if hidden := _HIDDEN.search(text):
        line = text.count("\n", 0, hidden.start()) + 1
        raise CsvFileError(
            f"{name}: line {line}: the character U+{ord(hidden.group()):04X} cannot stand in a CSV file; save it as "
            "“CSV UTF-8” from the spreadsheet again."
        )
    if not text.strip():
        raise CsvFileError(f"{name}: the file is empty; write a header and a row for each account.")
    return text


def _records(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """(line that it starts on, cells) of each record, the header's included."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    end = 0
    try:
        for cells in reader:
            line, end = end + 1, reader.line_num
            if end > line:
                raise Row(name, line, {}).fault(
                    "a cell has a line break in it",
                    "remove the line break, or the quote that opens the cell",
                )
            if any(len(cell) > _MAX_CELL for cell in cells):
                raise Row(name, line, {}).fault(
                    f"a cell is longer than {_MAX_CELL} characters", "shorten it"
                )
            yield line, cells
    except csv.Error as error:
        raise Row(name, end + 1, {}).fault(
            f"it is not well-formed CSV ({error})", "check the quotes, or export it again"
        ) from None


def _columns(
    row: Row,
    header: list[str],
    required: Sequence[str | Collection[str]],
    optional: Collection[str],
) -> tuple[str, ...]:
    wanted = [[one] if isinstance(one, str) else list(one) for one in required]
    like = ",".join(" or ".join(names) for names in wanted) + "".join(f"[,{o}]" for o in optional)
    remedy = f"write the header {like}"
    for sign, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            raise row.fault(
                f"its columns are separated by {word}", "save it with commas between the columns"
            )
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise row.fault(f"the column {_shown(twice[0])} appears twice", remedy)
    for names in wanted:
        found = [name for name in names if name in header]
        if not found:
            raise row.fault(
                f"there is no column {' or '.join(names)}{_unit_hint(header, names)}", remedy
            )
        if len(found) > 1:
            raise row.fault(f"{' and '.join(found)} are both there", "keep one of them")
    known = {name for names in wanted for name in names} | set(optional)
    if unknown := [name for name in header if name not in known]:
        raise row.fault(f"nothing reads the column {_shown(unknown[0])}", f"remove it, or {remedy}")
    return tuple(header)


def _unit_hint(header: list[str], names: list[str]) -> str:
    return ": amount has no unit" if "amount" in header and "amount_som" in names else ""


def _amount_fault(text: str) -> str:
    if not text.strip():
        return "is empty"
    if text[0] in "+-\u2212":
        return "has a sign"
    if "," in text:
        return "has a comma, which may mean thousands or decimals"
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+", text):
        return "has an exponent"
    if re.fullmatch(r"0[0-9]+(\.[0-9]+)?", text):
        return "starts with a surplus zero"
    if re.fullmatch(r"[0-9][0-9.' \u00a0\u2009\u202f_]*", text) and not text.endswith("."):
        return "has separators between its digits"
    return "is not a plain decimal number"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
