"""From signature files to what the token accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kgst.attestation import in_signer_order
from kgst.reserves.files import Signable, Signature, SignedDraft
from kgst.signing import gather, signed_by
from kgst.storing import FileError, read_model

__all__ = ["Collection", "collect", "require_signed"]


@dataclass(frozen=True)
class Collection:
    """Whose signatures are there.

    Attributes:
        signatures: Ascending by signer, each once.
        repeated: Files whose signer was there already.
        missing: Auditors who could sign and have not.
    """

    draft: Signable
    signatures: tuple[Signature, ...]
    repeated: tuple[Path, ...]
    missing: tuple[str, ...]

    @property
    def needed(self) -> int:
        """Signatures that the token will want."""
        return self.draft.signatures_needed

    @property
    def is_enough(self) -> bool:
        """Whether the token would accept them."""
        return len(self.signatures) >= self.needed


def collect(draft: Signable, paths: Sequence[Path]) -> Collection:
    """Put together the signatures in the files at `paths`.

    Raises:
        FileError: a file that is none, or whose signature the token would refuse: one such spoils the submission, so
            none is passed over. Every one is named.
    """
    found = gather(paths, partial(_read, draft))
    return Collection(
        draft=draft,
        signatures=tuple(
            Signature(signer=signer, signature="0x" + raw.hex())
            for signer, raw in in_signer_order(list(found.signatures.items()))
        ),
        repeated=found.repeated,
        missing=tuple(one for one in draft.auditors.active if one not in found.signatures),
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
        signed_by(path, draft.message, one.signature, one.signer, draft.auditors)
    if len(signers) < draft.signatures_needed:
        raise FileError(
            f"{path}: {len(signers)} signatures, the draft needs {draft.signatures_needed}; collect the others."
        )


def _read(draft: Signable, path: Path) -> tuple[str, bytes]:
    file = read_model(path, draft.signature_file, "an auditor's signature")
    for what, given, wanted in (
        ("chain", file.chain_id, draft.domain.chain_id),
        ("the token", file.token, draft.domain.verifying_contract),
        (draft.numbered, getattr(file, draft.numbered), draft.number),
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
    return signed_by(path, draft.message, file.signature, file.signer, draft.auditors)
