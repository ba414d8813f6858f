"""JSON for which there is one reading: whole, UTF-8, each key once in its object, no NaN.

Parsers take the last of two equal keys, people and other parsers the first: a file with both shows one thing and does
another. Every file of this project that is JSON is read through here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from kgst.regularfile import NotRegularError, TooLargeError, read_regular, write_regular

__all__ = [
    "MAX_BYTES",
    "JsonError",
    "NotWholeError",
    "canonical_json",
    "lines_of",
    "load_model",
    "parse_json",
    "write_whole",
]

MAX_BYTES: Final = 16 * 1024 * 1024
"""Of a file of this project's own: none comes near."""

M = TypeVar("M", bound=BaseModel)

_TOKENS: Final = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}]', re.S)
"""Of JSON that is well-formed: strings, those that a colon follows being keys, and the bounds of objects."""


_ALL_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s"{}\[\],:]+', re.S)
"""Of JSON that is well-formed, all but colons."""


class JsonError(ValueError):
    """JSON that cannot be relied on; the message says why, as a part of a sentence without the file's name."""


class NotWholeError(JsonError):
    """No JSON at all, or a part of some."""


class _DuplicateKeyError(ValueError):
    """A key appears twice in one object."""


def parse_json(data: bytes) -> tuple[str, Any]:
    """The text of a JSON document, without a byte order mark, and what it says.

    Args:
        data: UTF-8.

    Raises:
        NotWholeError: it is not one whole JSON document.
        JsonError: it is not UTF-8, has a key twice in one object, or NaN or Infinity for a number.
    """
    try:
        text = data.decode("utf-8-sig")
        # First a parser that bounds the depth: the standard library's can be made to overflow the stack.
        from_json(text)
        return text, json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise JsonError(f"byte {error.start} is not UTF-8") from None
    except _DuplicateKeyError:
        raise JsonError(_duplicate(text)) from None
    except JsonError:
        raise
    except ValueError as error:
        reason = re.sub(r"[^\x20-\x7e\u00a0-\u2fff]", "?", str(error))[:200]
        raise NotWholeError(f"not whole JSON ({reason})") from None


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """RFC 8785, for documents with ASCII keys and no number but whole ones below 2^53: sorted keys, no white space."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def lines_of(text: str) -> dict[str, int]:
    """On which line each value stands, by its place: `payees.3.name`, counted from 0; lines from 1.

    Args:
        text: As `parse_json` gave it.
    """
    found: dict[str, int] = {}
    frames: list[tuple[str, str | int | None]] = []
    line = at = 0
    for token in _ALL_TOKENS.finditer(text):
        line, at, mark = line + text.count("\n", at, token.start()), token.start(), token[0]
        kind, name = frames[-1] if frames else ("", "")
        if mark in "}]":
            frames.pop()
        elif mark == ",":
            frames[-1] = (kind, name + 1 if isinstance(name, int) else None)
        elif name is None:
            frames[-1] = (kind, json.loads(mark))
            found[".".join(str(one) for _, one in frames)] = line + 1
        else:
            found.setdefault(".".join(str(one) for _, one in frames), line + 1)
            if mark in "{[":
                frames.append((mark, None if mark == "{" else 0))
    return found


def load_model(path: Path, model: type[M], error: Callable[[str], Exception], remedy: str) -> M:
    """The file at `path`, which this project wrote, as `model`.

    Args:
        path: Where it is.
        model: Its form.
        error: Makes of a message what is raised.
        remedy: What to do about a file that is damaged: the end of the message, without a full stop.

    Raises:
        FileNotFoundError: there is none.
        Exception: as `error` makes it: the file cannot be read, or is not of that form.
    """
    try:
        return model.model_validate_json(parse_json(read_regular(path, MAX_BYTES))[0])
    except FileNotFoundError:
        raise
    except NotRegularError as problem:
        raise error(f"{path}: {problem}, not a file; {remedy}.") from None
    except TooLargeError as problem:
        raise error(f"{path}: {problem}; {remedy}.") from None
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror}.") from problem
    except JsonError as problem:
        raise error(f"{path}: {problem}; {remedy}.") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise error(f"{path}: {key}: {first['msg']}; {remedy}.") from None


def write_whole(path: Path, text: str) -> None:
    """Write `text` and a newline to `path`, whole or not at all, over what is there.

    Raises:
        OSError: it cannot be written.
    """
    write_regular(path, f"{text}\n".encode())


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _DuplicateKeyError
    return found


def _no_constant(name: str) -> Any:
    raise JsonError(f"{name} is not a number")


def _duplicate(text: str) -> str:
    """Which key appears twice, and on which lines; `text` is well-formed."""
    objects: list[dict[str, int]] = []
    line, counted = 1, 0
    for token in _TOKENS.finditer(text):
        line += text.count("\n", counted, token.start())
        counted = token.start()
        if token[0] == "{":
            objects.append({})
        elif token[0] == "}":
            objects.pop()
        elif token[2]:
            key = str(json.loads(token[1]))
            if key in objects[-1]:
                said = f"the key {_short(key)} appears twice in one object"
                if "\n" in text.strip():
                    said = f"line {line}: {said} (first on line {objects[-1][key]})"
                return f"{said}, and readers differ on which counts"
            objects[-1][key] = line
    raise AssertionError("no key appears twice")


def _short(key: str) -> str:
    text = ascii(key)
    return text if len(text) <= 60 else f"{text[:60]}…"
