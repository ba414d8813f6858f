"""What the files of every kind are made of: hashes, moments, and one signature."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
)

from kgst.document import Hash
from kgst.fields import Address
from kgst.signatures import LENGTH

__all__ = [
    "MAX_SIGNATURE",
    "ByContract",
    "ChainId",
    "ContractsSignature",
    "Count",
    "Deadline",
    "FileModel",
    "Hash",
    "KeysSignature",
    "Moment",
    "Signature",
    "SignatureBytes",
    "SignatureFile",
]

MAX_SECONDS: Final = 2**40 - 1
MAX_SIGNATURE: Final = 8_192
"""Bytes of the longest signature of a contract: a Safe's with all its owners, Safes among them, has some 3,000."""

Moment = Annotated[int, Field(ge=0, le=MAX_SECONDS)]
Deadline = Annotated[int, Field(ge=1, le=MAX_SECONDS)]
ChainId = Annotated[int, Field(ge=1, le=2**53 - 1)]
Count = Annotated[int, Field(ge=0, le=2**64 - 1)]


def _of_its_kind(signature: str, info: ValidationInfo) -> str:
    if not info.data.get("by_contract") and len(signature) != 2 + 2 * LENGTH:
        raise ValueError(f"a key's signature is 0x and {2 * LENGTH} digits")
    return signature


ByContract = Annotated[
    bool,
    Field(exclude_if=lambda by_contract: not by_contract),
    WithJsonSchema({"const": True}),
]
"""Whether the signer is a contract, which alone says what is its signature (ERC-1271); a file of a key's has no word
of it. Stands before the signature, which is read by it."""
ContractsSignature = Annotated[
    str, Field(pattern=r"^0x([0-9a-f]{2})*$", max_length=2 + 2 * MAX_SIGNATURE)
]
KeysSignature = Annotated[str, Field(pattern=rf"^0x[0-9a-f]{{{2 * LENGTH}}}$")]
SignatureBytes = Annotated[ContractsSignature, AfterValidator(_of_its_kind)]


class FileModel(BaseModel):
    """A file's content: every key of it known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Signature(FileModel):
    """One signature on what its file holds.

    Attributes:
        by_contract: Whether the signer is a contract.
        signature: 65 bytes `r ‖ s ‖ v`; a contract's has its own form and length.
    """

    signer: Address
    by_contract: ByContract = False
    signature: SignatureBytes


class SignatureFile(FileModel):
    """What a signer sends back. Nothing in it is believed but the signature; the rest tells mix-ups apart.

    A kind adds a field for each of its `Signable.about`.
    """

    what: ClassVar[str]

    digest: Hash
    signer: Address
    by_contract: ByContract = False
    signature: SignatureBytes
