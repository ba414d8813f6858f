"""Signatures in files: whose they are, and which of them count.

Whatever is signed, it is in one way: a draft goes out, each signer sends a file back, and whoever collects them sees at
once what would spoil the submission.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_account.messages import SignableMessage

from kgst.signatures import SignatureError, recover
from kgst.signing.kinds import Signable, Signers
from kgst.signing.shapes import Signature, SignatureFile
from kgst.storing import FileError, read_model

__all__ = [
    "Gathered",
    "beside",
    "first_of_each",
    "gather",
    "judged",
    "read_signature",
    "signature_path",
]

_ADDRESS_DIGITS: Final = 8
"""Of the signer's address, in the name of the file."""


@dataclass(frozen=True)
class Gathered:
    """What files of signatures come to.

    Attributes:
        signatures: By signer.
        repeated: Files whose signers were all there already: of each signer one signature counts.
    """

    signatures: dict[str, Signature]
    repeated: tuple[Path, ...]


def gather(
    paths: Sequence[Path],
    read: Callable[[Path], Iterable[Signature]],
    there: Iterable[Signature] = (),
) -> Gathered:
    """The signatures in the files at `paths`, as `read` finds them, and those that are `there`; of each signer one.

    Raises:
        FileError: what `read` raised, of every such file: one of them spoils the submission, so none is passed over.
    """
    found: dict[str, Signature] = {}
    repeated: list[Path] = []
    problems: list[str] = []
    for path in paths:
        try:
            new = list(read(path))
        except FileError as error:
            problems.append(str(error))
            continue
        more = first_of_each([*found.values(), *new])
        if new and more == found:
            repeated.append(path)
        found = more
    if problems:
        raise FileError("\n".join(problems))
    return Gathered(first_of_each([*found.values(), *there]), tuple(repeated))


def first_of_each(signatures: Iterable[Signature]) -> dict[str, Signature]:
    """By signer the first, but a key's before what is only claimed of a contract: else a claim could hide it."""
    found: dict[str, Signature] = {}
    for one in signatures:
        before = found.setdefault(one.signer, one)
        if before.by_contract and not one.by_contract:
            found[one.signer] = one
    return found


def read_signature(draft: Signable, signers: Signers | None, path: Path) -> Signature:
    """The signature on `draft` in the file at `path`.

    Args:
        draft: What it should be on.
        signers: Who may sign; None when nobody here knows.
        path: The file.

    Raises:
        FileError: it is none, is on something else, or does not count.
    """
    file = read_model(path, draft.signature_file, draft.signature_file.what)
    for detail in draft.about:
        given = getattr(file, detail.field, detail.value)
        if given != detail.value:
            raise FileError(
                f"{path}: is for {detail.words} {given}, the draft is for {detail.words} {detail.value}; leave the "
                "file out, or take the draft that it belongs to."
            )
    if file.digest != draft.digest:
        who = "signer" if signers is None else signers.who
        raise FileError(
            f"{path}: signs another draft of {draft.title} (its digest is {file.digest[:10]}…, this "
            f"draft's {draft.digest[:10]}…); send this draft to the {who} again."
        )
    return judged(path, draft.message, file, signers)


def judged(
    where: object,
    message: SignableMessage,
    given: Signature | SignatureFile,
    signers: Signers | None,
) -> Signature:
    """The signature that the file at `where` gives, once nothing is found against it.

    A contract's is the contract's to judge, which only a node can ask: of it no more is known than who is claimed.

    Args:
        where: The file, for errors.
        message: What should have been signed.
        given: As the file has it; whose signature it says it is is not believed.
        signers: Who may sign; None when nobody here knows.

    Raises:
        FileError: it does not count.
    """
    claimed = given.signer
    who = "signer" if signers is None else signers.who
    signer = claimed if given.by_contract else _recovered(where, message, given, who)
    if signers is not None and signer not in signers.members:
        what = "the signature is said to be of" if given.by_contract else "the signature is of"
        raise FileError(
            f"{where}: {what} {signer}, who is {signers.strangers}, or is on another message (the file "
            f"names {claimed}); leave the file out, or ask the {who} to sign again."
        )
    if signer != claimed:
        raise FileError(
            f"{where}: names {claimed}, and the signature is of {signer}; the file was changed: ask for it again."
        )
    if signers is not None and signer in signers.suspended:
        raise FileError(
            f"{where}: {signer} is suspended, and with such a signature the token refuses all; leave it out."
        )
    return Signature(signer=signer, by_contract=given.by_contract, signature=given.signature)


def _recovered(
    where: object, message: SignableMessage, given: Signature | SignatureFile, who: str
) -> str:
    try:
        return recover(message, bytes.fromhex(given.signature[2:]))
    except SignatureError as error:
        raise FileError(
            f"{where}: the signature under {given.signer} is not valid: {error}; ask the {who} to sign again."
        ) from None


def signature_path(path: Path, signer: str) -> Path:
    """`attestation-5.02484cb5.sig.json`, beside the draft at `path`."""
    return beside(path, f"{signer[2 : 2 + _ADDRESS_DIGITS].lower()}.sig.json")


def beside(path: Path, ending: str) -> Path:
    """The draft's name with another ending than `.json`."""
    return path.with_name(f"{path.name.removesuffix('.json')}.{ending}")
