"""The keys in docs/policy.md, from the policy's model: how a value is written, its range, and what it is for.

python tools/policy_page.py [--check]      (--check: writes nothing; fails if the page is stale or a key has no words)
"""

from __future__ import annotations

import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from schemas import told

from kgst import fields, quantities
from kgst.policy import Policy
from kgst.roles import Role
from kgst.units import format_som, parse_amount

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "policy.md"

BEGIN: Final = "<!-- keys: written by `make policy` -->\n"
END: Final = "<!-- end of keys -->\n"

_TRUTH: Final = "`true` or `false`"


def _truth(flag: bool) -> str:
    return f"`{str(flag).lower()}`"


WRITTEN: Final[dict[Any, tuple[str, Any]]] = {
    parse_amount: ("som: `100 000.00 som`", format_som),
    quantities.parse_refill: ("som per second: `0.50 som per second`, or `none`", None),
    quantities.parse_bps: ("percent: `10 %`", lambda n: f"{n / 100:g} %"),
    quantities.parse_gwei: ("gwei: `1 gwei`", quantities.format_gwei),
    quantities.parse_bnb: ("BNB: `0.02 BNB`", lambda n: f"{n / 10**18:g} BNB"),
    quantities.parse_duration: (
        "duration: `90 seconds`, `3 days`",
        quantities.format_duration,
    ),
    fields._whole: ("whole number", str),
    fields._flag: (_TRUTH, _truth),
    fields._chain: ("EIP-155 chain id, or `local`", str),
    fields._address: ("address with its EIP-55 checksum, in quotes", str),
    fields._node_address: ("`https://…`; a key in it as `${NAME}`", str),
}
"""How a value is written, and how a bound or default is shown, by the function that reads it."""


PATTERNS: Final = {
    r"^[a-z][a-z0-9_]{0,39}$": "label",
    r"^[A-Z0-9]{8}([A-Z0-9]{3})?$": "BIC",
    r"^[A-Z]{3}$": "ISO 4217 code",
    r"^[0-9a-f]{64}$": "64 hexadecimal digits, with colons or without",
}
"""What a text that keeps to a pattern is called."""

INSIDE: Final = re.compile(r" \((seconds|base units|wei|1/10,000)\)")
"""The unit of the model's own value, which is not the one that people write."""


class Key(NamedTuple):
    """One row: dotted path, how it is written, its range or default, its words."""

    path: str
    written: str
    limits: str
    words: str


def keys(model: type[BaseModel], path: str = "") -> Iterator[Key]:
    """Every key below `model`, parents first, in the model's order."""
    words = told(model)[1]
    for name, field in model.model_fields.items():
        key = path + (field.alias or name)
        said = INSIDE.sub("", words.get(name, ""))
        inner, many = _inner(field.annotation)
        yield Key(key + many, _written(field, inner), _limits(field), said)
        if inner is not None:
            yield from keys(inner, f"{key}{many}.")


def _inner(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The model inside an annotation, and the brackets that say how it is repeated."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _inner(inside[0])
    if origin is tuple:
        return _inner(inside[0])[0], "[]"
    if origin is dict:
        model, many = _inner(inside[1])
        label = "<role>" if inside[0] is Role else "<name>"
        return model, f".{label}{many}"
    if origin in (typing.Union, types.UnionType):
        return _inner(next(one for one in inside if one is not types.NoneType))
    return None, ""


def _readers(field: Any) -> Iterator[Any]:
    """The metadata of a field and of what is inside its annotation."""
    if isinstance(field, FieldInfo):
        yield from field.metadata
        field = field.annotation
    yield from getattr(field, "__metadata__", ())
    for inside in typing.get_args(field):
        yield from _readers(inside)


def _written(field: FieldInfo, inner: type[BaseModel] | None) -> str:
    for one in _readers(field):
        if isinstance(one, BeforeValidator) and one.func in WRITTEN:
            return WRITTEN[one.func][0]
    if inner is not None:
        return "keys below"
    if field.annotation is bool:
        return _TRUTH
    if choices := _choices(field.annotation):
        return " or ".join(_code(one) for one in choices)
    patterns = (getattr(one, "pattern", None) for one in _readers(field))
    return next((PATTERNS[str(one)] for one in patterns if one), "text")


def _code(value: str) -> str:
    return f"`{value}`".replace("\t", "\\t")


def _choices(annotation: Any) -> tuple[Any, ...]:
    literal = typing.get_origin(annotation) is typing.Literal
    return typing.get_args(annotation) if literal else ()


def _limits(field: FieldInfo) -> str:
    shown: Any = _truth if field.annotation is bool else str
    least = most = ""
    for one in _readers(field):
        if isinstance(one, BeforeValidator) and one.func in WRITTEN:
            shown = WRITTEN[one.func][1] or str
    for one in field.metadata:
        least = next((shown(getattr(one, k)) for k in ("ge",) if hasattr(one, k)), least)
        least = f"above {shown(one.gt)}" if hasattr(one, "gt") else least
        most = shown(one.le) if hasattr(one, "le") and one.le < 2**64 - 1 else most
        least = f"{one.min_length}" if hasattr(one, "min_length") else least
        most = f"{one.max_length}" if hasattr(one, "max_length") else most
    counted = any(
        hasattr(one, "max_length") or hasattr(one, "min_length") for one in field.metadata
    )
    unit = " characters" if field.annotation is str else " of them" if counted else ""
    found = f"{least} to {most}" if least and most else f"at most {most}" if most else least
    if least and not most and not least.startswith("above"):
        found = f"at least {least}"
    return "; ".join(
        part for part in (found + unit if found else "", _default(field, shown)) if part
    )


def _default(field: FieldInfo, shown: Any) -> str:
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True)
    if value in (None, (), {}):
        return "may be left out"
    return f"{_code(value) if isinstance(value, str) else shown(value)} if left out"


def tables() -> str:
    """A table for each key of the top.

    Raises:
        SystemExit: a key has no words in its model's docstring.
    """
    found = list(keys(Policy))
    if silent := [one.path for one in found if not one.words]:
        raise SystemExit(
            f"kgst/policy.py: no words for {', '.join(silent)}; add them to Attributes"
        )
    parts: list[str] = []
    for top in dict.fromkeys(one.path.split(".")[0].removesuffix("[]") for one in found):
        parts.append(
            f"\n## `{top}`\n\n| key | written as | range, default | what it is |\n|---|---|---|---|\n"
        )
        parts += [
            f"| `{one.path}` | {one.written} | {one.limits} | {one.words} |\n"
            for one in found
            if one.path.split(".")[0].removesuffix("[]") == top
        ]
    return "".join(parts)


def main() -> int:
    there = PAGE.read_text(encoding="utf8")
    before, _, rest = there.partition(BEGIN)
    wanted = f"{before}{BEGIN}{tables()}\n{END}{rest.partition(END)[2]}"
    if there == wanted:
        return 0
    if "--check" in sys.argv[1:]:
        print("docs/policy.md: is not what the model says; run `make policy`")
        return 1
    PAGE.write_text(wanted, encoding="utf8")
    print("docs/policy.md: written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
