"""What the engines of the property tests share: encoding, the compiled contracts, and which engine there is.

In this process the machine runs on ``support/revm.py``, at thousands of steps a second, where pyrevm has a wheel, else
on ``support/pyevm.py``; a third engine goes through ape (``property/through_ape.py``). All speak in names and numbers:
an ``Outcome`` holds the error or the events as ``(name, arguments)``, addresses and 32-byte values as ``int``, so that
a model can predict it without knowing an encoding.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from eth_hash.auto import keccak

ARTIFACTS = Path(__file__).parents[2] / ".build" / "__local__.json"
PANIC = bytes.fromhex("4e487b71")

Event = tuple[int, str, tuple[Any, ...]]
"""Emitter, name, arguments in the order of declaration."""


@dataclass(slots=True)
class Outcome:
    """What a transaction did: ``error`` is None when it succeeded."""

    error: tuple[str, tuple[Any, ...]] | None
    events: list[Event]
    returned: bytes = b""


class Engine(Protocol):
    """What the state machine needs of a chain."""

    chain_id: int
    start: int
    """Second at which everything is deployed."""
    calls: int
    """Transactions and reads so far."""

    def deploy(self, sender: int, contract: str, *args: Any) -> int: ...
    def transact(self, sender: int, to: int, call: Call, now: int) -> Outcome: ...
    def clock(self, now: int) -> None: ...
    def next_block(self, now: int) -> int: ...
    def read(self, to: int, function: str, *args: Any) -> bytes: ...
    def words(self, address: int, slots: Sequence[int]) -> list[int]: ...
    def code_hash(self, address: int) -> int: ...
    def mark(self) -> Any: ...
    def restore(self, mark: Any) -> None: ...


# ------------------------------------------------------------------------------------------------------ encoding


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the function's signature, its arguments, and both encoded."""

    function: str
    arguments: tuple[Any, ...]
    data: bytes

    @classmethod
    def of(cls, function: str, *arguments: Any) -> Call:
        return cls(function, arguments, encode_call(function, arguments))


def encode_call(function: str, arguments: Sequence[Any]) -> bytes:
    """Selector and arguments; addresses and bytes32 as ``int`` or ``bytes``, structs and arrays as sequences."""
    head, types, static = _plan(function)
    if static:
        return head + b"".join(map(_word, arguments))
    return head + _sequence(types, arguments)


def encode(types: str, *values: Any) -> bytes:
    """``abi.encode`` of ``values`` of comma-separated ``types``."""
    return _sequence(split(types), values)


@lru_cache(maxsize=512)
def selector(function: str) -> bytes:
    return keccak(function.encode())[:4]


def _word(value: Any) -> bytes:
    return value.rjust(32, b"\0") if isinstance(value, bytes) else int(value).to_bytes(32, "big")


@lru_cache(maxsize=512)
def _plan(function: str) -> tuple[bytes, list[str], bool]:
    types = split(function[function.index("(") + 1 : -1])
    return (
        selector(function),
        types,
        not any(t[-1] in ")]" or t in ("bytes", "string") for t in types),
    )


def split(types: str) -> list[str]:
    """The top-level parts of ``types``."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(types):
        depth += (c == "(") - (c == ")")
        if c == "," and not depth:
            parts.append(types[start:i])
            start = i + 1
    return [*parts, types[start:]] if types else []


@lru_cache(maxsize=256)
def _dynamic(kind: str) -> bool:
    if kind.endswith("[]") or kind in ("bytes", "string"):
        return True
    return kind[0] == "(" and any(_dynamic(part) for part in split(kind[1:-1]))


def _encode(kind: str, value: Any) -> bytes:
    if kind.endswith("[]"):
        return _word(len(value)) + _sequence([kind[:-2]] * len(value), value)
    if kind[0] == "(":
        return _sequence(split(kind[1:-1]), value)
    if kind in ("bytes", "string"):
        raw = _raw(value)
        return _word(len(raw)) + raw + bytes(-len(raw) % 32)
    return _word(value)


def _raw(value: Any) -> bytes:
    if isinstance(value, Call):
        return value.data
    return value.encode() if isinstance(value, str) else bytes(value or b"")


def _sequence(types: Sequence[str], values: Sequence[Any]) -> bytes:
    parts = [(_dynamic(t), _encode(t, v)) for t, v in zip(types, values, strict=True)]
    offset = sum(32 if dynamic else len(part) for dynamic, part in parts)
    heads, tails = [], []
    for dynamic, part in parts:
        if dynamic:
            heads.append(_word(offset))
            tails.append(part)
            offset += len(part)
        else:
            heads.append(part)
    return b"".join(heads + tails)


def _decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Words as ``int``, bytes as ``bytes``, strings as ``str``, arrays of words as ``tuple``; no structs."""
    values: list[Any] = []
    for i, kind in enumerate(types):
        word = int.from_bytes(data[32 * i : 32 * i + 32], "big")
        if not _dynamic(kind):
            values.append(word)
            continue
        size = int.from_bytes(data[word : word + 32], "big")
        start = word + 32
        if kind.endswith("[]"):
            values.append(_decode([kind[:-2]] * size, data[start:]))
        else:
            raw = data[start : start + size]
            values.append(raw.decode() if kind == "string" else raw)
    return tuple(values)


