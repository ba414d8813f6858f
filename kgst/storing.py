"""Files that pass between people: parsed strictly, written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from kgst.errors import InputError
from kgst.fields import problems
from kgst.jsonfile import JsonError, NotWholeError, parse_json
from kgst.regularfile import NotRegularError, TooLargeError, read_regular, write_regular
from kgst.terminal import plain

__all__ = [
    "MAX_BYTES",
    "FileError",
    "as_bytes",
    "json_in",
    "read_bytes",
    "read_json",
    "read_model",
    "require_apart",
    "write_new",
]

MAX_BYTES: Final = 1024 * 1024
"""Largest file that is read: 1 MiB; a signed attestation has some 10 kB."""

M = TypeVar("M", bound=BaseModel)


class FileError(InputError):
    """A file that cannot be used as it stands. Names the file, the place in it and the remedy."""


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file of at most `limit` bytes.

    Raises:
        FileError: no such file, a folder, device or pipe, unreadable, empty or too large.
    """
    try:
        data = read_regular(path, limit)
    except NotRegularError as error:
        raise FileError(f"{path}: {error}, not a file; give the file itself.") from None
    except TooLargeError:
        raise FileError(
            f"{path}: larger than {limit // 1024} KiB, which none of these files is."
        ) from None
    except OSError as error:
        raise FileError(
            f"{path}: cannot be read ({error.strerror}); check the path and the permissions."
        ) from error
    if not data.strip():
        raise FileError(f"{path}: the file is empty; ask for it again.")
    return data


def read_json(path: Path, limit: int = MAX_BYTES) -> tuple[str, Any]:
    """The text of the JSON file at `path`, of at most `limit` bytes, and what it says.

    Raises:
        FileError: as `read_bytes`; not one whole JSON document in UTF-8, or a key appears twice in it.
    """
    return json_in(path, read_bytes(path, limit))


def json_in(path: Path, data: bytes) -> tuple[str, Any]:
    """As `read_json`, where the bytes themselves are wanted too, and so were read from `path` already.

    Raises:
        FileError: as `read_json`.
    """
    try:
        return parse_json(data)
    except NotWholeError as error:
        raise FileError(
            f"{path}: {error}; it was cut off or changed on its way: ask for it again, as an attachment."
        ) from None
    except JsonError as error:
        raise FileError(f"{path}: {error}; ask for the file again.") from None


def read_model(path: Path, model: type[M], what: str) -> M:
    """The document in the JSON file at `path`, every key of it known.

    Args:
        path: The file.
        model: Has a field `format`, which names the shape.
        what: What the file should be, for messages: `a draft`.

    Raises:
        FileError: not one whole JSON document, a key that appears twice or is unknown, a value out of its bounds, or
            figures that contradict one another.
    """
    text, document = read_json(path)
    expected = str(model.model_fields["format"].default)
    found = document.get("format") if isinstance(document, dict) else None
    if found != expected:
        raise FileError(
            f"{path}: this is not {what}: its format is {_short(found)}, not {expected!r}; give the right file."
        )
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        lines = [f"{path}: {plain(line)}" for line in problems(error)]
        raise FileError(
            "\n".join([*lines[:10], "Ask for the file again; it is never edited by hand."])
        ) from None


def require_apart(outputs: list[Path], inputs: list[Path]) -> None:
    """No file that will be written is one that is read, or another that is written.

    Raises:
        FileError: two are the same.
    """
    taken = {path.resolve(): path for path in inputs}
    for path in outputs:
        if (other := taken.setdefault(path.resolve(), path)) is not path:
            raise FileError(f"{path}: would overwrite {other}; name another file.")


def write_new(files: Sequence[tuple[Path, bytes]], *, force: bool = False) -> None:
    """Write each file whole or not at all, and none if one may not be written; what has its content already stays.

    Raises:
        FileError: a file is there with other content and `force` is not given, or it cannot be written.
    """
    wanted = [(path, data) for path, data in files if not _is_there(path, data, force=force)]
    for path, data in wanted:
        try:
            write_regular(path, data)
        except OSError as error:
            raise FileError(
                f"{path}: cannot be written ({error.strerror}); check the folder and its permissions."
            ) from error


def _is_there(path: Path, data: bytes, *, force: bool) -> bool:
    """Whether `path` has `data` already."""
    if not path.exists() and not path.is_symlink():
        return False
    if path.is_symlink() or not path.is_file():
        raise FileError(
            f"{path}: a link or a folder stands there; move it away, or name another file where the command lets you."
        )
    try:
        if path.read_bytes() == data:
            return True
    except OSError as error:
        raise FileError(f"{path}: is there and cannot be read ({error.strerror}).") from error
    if not force:
        raise FileError(
            f"{path}: is there already with other content; move it away, or give --force to replace it."
        )
    return False


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def as_bytes(model: BaseModel) -> bytes:
    """The file's bytes: the same for the same content."""
    return (model.model_dump_json(indent=2) + "\n").encode()
