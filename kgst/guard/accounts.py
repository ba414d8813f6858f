"""Blocking, unblocking and freezing accounts, one call at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgst.errors import RefusedError
from kgst.pipeline.accounts import read_accounts
from kgst.pipeline.operation import Operation, Readback, call_data
from kgst.roles import Role
from kgst.units import format_som, parse_amount

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["block", "freeze", "require_unblockable", "set_blocked", "unblock"]


def block(system: System, accounts: Sequence[str], *, allow_unknown: bool) -> Operation:
    """Stop `accounts`, labels or addresses, from sending and receiving."""
    found = [system.require_known(one, allow_unknown=allow_unknown) for one in accounts]
    return set_blocked(system, found, blocked=True)


def unblock(system: System, accounts: Sequence[str], *, allow_unknown: bool) -> Operation:
    """Let `accounts` send and receive again; what is frozen stays frozen."""
    found = [system.require_known(one, allow_unknown=allow_unknown) for one in accounts]
    return set_blocked(system, found, blocked=False)


def set_blocked(system: System, accounts: Sequence[str], *, blocked: bool) -> Operation:
    """One call for all of `accounts`; those that are so already are left out.

    Args:
        system: Whose token.
        accounts: Checksummed addresses; one that appears twice counts once.
        blocked: What they shall be.

    Raises:
        RefusedError: the token or the zero address would be unblocked.
    """
    unique = list(dict.fromkeys(accounts))
    if not blocked:
        require_unblockable(system, unique)
    states = read_accounts(system, unique, "isBlocked", "balanceOf")
    lines, left = [], []
    for account, (is_blocked, balance) in zip(unique, states, strict=True):
        so_already = is_blocked == blocked
        if not so_already:
            left.append(account)
        note = (
            f", {'blocked' if blocked else 'not blocked'} already: left out" if so_already else ""
        )
        label = system.policy.label(account) or ""
        lines.append((label, f"{account}\nholds {format_som(balance)}{note}"))
    verb = "block" if blocked else "unblock"
    token, calls = system.token, left or unique
    if len(calls) == 1:
        data = call_data(getattr(token, f"{verb}Account"), calls[0])
    else:
        data = call_data(getattr(token, f"{verb}Accounts"), calls)
    whom = system.named(calls[0]) if len(calls) == 1 else f"{len(calls)} accounts"

    def count() -> int:
        return sum(is_blocked for (is_blocked,) in read_accounts(system, unique, "isBlocked"))

    return Operation(
        name=verb,
        title=f"{verb} {whom}",
        to=token.address,
        data=data,
        role=Role.COMPLIANCE,
        lines=tuple(lines),
        readbacks=(
            Readback(f"blocked of {len(unique)} accounts", len(unique) if blocked else 0, count),
        ),
        already=not left,
        repeatable=True,
        emergency=blocked,
    )


def freeze(system: System, account: str, amount: str, *, allow_unknown: bool) -> Operation:
    """Make `amount` what is frozen of `account`, in all: it replaces what was frozen before."""
    value = parse_amount(amount)
    address = system.require_known(account, allow_unknown=allow_unknown)
    [(balance, frozen)] = read_accounts(system, [address], "balanceOf", "getFrozenTokens")
    name, token = system.named(address), system.token
    can_send = f"{format_som(max(0, balance - frozen))} → {format_som(max(0, balance - value))}"
    lines = [
        ("account", f"{name}\n{address}"),
        ("balance", format_som(balance)),
        ("frozen", f"{format_som(frozen)} → {format_som(value)}"),
        ("can send", can_send),
    ]
    if value > balance:
        more = format_som(value - balance)
        lines.append(("more than it holds", f"the next {more} that it receives are frozen too"))
    return Operation(
        name="freeze",
        title=f"freeze {format_som(value)} of {name}",
        to=token.address,
        data=call_data(token.setFrozenTokens, address, value),
        role=Role.COMPLIANCE,
        lines=tuple(lines),
        readbacks=(
            Readback(
                f"frozen of {name}",
                value,
                lambda: int(token.getFrozenTokens(address)),
                format_som,
            ),
        ),
        already=value == frozen,
        repeatable=True,
    )


def require_unblockable(system: System, accounts: Sequence[str]) -> None:
    """The zero address and the token itself are blocked for ever.

    Raises:
        RefusedError: one of them is among `accounts`.
    """
    for account in accounts:
        if int(account, 16) in (0, int(system.token.address, 16)):
            raise RefusedError(
                f"{system.named(account)} is blocked for ever, so that nothing is sent there; leave it out."
            )
