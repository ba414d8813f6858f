"""The challenge of a rotation as a kind of what is signed by files: the new holder's, whose key is to be proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.address import to_checksum_address
from pydantic import Field

from kgst.document import Address
from kgst.roles import role_name
from kgst.signing.kinds import Detail, People, Signable
from kgst.signing.shapes import ChainId, FileModel, Moment, SignatureFile

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.govern.holders import Holders

__all__ = ["Challenge", "KeySignature", "challenge_for"]

_KEY_PROOF: Final = [
    {"name": "account", "type": "address"},
    {"name": "replaces", "type": "address"},
    {"name": "roles", "type": "string"},
    {"name": "grantedAt", "type": "uint256"},
]


class _OfManager(FileModel):
    """What a new holder's signature is for."""

    format: Literal["kgst-key-signature/1"] = "kgst-key-signature/1"
    chain_id: ChainId
    manager: Address


class KeySignature(SignatureFile, _OfManager):
    """A new holder's signature on the challenge of a rotation.

    Attributes:
        manager: The AccessManager.
    """

    what = "a new holder's signature"


class Challenge(FileModel, Signable):
    """What a new holder signs, before the old one loses its roles.

    Attributes:
        manager: The AccessManager.
        account: Whose key is to be proved.
        replaces: Who will lose the roles.
        roles: Names of all roles that `account` holds, by number.
        granted_at: Second since which it has the youngest of them.
    """

    what: ClassVar[str] = "the challenge of a rotation"
    signature_file: ClassVar[type[KeySignature]] = KeySignature

    format: Literal["kgst-key-challenge/1"] = "kgst-key-challenge/1"
    chain_id: ChainId
    manager: Address
    account: Address
    replaces: Address
    roles: Annotated[str, Field(pattern=r"^[\x20-\x7e]*$", max_length=20_000)]
    granted_at: Moment

    @property
    def message(self) -> SignableMessage:
        """EIP-712; `header` is the domain hash, `body` the message hash, as a Ledger shows them."""
        return encode_typed_data(
            {
                "name": "KGST key rotation",
                "version": "1",
                "chainId": self.chain_id,
                "verifyingContract": self.manager,
            },
            {"KeyProof": _KEY_PROOF},
            {
                "account": self.account,
                "replaces": self.replaces,
                "roles": self.roles,
                "grantedAt": self.granted_at,
            },
        )

    @property
    def signers(self) -> People:
        """The new holder."""
        return People((self.account,), "new holder", "not the new holder")

    @property
    def signatures_needed(self) -> int:
        """One."""
        return 1

    @property
    def about(self) -> tuple[Detail, ...]:
        """Chain and AccessManager."""
        return (
            Detail("chain_id", "chain", self.chain_id),
            Detail("manager", "the manager", self.manager),
        )

    @property
    def title(self) -> str:
        """For people."""
        return f"the rotation from {self.replaces}"

    @property
    def question(self) -> str:
        """What the new holder is asked."""
        return "Prove the key"


def challenge_for(system: System, holders: Holders, new: str, old: str) -> Challenge:
    """What `new` has to sign before `old` loses its roles."""
    held = holders.roles_of(new)
    return Challenge(
        chain_id=system.record.chain_id,
        manager=system.manager.address,
        account=to_checksum_address(new),
        replaces=to_checksum_address(old),
        roles=", ".join(role_name(role) for role in held),
        granted_at=max((access.since for access in held.values()), default=0),
    )
