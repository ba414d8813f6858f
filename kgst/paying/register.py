"""The issuer's register: who is behind the hash that a request on the chain carries.

It is confidential, and the only place where a wallet's request and a person's bank account meet.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from kgst.fields import Address, problems
from kgst.jsonfile import lines_of
from kgst.paying.details import Account, Bank, Inn, Name, Purpose, Salt
from kgst.paying.typed import struct_hash
from kgst.storing import FileError, read_bytes, read_json
from kgst.terminal import plain
from kgst.yamlfile import MAX_BYTES as MAX_YAML_BYTES
from kgst.yamlfile import YamlFileError, compose_yaml, read_yaml

__all__ = ["PAYEE_TYPE", "Payee", "Register", "RegisterFile", "read_register"]

PAYEE_TYPE: Final = (
    "RedemptionPayee(string name,string account,string bank,string inn,bytes32 salt)"
)
"""EIP-712 type whose `hashStruct` is a request's `reference`."""

MAX_REGISTER_BYTES: Final = 8 * 1024 * 1024
"""Largest register in JSON: some 20,000 payees."""

_MOST: Final = 20_000
_MOST_SHOWN: Final = 20


class Payee(BaseModel):
    """Who is paid for a request, and where.

    Attributes:
        name: As the bank knows the owner of the account.
        account: 16 digits, or an IBAN.
        bank: BIC of 8 or 11 characters, or a code (БИК) of six digits.
        inn: 14 digits, if the bank wants it.
        salt: 32 random bytes, made by the payee's wallet; without it nobody finds the details by trying.
        requester: Who may ask by this hash; anybody, unless it is given.
        purpose: Words for the payment, before its reference.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    account: Account
    bank: Bank
    inn: Inn | None = None
    salt: Salt
    requester: Address | None = None
    purpose: Purpose | None = None

    @property
    def reference(self) -> str:
        """What a request on the chain carries: 0x and 64 digits."""
        return (
            "0x"
            + struct_hash(
                PAYEE_TYPE,
                name=self.name,
                account=self.account,
                bank=self.bank,
                inn=self.inn or "",
                salt=bytes.fromhex(self.salt[2:]),
            ).hex()
        )


class RegisterFile(BaseModel):
    """A register of payees, confidential: the details behind the references of requests.

    Attributes:
        payees: In any order, each once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["kgst-register/1"]
    payees: Annotated[tuple[Payee, ...], Field(min_length=1, max_length=_MOST)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        wrong = []
        salts: dict[str, int] = {}
        for number, one in enumerate(self.payees):
            first = salts.setdefault(one.salt, number)
            if first != number:
                wrong.append(
                    f"payees.{number}.salt: it is also that of payees.{first}; a salt is made anew for each entry, and "
                    "an entry stands once."
                )
        if wrong:
            raise ValueError("\n".join(wrong))
        return self


@dataclass(frozen=True, slots=True)
class Register:
    """What was read.

    Attributes:
        payees: By reference.
        cautions: What is to be said to whoever gave the file.
    """

    payees: Mapping[str, Payee]
    cautions: tuple[str, ...] = ()


def read_register(path: Path) -> Register:
    """The register in the YAML or JSON file at `path`.

    Raises:
        FileError: it cannot be read, or breaks a rule; every problem with its line, at most 20 of them.
    """
    document = _read(path)
    try:
        found = RegisterFile.model_validate(document)
    except ValidationError as error:
        lines = [f"{path}: {_placed(path, line)}" for line in problems(error)]
        more = [f"{path}: and {len(lines) - _MOST_SHOWN} more."] if lines[_MOST_SHOWN:] else []
        raise FileError("\n".join([*lines[:_MOST_SHOWN], *more])) from None
    cautions = []
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        cautions.append(
            f"{path}: others on this machine can read or change the register; chmod 600 {path}."
        )
    return Register({one.reference: one for one in found.payees}, tuple(cautions))


def _read(path: Path) -> Any:
    if _is_json(path):
        return read_json(path, MAX_REGISTER_BYTES)[1]
    try:
        return read_yaml(path)
    except YamlFileError as error:
        raise FileError(f"{path}: {error}") from None


def _is_json(path: Path) -> bool:
    data = read_bytes(path, MAX_REGISTER_BYTES)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return True
    if len(data) > MAX_YAML_BYTES:
        raise FileError(
            f"{path}: as YAML a register has at most {MAX_YAML_BYTES // 1024} KiB; write a larger one as JSON."
        )
    return False


def _placed(path: Path, problem: str) -> str:
    """`line 12: payees.3.name: …`."""
    places = _places(path)
    key = problem.partition(":")[0]
    while key and key not in places:
        key = key.rpartition(".")[0]
    return plain(f"line {places[key]}: {problem}" if key else problem)


def _places(path: Path) -> Mapping[str, int]:
    if _is_json(path):
        return lines_of(read_json(path, MAX_REGISTER_BYTES)[0])
    return dict(_walk(compose_yaml(path)[1], ""))


def _walk(node: Node, above: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, MappingNode):
        parts = [(key.value, key, value) for key, value in node.value]
    elif isinstance(node, SequenceNode):
        parts = [(str(number), value, value) for number, value in enumerate(node.value)]
    else:
        return
    for name, at, value in parts:
        key = f"{above}.{name}" if above else name
        yield key, at.start_mark.line + 1
        yield from _walk(value, key)
