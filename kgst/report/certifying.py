"""An officer's certificate of a period's report, as a kind of what is signed by files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.address import is_checksum_address

from kgst.document import Address, Sha256
from kgst.errors import InputError
from kgst.jsonfile import canonical_json
from kgst.policy import Policy
from kgst.signing.kinds import Detail, People, Signable
from kgst.signing.shapes import ChainId, SignatureFile
from kgst.storing import FileError, json_in, read_bytes

__all__ = [
    "MOST",
    "ROLES",
    "Certificate",
    "OfficerRole",
    "OfficerSignature",
    "Written",
    "certificate_for",
    "read_written",
]

OfficerRole = Literal["CEO", "CFO"]
ROLES: Final[tuple[OfficerRole, ...]] = ("CEO", "CFO")
"""Both have to sign."""

MOST: Final = 64 * 1024 * 1024
"""Bytes of a report, and of its page."""
_FORMAT: Final = "kgst-period/1"
_TYPE: Final = [
    {"name": "role", "type": "string"},
    {"name": "firstDay", "type": "string"},
    {"name": "lastDay", "type": "string"},
    {"name": "days", "type": "string"},
    {"name": "sha256", "type": "bytes32"},
]


@dataclass(frozen=True)
class Written:
    """A report as its file has it.

    Attributes:
        document: What it says.
        sha256: Of its bytes.
    """

    path: Path
    document: dict[str, Any]
    sha256: str

    @property
    def chain_id(self) -> int:
        """EIP-155."""
        return int(self.document["token"]["chain_id"])

    @property
    def token(self) -> str:
        """Checksummed."""
        return str(self.document["token"]["token"])


class OfficerSignature(SignatureFile):
    """An officer's signature on a period's report.

    Attributes:
        sha256: Of the report's bytes.
        role: As which it was signed.
    """

    what = "an officer's signature"

    format: Literal["kgst-officer-signature/1"] = "kgst-officer-signature/1"
    chain_id: ChainId
    token: Address
    sha256: Sha256
    role: OfficerRole


@dataclass(frozen=True)
class Certificate(Signable):
    """What one officer signs: the hash of a report, its days, and as whom.

    Attributes:
        officer: Checksummed address, by the policy.
    """

    what: ClassVar[str] = "a period's report"
    signature_file: ClassVar[type[OfficerSignature]] = OfficerSignature

    written: Written
    role: OfficerRole
    officer: str

    @property
    def message(self) -> SignableMessage:
        """EIP-712, in a domain of its own: no token takes it for anything else."""
        days = self.written.document["period"]
        return encode_typed_data(
            {
                "name": "KGST period report",
                "version": "1",
                "chainId": self.written.chain_id,
                "verifyingContract": self.written.token,
            },
            {"PeriodReport": _TYPE},
            {
                "role": self.role,
                "firstDay": days["first_day"],
                "lastDay": days["last_day"],
                "days": days["days"],
                "sha256": bytes.fromhex(self.written.sha256),
            },
        )

    @property
    def signers(self) -> People:
        """The officer alone."""
        return People((self.officer,), self.role, f"not the policy's {self.role}")

    @property
    def signatures_needed(self) -> int:
        """One."""
        return 1

    @property
    def about(self) -> tuple[Detail, ...]:
        """Chain, token, report and role."""
        return (
            Detail("chain_id", "chain", self.written.chain_id),
            Detail("token", "the token", self.written.token),
            Detail("sha256", "the report", self.written.sha256),
            Detail("role", "the role", self.role),
        )

    @property
    def title(self) -> str:
        """For people."""
        days = self.written.document["period"]
        return f"the report from {days['first_day']} to {days['last_day']}"

    @property
    def question(self) -> str:
        """What the officer is asked."""
        return f"Certify {self.title} as {self.role}"


def read_written(path: Path) -> Written:
    """The report at `path`, byte for byte as it is written.

    Raises:
        FileError: it is none, or was changed.
    """
    data = read_bytes(path, MOST)
    _, document = json_in(path, data)
    try:
        token, days = document["token"], document["period"]
        good = (
            document["format"] == _FORMAT
            and canonical_json(document) == data
            and isinstance(token["chain_id"], int)
            and is_checksum_address(token["token"])
            and all(isinstance(days[key], str) for key in ("first_day", "last_day", "days"))
        )
    except (KeyError, TypeError):
        good = False
    if not good:
        raise FileError(
            f"{path}: this is no report.json of `ape run report period`, or it was changed (an editor that adds a "
            "newline suffices); ask for the file again, as an attachment."
        )
    return Written(path, document, hashlib.sha256(data).hexdigest())


def certificate_for(written: Written, role: OfficerRole, policy: Policy) -> Certificate:
    """What the policy's officer signs.

    Raises:
        InputError: the policy names no officers.
    """
    if policy.officers is None:
        raise InputError(
            "the policy names no officers; write officers: {ceo: LABEL, cfo: LABEL} with labels of its people."
        )
    label = {"CEO": policy.officers.ceo, "CFO": policy.officers.cfo}[role]
    return Certificate(written, role, policy.address(label))
