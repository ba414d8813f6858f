"""What is compared with the chain before signatures are submitted, whatever they are on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eth_utils.address import to_checksum_address

from kgst.errors import RefusedError
from kgst.moments import both_times, format_span
from kgst.multicall import plausible
from kgst.node import ChainRevertError, NoAnswerError, NodeError, NodeRefusedError, rpc
from kgst.safe.safes import view
from kgst.signatures import digest, signer_of
from kgst.signing.files import AuditorSet, AuditorsOrder
from kgst.signing.shapes import Signature
from kgst.snapshot.token import Auditors

if TYPE_CHECKING:
    from ape.api import ProviderAPI

    from kgst.deployment.system import System

_ASKED: Final = {
    # https://eips.ethereum.org/EIPS/eip-1271
    False: ("isValidSignature(bytes32,bytes)", bytes.fromhex("1626ba7e")),
    # Its first draft, about bytes of any length; a Safe before 1.5 asks its owners so.
    True: ("isValidSignature(bytes,bytes)", bytes.fromhex("20c13b0b")),
}

__all__ = [
    "auditor_set",
    "read_auditors",
    "read_halts",
    "require_here",
    "require_taken",
    "structs",
    "takes",
]


def read_auditors(system: System) -> AuditorSet:
    """The auditors as they are now."""
    with rpc("read the auditors"), plausible("the auditors"):
        return auditor_set(Auditors(*system.token.auditorSet()))


def read_halts(system: System) -> int:
    """How often minting was halted until now."""
    with rpc("read how often minting was halted"):
        return int(system.token.halts())


def auditor_set(found: Auditors) -> AuditorSet:
    """The auditors as files have them."""
    with plausible("the auditors"):
        return AuditorSet(
            version=found.version,
            threshold=found.threshold,
            members=tuple(found.members),
            suspended=found.suspended,
        )


def require_here(system: System, path: Path, draft: AuditorsOrder) -> None:
    """The draft of the file at `path` is for this token on this chain.

    Raises:
        RefusedError: it is for another.
    """
    here, there = system.domain, draft.token_domain
    if here.chain_id != there.chain_id or here.token != there.token:
        raise RefusedError(
            f"{path}: is for the token {there.token} on chain {there.chain_id}; this is {here.token} on chain "
            f"{here.chain_id}. Give the network and the policy that it was made with."
        )


def require_taken(
    system: System,
    path: Path,
    draft: AuditorsOrder,
    signatures: Sequence[Signature],
    auditors: AuditorSet,
    now: int,
) -> None:
    """The token would take the signatures in the file at `path`, whatever their draft is, as `auditors` are at `now`.

    Raises:
        RefusedError: the deadline passed, the auditors changed since, or a contract among them does not take its
            signature.
        NodeError: the node failed.
    """
    if auditors.version != draft.version:
        raise RefusedError(
            f"{path}: is signed by the auditors of version {draft.version}, and the chain is at version "
            f"{auditors.version}: the auditors have changed since, or the node lags behind; {draft.anew} and have it "
            "signed by those in office."
        )
    if now > draft.deadline:
        raise RefusedError(
            f"{path}: could be submitted until {both_times(draft.deadline)}, {format_span(now - draft.deadline)} ago "
            f"by the chain's clock; {draft.anew} and have it signed, with a longer --valid-for if signing takes long."
        )
    gone = [one.signer for one in signatures if one.signer not in auditors.active]
    if gone:
        raise RefusedError(
            f"{path}: {', '.join(system.named(one) for one in gone)} signed and may not sign now: the auditors have "
            "changed since the draft; draft anew and have it signed."
        )
    message = draft.message
    for one in signatures:
        raw = bytes.fromhex(one.signature[2:])
        # A key first, as the token does: with EIP-7702 an account has both.
        if not one.by_contract or signer_of(message, raw) == one.signer:
            continue
        if not takes(system.provider, one.signer, digest(message), raw):
            raise RefusedError(
                f"{path}: the contract {system.named(one.signer)} does not take the signature as its own "
                f"(isValidSignature of {draft.digest}), and with such a one the token refuses all; leave it out, or "
                "have its owners sign again."
            )


def takes(
    provider: ProviderAPI, signer: str, asked: bytes, signature: bytes, *, as_draft: bool = False
) -> bool:
    """Whether the contract at `signer` says that `signature` is its own over `asked` (ERC-1271).

    Args:
        provider: Of whose chain.
        signer: Checksummed address.
        asked: A hash of 32 bytes; `as_draft` what it is the hash of.
        signature: In whatever form that contract takes.
        as_draft: Ask as ERC-1271's first draft had it.

    Raises:
        NodeError: the node failed.
    """
    with rpc(f"read the code of {signer}"):
        code = bytes(provider.web3.eth.get_code(to_checksum_address(signer)))
    if not code:
        return False
    function, magic = _ASKED[as_draft]
    try:
        (answer,) = view(provider, signer, function, ["bytes4"], asked, signature)
    except (NoAnswerError, NodeRefusedError):
        raise  # the node's failing says nothing about the signature
    except (
        ChainRevertError,
        NodeError,
    ):  # reverts, or answers what is no bytes4: no ERC-1271 wallet
        return False
    return bytes(answer) == magic


def structs(signatures: Sequence[Signature]) -> list[tuple[str, bytes]]:
    """`AuditorSignature` structs, as the token takes them."""
    return [(one.signer, bytes.fromhex(one.signature[2:])) for one in signatures]
