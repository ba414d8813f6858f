"""How the fields of a policy are read, and how its slips are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlsplit

from eth_utils.address import is_address, is_checksum_address
from pydantic import BeforeValidator, Field, ValidationError

from kgst.document import ADDRESS
from kgst.quantities import parse_duration
from kgst.roles import Role

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
Label = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Address = Annotated[str, BeforeValidator(_address), ADDRESS]


def problems(error: ValidationError) -> Iterator[str]:
    """One line for each problem: key, what was found, what to do."""
    for item in error.errors():
        message = item["msg"].removeprefix("Value error, ")
        key = _key(item["loc"])
        if not key:  # from a check across keys: each line has its own key
            yield from message.splitlines()
        elif item["type"] == "missing":
            yield f"{key}: it is missing; add it."
        elif item["type"] == "extra_forbidden":
            yield f"{key}: nothing reads this key; check its spelling, or remove it."
        else:
            # A node's address may have a key in it.
            found = "" if key.startswith("rpcs") else f"found {_shown(item['input'])}: "
            yield f"{key}: {found}{message.rstrip('.')}."


def _key(location: tuple[Any, ...]) -> str:
    parts = [str(part) for part in location]
    if parts[:1] == ["roles"] and len(parts) > 1 and parts[1].isdecimal():
        parts[1] = Role(int(parts[1])).name
    return ".".join(p for p in parts if p not in ("[key]", "int", "literal['local']"))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
