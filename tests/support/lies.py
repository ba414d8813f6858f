"""Lies of a node, one at a time: every field of every answer that an honest run of a command got, told wrongly.

What a command asks is taken down while it runs against an honest node; the lies are made from that, so that nothing is
listed by hand and no answer is left out. A lie names the question, the place in the answer, what is said instead, and
when: each time, or once, before or after the first transaction was handed over.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.crypto import keccak
from support.bsc.wire import Refusal, refusal

__all__ = ["Liar", "Lie", "Recording", "lies_of"]

Path = tuple[str | int, ...]
_AGGREGATE: Final = (
    "0x" + function_signature_to_4byte_selector("aggregate3((address,bool,bytes)[])").hex()
)
_SEND: Final = "eth_sendRawTransaction"
_OF_THE_BLOCK: Final = ("getBlockNumber", "getCurrentBlockTimestamp", "getLastBlockHash")
_HASH, _ADDRESS = 66, 42
_STEPS: Final = {"plus": 1, "minus": -1, "far": 1_000}
WHEN: Final = ("always", "once", "once after sending")


# Questions


def question_of(request: Mapping[str, Any]) -> str:
    """What is asked, whatever block, account, nonce or amount is in it: the same in every run of a command."""
    method, params = str(request["method"]), list(request.get("params") or [])
    if method == "eth_call":
        return f"{method} {_called(params[0])}"
    if method in ("eth_getBlockByNumber", "eth_getTransactionCount", "eth_getBalance"):
        return f"{method} {_block(params[-1] if isinstance(params[-1], str) else params[0])}"
    if method == "eth_getLogs":
        [kinds, *_] = params[0].get("topics") or [[]]
        return f"{method} of {len(kinds) if isinstance(kinds, list) else 1} kinds"
    return method


def _block(text: str) -> str:
    if not text.startswith("0x"):
        return text
    return "0" if int(text, 16) == 0 else "number"


def _called(request: Mapping[str, Any]) -> str:
    data = str(request.get("data") or request.get("input") or "0x")
    if not data.startswith(_AGGREGATE):
        return _names().get(data[:10], data[:10])
    names = [_names().get(one := "0x" + bytes(call)[:4].hex(), one) for _, _, call in _calls(data)]
    several = [name for name in names if name not in _OF_THE_BLOCK]
    return f"{len(names)} at once: {several[0]} to {several[-1]}"


@cache
def _names() -> dict[str, str]:
    """Functions of the contracts, by selector."""
    from ape import project

    found = {"0x" + function_signature_to_4byte_selector(f"{n}()").hex(): n for n in _OF_THE_BLOCK}
    for contract in ("IKGST", "KGSTAccessManager"):
        for abi in project.get_contract(contract).contract_type.methods:
            found["0x" + function_signature_to_4byte_selector(abi.selector).hex()] = abi.name
    return found


def _calls(data: str) -> Sequence[Any]:
    [calls] = decode(["(address,bool,bytes)[]"], bytes.fromhex(data[10:]))
    return list(calls)


# Answers, taken apart and put together


def opened(request: Mapping[str, Any], result: Any) -> Any:
    """The result as JSON whose leaves can be told wrongly: what calls return is words."""
    if request["method"] != "eth_call" or not isinstance(result, str) or len(result) < _HASH:
        return copy.deepcopy(result)
    if str(request["params"][0].get("data", "")).startswith(_AGGREGATE):
        [answers] = decode(["(bool,bytes)[]"], bytes.fromhex(result[2:]))
        return {"calls": [{"success": ok, "words": _words(data)} for ok, data in answers]}
    return {"words": _words(bytes.fromhex(result[2:]))}


def closed(told: Any) -> Any:
    """The other way round."""
    if isinstance(told, dict) and "calls" in told:
        answers = [
            (bool(one.get("success")), _bytes(one.get("words") or []))
            for one in told["calls"] or []
        ]
        return "0x" + encode(["(bool,bytes)[]"], [answers]).hex()
    if isinstance(told, dict) and set(told) <= {"words"}:
        return "0x" + _bytes(told.get("words") or []).hex()
    return told


def _words(data: bytes) -> list[str]:
    return ["0x" + data[i : i + 32].hex() for i in range(0, len(data), 32)]


def _bytes(words: Sequence[str]) -> bytes:
    return b"".join(bytes.fromhex((word or "0x")[2:]) for word in words)


# Lies


@dataclass(frozen=True, order=True)
class Lie:
    """One lie.

    Attributes:
        path: Of the place in the answer as `opened` has it; empty for the whole.
        kind: What is said: `null`, `empty`, `zero`, `plus`, `minus`, `far`, `other`, `absent`, `dropped`, `doubled`,
            `error`.
        when: Of `WHEN`.
    """

    question: str
    path: Path
    kind: str
    when: str

    def __str__(self) -> str:
        place = "".join(f".{part}" for part in self.path)
        return f"{self.question}{place} {self.kind} {self.when}"


@dataclass
class Recording:
    """What was asked and answered, in order: (question, whether something had been sent, answer as `opened`)."""

    answers: list[tuple[str, bool, Any]] = field(default_factory=list)

    def take(self, request: Mapping[str, Any], *, sent: bool, answer: Any) -> None:
        if isinstance(answer, dict) and "result" in answer:
            self.answers.append((question_of(request), sent, opened(request, answer["result"])))

    def others(self) -> dict[int, list[str]]:
        """Every hash and address that was told, by length: what could stand in another's place."""
        found: dict[int, dict[str, None]] = {_HASH: {}, _ADDRESS: {}}
        for _, _, answer in self.answers:
            for _, value in _places(answer):
                if isinstance(value, str) and len(value) in found and int(value, 16) >> 96:
                    found[len(value)][value] = None
        return {length: list(values) for length, values in found.items()}


