"""What an operator should act on; and what of it cannot wait for somebody to look, so that cron can call."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from kgst.flags import flag_names
from kgst.moments import format_span, format_time
from kgst.quantities import bnb_held, format_bnb
from kgst.units import format_som

if TYPE_CHECKING:
    from kgst.deployment.system import System
    from kgst.status.reading import Status

__all__ = ["MAX_HEAD_AGE", "Alert", "Kind", "alerts", "names", "warnings"]

MAX_HEAD_AGE: Final = 60
"""Seconds; a node whose latest block is older stands still."""

Kind = Literal["deficit", "attestation", "recovery", "redemption", "balance", "node"]


class Alert(NamedTuple):
    """What cannot wait."""

    kind: Kind
    text: str


def warnings(system: System, status: Status) -> list[str]:
    """What an operator should act on, the urgent first in each matter."""
    return [text for _, text in _all(system, status)]


def alerts(system: System, status: Status) -> list[Alert]:
    """What of it cannot wait: for `status --alert`."""
    return [Alert(kind, text) for kind, text in _all(system, status) if kind is not None]


def _all(system: System, status: Status) -> Iterator[tuple[Kind | None, str]]:
    now = status.head.time
    if status.shortfall:
        yield (
            "deficit",
            f"deficit: {format_som(status.shortfall)} in circulation are not backed; minting is stopped until an "
            "attestation covers the supply",
        )
    if text := _of_attestation(status):
        yield "attestation", text
    if status.flags:
        yield None, f"paused: {flag_names(status.flags)}"
    if status.delegate_all:
        yield (
            None,
            "DELEGATE_ALL: payments run from the implementation, not from the token's own code",
        )
    for address in status.suspended:
        yield None, f"{system.named(address)} is a suspended auditor"
    if status.recovery is not None:
        yield (
            "recovery",
            f"recovery under way: {names(system, status.recovery.auditors)} become the auditors from "
            f"{format_time(status.recovery.acceptable_at)} on unless the present ones attest",
        )
    for text in status.redemptions.broken():
        yield "redemption", text
    for text in status.redemptions.to_do():
        yield None, text
    least = system.policy.limits.min_balance
    for operator in status.operators:
        if operator.balance < least:
            yield (
                "balance",
                f"{system.named(operator.address)} has {bnb_held(operator.balance)}, less than {format_bnb(least)}",
            )
    if not system.is_dev and (age := int(time.time()) - now) > MAX_HEAD_AGE:
        yield (
            "node",
            f"the node's latest block is {format_span(age)} old: this is how it was then; use another node",
        )


def _of_attestation(status: Status) -> str:
    """What is to be said of it: from a quarter of its time before the end on."""
    now, until = status.head.time, status.valid_until
    if not status.attestation.epoch:
        return "no attestation yet: nothing can be minted"
    if status.expired:
        return f"minting ended {format_span(now - until)} ago; it needs a new attestation"
    if (until - now) * 4 < status.max_age:
        return f"minting ends in {format_span(until - now)}, at {format_time(until)}, unless the auditors attest"
    return ""


def names(system: System, addresses: Sequence[str]) -> str:
    """People by name, with commas."""
    return ", ".join(system.named(one) for one in addresses)
