"""Call data in words: which function of the token or the AccessManager it calls, with amounts in som, people by label.

The bytes may come from anyone (events, files of others), so nothing is believed of them: what cannot be read, or is not
exactly what the shown arguments encode to, is shown as such. The text is one line of plain characters; it may contain
square brackets, so print it with `rich.markup.escape`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple, Protocol

from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.abi import interface
from kgst.flags import flag_names
from kgst.moments import format_time
from kgst.quantities import format_bps, format_duration, format_refill
from kgst.roles import role_name
from kgst.units import TYIYN, format_som

__all__ = ["Inner", "Namer", "addresses_in", "calls_in", "decode_call", "function_name"]

MAX_DATA: Final = 64 * 1024
"""Longest call data that is read, in bytes."""

MAX_DEPTH: Final = 5
"""Calls within calls that are followed."""

MAX_CALLS: Final = 256
"""Calls that one text shows, nested ones included: bytes can be made that unfold without end."""

MAX_ITEMS: Final = 64
"""Items of a list that are shown; of a longer one also how many there are, their sum and their hash."""

MAX_HEX: Final = 256
"""Bytes that are shown in hexadecimal digits; of more also how many there are and their hash."""

_CONTRACTS: Final = {
    "KGST": "token",
    "KGSTAccessManager": "manager",
    "Revoker": "revoker",
    "RedemptionDesk": "redemption_desk",
    "MintDesk": "mint_desk",
}
_INTERFACES: Final = {
    step: "IKGST" if step == "token" else name for name, step in _CONTRACTS.items()
}
_IN_SOM: Final = ("token", "redemption_desk", "mint_desk")
_AMOUNTS: Final = ("value", "amount", "capacity", "settled")
_TIMES: Final = ("when", "asOf", "deadline", "validAfter", "validBefore")
_DELAYS: Final = ("executionDelay", "newDelay", "newMaxAge")
_FOREIGN: Final = ("rescueTokens",)  # moves other tokens, whose decimals are not known
_UNLIMITED: Final = 2**256 - 1


class Namer(Protocol):
    """Gives addresses their names: `System`, whose contracts are those of `_CONTRACTS`; a signer's; or `Policy`."""

    def named(self, address: str) -> str:
        """`ops (0x12ab…cdef)`, `KGST`."""
        ...


class Inner(NamedTuple):
    """A call, and how it is made.

    Attributes:
        by: The function whose argument it is: `schedule`; None for the outermost.
        function: `pause(uint256)`; hexadecimal digits of what is no function of the token or the manager.
        to: Whom it is for.
        data: The call's bytes.
    """

    by: str | None
    function: str
    to: str
    data: bytes


def decode_call(namer: Namer, to: str, data: bytes) -> str:
    """`token.setIssuer(issuer=ops (0x12ab…cdef), capacity=1 000 000.00 som, …)`.

    Calls inside it (`multicall`, `execute`, `schedule`, `cancel`, `upgradeToAndCall`) are decoded too. Never raises:
    what is not understood is shown in hexadecimal digits.

    Args:
        namer: Whose names are used; with a `Policy` the contracts are strangers.
        to: Whom the call is for. Amounts are in som only when it is the token.
        data: The call's bytes, selector included.
    """
    return _Reader(namer).call(to, data, 0)


def calls_in(namer: Namer, to: str, data: bytes) -> list[Inner]:
    """The call and those that it carries, as far as `decode_call` shows them."""
    reader = _Reader(namer)
    reader.call(to, data, 0)
    return reader.found


def addresses_in(namer: Namer, to: str, data: bytes) -> set[str]:
    """Every address among the arguments of the call and of those that it carries, lists whole; checksummed."""
    found: set[str] = set()
    for inner in calls_in(namer, to, data):
        function = _functions(_CONTRACTS.get(namer.named(inner.to), "")).get(inner.data[:4])
        values = _decoded(function.types, inner.data[4:]) if function else None
        for kind, value in zip(function.types if function else (), values or (), strict=False):
            if kind in ("address", "address[]"):
                several = [value] if kind == "address" else value
                found.update(to_checksum_address(one) for one in several)
    return found


@dataclass(frozen=True)
class _Function:
    name: str
    inputs: tuple[Any, ...]
    types: tuple[str, ...]


