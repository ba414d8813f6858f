"""What an owner has signed for the same nonce before. Of two transactions of one nonce a Safe carries out one.

Which one, whoever has the signatures chooses: a signature has no deadline, and stays usable until the nonce is used. So
it is looked for in the folder of the proposal, and among what this machine has signed, which it remembers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from kgst.jsonfile import JsonError, parse_json
from kgst.proposals.files import OwnersSignature, Proposal
from kgst.regularfile import read_regular, write_regular
from kgst.signatures import digest_signer, signer_of
from kgst.signing.memory import signed_folder
from kgst.signing.shapes import ChainId, Count, FileModel, Hash

__all__ = ["Earlier", "remember", "signed_before"]

_MOST: Final = 1_000
"""Files that are looked at."""
_LARGEST: Final = 256 * 1024
"""Bytes of one of them: a proposal with all its signatures has some 10 kB."""


@dataclass(frozen=True)
class Earlier:
    """Another transaction of the same nonce that was signed.

    Attributes:
        safe_tx_hash: Of it.
        where: Where the signature lies; None when this machine remembers it.
    """

    safe_tx_hash: str
    where: Path | None

    def __str__(self) -> str:
        """For people."""
        place = "on this machine" if self.where is None else f"it lies in {self.where}"
        return (
            f"You have signed another transaction for this nonce before (safeTxHash {self.safe_tx_hash}; {place}); "
            "those signatures stay usable: whoever has them chooses which of the two is sent. If it must not be sent, "
            "have this one executed first"
        )


class _Remembered(FileModel):
    """That somebody signed; without the signature."""

    format: Literal["kgst-signed-before/1"] = "kgst-signed-before/1"
    chain_id: ChainId
    safe: str
    nonce: Count
    signer: str
    safe_tx_hash: Hash


def signed_before(proposal: Proposal, signer: str, path: Path | None) -> list[Earlier]:
    """Other transactions of the proposal's Safe and nonce that `signer` has signed, each once.

    Nothing that lies about is an error: what cannot be read counts for nothing.

    Args:
        proposal: What is to be signed now.
        signer: Checksummed address.
        path: Its file; None when it is kept nowhere.
    """
    found: dict[str, Earlier] = {}
    pairs = [(hash_, None) for hash_ in _remembered(proposal, signer)]
    for hash_, where in [*_in_folder(proposal, signer, path), *pairs]:
        if hash_ != proposal.safe_tx_hash:
            found.setdefault(hash_, Earlier(hash_, where))
    return list(found.values())


def remember(proposal: Proposal, signer: str) -> None:
    """Keep on this machine that `signer` has signed it. A machine that cannot does not keep anybody from signing."""
    kept = _Remembered(
        chain_id=proposal.chain_id,
        safe=proposal.safe,
        nonce=proposal.nonce,
        signer=signer,
        safe_tx_hash=proposal.safe_tx_hash,
    )
    folder = signed_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{_name(proposal, signer)}-{proposal.safe_tx_hash[2:]}.json"
        write_regular(folder / name, (kept.model_dump_json() + "\n").encode())


def _name(proposal: Proposal, signer: str) -> str:
    return f"{proposal.chain_id}-{proposal.safe}-{proposal.nonce:06}-{signer}"


def _remembered(proposal: Proposal, signer: str) -> Iterator[str]:
    for path in sorted(signed_folder().glob(f"{_name(proposal, signer)}-*.json"))[:_MOST]:
        with suppress(OSError, ValueError, ValidationError):
            kept = _Remembered.model_validate_json(read_regular(path, _LARGEST))
            of = (kept.chain_id, kept.safe, kept.nonce, kept.signer)
            if of == (proposal.chain_id, proposal.safe, proposal.nonce, signer):
                yield kept.safe_tx_hash


def _in_folder(
    proposal: Proposal, signer: str, path: Path | None
) -> Iterator[tuple[str, Path | None]]:
    if path is None:
        return
    for file in sorted(path.parent.glob("*.json"))[:_MOST]:
        try:
            text, content = parse_json(read_regular(file, _LARGEST))
        except (OSError, JsonError, ValueError):
            continue
        kind = content.get("format") if isinstance(content, dict) else None
        with suppress(ValidationError, ValueError):
            if kind == OwnersSignature.model_fields["format"].default:
                one = OwnersSignature.model_validate_json(text, strict=True)
                if (one.chain_id, one.safe, one.nonce) == _of(proposal) and _made(one, signer):
                    yield one.digest, file
            elif kind == Proposal.model_fields["format"].default:
                other = Proposal.model_validate_json(text, strict=True)
                if _of(other) == _of(proposal) and _signed(other, signer):
                    yield other.safe_tx_hash, file


def _of(proposal: Proposal) -> tuple[int, str, int]:
    return proposal.chain_id, proposal.safe, proposal.nonce


def _made(one: OwnersSignature, signer: str) -> bool:
    """Whether the signature in the file is that signer's; a contract's is as claimed."""
    if one.signer != signer or one.by_contract:
        return one.signer == signer
    return digest_signer(bytes.fromhex(one.digest[2:]), bytes.fromhex(one.signature[2:])) == signer


def _signed(other: Proposal, signer: str) -> bool:
    text = other.signatures.get(signer)
    if text is None:
        return signer in other.contract_signatures
    return signer_of(other.transaction.message, bytes.fromhex(text[2:])) == signer
