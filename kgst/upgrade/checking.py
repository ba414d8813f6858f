"""Whether the token can be upgraded to a contract of this checkout: its code and layout; then a try on a fork."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgst.build import creation_code, require_from_sources, source_of
from kgst.checks import Check, State, passed
from kgst.deployment.code import (
    SIZE_LIMIT,
    code_hash,
    implementation_arguments,
    implementation_code,
    proxiable_uuid,
    require_contract,
)
from kgst.deployment.layout import LayoutProblem, compare
from kgst.slots import IMPLEMENTATION
from kgst.upgrade.deployed import deployed_code, deployed_layout
from kgst.upgrade.opcodes import DELEGATECALL, FORBIDDEN, reachable

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Candidate", "delegate_calls", "examine", "forbidden_in"]


NOWHERE: Final = "0x" + "00" * 20
"""Where a contract is supposed to stand before it is deployed."""


@dataclass(frozen=True)
class Candidate:
    """A contract that may become the implementation.

    Attributes:
        contract: Its name.
        source: Its file in the project.
        arguments: Its constructor's, ABI-encoded.
        code: Runtime code as it would be deployed, immutables included, but for its own address: zeros stand there.
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
        """Of `code`, before anybody knows where it will stand: 0x and 64 digits."""
        return code_hash(self.code)

    def code_at(self, address: str) -> bytes:
        """Runtime code as it is once deployed at `address`."""
        return implementation_code(self.contract, "0x" + self.arguments.hex(), address)

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
    if system.files is not None:  # a chain that ends with this process is for practice
        require_from_sources(contract)
    arguments = implementation_arguments(contract, system.policy)
    code = implementation_code(contract, "0x" + arguments.hex(), NOWHERE)
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
            *_instructions(code, deployed_code(system)),
        ],
    )


def forbidden_in(code: bytes) -> str:
    """Instructions in `code` that might run, and that no implementation may have; empty when there are none."""
    found = reachable(code)
    return ", ".join(name for opcode, name in FORBIDDEN.items() if found[opcode])


def delegate_calls(code: bytes) -> int:
    """How many DELEGATECALLs of `code` might run. Whose code they run is not looked at."""
    return reachable(code)[DELEGATECALL]


def _instructions(code: bytes, deployed: bytes) -> list[Check]:
    forbidden, now, then = forbidden_in(code), delegate_calls(deployed), delegate_calls(code)
    state = State.WARNING if then > now else State.OK
    return [
        _check("no SELFDESTRUCT, no CALLCODE", not forbidden, forbidden or "none that may run"),
        Check(
            "code",
            "DELEGATECALLs, counted",
            state,
            f"{then}, in the present implementation {now}"
            + ("; whose code each runs is for a reviewer to see" if then > now else ""),
        ),
    ]


def _slot(code: bytes) -> Check:
    found = proxiable_uuid(code)
    ok = found == IMPLEMENTATION.to_bytes(32)
    detail = "the ERC-1967 slot" if ok else f"0x{found.hex()}" if found else "no answer"
    return _check("proxiableUUID (ERC-1822)", ok, detail, "the ERC-1967 slot")


_check = partial(Check.that, "code")
