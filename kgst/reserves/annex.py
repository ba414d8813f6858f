"""The confidential annex of a report: what was settled by which entry, what is open, what the next draft goes on from.

It is the desk's and the auditors'; the public report has its hash. Whoever is paid finds himself in the public report
by a salt, which the desk gives him alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from eth_utils.crypto import keccak
from pydantic import Field, ValidationError, model_validator

from kgst.fields import Address, problems
from kgst.jsonfile import JsonError, parse_json
from kgst.reserves.files import BaseUnits
from kgst.settling.model import Digits, Finding, Kind, Leg
from kgst.signing.shapes import ChainId, Count, FileModel, Hash
from kgst.statements.model import FileOrigin
from kgst.storing import FileError, read_bytes
from kgst.terminal import plain

__all__ = ["Annex", "Named", "Open", "Paid", "annex_of", "hash_of", "leaf", "read_annex", "salt_of"]

MAX_BYTES: Final = 256 * 1024 * 1024
"""Some 300,000 redemptions with their entries."""

_Id = Annotated[str, Field(min_length=1, max_length=140)]
_Reason = Annotated[str, Field(max_length=200)]


class Open(FileModel):
    """A redemption on which money is owed.

    Attributes:
        id: Reference of its payment; or what names the burn, where it has no key.
        account: Whose tokens were burned.
        burned_on: Day in Bishkek.
    """

    id: _Id
    base_units: BaseUnits
    account: Address
    block: Count
    burned_on: date


class Paid(FileModel):
    """A redemption that this report counts as settled, and the one before did not.

    Attributes:
        leg: The debit that paid it; null for one that was declared settled by hand.
    """

    id: _Id
    base_units: BaseUnits
    leg: Leg | None


class Named(FileModel):
    """Something to be said of a movement.

    Attributes:
        tyiyn: How much; of a wrong amount, paid less owed with its sign.
    """

    kind: Kind
    redemptions: tuple[_Id, ...]
    tyiyn: Annotated[str, Field(pattern=r"^-?[0-9]{1,30}$")] | None
    says: _Reason
    leg: Leg

    @classmethod
    def of(cls, one: Finding) -> Self:
        """As the matching found it."""
        return cls(
            kind=one.kind,
            redemptions=one.redemptions,
            tyiyn=None if one.tyiyn is None else str(one.tyiyn),
            says=one.says[:200],
            leg=one.leg,
        )


class Annex(FileModel):
    """What a report leaves out.

    Attributes:
        epoch: Of the attestation.
        closing: The banking day that it is of.
        block: Up to which burns were read.
        files: Of statements, and whose signature each has; as in the report.
        salt: 32 bytes, of which the salts of the redemptions are made.
        open: Everything that is owed, oldest first; null where that is not known, after a first figure by hand.
        settled: What this report adds.
        reopened: Ids of what it takes away: the bank returned the payments.
        unassigned_tyiyn: What came back without a name.
        named: What somebody has to look at.
        carried: Debits that settled nothing: the next draft looks at them again.
    """

    format: Literal["kgst-reserves-annex/2"] = "kgst-reserves-annex/2"
    chain_id: ChainId
    token: Address
    epoch: Count
    closing: date
    block: Count
    files: tuple[FileOrigin, ...]
    salt: Hash
    open: tuple[Open, ...] | None
    settled: tuple[Paid, ...]
    reopened: tuple[_Id, ...]
    unassigned_tyiyn: Digits
    named: tuple[Named, ...]
    carried: tuple[Leg, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [one.id for one in self.open or ()] + [one.id for one in self.settled]
        if len(set(ids)) != len(ids):
            raise ValueError("a redemption stands in it twice")
        return self

    def as_bytes(self) -> bytes:
        """What is written and hashed."""
        return (self.model_dump_json(indent=1) + "\n").encode()

    def leaves(self) -> list[str]:
        """What the public report has of each redemption, sorted."""
        rows = [(one.id, one.base_units, "open") for one in self.open or ()]
        rows += [(one.id, one.base_units, "settled") for one in self.settled]
        return sorted(leaf(salt_of(self.salt, id_), id_, amount, how) for id_, amount, how in rows)


def salt_of(salt: str, id_: str) -> str:
    """The salt that the payee of a redemption is given: it opens his leaf and no other."""
    return "0x" + keccak(bytes.fromhex(salt[2:]) + id_.encode()).hex()


def leaf(salt: str, id_: str, base_units: int, state: str) -> str:
    """keccak256 of the salt's 32 bytes and the text `reference amount state`, in base units; `open` or `settled`."""
    return "0x" + keccak(bytes.fromhex(salt[2:]) + f"{id_} {base_units} {state}".encode()).hex()


def hash_of(data: bytes) -> str:
    """keccak256 of an annex's bytes, as the report has it."""
    return "0x" + keccak(data).hex()


def annex_of(report: Path) -> Path:
    """Where the annex of a report lies: beside it."""
    return report.with_name(f"{report.stem}-annex.json")


def read_annex(path: Path) -> tuple[Annex, str]:
    """The annex at `path`, and the hash of its bytes.

    Raises:
        FileError: it cannot be read, or is none.
    """
    data = read_bytes(path, MAX_BYTES)
    try:
        text, _ = parse_json(data)
        return Annex.model_validate_json(text, strict=True), hash_of(data)
    except JsonError as error:
        raise FileError(f"{path}: {error}; ask for the file again.") from None
    except ValidationError as error:
        lines = [f"{path}: {plain(line)}" for line in problems(error)]
        raise FileError(
            "\n".join([*lines[:10], "Ask for the annex again; it is never edited by hand."])
        ) from None
