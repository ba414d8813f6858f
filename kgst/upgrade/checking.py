"""Whether the token can be upgraded to a contract of this checkout: its code and layout; then a try on a fork."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.build import creation_code, source_of
from kgst.checks import Check, passed
from kgst.deployment.code import (
    SIZE_LIMIT,
    code_hash,
    implementation_arguments,
    implementation_code,
    proxiable_uuid,
    require_contract,
)
from kgst.deployment.layout import LayoutProblem, compare
from kgst.gate import SLOT
from kgst.upgrade.deployed import deployed_layout

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Candidate", "examine"]


@dataclass(frozen=True)
class Candidate:
    """A contract that may become the implementation.

    Attributes:
        contract: Its name.
        source: Its file in the project.
        arguments: Its constructor's, ABI-encoded.
        code: Runtime code as it would be deployed, immutables included.
        problems: What it would misread of the present storage.
        compared_with: Where the present layout was found.
    """

    contract: str
    source: str
    arguments: bytes
    code: bytes
    problems: list[LayoutProblem]
    compared_with: str
    checks: list[Check] = field(default_factory=list)

    @property
    def code_hash(self) -> str:
        """0x and 64 digits."""
        return code_hash(self.code)

    @property
    def creation(self) -> bytes:
        """What a deployment sends."""
        return creation_code(self.contract) + self.arguments

    @property
    def is_sound(self) -> bool:
        """Whether everything is as it must be."""
        return passed(self.checks)


def examine(system: System, contract: str) -> Candidate:
    """Look at `contract` without sending anything anywhere.

    Raises:
        InputError: it is no contract of this checkout, or no implementation.
        RefusedError: the present layout is not known.
    """
    from ape import project

    require_contract(contract)
    arguments = implementation_arguments(contract, system.policy)
    code = implementation_code(contract, "0x" + arguments.hex())
    source = source_of(contract)
    old, where = deployed_layout(system)
    _, problems = compare(contract, source, Path(project.path), old)
    return Candidate(
        contract=contract,
        source=source,
        arguments=arguments,
        code=code,
        problems=problems,
        compared_with=where,
        checks=[
            _check(
                "storage layout",
                not problems,
                "; ".join(map(str, problems)) or "every field and packed constant is where it was",
            ),
            _check("code size", len(code) <= SIZE_LIMIT, f"{len(code):,} of {SIZE_LIMIT:,} bytes"),
            _slot(code),
        ],
    )


def _slot(code: bytes) -> Check:
    found = proxiable_uuid(code)
    ok = found == SLOT.to_bytes(32)
    detail = "the ERC-1967 slot" if ok else f"0x{found.hex()}" if found else "no answer"
    return _check("proxiableUUID (ERC-1822)", ok, detail, "the ERC-1967 slot")


_check = partial(Check.that, "code")
