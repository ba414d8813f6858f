"""Carrying out an order: tokens are moved or destroyed against their holder's will, up to what it names.

The token itself keeps what of an order has been executed, and refuses more, whatever a node or a journal says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kgst.errors import RefusedError
from kgst.guard.orders import Order, OrderError
from kgst.journal import OrderWords
from kgst.node import rpc
from kgst.pipeline.accounts import read_accounts
from kgst.pipeline.expected_events import ExpectedEvent, order_executed, transferred
from kgst.pipeline.operation import ANYTHING, Operation, Readback, call_data
from kgst.roles import Role
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["seize"]


def seize(
    system: System, path: Path, document: str | None = None, *, allow_unknown: bool
) -> Operation:
    """What the order in the file at `path` wants.

    Whose tokens are taken, the order says; who receives them needs a label of the policy.

    Args:
        system: Whose token.
        path: The order.
        document: SHA-256 of the file that was given as the order's document; None when none was.
        allow_unknown: Whether a receiver may have no label.

    Raises:
        OrderError: the file is no order, or of another document.
        InputError: the receiver is unknown.
        RefusedError: the token has the order with another amount.
    """
    order = Order.load(path)
    if document not in (None, order.document_sha256):
        raise OrderError(
            f"--document has the SHA-256 {document}, and {path} is the order of the document {order.document_sha256}; "
            "give the order's own document, or correct the order. Nothing was sent."
        )
    if order.to is not None:
        system.require_known(order.to, allow_unknown=allow_unknown)
    standing = _read(system, order)
    token, name = system.token, system.named(order.source)
    if order.to is not None:
        title = f"take {format_som(standing.value)} from {name} for {system.named(order.to)}"
        data = call_data(
            token.forcedTransfer, order.source, order.to, standing.value, order.hash, order.amount
        )
    else:
        title = f"destroy {format_som(standing.value)} of {name}"
        data = call_data(token.burnBlocked, order.source, standing.value, order.hash, order.amount)

    def check() -> None:
        if standing.executed == standing.ordered != 0:
            raise RefusedError(
                f"this order ({order.authority}, case {order.case}) was carried out before, all "
                f"{format_som(standing.executed)} of it; an order is carried out once. If this is another one, its "
                "file has to say so."
            )
        if obstacles := _obstacles(system, order, standing):
            raise RefusedError(f"{title}:\n" + "\n".join(f"{one}." for one in obstacles))

    return Operation(
        name="seize",
        title=title,
        to=token.address,
        data=data,
        role=Role.ENFORCER,
        lines=_lines(system, order, standing),
        readbacks=(
            Readback(
                f"balance of {name} now",
                ANYTHING,
                lambda: int(token.balanceOf(order.source)),
                format_som,
            ),
        ),
        emits=_expected_events(system, order, standing.value, title),
        check=check,
        irreversible=True,
        reference="0x" + order.hash.hex(),
        document_sha256=order.document_sha256,
        order=OrderWords(authority=order.authority, case=order.case, date=order.date.isoformat()),
    )


@dataclass(frozen=True)
class _Standing:
    """What the token says of an order and of the account that it names; base units.

    Attributes:
        ordered: What the order is for; 0 while nothing of it was executed.
        executed: Of that, before.
        value: To be executed now.
    """

    ordered: int
    executed: int
    value: int
    balance: int
    frozen: int
    blocked: bool


def _read(system: System, order: Order) -> _Standing:
    """How far the order is, and what its account has.

    Raises:
        RefusedError: the token has the order with another amount.
    """
    [(balance, frozen, blocked)] = read_accounts(
        system, [order.source], "balanceOf", "getFrozenTokens", "isBlocked"
    )
    with rpc("read what was executed of the order"):
        ordered, executed = map(int, system.token.orderOf(order.hash, order.source))
    if ordered not in (0, order.amount):
        raise RefusedError(
            f"the order of {order.authority}, case {order.case} of {order.date}, is with the token as one for "
            f"{format_som(ordered)} from {system.named(order.source)}, of which {format_som(executed)} were taken, and "
            f"the file says {format_som(order.amount)}. Court, case, date and document tell which order it is, and its "
            "amount is part of it. Nothing was sent; if this is another order, its case or its document is another."
        )
    # Of an order that is done, what it was: so that a run that was killed after it landed finds its own.
    value = order.amount - executed or order.amount
    return _Standing(ordered, executed, value, balance, frozen, blocked)


def _lines(system: System, order: Order, at: _Standing) -> tuple[tuple[str, str], ...]:
    """What the preview shows besides the title."""
    before = (
        [("ordered", format_som(at.ordered)), ("executed before", format_som(at.executed))]
        if at.executed
        else []
    )
    receiver = [("to", f"{system.named(order.to)}\n{order.to}")] if order.to is not None else []
    blocked = "blocked" if at.blocked else "not blocked"
    return (
        ("order of", order.authority),
        ("case", f"{order.case}, {order.date}"),
        ("document SHA-256", order.document_sha256),
        ("order hash", "0x" + order.hash.hex()),
        ("from", f"{system.named(order.source)}\n{order.source}"),
        *before,
        ("its balance", f"{format_som(at.balance)} → {format_som(at.balance - at.value)}"),
        ("it is", f"{blocked}, {format_som(at.frozen)} frozen"),
        *receiver,
    )


def _obstacles(system: System, order: Order, at: _Standing) -> list[str]:
    found = []
    reserved = (0, int(system.token.address, 16))
    for key, account in (("from", order.source), ("to", order.to)):
        if account is not None and int(account, 16) in reserved:
            found.append(f"{key} is {system.named(account)}, which never holds tokens")
    if at.value > at.balance:
        found.append(
            f"{system.named(order.source)} holds {format_som(at.balance)}, {format_som(at.value - at.balance)} less "
            "than the order wants"
        )
    if order.to is None and not at.blocked:
        found.append(
            f"{system.named(order.source)} is not blocked; only a blocked account's tokens are destroyed (`ape run "
            "guard block`)"
        )
    if order.to is not None and not found:
        [(receiver_blocked,)] = read_accounts(system, [order.to], "isBlocked")
        if receiver_blocked:
            found.append(f"{system.named(order.to)} is blocked and can receive nothing")
    return found


def _expected_events(
    system: System, order: Order, value: int, title: str
) -> tuple[ExpectedEvent, ...]:
    return (
        transferred(system, order.source, order.to, value, title),
        order_executed(system, order.hash, order.source, value, "the order's hash"),
    )
