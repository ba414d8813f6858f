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
from kgst.storing import FileError

__all__ = ["Auditors", "Gathered", "beside", "gather", "signature_path", "signed_by"]

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

    signatures: dict[str, bytes]
    repeated: tuple[Path, ...]


def gather(paths: Sequence[Path], read: Callable[[Path], tuple[str, bytes]]) -> Gathered:
    """Signer and signature of each file at `paths`, as `read` finds them; of several by one signer the first.

    Raises:
        FileError: what `read` raised, of every such file: one of them spoils the submission, so none is passed over.
    """
    found: dict[str, bytes] = {}
    repeated: list[Path] = []
    problems: list[str] = []
    for path in paths:
        try:
            signer, signature = read(path)
        except FileError as error:
            problems.append(str(error))
            continue
        if signer in found:
            repeated.append(path)
        else:
            found[signer] = signature
    if problems:
        raise FileError("\n".join(problems))
    return Gathered(found, tuple(repeated))


def signed_by(
    where: object, message: SignableMessage, signature: str, claimed: str, auditors: Auditors
) -> tuple[str, bytes]:
    """Signer and bytes of `signature` (0x and 65 bytes) over `message`.

    Args:
        where: The file, for errors.
        message: What should have been signed.
        signature: As the file has it.
        claimed: Whose signature the file says it is; not believed.
        auditors: Who may sign.

    Raises:
        FileError: the token would not take it.
    """
    raw = bytes.fromhex(signature[2:])
    try:
        signer = recover(message, raw)
    except SignatureError as error:
        raise FileError(
            f"{where}: the signature under {claimed} is not valid: {error}; ask the auditor to sign again."
        ) from None
    if signer not in auditors.members:
        raise FileError(
            f"{where}: the signature is of {signer}, who is none of the auditors, or is on another message (the file "
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
    return signer, raw


def signature_path(path: Path, signer: str) -> Path:
    """`attestation-5.02484cb5.sig.json`, beside the draft at `path`."""
    return beside(path, f"{signer[2 : 2 + _ADDRESS_DIGITS].lower()}.sig.json")


def beside(path: Path, ending: str) -> Path:
    """The draft's name with another ending than `.json`."""
    return path.with_name(f"{path.name.removesuffix('.json')}.{ending}")
