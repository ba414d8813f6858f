"""Signatures of auditors in files: whose they are, and which of them the token would take.

An attestation, a change of the auditors and the consent to an upgrade are signed in one way: a draft goes out, each
auditor sends a file back, and whoever collects them sees at once what would spoil the submission.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from eth_account.messages import SignableMessage

from kgst.signatures import SignatureError, recover
from kgst.signing.files import AuditorsSignature, Signature
from kgst.storing import FileError

__all__ = ["Auditors", "Gathered", "beside", "gather", "judged", "signature_path"]

_ADDRESS_DIGITS: Final = 8
"""Of the signer's address, in the name of the file."""


class Auditors(Protocol):
    """Who may sign: checksummed addresses."""

    @property
    def members(self) -> Sequence[str]:
        """All of them."""

    @property
    def suspended(self) -> Sequence[str]:
        """Those of them whose signature spoils a submission."""


@dataclass(frozen=True)
class Gathered:
    """What files of signatures come to.

    Attributes:
        signatures: By signer.
        repeated: Files whose signer was there already: the token takes one signature of each.
    """

    signatures: dict[str, Signature]
    repeated: tuple[Path, ...]


def gather(paths: Sequence[Path], read: Callable[[Path], Signature]) -> Gathered:
    """The signature of each file at `paths`, as `read` finds it; of several by one signer the first.

    Raises:
        FileError: what `read` raised, of every such file: one of them spoils the submission, so none is passed over.
    """
    found: dict[str, Signature] = {}
    repeated: list[Path] = []
    problems: list[str] = []
    for path in paths:
        try:
            signature = read(path)
        except FileError as error:
            problems.append(str(error))
            continue
        if signature.signer in found:
            repeated.append(path)
        else:
            found[signature.signer] = signature
    if problems:
        raise FileError("\n".join(problems))
    return Gathered(found, tuple(repeated))


def judged(
    where: object,
    message: SignableMessage,
    given: Signature | AuditorsSignature,
    auditors: Auditors,
) -> Signature:
    """The signature that the file at `where` gives, once nothing is found against it.

    A contract's is the contract's to judge, which only a node can ask: of it no more is known than who is claimed.

    Args:
        where: The file, for errors.
        message: What should have been signed.
        given: As the file has it; whose signature it says it is is not believed.
        auditors: Who may sign.

    Raises:
        FileError: the token would not take it.
    """
    claimed = given.signer
    signer = claimed if given.by_contract else _recovered(where, message, given)
    if signer not in auditors.members:
        what = "the signature is said to be of" if given.by_contract else "the signature is of"
        raise FileError(
            f"{where}: {what} {signer}, who is none of the auditors, or is on another message (the file "
            f"names {claimed}); leave the file out, or ask the auditor to sign again."
        )
    if signer != claimed:
        raise FileError(
            f"{where}: names {claimed}, and the signature is of {signer}; the file was changed: ask for it again."
        )
    if signer in auditors.suspended:
        raise FileError(
            f"{where}: {signer} is suspended, and with such a signature the token refuses all; leave it out."
        )
    return Signature(signer=signer, by_contract=given.by_contract, signature=given.signature)


def _recovered(
    where: object, message: SignableMessage, given: Signature | AuditorsSignature
) -> str:
    try:
        return recover(message, bytes.fromhex(given.signature[2:]))
    except SignatureError as error:
        raise FileError(
            f"{where}: the signature under {given.signer} is not valid: {error}; ask the auditor to sign again."
        ) from None


def signature_path(path: Path, signer: str) -> Path:
    """`attestation-5.02484cb5.sig.json`, beside the draft at `path`."""
    return beside(path, f"{signer[2 : 2 + _ADDRESS_DIGITS].lower()}.sig.json")


def beside(path: Path, ending: str) -> Path:
    """The draft's name with another ending than `.json`."""
    return path.with_name(f"{path.name.removesuffix('.json')}.{ending}")
