"""Orders of courts and authorities as files, and the hash by which the chain tells each from all others.

The hash is keccak256 of what identifies the order, as canonical JSON (RFC 8785): court, case, date and document; keys
sorted, no spaces, every value a string. What is ordered is not in it: the token keeps the amount with hash and account,
and refuses another one. So an order whose file was changed is the same order still. See docs/files.md.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from eth_utils.crypto import keccak
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from kgst.document import Sha256
from kgst.errors import InputError
from kgst.fields import Address, problems
from kgst.jsonfile import canonical_json
from kgst.moments import bishkek_today
from kgst.units import parse_amount
from kgst.yamlfile import YamlFileError, read_yaml

__all__ = ["Order", "OrderError"]


class OrderError(InputError):
    """An order that cannot be used. One line a problem: file, key, what was found, what to do."""


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("write it as text")
    # One text has one hash, however its letters are composed.
    text = unicodedata.normalize("NFC", value)
    if text != text.strip() or not text or len(text) > 200 or not text.isprintable():
        raise ValueError("write 1 to 200 printable characters, in one line, without spaces around")
    return text


def _positive(value: int) -> int:
    if value == 0:
        raise ValueError("write more than zero")
    return value


def _not_ahead(value: date) -> date:
    if value > bishkek_today():
        raise ValueError("the order is of a day to come; write the day on which it was issued")
    return value


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError("write it like 2026-01-31")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise ValueError("write a day of the calendar like 2026-01-31")
    return day


Words = Annotated[
    str,
    BeforeValidator(_words),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200}),
]


class Order(BaseModel):
    """An order of a court or authority: what is ordered, by whom.

    Attributes:
        kind: `transfer` moves the tokens to `to`; `burn` destroys those of a blocked account.
        source: Whose tokens; `from` in the file.
        to: The receiver of a transfer.
        amount: Base units; `"1 234.00 som"` in the file.
        authority: Name of the court or authority.
        case: Its number of the case.
        date: On which the order was issued, in Bishkek.
        document_sha256: SHA-256 of the order's document, as it is kept.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        json_schema_extra={
            "if": {"properties": {"kind": {"const": "transfer"}}},
            "then": {"required": ["to"], "properties": {"to": {"type": "string"}}},
            "else": {"properties": {"to": False}},
        },
    )

    format: Literal["kgst-order/2"]
    kind: Literal["transfer", "burn"]
    source: Annotated[Address, Field(alias="from")]
    to: Address | None = None
    amount: Annotated[
        int,
        BeforeValidator(parse_amount),
        AfterValidator(_positive),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": "^[0-9][0-9 _\u00a0\u2009\u202f]*(\\.[0-9]+)? (som|tyiyn)$",
            }
        ),
    ]
    authority: Words
    case: Words
    date: Annotated[
        date,
        BeforeValidator(_day),
        AfterValidator(_not_ahead),
        WithJsonSchema(
            {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        ),
    ]
    document_sha256: Sha256

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kind == "transfer" and self.to is None:
            raise ValueError("to: it is missing; write who receives the tokens.")
        if self.kind == "burn" and self.to is not None:
            raise ValueError("to: burned tokens go to nobody; remove it, or write kind: transfer.")
        if self.to == self.source:
            raise ValueError("to: it is the same account as from; write who receives the tokens.")
        return self

    @classmethod
    def load(cls, path: Path) -> Order:
        """The order in the YAML or JSON file at `path`.

        Raises:
            OrderError: it cannot be read or breaks a rule; every problem that was found is named.
        """
        try:
            return cls.model_validate(read_yaml(path))
        except YamlFileError as error:
            raise OrderError(f"{path}: {error}") from None
        except ValidationError as error:
            raise OrderError("\n".join(f"{path}: {line}" for line in problems(error))) from None

    @property
    def canonical(self) -> str:
        """What identifies the order, as RFC 8785 canonical JSON."""
        fields = {
            "format": self.format,
            "authority": self.authority,
            "case": self.case,
            "date": self.date.isoformat(),
            "document_sha256": self.document_sha256,
        }
        return canonical_json(fields).decode()

    @property
    def hash(self) -> bytes:
        """keccak256 of `canonical`, 32 bytes: `orderHash` on the chain."""
        return keccak(text=self.canonical)
