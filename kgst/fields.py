"""How the fields of a policy are read, and how its slips are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from eth_utils.address import is_address, is_checksum_address
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from kgst.document import ADDRESS
from kgst.quantities import (
    QuantityError,
    format_bps,
    format_duration,
    format_refill,
    parse_duration,
)
from kgst.roles import Role
from kgst.spelling import did_you_mean
from kgst.units import format_som

__all__ = ["Address", "Chain", "Flag", "Label", "NodeAddress", "Seconds", "Whole", "problems"]


def _whole(value: object) -> int:
    if not isinstance(value, str) or not value.isascii() or not value.isdecimal():
        raise ValueError("it is not a whole number; write digits only")
    return int(value)


def _flag(value: object) -> bool:
    if value not in ("true", "false"):
        raise ValueError("write true or false")
    return value == "true"


def _chain(value: object) -> int | str:
    return "local" if value == "local" else _whole(value)


def _address(value: object) -> str:
    if isinstance(value, str) and value != value.strip() and is_address(value.strip()):
        raise ValueError("there is a space or a line's end around the address; remove it")
    if not isinstance(value, str) or not is_address(value) or not value.startswith("0x"):
        raise ValueError("it is not an address; write 0x and 40 hexadecimal digits")
    if not is_checksum_address(value):
        raise ValueError(
            "its EIP-55 checksum is absent or wrong, so a digit may be; copy it again from its "
            "owner, in capitals and small letters as wallets show it"
        )
    if int(value, 16) < 2**16:
        raise ValueError("nobody holds the key of this address; name a person's or a Safe's")
    return value


def _node_address(value: object) -> str:
    parts = urlsplit(value) if isinstance(value, str) and value.isprintable() else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(
            "it is not a node's address; write https://…, with a key in it as ${NAME}, which is filled from the "
            "environment"
        )
    return str(value)


Chain = Annotated[int | str, BeforeValidator(_chain)]
"""An EIP-155 chain id, or `local`."""

Whole = Annotated[int, BeforeValidator(_whole)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Seconds = Annotated[int, BeforeValidator(parse_duration)]
NodeAddress = Annotated[str, BeforeValidator(_node_address)]
_LABEL = r"^[a-z][a-z0-9_]{0,39}$"
Label = Annotated[str, Field(pattern=_LABEL)]
Address = Annotated[str, BeforeValidator(_address), ADDRESS]


_BOUNDS = {
    "greater_than": ("gt", "it must be more than"),
    "greater_than_equal": ("ge", "it must be at least"),
    "less_than": ("lt", "it must be less than"),
    "less_than_equal": ("le", "it must be at most"),
}
_KINDS = {
    "bool_type": "write true or false",
    "dict_type": "write keys with values here",
    "int_type": "it is not a whole number",
    "list_type": "write a list here",
    "model_type": "write keys with values here",
    "string_type": "it is not text",
    "tuple_type": "write a list here",
}


def problems(error: ValidationError, model: type[BaseModel] | None = None) -> Iterator[str]:
    """One line for each problem: key, what was found, what to do.

    Args:
        error: What pydantic found.
        model: Whose keys a misspelled one may have meant.
    """
    found_at = [item["loc"] for item in error.errors()]
    for item in error.errors():
        message = _plainly(item["type"], item["input"], item.get("ctx", {})) or item["msg"]
        message = message.removeprefix("Value error, ")
        key = _key(item["loc"])
        if item["type"] == "too_short" and any(
            len(other) > len(item["loc"]) and other[: len(item["loc"])] == item["loc"]
            for other in found_at
        ):
            continue  # what is wrong with its items is told already
        if not key:  # from a check across keys: each line has its own key
            yield from message.splitlines()
        elif item["type"] == "missing":
            yield f"{key}: it is missing; add it."
        elif item["type"] == "extra_forbidden":
            *above, word = item["loc"]
            meant = did_you_mean(str(word), _keys_at(model, above))
            yield f"{key}: nothing reads this key; check its spelling, or remove it.{meant}"
        else:
            # A node's address may have a key in it.
            found = "" if key.startswith("rpcs") else f"found {_shown(item['input'])}: "
            yield f"{key}: {found}{message}{'' if message.endswith(('.', '?')) else '.'}"


def _plainly(kind: str, value: object, context: dict[str, Any]) -> str:
    """What is wrong, of the kinds that pydantic tells in the words of Python; empty for others."""
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{words} {_in_units_of(value, context[name])}"
    if kind == "too_short":
        return f"write at least {context['min_length']} here"
    if kind == "too_long":
        return f"write at most {context['max_length']} here"
    if kind == "literal_error":
        return f"write {context['expected']}"
    if kind == "string_pattern_mismatch":
        if context["pattern"] == _LABEL:
            return "write small letters, digits and _, a letter first, at most 40"
        return f"it has not the form {context['pattern']}"
    return _KINDS.get(kind, "")


def _in_units_of(value: object, limit: object) -> str:
    """The limit as people wrote the value: a percentage, an amount, a duration, or a number."""
    if isinstance(value, str) and isinstance(limit, int):
        if value.endswith("%"):
            return format_bps(limit)
        if " per " in value:
            return format_refill(limit)
        if value.endswith("som"):
            return format_som(limit)
        with suppress(QuantityError):
            parse_duration(value)
            return format_duration(limit)
    return str(limit)


def _keys_at(model: type[BaseModel] | None, location: list[int | str]) -> list[str]:
    """The keys that the mapping at `location` of a document of `model` may have."""
    found = model
    for part in location:
        if found is None or isinstance(part, int):
            continue
        field = found.model_fields.get(part) or next(
            (f for f in found.model_fields.values() if f.alias == part), None
        )
        # What is no field is a key that people choose, as a label.
        found = next(_models_in(field.annotation), None) if field else found
    return [f.alias or name for name, f in found.model_fields.items()] if found else []


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _key(location: tuple[Any, ...]) -> str:
    parts = [str(part) for part in location]
    if parts[:1] == ["roles"] and len(parts) > 1 and parts[1].isdecimal():
        parts[1] = Role(int(parts[1])).name
    return ".".join(p for p in parts if p not in ("[key]", "int", "literal['local']"))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
