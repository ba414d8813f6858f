"""Carrying out an order: tokens are moved or destroyed against their holder's will, once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kgst.errors import RefusedError
from kgst.events import read_logs
from kgst.guard.orders import Order
from kgst.pipeline.accounts import read_accounts
from kgst.pipeline.expected_events import ExpectedEvent, order_executed, transferred
from kgst.pipeline.operation import ANYTHING, Operation, Readback, call_data
from kgst.roles import Role
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["executed_in", "seize"]

_EXECUTED = "OrderExecuted(bytes32,address,uint256)"


def seize(system: System, path: Path, *, allow_unknown: bool) -> Operation:
    """What the order in the file at `path` wants.

    Whose tokens are taken, the order says; who receives them needs a label of the policy.

    Raises:
        OrderError: the file is no order.
        InputError: the receiver is unknown.
    """
    order = Order.load(path)
    if order.to is not None:
        system.require_known(order.to, allow_unknown=allow_unknown)
    [(balance, frozen, blocked)] = read_accounts(
        system, [order.source], "balanceOf", "getFrozenTokens", "isBlocked"
    )
    token, value, name = system.token, order.amount, system.named(order.source)
    if order.to is not None:
        title = f"take {format_som(value)} from {name} for {system.named(order.to)}"
        data = call_data(token.forcedTransfer, order.source, order.to, value, order.hash)
    else:
        title = f"destroy {format_som(value)} of {name}"
        data = call_data(token.burnBlocked, order.source, value, order.hash)
    lines = [
        ("order of", order.authority),
        ("case", f"{order.case}, {order.date}"),
        ("document SHA-256", order.document_sha256),
        ("order hash", "0x" + order.hash.hex()),
        ("from", f"{name}\n{order.source}"),
        ("its balance", f"{format_som(balance)} → {format_som(balance - value)}"),
        ("it is", f"{'blocked' if blocked else 'not blocked'}, {format_som(frozen)} frozen"),
    ]
    if order.to is not None:
        lines.append(("to", f"{system.named(order.to)}\n{order.to}"))

    def check() -> None:
        if (transaction := executed_in(system, order.hash)) is not None:
            raise RefusedError(
                f"this order ({order.authority}, case {order.case}) was carried out before, in transaction "
                f"{transaction}; an order is carried out once. If this is another one, its file has to say so."
            )
        if obstacles := _obstacles(system, order, balance, blocked):
            raise RefusedError(f"{title}:\n" + "\n".join(f"{one}." for one in obstacles))

    return Operation(
        name="seize",
        title=title,
        to=token.address,
        data=data,
        role=Role.ENFORCER,
        lines=tuple(lines),
        readbacks=(
            Readback(
                f"balance of {name} now",
                ANYTHING,
                lambda: int(token.balanceOf(order.source)),
                format_som,
            ),
        ),
        emits=_expected_events(system, order, title),
        check=check,
        irreversible=True,
        reference="0x" + order.hash.hex(),
    )


def executed_in(system: System, order_hash: bytes) -> str | None:
    """The transaction that carried out the order with this hash; None when none did.

    Raises:
        NodeError: the node refuses events, so that nothing is known.
    """
    start = system.record.token.transaction.block_number
    for log in read_logs(system.token.address, (_EXECUTED,), start):
        if bytes(log["topics"][1]) == order_hash:
            return "0x" + bytes(log["transactionHash"]).hex()
    return None


def _obstacles(system: System, order: Order, balance: int, blocked: bool) -> list[str]:
    found = []
    reserved = (0, int(system.token.address, 16))
    for key, account in (("from", order.source), ("to", order.to)):
        if account is not None and int(account, 16) in reserved:
            found.append(f"{key} is {system.named(account)}, which never holds tokens")
    if order.amount > balance:
        found.append(
            f"{system.named(order.source)} holds {format_som(balance)}, {format_som(order.amount - balance)} less than "
            "the order wants"
        )
    if order.to is None and not blocked:
        found.append(
            f"{system.named(order.source)} is not blocked; only a blocked account's tokens are destroyed (`ape run "
            "guard block`)"
        )
    if order.to is not None and not found:
        [(receiver_blocked,)] = read_accounts(system, [order.to], "isBlocked")
        if receiver_blocked:
            found.append(f"{system.named(order.to)} is blocked and can receive nothing")
    return found


def _expected_events(system: System, order: Order, title: str) -> tuple[ExpectedEvent, ...]:
    return (
        transferred(system, order.source, order.to, order.amount, title),
        order_executed(system, order.hash, order.source, order.amount, "the order's hash"),
    )
