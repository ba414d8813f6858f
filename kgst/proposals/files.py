"""The two files of a Safe's transaction: the proposal, an owner's signature; the proposal with enough of them is sent.

Beside the proposal lies the same transaction for Safe's Transaction Builder. What a file claims is never believed: the
hash is computed from the transaction, its words are made of its bytes, each signer is recovered from the signature.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, WithJsonSchema, model_validator

from kgst import document
from kgst.fields import Address
from kgst.journal import Act
from kgst.safe.safes import SafeTransaction
from kgst.safe.txbuilder import batch_document
from kgst.signatures import Hashes
from kgst.signing.shapes import (
    ChainId,
    ContractsSignature,
    Count,
    FileModel,
    Hash,
    KeysSignature,
    Signature,
    SignatureFile,
)
from kgst.storing import FileError, as_bytes, read_model, write_new

__all__ = ["OwnersSignature", "Proposal"]


# A key of an object, whose schema is its pattern alone.
_Owner = Annotated[Address, WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"})]


class _OfSafe(FileModel):
    """What an owner's signature is for."""

    format: Literal["kgst-safe-signature/1"] = "kgst-safe-signature/1"
    chain_id: ChainId
    safe: Address
    nonce: Count


class OwnersSignature(SignatureFile, _OfSafe):
    """An owner's signature on a Safe's transaction.

    Attributes:
        nonce: Of the Safe.
        digest: `safeTxHash`.
        act: What the owner meant by it, when and why; a claim, since it is not part of what is signed.
    """

    what = "an owner's signature"

    act: Annotated[Act | None, Field(exclude_if=lambda act: act is None)] = None


class Proposal(FileModel):
    """One transaction of a Safe; owners' signatures lie in files of their own beside it, or were put into it.

    Attributes:
        nonce: Of the Safe.
        title: What it does, in words, for people; a claim, since it is not part of what is signed.
        decoded: Its calls in words; a claim as well.
        data: Call data.
        domain_hash: As a Ledger shows it.
        message_hash: As a Ledger shows it.
        signatures: Owner to 65 bytes `r ‖ s ‖ v`.
        contract_signatures: Owner that is a contract (ERC-1271) to whatever that contract takes.
    """

    what: ClassVar[str] = "a Safe's transaction"

    format: Literal["kgst-safe-transaction/1"] = "kgst-safe-transaction/1"
    chain_id: ChainId
    safe: Address
    nonce: Count
    title: str
    decoded: tuple[str, ...]
    to: document.Address
    data: Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]
    domain_hash: Hash
    message_hash: Hash
    safe_tx_hash: Hash
    signatures: dict[_Owner, KeysSignature] = Field(default_factory=dict)
    contract_signatures: dict[_Owner, ContractsSignature] = Field(
        default_factory=dict, exclude_if=lambda found: not found
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        said = Hashes(self.domain_hash, self.message_hash, self.safe_tx_hash)
        if said != Hashes.of(self.transaction.message):
            raise ValueError(
                "its hashes are not those of its transaction, so somebody changed it; do not sign it, and ask whoever "
                "made it"
            )
        return self

    @property
    def transaction(self) -> SafeTransaction:
        """What is signed."""
        return SafeTransaction(
            self.chain_id, self.safe, self.to, bytes.fromhex(self.data[2:]), self.nonce
        )

    @property
    def claims(self) -> tuple[Signature, ...]:
        """The signatures in it, as claimed."""
        return tuple(
            Signature(signer=owner, by_contract=by_contract, signature=text)
            for by_contract, found in (
                (False, self.signatures),
                (True, self.contract_signatures),
            )
            for owner, text in sorted(found.items())
        )

    @classmethod
    def of(cls, transaction: SafeTransaction, title: str, decoded: Sequence[str]) -> Self:
        """A proposal that nobody has signed."""
        hashes = Hashes.of(transaction.message)
        return cls(
            chain_id=transaction.chain_id,
            safe=transaction.safe,
            nonce=transaction.nonce,
            title=title,
            decoded=tuple(decoded),
            to=transaction.to,
            data="0x" + transaction.data.hex(),
            domain_hash=hashes.domain,
            message_hash=hashes.message,
            safe_tx_hash=hashes.digest,
        )

    def worded(self, words: str) -> Self:
        """The same, said in these words, which were made of its bytes; whatever stood there before is gone."""
        return self.model_copy(update={"title": words, "decoded": (words,)})

    def having(self, signatures: Iterable[Signature]) -> Self:
        """The same with these signatures in it, and no others."""
        every = list(signatures)
        return self.model_copy(
            update={
                "signatures": {one.signer: one.signature for one in every if not one.by_contract},
                "contract_signatures": {
                    one.signer: one.signature for one in every if one.by_contract
                },
            }
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """The proposal at `path`.

        Raises:
            FileError: it cannot be read, or its hashes are not those of its transaction.
        """
        return read_model(path, cls, cls.what)

    def path_in(self, folder: Path, label: str) -> Path:
        """Where the proposal is kept: by Safe, nonce and hash."""
        return folder / label / f"{self.nonce:06}-{self.safe_tx_hash[2:10]}.json"

    def save(self, path: Path) -> None:
        """Write the proposal, and the Transaction Builder's form of it beside; each whole or not at all.

        Neither has anything in it that differs by machine or time: who writes the same proposal writes the same bytes.

        Raises:
            FileError: a file cannot be written.
        """
        builder, content = path.with_suffix(".tx-builder.json"), as_bytes(self)
        batch = batch_document(
            chain_id=self.chain_id,
            safe=self.safe,
            name=self.title,
            description="; ".join(self.decoded),
            transactions=[(self.to, bytes.fromhex(self.data[2:]))],
        )
        text = json.dumps(batch, indent=2, ensure_ascii=False) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(
                f"{path.parent}: cannot be made ({error.strerror}); check the permissions."
            ) from error
        write_new([(builder, text.encode()), (path, content)], force=True)
