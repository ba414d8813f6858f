"""A Safe's transaction on its way: a file that its owners pass around until it has enough signatures.

Beside it lies the same transaction for Safe's Transaction Builder. What a file claims is never believed: the hash is
computed from the transaction, each signer is recovered from the signature.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kgst.document import Address
from kgst.errors import InputError, RefusedError
from kgst.jsonfile import load_model, write_whole
from kgst.safe.safes import Safe, SafeTransaction
from kgst.safe.txbuilder import batch_document
from kgst.signatures import Hashes, sign_message, signer_of

if TYPE_CHECKING:
    from ape.api import AccountAPI

__all__ = ["Proposal", "ProposalError"]


class ProposalError(InputError):
    """A proposal's file that cannot be read."""


class Proposal(BaseModel):
    """One transaction of a Safe, and the owners' signatures so far.

    Attributes:
        title: What it does, in words, for people; not part of what is signed.
        decoded: Its calls in words.
        data: Call data.
        signatures: Owner to 65 bytes `r ‖ s ‖ v`.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal["kgst-safe-transaction/1"] = "kgst-safe-transaction/1"
    chain_id: int
    safe: Address
    nonce: Annotated[int, Field(ge=0)]
    title: str
    decoded: list[str]
    to: Address
    data: Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]
    domain_hash: str = ""
    message_hash: str = ""
    safe_tx_hash: str = ""
    signatures: dict[Address, Annotated[str, Field(pattern=r"^0x[0-9a-f]{130}$")]] = Field(
        default_factory=dict
    )

    @property
    def transaction(self) -> SafeTransaction:
        """What is signed."""
        return SafeTransaction(
            self.chain_id, self.safe, self.to, bytes.fromhex(self.data[2:]), self.nonce
        )

    @classmethod
    def of(cls, transaction: SafeTransaction, title: str, decoded: list[str]) -> Proposal:
        """A proposal that nobody has signed."""
        hashes = Hashes.of(transaction.message)
        return cls(
            chain_id=transaction.chain_id,
            safe=transaction.safe,
            nonce=transaction.nonce,
            title=title,
            decoded=decoded,
            to=transaction.to,
            data="0x" + transaction.data.hex(),
            domain_hash=hashes.domain,
            message_hash=hashes.message,
            safe_tx_hash=hashes.digest,
        )

    @classmethod
    def load(cls, path: Path) -> Proposal:
        """The proposal at `path`.

        Raises:
            ProposalError: it cannot be read, or its hashes are not those of its transaction.
        """
        try:
            found = load_model(path, cls, ProposalError, "ask whoever made it for the file again")
        except FileNotFoundError as error:
            raise ProposalError(f"{path}: cannot be read: {error.strerror}.") from None
        said = Hashes(found.domain_hash, found.message_hash, found.safe_tx_hash)
        if said != Hashes.of(found.transaction.message):
            raise ProposalError(
                f"{path}: its hashes are not those of its transaction, so somebody changed it; do not sign it, and "
                "ask whoever made it."
            )
        return found

    def path_in(self, folder: Path, label: str) -> Path:
        """Where the proposal is kept: by Safe, nonce and hash."""
        return folder / label / f"{self.nonce:06}-{self.safe_tx_hash[2:10]}.json"

    def save(self, path: Path) -> None:
        """Write the proposal, and the Transaction Builder's form of it beside; whole or not at all."""
        batch = batch_document(
            chain_id=self.chain_id,
            safe=self.safe,
            name=self.title,
            description="; ".join(self.decoded),
            transactions=[(self.to, bytes.fromhex(self.data[2:]))],
        )
        import json

        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, self.model_dump_json(indent=2))
        write_whole(
            path.with_suffix(".tx-builder.json"), json.dumps(batch, indent=2, ensure_ascii=False)
        )

    def valid_signatures(self, safe: Safe) -> dict[str, bytes]:
        """Signatures that are indeed by present owners of `safe`; others are left out."""
        message = self.transaction.message
        found = {}
        for claimed, text in self.signatures.items():
            signature = bytes.fromhex(text[2:])
            if signer_of(message, signature) == claimed and claimed in safe.owners:
                found[claimed] = signature
        return found

    def sign(self, account: AccountAPI, safe: Safe) -> None:
        """Add `account`'s signature.

        Raises:
            RefusedError: it is no owner, or did not sign.
        """
        if account.address not in safe.owners:
            raise RefusedError(
                f"{account.address} is no owner of the Safe {safe.address}; give an owner with --account."
            )
        self.signatures[account.address] = (
            "0x" + sign_message(account, self.transaction.message).hex()
        )
