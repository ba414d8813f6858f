"""What an operator wants done: one call, who may make it, how it reads to people, and what must be true afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from kgst.node import NodeError
from kgst.roles import Role

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.journal import OrderWords
    from kgst.node.pool import Node
    from kgst.pipeline.expected_events import ExpectedEvent

__all__ = ["ANYTHING", "Fact", "Operation", "Readback", "call_data", "eligible", "holds"]

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
class Fact:
    """Something that a call of a contract tells.

    Attributes:
        to: Checksummed address of the contract.
        data: Call data of a view.
        holds: Whether what the view returned says that it is so.
    """

    to: str
    data: bytes
    holds: Callable[[bytes], bool]


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
        carried_out: Of what the token takes once, by a key: the transaction that did it, from wherever it was sent, in
            words; None when the key is free. It decides where an interrupted run cannot.
        check: Raises RefusedError when the chain forbids it, in plainer words than the simulation; not asked when an
            interrupted run is finished.
        reference: The operator's own, kept in the journal; runs with different ones are different runs.
        emergency: It goes first, whatever else of the account is pending, and to all nodes of the policy; twice is the
            same as once.
        fact: How a further node is asked whether it is so `already`.
        document_sha256: Of the document that it rests on, where the operation itself names one: 64 digits.
        order: Of a court or authority, that it carries out.
        reasons: Account to why, where a file says that of each.
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
    emits: tuple[ExpectedEvent, ...] = ()
    carried_out: Callable[[], str | None] | None = None
    check: Callable[[], None] | None = None
    reference: str = ""
    emergency: bool = False
    fact: Fact | None = None
    document_sha256: str | None = None
    order: OrderWords | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def selector(self) -> bytes:
        """The function: the first four bytes of the call data."""
        return self.data[:4]


def call_data(method: Any, *arguments: Any) -> bytes:
    """The call data of a contract instance's `method`; overloads are chosen by the arguments' number."""
    return bytes(method.encode_input(*arguments))


def holds(node: Node, fact: Fact) -> bool:
    """Whether `node` says so; silence and a strange answer do not."""
    try:
        answer = node.ask("eth_call", [{"to": fact.to, "data": "0x" + fact.data.hex()}, "latest"])
        return fact.holds(bytes.fromhex(answer[2:]))
    except (NodeError, TypeError, ValueError):
        return False


def eligible(system: System, operation: Operation) -> list[str]:
    """Addresses that the policy lets carry out `operation`; empty for anyone."""
    if operation.role is None:
        return list(operation.by)
    return [system.policy.address(m.member) for m in system.policy.roles[operation.role]]
