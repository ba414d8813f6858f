"""Where the figure of what is settled comes from: the banks' own debits, or a person."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kgst.signing.shapes import FileModel

__all__ = ["MAX_REASON", "SettledFrom", "printable"]

MAX_REASON: Final = 200
"""Characters of the reason for a figure by hand."""


def printable(text: str) -> str:
    """`text`, if people can read it.

    Raises:
        ValueError: it has characters that cannot be printed.
    """
    if not text.isprintable():
        raise ValueError("it has characters that cannot be printed")
    return text


class SettledFrom(FileModel):
    """Where `settled` comes from.

    Attributes:
        kind: `entries` (by the banks' own debits), `unchanged` (as in the last attestation: there are no entries),
            and by hand `amount` (typed in, cumulative) or `table` (a CSV file of redemptions, besides the entries).
        redemptions: How many the entries settle; of a table, its rows.
        reopened: How many payments came back of redemptions that were settled before.
        reason: Why by hand; null otherwise.
        file: Name of the table.
        file_sha256: SHA-256 of its bytes.
    """

    kind: Literal["entries", "unchanged", "amount", "table"]
    redemptions: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    reopened: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    reason: (
        Annotated[str, Field(min_length=1, max_length=MAX_REASON), AfterValidator(printable)] | None
    ) = None
    file: Annotated[str, Field(max_length=255), AfterValidator(printable)] | None = None
    file_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    @property
    def by_hand(self) -> bool:
        """Whether a person said it, and no bank."""
        return self.kind in ("amount", "table")

    @model_validator(mode="after")
    def _has_a_reason(self) -> Self:
        if self.by_hand != (self.reason is not None):
            raise ValueError("a figure by hand has a reason, and no other has one")
        return self
