"""Files in a ZIP archive, as banks deliver them over EBICS: each read as if it stood alone."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final, cast

from kgst.statements.model import StatementError
from kgst.statements.opened import MAX_FILE_BYTES, Progress, StatementFile, too_large
from kgst.statements.source import printable

__all__ = ["is_archive", "members"]

_MOST_MEMBERS: Final = 200
_ENCRYPTED: Final = 0x1
_OFFICE: Final = "[Content_Types].xml"


def is_archive(file: StatementFile) -> bool:
    """Whether it is a ZIP archive, and not a document of Office, which is one in its own way."""
    if not file.head.startswith(b"PK\x03\x04"):
        return False
    with _opened(file) as archive:
        return _OFFICE not in archive.namelist()


def members(file: StatementFile, progress: Progress) -> Iterator[StatementFile]:
    """The files in it.

    Raises:
        StatementError: protected by a password, too many or too large, an archive in the archive, nothing.
    """
    with _opened(file) as archive:
        found = [
            one
            for one in archive.infolist()
            if not one.is_dir() and not one.filename.startswith("__MACOSX/")
        ]
    if not found or len(found) > _MOST_MEMBERS:
        raise StatementError(
            f"{file.name}: a ZIP archive with {len(found)} files, of which 1 to {_MOST_MEMBERS} are read; unpack it."
        )
    if len({one.filename for one in found}) != len(found):
        raise StatementError(f"{file.name}: a ZIP archive with two files of one name; unpack it.")
    for one in found:
        if one.flag_bits & _ENCRYPTED:
            raise StatementError(
                f"{file.name}: a ZIP archive that is protected by a password; unpack it, and give the files in it."
            )
        name = f"{file.name}/{one.filename.rpartition('/')[2]}"
        if not printable(name):
            raise StatementError(
                f"{file.name}: a file in the archive has a name that cannot be printed; unpack and rename it."
            )
        if one.file_size > MAX_FILE_BYTES:
            raise too_large(name)
        member = StatementFile(name, _opener(file, one), progress)
        if member.head.startswith(b"PK\x03\x04") and is_archive(member):
            raise StatementError(f"{name}: an archive in an archive; unpack it.")
        yield member


def _opener(file: StatementFile, one: zipfile.ZipInfo):  # type: ignore[no-untyped-def]
    @contextmanager
    def open_it() -> Iterator[IO[bytes]]:
        with _opened(file) as archive, archive.open(one) as member:
            yield member

    return open_it


@contextmanager
def _opened(file: StatementFile) -> Iterator[zipfile.ZipFile]:
    try:
        with file.open() as raw, zipfile.ZipFile(cast("IO[bytes]", raw)) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise StatementError(
            f"{file.name}: a ZIP archive that is damaged or packed in a way that is not read; unpack it, and give the "
            "files in it."
        ) from error