# ------------------------------------------------------------------------------------------------------ artifacts


class Artifacts:
    """Creation code, errors and events of every compiled contract."""

    def __init__(self, path: Path) -> None:
        self.contracts: dict[str, Any] = json.loads(path.read_text())["contractTypes"]
        self.errors: dict[bytes, tuple[str, list[str]]] = {PANIC: ("Panic", ["uint256"])}
        self.events: dict[bytes, tuple[str, list[str], list[bool]]] = {}
        for contract in self.contracts.values():
            for entry in contract.get("abi", []):
                self._add(entry)

    def _add(self, entry: dict[str, Any]) -> None:
        if entry["type"] not in ("error", "event"):
            return
        types = [i["type"] for i in entry["inputs"]]
        signature = keccak(f"{entry['name']}({','.join(types)})".encode())
        if entry["type"] == "error":
            self.errors[signature[:4]] = (entry["name"], types)
        else:
            self.events[signature] = (entry["name"], types, [i["indexed"] for i in entry["inputs"]])

    def creation_code(self, name: str, args: Sequence[Any]) -> bytes:
        contract = self.contracts[name]
        constructor: dict[str, Any] = next(
            (e for e in contract["abi"] if e["type"] == "constructor"), {"inputs": []}
        )
        types = [i["type"] for i in constructor["inputs"]]
        code = bytes.fromhex(contract["deploymentBytecode"]["bytecode"].removeprefix("0x"))
        return code + _sequence(types, args)

    def error(self, data: bytes) -> tuple[str, tuple[Any, ...]]:
        """The named error in ``data``; ``("", ())`` for an empty revert."""
        if not data:
            return "", ()
        if data[:4] not in self.errors:
            return f"0x{data.hex()}", ()
        name, types = self.errors[data[:4]]
        return name, _decode(types, data[4:])

    def event(self, emitter: int, topics: Sequence[bytes], data: bytes) -> Event:
        name, types, indexed = self.events[topics[0]]
        rest = iter(_decode([t for t, i in zip(types, indexed, strict=True) if not i], data))
        words = iter(topics[1:])
        args = tuple(int.from_bytes(next(words), "big") if i else next(rest) for i in indexed)
        return emitter, name, args


@lru_cache(maxsize=1)
def artifacts() -> Artifacts:
    """Those of ``ape compile``, or of the file that KGST_ARTIFACTS names (the same format)."""
    return Artifacts(Path(os.environ.get("KGST_ARTIFACTS", ARTIFACTS)))


# -------------------------------------------------------------------------------------------------------- engines


def engine_name() -> str:
    """The in-process engine: `revm`, or `py-evm` where pyrevm has no wheel, or as KGST_ENGINE says."""
    chosen = os.environ.get("KGST_ENGINE") or ("revm" if find_spec("pyrevm") else "py-evm")
    if chosen not in ("revm", "py-evm"):
        raise ValueError(f"KGST_ENGINE is revm or py-evm, not {chosen}")
    return chosen


def in_process() -> Engine:
    """A new chain in this process."""
    if engine_name() == "revm":
        from support.revm import Revm

        return Revm()
    from support.pyevm import PyEvm

    return PyEvm()
