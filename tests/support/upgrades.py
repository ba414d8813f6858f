"""Files of upgrades and of consents to them, of the auditors of `support.drafts`."""

from __future__ import annotations

from typing import Any

from eth_account import Account
from support import drafts

from kgst.attestation import Domain
from kgst.record import SignedTransaction
from kgst.signing.files import AuditorSet
from kgst.upgrade.files import ConsentFile, UpgradeFile

HASH = "0x" + "ab" * 32


def make(**changes: Any) -> UpgradeFile:
    """An upgrade to KGSTLogic on the testnet, three auditors of whom two have to sign.

    Args:
        changes: `chain_id`, `token`, `suspended`, `data`, `nonce`, `halts`, `deadline`, `auditors`.
    """
    members = tuple(drafts.auditor(i).address for i in range(3))
    suspended = changes.pop("suspended", ())
    auditors = AuditorSet(version=1, threshold=2, members=members, suspended=suspended)
    return UpgradeFile.of(
        Domain(changes.pop("chain_id", 97), changes.pop("token", drafts.TOKEN)),
        contract="KGSTLogic",
        source="contracts/KGSTLogic.sol",
        constructor_args="0x" + "00" * 32,
        implementation=drafts.OTHER,
        code_hash=HASH,
        deployment=SignedTransaction(
            hash=HASH, block_number=1, block_hash=HASH, gas_used=1, gas_price=1, raw="0xc0"
        ),
        **{
            "data": b"",
            "nonce": 0,
            "auditors": auditors,
            "halts": 0,
            "deadline": drafts.NOW + 3 * 86_400,
            **changes,
        },
    )


def consent_of(file: UpgradeFile, signer: Any) -> ConsentFile:
    """What `signer` sends back."""
    signed = Account.sign_message(file.message, signer.private_key)
    found = file.signed_by(signer.address, bytes(signed.signature))
    assert isinstance(found, ConsentFile)
    return found
