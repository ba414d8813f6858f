"""What an operator wants done: one call, who may make it, how it reads to people, and what must be true afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kgst.roles import Role

if TYPE_CHECKING:
    from kgst.operator.system import System

__all__ = ["Operation", "Readback", "call_data", "eligible"]


@dataclass(frozen=True)
class Readback:
    """A value that is read from the chain once the operation is final.

    Attributes:
        what: For people: `balance of treasury`.
        expected: Compared with `==`.
        read: Asks the chain.
        show: Puts a value into words.
    """

    what: str
    expected: Any
    read: Callable[[], Any]
    show: Callable[[Any], str] = str


@dataclass(frozen=True)
class Operation:
    """One call of the token or its manager.

    Attributes:
        name: Short, for files and logs: `pause`.
        title: For people: `pause TRANSFERS`.
        to: Checksummed address of the contract.
        data: Call data.
        role: Whose members may call; None when the contract itself decides (issuers, auditors, holders, anyone).
        lines: What the preview says besides the title, as (label, text).
        readbacks: What must be true once it was carried out.
        by: Addresses that may, when `role` is None; empty for anyone.
        irreversible: Asks even with `--yes`.
        already: It is so on the chain: nothing has to be sent.
    """

    name: str
    title: str
    to: str
    data: bytes
    role: Role | None = None
    lines: tuple[tuple[str, str], ...] = ()
    readbacks: tuple[Readback, ...] = ()
    by: tuple[str, ...] = field(default=())
    irreversible: bool = False
    already: bool = False

    @property
    def selector(self) -> bytes:
        """The function: the first four bytes of the call data."""
        return self.data[:4]


def call_data(method: Any, *arguments: Any) -> bytes:
    """The call data of a contract instance's `method`; overloads are chosen by the arguments' number."""
    return bytes(method.encode_input(*arguments))


def eligible(system: System, operation: Operation) -> list[str]:
    """Addresses that the policy lets carry out `operation`; empty for anyone."""
    if operation.role is None:
        return list(operation.by)
    return [system.policy.address(m.member) for m in system.policy.roles[operation.role]]
