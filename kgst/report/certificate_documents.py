"""What `report sign` and `report verify` answer with `--json`."""

from __future__ import annotations

from typing import ClassVar, Literal

from kgst.checks import CheckPart
from kgst.document import Address, ChainId, Document, Hash, Sha256
from kgst.signing.documents import SignDocument

__all__ = ["ReportSignDocument", "ReportVerifyDocument"]

Role = Literal["CEO", "CFO"]


class ReportSignDocument(SignDocument):
    """What an officer has signed: the hash of a period's report.

    Attributes:
        sha256: Of the report's bytes.
        domain_hash: As a Ledger shows it.
        message_hash: As a Ledger shows it.
        digest: What the signature is on.
        checked: What was compared and agrees, for people.
        not_checked: What could not be compared, for people.
    """

    SCHEMA: ClassVar = "kgst/report-sign/1"

    chain_id: ChainId
    token: Address
    sha256: Sha256
    role: Role
    domain_hash: Hash
    message_hash: Hash
    digest: Hash
    checked: list[str]
    not_checked: list[str]


class ReportVerifyDocument(Document):
    """Who of the policy's officers signed a period's report; exit code 5 while one has not.

    Attributes:
        sha256: Of the report's bytes.
        signed_by: By role, recovered from the signatures; contracts as claimed.
        missing: Roles of which no signature was given.
    """

    SCHEMA: ClassVar = "kgst/report-verify/1"

    chain_id: ChainId
    token: Address
    sha256: Sha256
    signed_by: dict[Role, Address]
    missing: list[Role]
    checks: list[CheckPart]
