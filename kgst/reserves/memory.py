"""What this machine's auditor has signed for an epoch before: a second figure for it is not signed unawares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Literal

from pydantic import ValidationError

from kgst.errors import RefusedError
from kgst.regularfile import read_regular, write_regular
from kgst.reserves.files import AttestationFile, Statement
from kgst.reserves.format import som
from kgst.signing.memory import signed_folder
from kgst.signing.shapes import ChainId, FileModel
from kgst.units import format_som

__all__ = ["remember", "require_first_figure"]

_LARGEST: Final = 16 * 1024
_MOST: Final = 1_000


class _Remembered(FileModel):
    """That somebody signed these figures; without the signature."""

    format: Literal["kgst-attested-before/1"] = "kgst-attested-before/1"
    chain_id: ChainId
    token: str
    signer: str
    attestation: Statement


def require_first_figure(draft: AttestationFile, signer: str, replacing: str | None) -> None:
    """No other figures were signed for the epoch, or they are named.

    Args:
        draft: To be signed.
        signer: Checksummed address.
        replacing: The report's hash of what was signed before, as the signer names it.

    Raises:
        RefusedError: others were signed, and are not named.
    """
    new = draft.attestation
    for old in _signed(draft, signer):
        same = (old.reserves, old.settled) == (new.reserves, new.settled)
        if same or (replacing is not None and replacing.lower() == old.report_hash):
            continue
        raise RefusedError(
            f"for epoch {new.epoch} you have signed other figures on this machine: reserves {som(old.reserves)}, "
            f"settled {format_som(old.settled)}; this draft has {som(new.reserves)} and {format_som(new.settled)}. "
            "Both signatures can be submitted until their deadlines, and one of the two is wrong. If you mean to "
            f"replace the first, name its report: --replacing {old.report_hash}."
        )


def remember(draft: AttestationFile, signer: str) -> None:
    """Keep on this machine that `signer` has signed it. A machine that cannot does not keep anybody from signing."""
    kept = _Remembered(
        chain_id=draft.domain.chain_id,
        token=draft.domain.verifying_contract,
        signer=signer,
        attestation=draft.attestation,
    )
    folder = signed_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{_name(draft, signer)}-{draft.digest[2:18]}.json"
        write_regular(folder / name, (kept.model_dump_json() + "\n").encode())


def _name(draft: AttestationFile, signer: str) -> str:
    domain = draft.domain
    return f"attestation-{domain.chain_id}-{domain.verifying_contract}-{draft.number:06}-{signer}"


def _signed(draft: AttestationFile, signer: str) -> Iterator[Statement]:
    for path in sorted(signed_folder().glob(f"{_name(draft, signer)}-*.json"))[:_MOST]:
        # What lies about and cannot be read counts for nothing.
        with suppress(OSError, ValueError, ValidationError):
            kept = _Remembered.model_validate_json(read_regular(path, _LARGEST))
            if kept.attestation.epoch == draft.number and kept.signer == signer:
                yield kept.attestation
