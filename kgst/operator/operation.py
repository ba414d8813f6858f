"""What an operator wants done: one call, who may make it, how it reads to people, and what must be true afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kgst.roles import Role

if TYPE_CHECKING:
    from kgst.operator.emissions import Emission
    from kgst.operator.system import System

__all__ = ["ANYTHING", "Operation", "Readback", "call_data", "eligible"]

ANYTHING: Final = object()
"""What a value is expected to be that others may move meanwhile: it is shown and not compared."""


@dataclass(frozen=True)
class Readback:
    """A value that is read from the chain once the operation is final.

    Attributes:
        what: For people: `balance of treasury`.
        expected: Compared with `==`, unless it is `ANYTHING`.
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
        repeatable: Twice is the same as once, so that the chain alone says whether it has to be done (a grant, not a
            mint).
        emits: Events that the transaction must have logged once it is mined.
        check: Raises RefusedError when the chain forbids it, in plainer words than the simulation; not asked when an
            interrupted run is finished.
        reference: The operator's own, kept in the journal; runs with different ones are different runs.
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
    repeatable: bool = False
    emits: tuple[Emission, ...] = ()
    check: Callable[[], None] | None = None
    reference: str = ""

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
