"""From signature files to what the token accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kgst.attestation import in_signer_order
from kgst.reserves.files import Signable, Signature, SignedDraft
from kgst.signatures import SignatureError, recover
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
    found: dict[str, bytes] = {}
    repeated: list[Path] = []
    problems: list[str] = []
    for path in paths:
        try:
            signer, raw = _read(draft, path)
        except FileError as error:
            problems.append(str(error))
            continue
        if signer in found:
            repeated.append(path)
        else:
            found[signer] = raw
    if problems:
        raise FileError("\n".join(problems))
    return Collection(
        draft=draft,
        signatures=tuple(
            Signature(signer=signer, signature="0x" + raw.hex())
            for signer, raw in in_signer_order(list(found.items()))
        ),
        repeated=tuple(repeated),
        missing=tuple(one for one in draft.auditors.active if one not in found),
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
        _signer(draft, str(path), one.signature, one.signer)
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
    return _signer(draft, str(path), file.signature, file.signer)


def _signer(draft: Signable, where: str, signature: str, claimed: str) -> tuple[str, bytes]:
    raw = bytes.fromhex(signature[2:])
    try:
        signer = recover(draft.message, raw)
    except SignatureError as error:
        raise FileError(
            f"{where}: the signature under {claimed} is not valid: {error}; ask the auditor to sign again."
        ) from None
    auditors = draft.auditors
    if signer not in auditors.members:
        raise FileError(
            f"{where}: the signature is of {signer}, who is none of the auditors, or is on another message (the file "
            f"names {claimed}); ask the auditor to sign again."
        )
    if signer != claimed:
        raise FileError(
            f"{where}: names {claimed}, and the signature is of {signer}; the file was changed: ask for it again."
        )
    if signer in auditors.suspended:
        raise FileError(
            f"{where}: {signer} is suspended, and with such a signature the token refuses all; leave it out."
        )
    return signer, raw
