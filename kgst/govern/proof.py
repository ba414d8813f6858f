"""That somebody can use the key of an address, before another is taken away for it.

The new holder signs an EIP-712 message that names the chain, the AccessManager, the roles and when they were granted,
so that it proves nothing anywhere else, and nothing about an earlier grant. An account with code answers by ERC-1271.
A Safe of the policy needs no signature: its owners and threshold are read from the chain.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgst.console import let_sign
from kgst.errors import DriftError, InputError, RefusedError
from kgst.govern.challenge import Challenge
from kgst.jsonfile import load_model, write_whole
from kgst.pipeline.actor import safe_drifts, safe_of
from kgst.signatures import SignatureError, normalised, signer_of
from kgst.signing.ceremony import signature_of
from kgst.signing.onchain import takes
from kgst.signing.reading import read_signature
from kgst.signing.shapes import Signature, SignatureFile

if TYPE_CHECKING:
    from ape.api import AccountAPI

    from kgst.deployment.system import System

__all__ = ["Proof", "keep", "prove"]


class _KeyProofFile(BaseModel):
    """A signature that was given before, and for people what it is on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-key-proof/1"]
    chain_id: int
    manager: str
    account: str
    replaces: str
    roles: str
    granted_at: int
    signature: Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]


@dataclass(frozen=True)
class Proof:
    """How the key was proved.

    Attributes:
        method: `signature`, `erc-1271` or `safe`; None while it is not proved.
        said: For people.
        path: Of the file that keeps the signature.
    """

    method: str | None
    said: str
    path: Path | None = None


def prove(
    system: System,
    challenge: Challenge,
    *,
    account: AccountAPI | None = None,
    signature: bytes | None = None,
    file: Path | None = None,
) -> Proof:
    """Whether the key of the challenge's account works: by its being a Safe, what was kept, or what is given.

    Args:
        system: On whose chain.
        challenge: From `challenge_for`.
        account: Signs now, if it is given and the address has no Safe of the policy.
        signature: Made elsewhere.
        file: That has such a signature, as `govern sign` writes it.

    Raises:
        InputError: `account` is another address; the file has no signature on this challenge.
        DriftError: the policy has a Safe there, the chain has none or another.
        RefusedError: the signature is not the account's, over this challenge.
    """
    address = challenge.account
    label = system.policy.label(address)
    if label is not None and label in system.policy.safes:
        return _prove_safe(system, label, address)
    path = _path(system, challenge)
    if path is not None and path.exists():
        kept = _kept(path)
        if (method := _method(system, challenge, kept)) is not None:
            return Proof(method, f"its signature in {path}", path)
    if file is not None and (account is not None or signature is not None):
        raise InputError("--proof has the signature; leave out --new-account and --signature.")
    if account is not None:
        if account.address != address:
            raise InputError(
                f"--new-account is {account.address}, the new holder is {address}; give the account of that address."
            )
        let_sign(account)
        signature = _raw(signature_of(challenge, account))
    elif file is not None:
        signature = _raw(read_signature(challenge, challenge.signers, file))
    if signature is not None:
        signature = _as_own(challenge, signature)
        method = _method(system, challenge, signature)
        if method is None:
            hashes = challenge.hashes
            raise RefusedError(
                f"the signature is not one of {system.named(address)} over this challenge (domain hash "
                f"{hashes.domain}, message hash {hashes.message}); nothing was sent."
            )
        return Proof(method, "its signature", keep(system, challenge, signature))
    return Proof(None, "not proved yet", path)


def keep(system: System, challenge: Challenge, signature: bytes) -> Path | None:
    """Write the signature where the next run looks for it; None on a chain that ends with this process."""
    path = _path(system, challenge)
    if path is None:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    file = _KeyProofFile(
        format="kgst-key-proof/1",
        chain_id=challenge.chain_id,
        manager=challenge.manager,
        account=challenge.account,
        replaces=challenge.replaces,
        roles=challenge.roles,
        granted_at=challenge.granted_at,
        signature="0x" + signature.hex(),
    )
    write_whole(path, file.model_dump_json(indent=2))
    return path


def _prove_safe(system: System, label: str, address: str) -> Proof:
    safe = safe_of(system, label)
    if differences := safe_drifts(system.policy, label, safe):
        raise DriftError(
            f"the Safe {label} ({address}) is not as the policy says: {'; '.join(differences)}; nothing was revoked."
        )
    return Proof("safe", f"a Safe {safe.version}, {safe.threshold} of {len(safe.owners)} owners")


def _raw(signed: Signature | SignatureFile) -> bytes:
    return bytes.fromhex(signed.signature[2:])


def _as_own(challenge: Challenge, signature: bytes) -> bytes:
    """`signature` with v counted from 27, if it is the account's own; what a contract is to judge stays as it is."""
    with suppress(SignatureError):
        own = normalised(signature)
        if signer_of(challenge.message, own) == challenge.account:
            return own
    return signature


def _method(system: System, challenge: Challenge, signature: bytes) -> str | None:
    """How the signature is good; None when it is not."""
    # ECDSA first: an EIP-7702 account has code and a key.
    if signer_of(challenge.message, signature) == challenge.account:
        return "signature"
    digest = bytes.fromhex(challenge.digest[2:])
    is_own = takes(system.provider, challenge.account, digest, signature)
    return "erc-1271" if is_own else None


def _path(system: System, challenge: Challenge) -> Path | None:
    if system.files is None:
        return None
    return system.files.operations / "proofs" / f"{challenge.account}.json"


def _kept(path: Path) -> bytes:
    """The signature in the file; of the rest nothing is believed.

    Raises:
        InputError: it cannot be read.
    """
    remedy = "this is not a proof of a key: remove it, and prove the key again"
    found = load_model(path, _KeyProofFile, InputError, remedy)
    return bytes.fromhex(found.signature[2:])
