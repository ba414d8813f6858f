"""What a command answers with `--json`: models, from which `make schemas` writes docs/schemas/.

A class's docstring says in its first sentence what the document is; under `Attributes:` stands what a key means and its
unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

from eth_utils.address import is_checksum_address
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PrivateAttr,
    ValidationError,
)
from pydantic_core import CoreSchema, PydanticSerializationError

__all__ = [
    "ABSENT",
    "ADDRESS",
    "IN_BASE_UNITS",
    "IN_TYIYN",
    "Address",
    "BaseUnits",
    "ChainId",
    "Count",
    "Data",
    "Document",
    "DocumentError",
    "Duration",
    "Hash",
    "Label",
    "Part",
    "Sha256",
    "Shared",
    "Time",
    "Tyiyn",
    "Wei",
]

_ABSENT: Final = object()
ABSENT: Final[Any] = Field(default=_ABSENT, exclude_if=lambda value: value is _ABSENT)
"""Default of a field whose key is left out of its document when it is not given."""


class DocumentError(ValueError):
    """A document has what its own model does not allow; the message names each such key, and why."""


class Part(BaseModel):
    """An object in a document: every key of it known, each value of its own type.

    One that is not so is made all the same, and refused when it is printed: by the time that a command makes its
    document it may have sent transactions, and goes on to its end.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    _problems: list[str] = PrivateAttr(default_factory=list)

    if not TYPE_CHECKING:  # where it takes each model's own fields

        def __init__(self, **values: Any) -> None:
            try:
                super().__init__(**values)
            except ValidationError as error:
                made = self.model_construct(**values)
                for name in BaseModel.__slots__:
                    if hasattr(made, name):
                        object.__setattr__(self, name, getattr(made, name))
                self._problems += [
                    f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
                ]

    @classmethod
    def taken_from(cls, source: object, **others: Any) -> Self:
        """One whose values are `source`'s attributes of the same names, but for `others`."""
        names = [name for name in cls.model_fields if name not in others]
        return cls(**{name: getattr(source, name) for name in names}, **others)


class Document(Part):
    """The whole of what a command prints with `--json`.

    Attributes:
        SCHEMA: `kgst/deploy-plan/1`, which `docs/schemas/deploy-plan.json` describes. The number rises when a key is
            removed or changes its meaning; keys may be added without.
    """

    SCHEMA: ClassVar[str]

    def dump(self) -> dict[str, Any]:
        """As it is printed, without `schema`.

        Raises:
            DocumentError: it has what its model does not allow.
        """
        if found := list(_problems_in(self)):
            raise DocumentError("; ".join(found))
        try:
            return self.model_dump(mode="json")
        except PydanticSerializationError as error:
            raise DocumentError(str(error)) from error

    def printed(self) -> dict[str, Any]:
        """As it is printed; raises as `dump`."""
        return {"schema": self.SCHEMA, **self.dump()}


def _problems_in(value: object, where: str = "") -> Iterator[str]:
    """What the models of `value` and of the parts in it do not allow: `operations.0.to: not a …`."""
    items: Iterable[tuple[object, object]] = ()
    if isinstance(value, Part):
        yield from (where + problem for problem in value._problems)
        items = ((name, getattr(value, name, None)) for name in type(value).model_fields)
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    elif isinstance(value, dict):
        items = value.items()
    for key, item in items:
        yield from _problems_in(item, f"{where}{key}.")


class Shared:
    """Marks a type that many keys have: a schema describes it once, in its `$defs`."""

    def __init__(self, name: str, description: str, **schema: Any) -> None:
        """Give the name and what is said of it.

        Args:
            name: In `$defs`.
            description: What it is, and its unit.
            schema: What its JSON Schema is; where it is not given, as pydantic has it.
        """
        self._name = name
        self._schema = schema
        self._description = description

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = self._schema or handler(core)
        # A key's own description must not take the place of this one.
        return {**found, "$shared": {"name": self._name, "description": self._description}}


def _checksummed(value: str) -> str:
    if not is_checksum_address(value):
        raise ValueError("not a checksummed address")
    return value


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


_TEXT: Final = "text, since it may exceed 2^53"
_DIGITS: Final[dict[str, Any]] = {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}
_AS_TEXT: Final = PlainSerializer(str, when_used="json")

ADDRESS: Final = Shared(
    "address", "checksummed as EIP-55 says", type="string", pattern="^0x[0-9a-fA-F]{40}$"
)
Address = Annotated[str, AfterValidator(_checksummed), ADDRESS]
Hash = Annotated[
    str, Field(pattern=r"^0x[0-9a-f]{64}$"), Shared("hash", "32 bytes, small hexadecimal digits")
]
Sha256 = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$"), Shared("sha256", "SHA-256, small hexadecimal digits")
]
Data = Annotated[
    bytes,
    PlainSerializer(_hex, when_used="json"),
    Shared("data", "bytes, small hexadecimal digits", type="string", pattern="^0x([0-9a-f]{2})*$"),
]
"""Bytes in the code, `0x…` in the document."""

Label = Annotated[str | None, Shared("label", "the policy's name; null for a stranger")]
ChainId = Annotated[
    int,
    Field(ge=1),
    Shared("chain_id", "EIP-155: 56 BSC, 97 its testnet, 1337 and 31337 development"),
]
Time = Annotated[int, Field(ge=0), Shared("time", "seconds since 1970, UTC")]
Duration = Annotated[int, Field(ge=0), Shared("duration", "seconds")]
Count = Annotated[int, Field(ge=0)]

# Integers in the code, text in the document.
IN_BASE_UNITS: Final = Shared("base_units", f"1 som = 1 000 000 base units; {_TEXT}", **_DIGITS)
IN_TYIYN: Final = Shared("tyiyn", f"1 som = 100 tyiyn; {_TEXT}", **_DIGITS)
BaseUnits = Annotated[int, Field(ge=0), _AS_TEXT, IN_BASE_UNITS]
Tyiyn = Annotated[int, Field(ge=0), _AS_TEXT, IN_TYIYN]
Wei = Annotated[int, Field(ge=0), _AS_TEXT, Shared("wei", f"1 BNB = 10^18 wei; {_TEXT}", **_DIGITS)]
