"""What stands in one block that somebody has to know of, each with an identity of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kgst.flags import flag_list
from kgst.moments import format_span, format_time
from kgst.quantities import bnb_held, format_bnb
from kgst.snapshot.requests import Stage
from kgst.status.alerts import names
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.status.reading import Status

__all__ = ["Condition", "conditions"]


class Condition(NamedTuple):
    """Something that stands.

    Attributes:
        kind: Of the catalogue.
        about: What it is about, when there may be several of a kind: a flag, an address, a request. The same as long
            as it stands.
        text: How it is now, in a sentence without a full stop.
    """

    kind: str
    about: str
    text: str


def conditions(system: System, status: Status, deadline: int) -> list[Condition]:
    """All that stand.

    Args:
        system: Whose names are used.
        status: The token in one block.
        deadline: Seconds before a redemption's last moment from which it is told.
    """
    return [
        *_reserves(status),
        *_powers(system, status),
        *_redemptions(status, deadline),
        *_balances(system, status),
    ]


def _reserves(status: Status) -> Iterator[Condition]:
    now, until, last = status.head.time, status.valid_until, status.attestation
    if status.shortfall:
        yield Condition(
            "deficit",
            "",
            f"{format_som(status.supply)} are in circulation and {format_som(status.backing)} are backed: "
            f"{format_som(status.shortfall)} are not",
        )
    if not last.epoch:
        yield Condition("expired", "", "there is no attestation yet")
    elif status.expired:
        early = until < last.as_of + status.max_age
        why = "by a halt, other auditors or another limit" if early else "with its time"
        yield Condition(
            "expired",
            "",
            f"attestation {last.epoch} ended {why} at {format_time(until)}, {format_span(now - until)} ago",
        )
    elif (until - now) * 4 < status.max_age:
        yield Condition(
            "expiring",
            str(last.epoch),
            f"minting ends in {format_span(until - now)}, at {format_time(until)}, unless the auditors attest",
        )


def _powers(system: System, status: Status) -> Iterator[Condition]:
    for flag in flag_list(status.flags):
        yield Condition("paused", flag, f"{flag.replace('_', ' ')}: paused")
    if status.delegate_all:
        yield Condition("delegate-all", "", "DELEGATE_ALL is set")
    for address in status.suspended:
        yield Condition(
            "suspended",
            address,
            f"{system.named(address)} is suspended; {status.threshold} signatures are needed, "
            f"{len(status.auditors) - len(status.suspended)} auditors count",
        )
    if (coming := status.recovery) is not None:
        left = coming.acceptable_at - status.head.time
        when = f"in {format_span(left)}, from" if left > 0 else "now, since"
        yield Condition(
            "recovery",
            str(coming.acceptable_at),
            f"anyone can make {names(system, coming.auditors)} the auditors {when} {format_time(coming.acceptable_at)}",
        )


def _redemptions(status: Status, deadline: int) -> Iterator[Condition]:
    now = status.head.time
    for one in status.requests:
        said, about = f"request {one.id}, {format_som(one.amount)},", f"{one.id}"
        left = one.time - now
        if one.stage is Stage.RETURNED:
            yield Condition("returned", about, f"{said} was paid, and the money came back")
        elif one.is_overdue(now):
            what = "locked" if one.stage is Stage.REQUESTED else "confirmed as paid"
            yield Condition(
                "overdue",
                f"{one.id} {one.stage.name}",
                f"{said} was to be {what} by {format_time(one.time)}, {format_span(left)} ago",
            )
        elif one.is_due(now) and left < deadline:
            yield Condition(
                "lock-soon",
                about,
                f"{said} can be locked for {format_span(left)} more, until {format_time(one.time)}",
            )
        elif one.stage is Stage.LOCKED and left < deadline:
            yield Condition(
                "pay-soon",
                about,
                f"{said} has to be confirmed as paid in {format_span(left)}, before {format_time(one.time)}",
            )


def _balances(system: System, status: Status) -> Iterator[Condition]:
    least = system.policy.limits.min_balance
    for operator in status.operators:
        if operator.balance < least:
            yield Condition(
                "low-balance",
                operator.address,
                f"{system.named(operator.address)} ({', '.join(operator.powers)}) has {bnb_held(operator.balance)}, "
                f"less than {format_bnb(least)}",
            )
