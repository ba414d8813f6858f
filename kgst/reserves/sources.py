"""Whose word each file of statements is, for each who signs: the bank's by its signature, by what the signer fetched
from it, or the issuer's.

What an auditor fetched stands beside the signature and is no part of what is signed: it is the word of whoever sent the
signature's file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kgst.document import Address, Part
from kgst.reserves.files import AttestationFile, FetchedBy, SignatureFile, SignedFile
from kgst.statements.model import FileOrigin
from kgst.storing import FileError, read_model
from kgst.tables import table
from kgst.terminal import markup

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Source",
    "SourcePart",
    "fetched_in",
    "origin_words",
    "print_sources",
    "sources_in",
    "sources_of",
]

_LONG = 4_000


@dataclass(frozen=True)
class Source:
    """One file.

    Attributes:
        fetched_by: Signers who gave a file of this content, as fetched from the bank.
        others: Signers who did not: for them it is the issuer's word, unless the bank signed it.
    """

    file: FileOrigin
    fetched_by: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def words(self, named: Callable[[str], str]) -> list[str]:
        """A line for each thing to be said."""
        if self.file.signed_by is not None:
            return [origin_words(self.file)]
        lines = [f"fetched from the bank by {named(one)}" for one in self.fetched_by]
        lines += [f"from the issuer, for {named(one)}" for one in self.others]
        return lines or [origin_words(self.file)]


class SourcePart(Part):
    """A file of statements, and whose word it is.

    Attributes:
        file: Its name.
        file_sha256: Of its bytes, 64 digits.
        signed_by: BIC of the bank whose signature on it was verified; null: there is none.
        certificate_sha256: Fingerprint of that bank's certificate, 64 digits; null without a signature.
        fetched_by: Signers who gave a file of this content, as fetched from the bank; ascending.
        others: Signers who did not: for them it is the issuer's word, unless the bank signed it; ascending.
    """

    file: str
    file_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    signed_by: str | None
    certificate_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    fetched_by: list[Address]
    others: list[Address]

    @classmethod
    def all_of(cls, sources: Iterable[Source]) -> list[SourcePart]:
        """As documents say it."""
        return [
            cls(
                file=one.file.file,
                file_sha256=one.file.file_sha256,
                signed_by=by.bank if (by := one.file.signed_by) else None,
                certificate_sha256=by.certificate_sha256 if by else None,
                fetched_by=list(one.fetched_by),
                others=list(one.others),
            )
            for one in sources
        ]


def origin_words(file: FileOrigin) -> str:
    """What the file itself shows: `signed by DEMOKG22 (certificate 0123456789abcdef…)`, or `from the issuer`."""
    by = file.signed_by
    if by is None:
        return "from the issuer"
    return f"signed by {by.bank} (certificate {by.certificate_sha256[:16]}…)"


def sources_of(
    files: Iterable[FileOrigin],
    signers: Sequence[str] = (),
    fetched: Iterable[FetchedBy] = (),
) -> list[Source]:
    """Each file, for each signer.

    Args:
        files: Of a draft.
        signers: Who has signed, ascending.
        fetched: What they fetched from the bank.
    """
    had = {one.signer: frozenset(one.files) for one in fetched}
    return [
        Source(
            one,
            tuple(who for who in signers if one.file_sha256 in had.get(who, ())),
            tuple(who for who in signers if one.file_sha256 not in had.get(who, ())),
        )
        for one in files
    ]


def fetched_in(draft: AttestationFile, paths: Sequence[Path]) -> tuple[FetchedBy, ...]:
    """Which of the draft's files the signatures at `paths` say that their signers fetched; of each signer the first.

    What is not one of a signature's files counts for nothing here: whoever collects them names it.
    """
    known = {one.file_sha256 for one in draft.files}
    found: dict[str, tuple[str, ...]] = {}
    for path in paths:
        with suppress(FileError):
            file = read_model(path, SignatureFile, SignatureFile.what)
            found.setdefault(file.signer, tuple(one for one in file.fetched if one in known))
    return tuple(
        FetchedBy(signer=signer, files=found[signer])
        for signer in sorted(found, key=lambda one: int(one, 16))
        if found[signer]
    )


def sources_in(signed: SignedFile) -> list[Source]:
    """Of a signed attestation."""
    signers = [one.signer for one in signed.signatures]
    return sources_of(signed.draft.files, signers, signed.fetched)


def print_sources(out: Console, sources: Sequence[Source], named: Callable[[str], str]) -> None:
    """A row for each file."""
    rows = table("Where the statements are from", "file", "whose word it is")
    for one in sources:
        name = f"{markup(one.file.file, _LONG)}\n[dim]{markup(one.file.file_sha256[:16])}…[/dim]"
        rows.add_row(name, "\n".join(markup(line, _LONG) for line in one.words(named)))
    out.print(rows)
