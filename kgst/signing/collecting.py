"""From signature files to what is submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from kgst.errors import ExitCode
from kgst.signing.files import SignedDraft
from kgst.signing.kinds import Signable, Signers
from kgst.signing.reading import gather, judged, read_signature
from kgst.signing.shapes import Signature
from kgst.storing import FileError, as_bytes, require_apart, write_new

__all__ = ["Collection", "Reader", "collect", "require_signed", "write_enough"]

Reader = Callable[[Path], Iterable[Signature]]
"""The signatures in one file, each judged."""


@dataclass(frozen=True)
class Collection:
    """Whose signatures are there.

    Attributes:
        signers: Who may sign.
        signatures: Ascending by signer, each once.
        repeated: Files whose signers were there already.
        missing: Signers who could sign and have not.
        needed: Signatures that are wanted.
    """

    draft: Signable
    signers: Signers
    signatures: tuple[Signature, ...]
    repeated: tuple[Path, ...]
    missing: tuple[str, ...]
    needed: int

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Contracts among the signers: whether they take the signatures as theirs, only a node can tell."""
        return tuple(one.signer for one in self.signatures if one.by_contract)

    @property
    def is_enough(self) -> bool:
        """Whether they would be accepted, if contracts do that are `unchecked`."""
        return len(self.signatures) >= self.needed

    @property
    def exit_code(self) -> ExitCode:
        """WAITING while signatures are missing."""
        return ExitCode.DONE if self.is_enough else ExitCode.WAITING


def collect(
    draft: Signable,
    paths: Sequence[Path],
    *,
    signers: Signers | None = None,
    needed: int | None = None,
    read: Reader | None = None,
    there: Iterable[Signature] = (),
) -> Collection:
    """Put together the signatures in the files at `paths`.

    Args:
        draft: What was signed.
        paths: One file for each signature, or whatever `read` reads.
        signers: As the chain has them; None for those that the draft names.
        needed: Signatures; None for as many as the draft says.
        read: Of one file; None for a signature's.
        there: Signatures that were found before.

    Raises:
        FileError: a file that is none, or whose signature would be refused: one such spoils the submission, so none is
            passed over. Every one is named.
    """
    of = signers or draft.signers
    found = gather(paths, read or (lambda path: (read_signature(draft, of, path),)), there)
    return Collection(
        draft=draft,
        signers=of,
        signatures=tuple(
            found.signatures[one] for one in sorted(found.signatures, key=lambda one: int(one, 16))
        ),
        repeated=found.repeated,
        missing=tuple(
            one for one in of.members if one not in found.signatures and one not in of.suspended
        ),
        needed=draft.signatures_needed if needed is None else needed,
    )


def write_enough(
    collection: Collection,
    content: Callable[[tuple[Signature, ...]], BaseModel],
    target: Path,
    inputs: Sequence[Path],
    *,
    force: bool,
) -> None:
    """Write the file to submit, once there are enough signatures.

    Args:
        collection: What was put together.
        content: Makes of the signatures what is written.
        target: Where.
        inputs: Files that were read, and must not be overwritten.
        force: Replace a file of other content.

    Raises:
        FileError: it may not be written.
    """
    if collection.is_enough:
        require_apart([target], list(inputs))
        write_new([(target, as_bytes(content(collection.signatures)))], force=force)


def require_signed(path: Path, signed: SignedDraft) -> None:
    """Every signature in the file is good, and there are enough of them.

    Raises:
        FileError: as `collect`, or too few.
    """
    draft = signed.draft
    signers = [int(one.signer, 16) for one in signed.signatures]
    if signers != sorted(set(signers)):
        raise FileError(
            f"{path}: the signers are not in ascending order, each once; `collect` the signatures again."
        )
    for one in signed.signatures:
        judged(path, draft.message, one, draft.signers)
    if len(signers) < draft.signatures_needed:
        raise FileError(
            f"{path}: {len(signers)} signatures, the draft needs {draft.signatures_needed}; collect the others."
        )
