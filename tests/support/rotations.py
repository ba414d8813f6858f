"""Rotations of the auditors without a chain, and auditors who sign them."""

from __future__ import annotations

from typing import Any

from ape import accounts as ape_accounts
from eth_account import Account
from support import drafts

from kgst.auditors.files import Ends, Proposal, RotationFile, RotationSignatureFile
from kgst.signing.files import AuditorSet, Block, DomainFields

CODE_HASH = "0x" + "c0" * 32


def newcomer(index: int) -> Any:
    """One of two who are no auditors, ascending by address."""
    two = [ape_accounts.test_accounts[i] for i in (23, 24)]
    return sorted(two, key=lambda one: int(one.address, 16))[index]


def ascending(*people: Any) -> tuple[str, ...]:
    """Addresses as the token lists them."""
    return tuple(sorted((one.address for one in people), key=lambda one: int(one, 16)))


def make(**changes: Any) -> RotationFile:
    """The draft on chain 97, version 3: `auditor(2)` leaves, `newcomer(0)` joins; 2 of 3 before and after.

    Args:
        changes: `chain_id`, `token`, `version`, `suspended`, `members` and `threshold` of the new set,
            `old_threshold`, `ends`, `deadline`, `read_at` (the block's second).
    """
    version = changes.pop("version", 3)
    old = tuple(drafts.auditor(i).address for i in range(3))
    usual = ascending(drafts.auditor(0), drafts.auditor(1), newcomer(0))
    read_at = changes.pop("read_at", drafts.NOW)
    made = RotationFile.model_construct(
        deadline=changes.pop("deadline", read_at + 3 * 86_400),
        domain=DomainFields(
            chain_id=changes.pop("chain_id", 97),
            verifying_contract=changes.pop("token", drafts.TOKEN),
        ),
        block=Block(number=100, hash="0x" + "bb" * 32, timestamp=read_at),
        current=AuditorSet(
            version=version,
            threshold=changes.pop("old_threshold", 2),
            members=old,
            suspended=changes.pop("suspended", ()),
        ),
        new=AuditorSet(
            version=version + 1,
            threshold=changes.pop("threshold", 2),
            members=changes.pop("members", usual),
        ),
        ends=changes.pop("ends", Ends(valid_until=None, consent=None, proposal=None)),
    )
    assert not changes, changes
    return made


def everything_ends() -> Ends:
    """An attestation in force, a consent and a recovery under way."""
    proposal = Proposal(
        auditors=ascending(newcomer(0), newcomer(1)), threshold=2, acceptable_at=drafts.NOW + 600
    )
    return Ends(valid_until=drafts.NOW + 86_400, consent=CODE_HASH, proposal=proposal)


def signature_of(draft: RotationFile, signer: Any, **claims: Any) -> RotationSignatureFile:
    """What `signer` sends back; `claims` replace fields of the file."""
    signed = Account.sign_message(draft.message, signer.private_key)
    file = draft.signed_by(signer.address, bytes(signed.signature))
    return RotationSignatureFile.model_validate(file.model_dump() | claims)