def lies_of(recording: Recording) -> list[Lie]:
    """Every lie about what was asked in an honest run, sorted."""
    found: set[Lie] = set()
    others = recording.others()
    for question, sent, answer in recording.answers:
        whens = ("always", "once after sending" if sent else "once")
        for path, value in _places(answer):
            for kind in _kinds(path, value):
                if kind != "error" and _instead(value, kind, others) == value:
                    continue
                found.update(Lie(question, path, kind, when) for when in whens)
    return sorted(
        found, key=lambda lie: (lie.question, [str(p) for p in lie.path], lie.kind, lie.when)
    )


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Of lists of many like things the first and the last are told wrongly, not each."""
    yield path, value
    if isinstance(value, dict):
        for name in value:
            yield from _places(value[name], (*path, name))
    elif isinstance(value, list):
        few = (
            range(len(value))
            if path[-1:] in (("calls",), ("words",), ("topics",))
            else {0, len(value) - 1}
        )
        for index in sorted(set(few)):
            if 0 <= index < len(value):
                yield from _places(value[index], (*path, index))


def _kinds(path: Path, value: Any) -> Sequence[str]:
    in_words = "words" in path[:-1]
    kinds: list[str] = [] if in_words or path[-2:-1] == ("calls",) else ["null"]
    if not path:
        kinds.append("error")
    elif isinstance(path[-1], str) and path[-1] not in ("words", "calls", "success"):
        kinds.append("absent")
    if isinstance(value, bool):
        kinds.append("other")
    elif isinstance(value, list):
        kinds += ["empty", "dropped", "doubled"] if value else []
    elif isinstance(value, str):
        kinds += _kinds_of_text(value, in_words=in_words)
    return kinds


def _kinds_of_text(value: str, *, in_words: bool) -> Sequence[str]:
    if not value.startswith("0x"):
        return ["empty", "other"]
    if value == "0x":
        return ["zero", "other"]
    if in_words or len(value) < _ADDRESS:
        wide = len(value) >= _ADDRESS and int(value, 16) >> 96
        return (
            *([] if in_words else ["empty"]),
            "zero",
            "plus",
            "minus",
            *(["other"] if wide else []),
        )
    if len(value) in (_HASH, _ADDRESS):
        return ["empty", "zero", "other"]
    return ["empty", "other"]


class Liar:
    """A fault of the double's (`BscNode.faults["any"]`): tells one lie, or none and takes down what is said.

    Attributes:
        told: How often it lied.
        sent: Whether a transaction was handed over.
    """

    def __init__(
        self, lie: Lie | None = None, others: Mapping[int, Sequence[str]] | None = None
    ) -> None:
        self.lie, self._others = lie, others or {}
        self.recording = Recording()
        self.told, self.sent = 0, False

    def __call__(self, request: Any, forward: Callable[[Any], Any]) -> Any:
        answer = forward(request)
        if self.lie is None:
            self.recording.take(request, sent=self.sent, answer=answer)
        elif self._is_time() and question_of(request) == self.lie.question:
            answer = self._lied(request, answer)
        self.sent = self.sent or request["method"] == _SEND
        return answer

    def _is_time(self) -> bool:
        assert self.lie is not None
        if self.lie.when == "always":
            return True
        return not self.told and self.sent == (self.lie.when == "once after sending")

    def _lied(self, request: Any, answer: Any) -> Any:
        assert self.lie is not None
        if not isinstance(answer, dict) or "result" not in answer:
            return answer
        if (kind := self.lie.kind) == "error":
            self.told += 1
            return refusal(request, Refusal("internal error", -32603))
        true = opened(request, answer["result"])
        told = _altered(true, self.lie.path, lambda value: _instead(value, kind, self._others))
        if told == true or told is _NOWHERE:
            return answer
        self.told += 1
        return {**answer, "result": closed(told)}


def _instead(value: Any, kind: str, others: Mapping[int, Sequence[str]]) -> Any:
    """What is said in place of `value`; `_NOWHERE` when it is left out."""
    if kind in ("null", "absent"):
        return None if kind == "null" else _NOWHERE
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return {"empty": [], "dropped": value[:-1], "doubled": [*value[:1], *value]}[kind]
    if not isinstance(value, str):
        return value
    return _instead_of_text(value, kind, others.get(len(value), ()))


_NOWHERE: Final = object()


def _altered(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """`value` with the place at `path` changed; `_NOWHERE` when it has no such place."""
    if not path:
        return change(value)
    first, *rest = path
    try:
        inner = value[first]
    except (KeyError, IndexError, TypeError):
        return _NOWHERE
    new = _altered(inner, tuple(rest), change)
    if new is _NOWHERE and rest:
        return _NOWHERE
    changed = copy.copy(value)
    if new is _NOWHERE:
        del changed[first]
    else:
        changed[first] = new
    return changed


def _instead_of_text(value: str, kind: str, others: Sequence[str]) -> str:
    if not value.startswith("0x"):
        return "" if kind == "empty" else f"{value}, another"
    if kind == "empty":
        return "0x"
    if value == "0x":
        return f"0x{int(kind != 'zero'):064x}"
    width = len(value) - 2
    whole = width in (_HASH - 2, _ADDRESS - 2)
    if kind == "zero":
        return "0x" + "0" * (width if whole else 1)
    if kind in _STEPS:
        number = (int(value, 16) + _STEPS[kind]) % (1 << 256)
        return f"0x{number:0{width}x}" if whole else hex(number)
    if width == _HASH - 2 and not int(value, 16) >> 160:
        return next(
            (f"0x{int(o, 16):064x}" for o in others if o != value and not int(o, 16) >> 160),
            "0x" + 64 * "1",
        )
    if whole:
        return next((o for o in others if o != value), "0x" + keccak(text=value).hex()[:width])
    return value[:-2] + f"{int(value[-2:], 16) ^ 1:02x}"
