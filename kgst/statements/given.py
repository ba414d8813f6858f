"""The files that are given: statements, those in archives, and beside each the signature that lies there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kgst.statements.archives import is_archive, members
from kgst.statements.model import StatementError
from kgst.statements.opened import Progress, StatementFile, open_statement
from kgst.statements.signed import ENDINGS

__all__ = ["files_of"]

Pair = tuple[StatementFile, StatementFile | None]


def files_of(paths: Sequence[Path], progress: Progress) -> Iterator[Pair]:
    """Each file, and the signature that lies beside it in its folder or archive, if one does.

    Raises:
        StatementError: a file that cannot be read, or of which two signatures lie there.
    """
    given = set(paths)
    for path in paths:
        if any(_stem(path, ending) in given for ending in ENDINGS):
            continue  # read with its statement
        file = open_statement(path, progress)
        if is_archive(file):
            yield from _in_archive(file, progress)
            continue
        found = [one for ending in ENDINGS if (one := path.with_name(path.name + ending)).exists()]
        _require_one(file.name, [one.name for one in found])
        yield file, open_statement(found[0], progress) if found else None


def _stem(path: Path, ending: str) -> Path | None:
    name = path.name
    return (
        path.with_name(name[: -len(ending)]) if name.endswith(ending) and name != ending else None
    )


def _in_archive(archive: StatementFile, progress: Progress) -> Iterator[Pair]:
    found = list(members(archive, progress))
    by_name = {one.name: one for one in found}
    signatures = {
        one.name + ending: one.name
        for one in found
        for ending in ENDINGS
        if one.name + ending in by_name
    }
    if signatures and len(by_name) != len(found):
        raise StatementError(
            f"{archive.name}: files of one name in several folders, and signatures beside them; unpack it."
        )
    for one in found:
        if one.name in signatures:
            continue
        beside = [name for name, of in signatures.items() if of == one.name]
        _require_one(one.name, beside)
        yield one, by_name[beside[0]] if beside else None


def _require_one(name: str, signatures: Sequence[str]) -> None:
    if len(signatures) > 1:
        raise StatementError(
            f"{name}: two signatures lie beside it ({', '.join(signatures)}); leave the bank's own there."
        )
