"""What a policy says of a bank's table: its columns and how they are written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Columns", "TableProfile"]


class Columns(BaseModel):
    """Headings of a table's columns, exactly as the bank writes them.

    Attributes:
        account: Of the account's number; in every row.
        currency: Of its ISO 4217 code; in every row.
        day: Of the day that the row is about; in every row.
        closing: Of the balance at the day's end; in every row.
        opening: Of the balance before, if the table has it; then balances and turnovers must agree.
        debits: Of the day's debits, if the table has them; then balances and turnovers must agree.
        credits: Of the day's credits, if the table has them; then balances and turnovers must agree.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str
    currency: str
    day: str
    closing: str
    opening: str | None = None
    debits: str | None = None
    credits: str | None = None


class TableProfile(BaseModel):
    """One bank's table: a row for each account and day, with the balance at the day's end.

    Attributes:
        bank: BIC of the bank.
        kind: `csv`, or `xlsx` (read-only: no macro is run and no formula computed).
        sheet: Name of the sheet of an XLSX file; left out: its only one.
        columns: Their headings.
        day: How days are written in text.
        decimal: What stands before the hundredths.
        separator: Of a CSV file's columns.
        encoding: Of a CSV file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bank: Annotated[str, Field(pattern=r"^[A-Z0-9]{8}([A-Z0-9]{3})?$")]
    kind: Literal["csv", "xlsx"]
    sheet: str | None = None
    columns: Columns
    day: Literal["dd.mm.yyyy", "yyyy-mm-dd", "dd/mm/yyyy"] = "dd.mm.yyyy"
    decimal: Literal[",", "."] = ","
    separator: Literal[";", ",", "\t"] = ";"
    encoding: Literal["utf-8", "windows-1251", "cp866"] = "utf-8"

    @property
    def wanted(self) -> list[str]:
        """The headings that are named."""
        return [one for one in self.columns.model_dump().values() if one is not None]
