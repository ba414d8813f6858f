"""A Safe's transactions without a chain, and owners who sign them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from support import drafts

from kgst.proposals.files import OwnersSignature, Proposal
from kgst.proposals.kind import OwnersDraft, owners_of
from kgst.safe.safes import SafeTransaction
from kgst.signatures import preimage
from kgst.signing.reading import signature_path

SAFE = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
TOKEN = drafts.TOKEN
PAUSE = b"\x13d9\xdd"


def make(**changes: Any) -> Proposal:
    """Transaction 5 of a Safe on chain 97.

    Args:
        changes: `chain_id`, `safe`, `to`, `data`, `nonce`.
    """
    usual: dict[str, Any] = {"chain_id": 97, "safe": SAFE, "to": TOKEN, "data": PAUSE, "nonce": 5}
    return Proposal.of(SafeTransaction(**usual | changes), "pause", ["token.pause"])


def draft_of(proposal: Proposal, *owners: str, threshold: int = 2) -> OwnersDraft:
    """The proposal, and who of its Safe signs."""
    return OwnersDraft(proposal, owners_of("governance", owners), threshold)


def signature_of(proposal: Proposal, signer: Any, **claims: Any) -> OwnersSignature:
    """What `signer` sends back; `claims` replace fields of the file."""
    raw = bytes(Account.sign_message(proposal.transaction.message, signer.private_key).signature)
    file = draft_of(proposal, signer.address).signed_by(signer.address, raw)
    return OwnersSignature.model_validate(file.model_dump() | claims)


def signed(proposal: Proposal, *signers: Any) -> Proposal:
    """The proposal with their signatures in it."""
    texts = {one.address: signature_of(proposal, one).signature for one in signers}
    return proposal.model_copy(update={"signatures": texts})


def sign_beside(path: Path, signer: Any, **claims: Any) -> Path:
    """The signature of `signer` on the proposal at `path`, in a file of its own beside it."""
    file = signature_of(Proposal.load(path), signer, **claims)
    return drafts.saved(file, signature_path(path, signer.address))


def for_owner(proposal: Proposal, owner: str) -> SignableMessage:
    """What the owners of `owner` sign, a Safe that owns the proposal's Safe of version 1.4.1 (SafeMessage)."""
    return encode_typed_data(
        {"chainId": proposal.chain_id, "verifyingContract": owner},
        {"SafeMessage": [{"name": "message", "type": "bytes"}]},
        {"message": preimage(proposal.transaction.message)},
    )
