"""What `govern sign` answers with `--json`."""

from __future__ import annotations

from typing import ClassVar

from kgst.document import Address, ChainId, Hash, Time
from kgst.signing.documents import SignDocument

__all__ = ["GovernSignDocument"]


class GovernSignDocument(SignDocument):
    """What a new holder has signed: the challenge of a rotation.

    Attributes:
        manager: The AccessManager.
        replaces: Who will lose the roles.
        roles: Names of all that the new holder has.
        granted_at: Since when it has the youngest of them.
        domain_hash: As a Ledger shows it.
        message_hash: As a Ledger shows it.
        digest: What the signature is on.
        checked: What was compared and agrees, for people.
        not_checked: What could not be compared, for people.
    """

    SCHEMA: ClassVar = "kgst/govern-sign/1"

    chain_id: ChainId
    manager: Address
    replaces: Address
    roles: str
    granted_at: Time
    domain_hash: Hash
    message_hash: Hash
    digest: Hash
    checked: list[str]
    not_checked: list[str]
