"""Whom and what the events of a deployment's life name: one question to their contracts.

Events only say whom to ask about; what counts is what the contracts say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from kgst.decoding.pending import SCHEDULED, Scheduled, scheduled_in
from kgst.deployment.contracts import RULED
from kgst.events import address_topic, event_topic, no_known_event, read_logs, topic_at, uint_topic
from kgst.history.errors import GoneError
from kgst.node import NoAnswerError, NodeError
from kgst.record import Record

__all__ = ["ADMIN_DELAY", "GRANT_DELAY", "TRACED", "Traces", "read_traces", "traces_of"]

_GRANTED: Final = "RoleGranted(uint64,address,uint32,uint48,bool)"
_REVOKED: Final = "RoleRevoked(uint64,address)"
_MAPPED: Final = "TargetFunctionRoleUpdated(address,bytes4,uint64)"
_ISSUER: Final = "IssuerSet(address,uint256,uint256,bool)"
_ALLOWED: Final = "DestinationAllowed(address)"

# Changes of these delays come five days later, and until then no getter tells of them: only their events do.
GRANT_DELAY: Final = "RoleGrantDelayChanged(uint64,uint32,uint48)"
ADMIN_DELAY: Final = "TargetAdminDelayUpdated(address,uint32,uint48)"
_DELAYS: Final = {event_topic(event): event for event in (GRANT_DELAY, ADMIN_DELAY)}

TRACED: Final = (
    _GRANTED, _REVOKED, _MAPPED, _ISSUER, _ALLOWED, SCHEDULED, GRANT_DELAY, ADMIN_DELAY,
)  # fmt: skip
"""Events that name somebody or something to ask about."""


@dataclass
class Traces:
    """Whom and what the events of the deployment's life name: the candidates to ask the contracts about.

    Attributes:
        members: By role.
        functions: By the step of a contract (`RULED`), its selectors that were ever given to a role.
        destinations: Accounts that the mint desk was ever allowed to mint to.
        delays: By event (`GRANT_DELAY`, `ADMIN_DELAY`) and the word that it is about (a role, a target): the delay that
            was set last, in seconds, and the second from which it holds.
        gap: Why there are none: the node refuses events.
        waits: Of a gap: whether another node, or an index, would fill it; False when no answer came at all.
    """

    members: dict[int, set[str]] = field(default_factory=dict)
    functions: dict[str, set[bytes]] = field(default_factory=dict)
    destinations: set[str] = field(default_factory=set)
    issuers: set[str] = field(default_factory=set)
    scheduled: list[Scheduled] = field(default_factory=list)
    delays: dict[tuple[str, bytes], tuple[int, int]] = field(default_factory=dict)
    gap: str | None = None
    waits: bool = False

    def coming(self, event: str, about: int, now: int) -> tuple[int, int] | None:
        """A delay that was set and does not hold yet: seconds, and the second from which it holds; None for none.

        Args:
            event: `GRANT_DELAY` or `ADMIN_DELAY`.
            about: A role's number, or a target's address as a number.
            now: The block's time.
        """
        delay, since = self.delays.get((event, about.to_bytes(32)), (0, 0))
        return (delay, since) if since > now else None

    def failure(self, what: str) -> NodeError:
        """Of what cannot be done for the gap; `what` in words."""
        said = f"{what} cannot be found without events: {self.gap}"
        return (
            GoneError(said)
            if self.waits
            else NodeError(f"{said} Use a node that serves eth_getLogs.")
        )


def read_traces(record: Record, last: int) -> Traces:
    """What the events up to block `last` name; only a `gap` when the node refuses them."""
    asked = [record.manager.address, record.token.address, record.mint_desk.address]
    try:
        logs = read_logs(asked, TRACED, record.manager.transaction.block_number, last)
        traces = traces_of(record, logs)
    except NodeError as error:
        return Traces(gap=str(error), waits=not isinstance(error, NoAnswerError))
    if not traces.members:  # every deployment grants roles: this node shows no events
        return Traces(gap=no_known_event(record.configuration.block_number), waits=True)
    return traces


def traces_of(record: Record, logs: Iterable[dict[str, Any]]) -> Traces:
    """What these events name, oldest first, as web3 gives them; others are passed over."""
    traces = Traces()
    for log in logs:
        _note(traces, log, record)
    return traces


def _note(traces: Traces, log: dict[str, Any], record: Record) -> None:
    topic, emitter = topic_at(log, 0), int(log["address"], 16)
    if emitter == int(record.token.address, 16):
        if topic == event_topic(_ISSUER):
            traces.issuers.add(address_topic(log, 1))
    elif emitter == int(record.mint_desk.address, 16):
        if topic == event_topic(_ALLOWED):
            traces.destinations.add(address_topic(log, 1))
    elif topic in (event_topic(_GRANTED), event_topic(_REVOKED)):
        traces.members.setdefault(uint_topic(log, 1, 64), set()).add(address_topic(log, 2))
    elif topic == event_topic(_MAPPED):
        target, selector = address_topic(log, 1), bytes(log["data"])[:4]
        for step in RULED:
            if target == getattr(record, step).address:
                traces.functions.setdefault(step, set()).add(selector)
    elif event := _DELAYS.get(topic):
        data = bytes(log["data"])
        delay, since = int.from_bytes(data[:32]), int.from_bytes(data[32:64])
        traces.delays[event, topic_at(log, 1)] = delay, since
    elif (operation := scheduled_in(log)) is not None:
        traces.scheduled.append(operation)