class _Reader:
    """Decodes one call; counts what it has shown, since nested bytes may repeat without end."""

    def __init__(self, namer: Namer) -> None:
        self._namer = namer
        self._calls = 0
        self.found: list[Inner] = []

    def call(self, to: str, data: bytes, depth: int, by: str | None = None) -> str:
        self._calls += 1
        self.found.append(Inner(by, function_name(data[:4]), to, data))
        try:
            return self._call(to, data, depth)
        except Exception:  # hostile bytes break decoders in more ways than can be listed
            return f"{to}.{_hex(data)}"

    def _call(self, to: str, data: bytes, depth: int) -> str:
        name = self._namer.named(to)
        target = _CONTRACTS.get(name, name)
        if not data:
            return f"{target}, without a call"
        function = _functions(target).get(data[:4])
        if function is None or depth > MAX_DEPTH or self._calls > MAX_CALLS:
            return f"{target}.{_hex(data)}"
        if len(data) > MAX_DATA:
            said = f"{len(data)} bytes, too many to be shown, keccak256 0x{keccak(data).hex()}"
            return f"{target}.{function.name}(… {said})"
        values = _decoded(function.types, data[4:])
        if values is None:
            return f"{target}.{function.name}(unreadable arguments {_hex(data[4:])})"
        shown = []
        for abi, value in zip(function.inputs, values, strict=True):
            inner = self._nested(function.name, abi.name, to, values, depth)
            text = inner or self._shown(
                abi, value, target in _IN_SOM and function.name not in _FOREIGN
            )
            shown.append(f"{abi.name or '_'}={text}")
        # What is shown must be all that is signed.
        whole = encode(function.types, values) == data[4:]
        text = f"{target}.{function.name}({', '.join(shown)})"
        return text if whole else f"{text} and other bytes"

    def _nested(self, function: str, name: str, to: str, values: Any, depth: int) -> str | None:
        """The calls that the argument `name` carries; None when it carries none."""
        if name != "data":
            return None
        if function == "multicall":
            return f"[{', '.join(self.call(to, item, depth + 1, function) for item in values[0])}]"
        if function in ("execute", "schedule"):
            return self.call(to_checksum_address(values[0]), values[1], depth + 1, function)
        if function in ("cancel", "hashOperation"):
            return self.call(to_checksum_address(values[1]), values[2], depth + 1, function)
        if function == "upgradeToAndCall" and values[1]:
            return self.call(to, values[1], depth + 1, function)
        return None

    def _shown(self, abi: Any, value: Any, in_som: bool) -> str:
        """One argument.

        Args:
            abi: Its ABI: name, type, components.
            value: What was decoded.
            in_som: Whether amounts are of the token.
        """
        kind, name = str(abi.type), str(abi.name or "")
        if kind.endswith("]"):
            item = abi.model_copy(
                update={"type": kind[: kind.rindex("[")], "name": name.removesuffix("s")}
            )
            items = [self._shown(item, each, in_som) for each in value[:MAX_ITEMS]]
            if len(value) > MAX_ITEMS:
                items.append(self._rest(abi, item, value, in_som))
            return f"[{', '.join(items)}]"
        if kind == "tuple":
            fields = zip(abi.components or (), value, strict=True)
            return "{" + ", ".join(f"{c.name}={self._shown(c, v, in_som)}" for c, v in fields) + "}"
        if kind == "address":
            return self._namer.named(to_checksum_address(value))
        if kind == "bytes4":
            return function_name(value)
        if isinstance(value, bytes):
            return _hex(value)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int):
            return _number(name, value, in_som)
        return json.dumps(str(value)[:200])  # no control characters reach a terminal

    def _rest(self, abi: Any, item: Any, value: Any, in_som: bool) -> str:
        """What a list that is not shown whole comes to, by which two people can see that they have the same one."""
        said = f"… {len(value) - MAX_ITEMS} more; {len(value)} in all"
        if all(isinstance(one, int) and not isinstance(one, bool) for one in value):
            said += f", together {self._shown(item, sum(value), in_som)}"
        return f"{said}, keccak256 0x{keccak(encode([abi.canonical_type], [value])).hex()}"


def _decoded(types: tuple[str, ...], data: bytes) -> tuple[Any, ...] | None:
    """None when `data` is not of `types`, or too short for them, which the decoder alone would not always tell."""
    try:
        values: tuple[Any, ...] = decode(types, data)
        return values if len(encode(types, values)) <= len(data) else None
    except Exception:  # hostile bytes break decoders in more ways than can be listed
        return None


def _number(name: str, value: int, in_som: bool) -> str:
    if name in _TIMES:
        return "once its delay has passed" if name == "when" and value == 0 else format_time(value)
    if name in _DELAYS:
        return format_duration(value)
    if name in ("roleId", "admin", "guardian"):
        return role_name(value)
    if in_som:
        if name in _AMOUNTS:
            return "unlimited" if value == _UNLIMITED else format_som(value)
        if name == "reserves":
            return format_som(value * TYIYN)
        if name == "refillPerSecond":
            return format_refill(value)
        if name in ("newMaxIncreaseBps", "newMarginBps"):
            return format_bps(value)
        if name == "flags":
            return flag_names(value)
    return str(value)


def _hex(data: bytes) -> str:
    shown = data[:MAX_HEX].hex()
    if len(data) <= MAX_HEX:
        return f"0x{shown}"
    return f"0x{shown}… ({len(data)} bytes, keccak256 0x{keccak(data).hex()})"


@cache
def _functions(target: str) -> dict[bytes, _Function]:
    """By selector; at an address of none of the contracts, those of all."""
    own = _INTERFACES.get(target)
    found: dict[bytes, _Function] = {}
    for contract in (own,) if own else _INTERFACES.values():
        for abi in interface(contract).methods:
            types = tuple(i.canonical_type for i in abi.inputs)
            function = _Function(abi.name, tuple(abi.inputs), types)
            found.setdefault(
                function_signature_to_4byte_selector(f"{abi.name}({','.join(types)})"), function
            )
    return found


def function_name(selector: bytes, target: str = "") -> str:
    """`unpause(uint256)` of its four bytes; hexadecimal digits of what is no function there.

    Args:
        selector: Four bytes.
        target: `token`, `manager`, `revoker`, `redemption_desk` or `mint_desk`; empty for any of them.
    """
    function = _functions(target).get(selector)
    return f"{function.name}({','.join(function.types)})" if function else "0x" + selector.hex()
