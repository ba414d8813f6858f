"""What is signed by files, whatever it is: a kind says what, by whom, how many of them, and what it is called."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

from eth_account.messages import SignableMessage

from kgst.signatures import Hashes
from kgst.signing.shapes import SignatureFile

__all__ = ["Detail", "People", "Signable", "Signers"]


class Signers(Protocol):
    """Who may sign: checksummed addresses."""

    @property
    def who(self) -> str:
        """One of them: `auditor`."""

    @property
    def strangers(self) -> str:
        """What others are: `none of the draft's auditors`."""

    @property
    def members(self) -> Sequence[str]:
        """All of them."""

    @property
    def suspended(self) -> Sequence[str]:
        """Those of them whose signature spoils a submission."""


@dataclass(frozen=True)
class People:
    """Signers of whom none is suspended."""

    members: tuple[str, ...]
    who: str
    strangers: str
    suspended: tuple[str, ...] = ()


class Detail(NamedTuple):
    """Something that tells drafts of one kind apart.

    Attributes:
        field: Of the signature's file.
        words: For messages: `the token`.
    """

    field: str
    words: str
    value: object


class Signable(ABC):
    """One kind of what is signed by files, one draft of it.

    Attributes:
        what: For messages, what the file should be: `a draft of an attestation`.
        signature_file: What a signer sends back.
    """

    what: ClassVar[str]
    signature_file: ClassVar[type[SignatureFile]]

    @property
    @abstractmethod
    def message(self) -> SignableMessage:
        """The EIP-712 message."""

    @property
    @abstractmethod
    def signers(self) -> Signers:
        """Who may sign."""

    @property
    @abstractmethod
    def signatures_needed(self) -> int:
        """How many of them it takes."""

    @property
    @abstractmethod
    def about(self) -> tuple[Detail, ...]:
        """What a signature's file says of its draft, besides the digest."""

    @property
    @abstractmethod
    def title(self) -> str:
        """For people: `epoch 5`."""

    @property
    def question(self) -> str:
        """What a signer is asked, but for the end: `Sign epoch 5`."""
        return f"Sign {self.title}"

    @property
    def closes(self) -> int | None:
        """Last second in which the signatures can be submitted; None when that never ends."""
        return None

    @property
    def is_unanimity_needed(self) -> bool:
        """Whether every one of the signers must sign."""
        return False

    @property
    def for_contracts(self) -> str:
        """What the owners of a signer that is a contract sign, each in that contract's own way."""
        return f"the digest: {self.digest}"

    @property
    def hashes(self) -> Hashes:
        """What signing devices show, and what a signature is on."""
        return Hashes.of(self.message)

    @property
    def digest(self) -> str:
        """What a signature is on: 0x and 64 digits."""
        return self.hashes.digest

    def signed_by(
        self, signer: str, signature: bytes, *, by_contract: bool = False
    ) -> SignatureFile:
        """What `signer` sends back."""
        fields = {detail.field: detail.value for detail in self.about}
        known = self.signature_file.model_fields
        return self.signature_file.model_validate(
            {
                **{name: value for name, value in fields.items() if name in known},
                "digest": self.digest,
                "signer": signer,
                "by_contract": by_contract,
                "signature": "0x" + signature.hex(),
            }
        )
