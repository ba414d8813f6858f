"""`status` as one screen for people."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kgst.decoding.calls import format_time
from kgst.flags import flag_names
from kgst.quantities import format_bnb, format_duration, format_refill
from kgst.terminal import markup, plain
from kgst.units import TYIYN, format_som

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from kgst.deployment.system import System
    from kgst.status.reading import Status

__all__ = ["MAX_HEAD_AGE", "about", "print_status", "warnings"]

MAX_HEAD_AGE: Final = 60
"""Seconds; a node whose latest block is older stands still."""

_LONG: Final = 4_000
_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def about(seconds: int) -> str:
    """`2 days 3 hours`, `5 minutes 10 seconds`: the two largest units, the rest dropped."""
    parts = []
    rest = abs(seconds)
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 seconds"


def warnings(system: System, status: Status) -> list[str]:
    """What an operator should act on."""
    return list(_warnings(system, status))


def _warnings(system: System, status: Status) -> Iterator[str]:
    now, until = status.head.time, status.valid_until
    if status.shortfall:
        yield (
            f"deficit: {format_som(status.shortfall)} in circulation are not backed; minting is stopped until an "
            "attestation covers the supply"
        )
    if not status.attestation.epoch:
        yield "no attestation yet: nothing can be minted"
    elif status.expired:
        yield f"minting ended {about(now - until)} ago; it needs a new attestation"
    elif (until - now) * 4 < status.max_age:
        yield f"minting ends in {about(until - now)} unless the auditors attest"
    if status.flags:
        yield f"paused: {flag_names(status.flags)}"
    if status.delegate_all:
        yield "DELEGATE_ALL: payments run from the implementation, not from the token's own code"
    for address in status.suspended:
        yield f"{system.named(address)} is a suspended auditor"
    if status.recovery is not None:
        yield (
            f"recovery under way: {_names(system, status.recovery.auditors)} become the auditors from "
            f"{format_time(status.recovery.acceptable_at)} on unless the present ones attest"
        )
    for operator in status.operators:
        if operator.balance < system.policy.limits.min_balance:
            yield (
                f"{system.named(operator.address)} has {_bnb(operator.balance)}, less than "
                f"{format_bnb(system.policy.limits.min_balance)}"
            )
    if not system.is_dev and (age := int(time.time()) - now) > MAX_HEAD_AGE:
        yield f"the node's latest block is {about(age)} old: this is how it was then; use another node"


def print_status(out: Console, system: System, status: Status) -> None:
    """One screen."""
    from rich.text import Text

    head = status.head
    out.print(
        Text.assemble(
            ("KGST ", "bold"),
            f"{system.record.token.address}, chain {system.record.chain_id}, ",
            (f"block {head.number} of {format_time(head.time)}", "bold"),
        ),
        soft_wrap=True,
    )
    table = _grid()
    for name, text in _figures(system, status):
        table.add_row(Text(name, style="bold"), Text(plain(text, None)))
    out.print(table)

    issuers = _table("issuer", "may mint now", "of", "refill", "burn")
    for address, record in status.issuers.items():
        issuers.add_row(
            Text(system.named(address)),
            format_som(record.available),
            format_som(record.capacity),
            format_refill(record.refill_per_second),
            "yes" if record.may_burn else "no",
        )
    out.print(issuers if status.issuers else Text("issuers: none"))

    if status.pending:
        pending = _table("pending operation", "by", "can be executed")
        for operation in status.pending:
            wait = operation.ready_at - head.time
            when = (
                f"in {about(wait)}"
                if wait > 0
                else f"now, until {format_time(operation.expires_at)}"
            )
            pending.add_row(
                Text(plain(operation.text, None)), Text(plain(system.named(operation.caller))), when
            )
        out.print(pending)

    operators = _table("operator", "powers", "BNB")
    for operator in status.operators:
        low = operator.balance < system.policy.limits.min_balance
        operators.add_row(
            Text(system.named(operator.address)),
            Text(", ".join(operator.powers)),
            Text(_bnb(operator.balance).removesuffix(" BNB"), style="red" if low else ""),
        )
    out.print(operators)
    for warning in warnings(system, status):
        out.print(Text.assemble(("! ", "bold yellow"), plain(warning, _LONG)), soft_wrap=True)
    for gap in status.gaps:
        out.print(Text.assemble(("Not checked: ", "yellow"), plain(gap, _LONG)), soft_wrap=True)


def _figures(system: System, status: Status) -> Iterator[tuple[str, str]]:
    now, attested = status.head.time, status.attestation
    yield "supply", format_som(status.supply)
    yield "backing", format_som(status.backing)
    yield "headroom", format_som(status.headroom)
    if status.shortfall:
        yield "shortfall", format_som(status.shortfall)
    if attested.epoch:
        yield (
            "attestation",
            f"number {attested.epoch}: {format_som(attested.reserves * TYIYN)} on "
            f"{format_time(attested.as_of)}, {about(status.age)} ago of at most "
            f"{format_duration(status.max_age)}",
        )
        end = f"ended {about(now - status.valid_until)} ago" if status.expired else (
            f"ends in {about(status.valid_until - now)}"
        )  # fmt: skip
        yield "minting", f"{end}, {format_time(status.valid_until)}"
    else:
        yield "attestation", "none"
    yield "auditors", f"{status.threshold} of {_names(system, status.auditors)}"
    yield "paused", flag_names(status.flags)
    if status.pending is not None and not status.pending:
        yield "pending", "none"


def _names(system: System, addresses: tuple[str, ...]) -> str:
    return ", ".join(map(system.named, addresses))


def _bnb(wei: int) -> str:
    """For people: four decimals, rounded down."""
    return format_bnb(wei // 10**14 * 10**14)


def _grid() -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _table(*columns: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        right = name in ("may mint now", "of", "BNB")
        table.add_column(markup(name), justify="right" if right else "left", overflow="fold")
    return table
