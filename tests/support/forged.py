"""ape's build as somebody changed it, in this process only: other workers read the same folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ape import project

__all__ = ["flipped", "renamed"]


@contextmanager
def flipped(contract: str) -> Iterator[None]:
    """One bit of one opcode in the middle of the creation code is another."""
    bytecode = project.get_contract(contract).contract_type.deployment_bytecode
    code = str(bytecode.bytecode)
    middle = len(code) // 2
    try:
        bytecode.bytecode = f"{code[:middle]}{int(code[middle], 16) ^ 1:x}{code[middle + 1 :]}"
        yield
    finally:
        bytecode.bytecode = code


@contextmanager
def renamed(contract: str) -> Iterator[None]:
    """In the interface `grantRole` has another selector: that of a function with another type."""
    [function] = [
        one
        for one in project.get_contract(contract).contract_type.abi
        if getattr(one, "name", None) == "grantRole"
    ]
    fields = vars(function.inputs[2])  # the model itself is frozen
    before = fields["type"]
    try:
        fields["type"] = "uint256"
        yield
    finally:
        fields["type"] = before
