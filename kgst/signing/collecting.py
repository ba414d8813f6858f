"""From signature files to what the token accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kgst.signing.files import AuditorSet, Signable, Signature, SignedDraft
from kgst.signing.reading import gather, judged
from kgst.storing import FileError, read_model

__all__ = ["Collection", "collect", "require_signed"]


@dataclass(frozen=True)
class Collection:
    """Whose signatures are there.

    Attributes:
        auditors: Who may sign.
        signatures: Ascending by signer, each once.
        repeated: Files whose signer was there already.
        missing: Auditors who could sign and have not.
        needed: Signatures that the token will want.
    """

    draft: Signable
    auditors: AuditorSet
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
        """Whether the token would accept them, if contracts do that are `unchecked`."""
        return len(self.signatures) >= self.needed


def collect(
    draft: Signable, paths: Sequence[Path], auditors: AuditorSet | None = None
) -> Collection:
    """Put together the signatures in the files at `paths`.

    Args:
        draft: What was signed.
        paths: One file for each signature.
        auditors: As the chain has them; None for those that the draft names.

    Raises:
        FileError: a file that is none, or whose signature the token would refuse: one such spoils the submission, so
            none is passed over. Every one is named.
    """
    needed = draft.signatures_needed if auditors is None else auditors.threshold
    auditors = auditors or draft.signers
    found = gather(paths, partial(_read, draft, auditors))
    return Collection(
        draft=draft,
        auditors=auditors,
        signatures=tuple(
            found.signatures[one] for one in sorted(found.signatures, key=lambda one: int(one, 16))
        ),
        repeated=found.repeated,
        missing=tuple(one for one in auditors.active if one not in found.signatures),
        needed=needed,
    )


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


def _read(draft: Signable, auditors: AuditorSet, path: Path) -> Signature:
    file = read_model(path, draft.signature_file, draft.signature_file.what)
    domain = draft.token_domain
    for what, given, wanted in (
        ("chain", file.chain_id, domain.chain_id),
        ("the token", file.token, domain.token),
        (draft.numbered, getattr(file, draft.numbered, draft.number), draft.number),
    ):
        if given != wanted:
            raise FileError(
                f"{path}: is for {what} {given}, the draft is for {what} {wanted}; leave the file out, or take the "
                "draft that it belongs to."
            )
    if file.digest != draft.digest:
        raise FileError(
            f"{path}: signs another draft of {draft.title} (its digest is {file.digest[:10]}…, this "
            f"draft's {draft.digest[:10]}…); send this draft to the auditor again."
        )
    return judged(path, draft.message, file, auditors)
