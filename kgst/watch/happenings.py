"""What happened, by the index's events: each is its transaction and its place there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from eth_utils.address import is_checksum_address

from kgst.decoding.calls import decode_call, function_name
from kgst.decoding.pending import EXPIRATION
from kgst.flags import flag_list, flag_names
from kgst.history.rows import LogRow
from kgst.index.known import decoded, event_of, worded
from kgst.moments import format_span, format_time
from kgst.proofs import Log
from kgst.quantities import format_bps, format_duration
from kgst.roles import role_name
from kgst.terminal import plain

if TYPE_CHECKING:
    from kgst.decoding.pending import Pending
    from kgst.deployment.system import System
    from kgst.history.database import History

__all__ = ["Happening", "already_pending", "events_after", "happenings"]

_KINDS: Final = {
    "AuditorsProposalCanceled": "auditors",
    "AuditorsSet": "auditors",
    "AuthorityUpdated": "roles",
    "DeskSet": "issuers",
    "DestinationAllowed": "issuers",
    "DestinationRemoved": "issuers",
    "ForcedTransfer": "taken",
    "ImplementationApproved": "consented",
    "IssuerCut": "issuers",
    "IssuerSet": "issuers",
    "MarginSet": "terms",
    "MaxAgeSet": "terms",
    "MaxIncreaseSet": "terms",
    "MintProposed": "proposed",
    "MintingHalted": "halted",
    "OperationCanceled": "cancelled",
    "OperationExecuted": "executed",
    "OperationScheduled": "scheduled",
    "RoleAdminChanged": "roles",
    "RoleGrantDelayChanged": "roles",
    "RoleGranted": "roles",
    "RoleGuardianChanged": "roles",
    "RoleRevoked": "roles",
    "Seized": "taken",
    "TargetAdminDelayUpdated": "roles",
    "TargetClosed": "roles",
    "TargetFunctionRoleUpdated": "roles",
    "TokensRescued": "taken",
    "Upgraded": "upgraded",
}
"""Which event is which alert; a mint is one by its amount."""
_DURATIONS: Final = ("maxAge", "delay")
_NOBODY: Final = "0x" + 40 * "0"
_EVENTS: Final = """
SELECT l.*, b.timestamp FROM logs l JOIN blocks b ON b.number = l.block_number
WHERE l.block_number > ? ORDER BY l.block_number, l.log_index
"""


class Happening(NamedTuple):
    """Something that happened.

    Attributes:
        kind: Of the catalogue.
        identity: Of this very event.
        text: In a sentence without a full stop.
        command: What to type, where it is more than the catalogue knows; empty where not.
    """

    kind: str
    identity: str
    text: str
    command: str = ""


def events_after(history: History, block: int) -> list[tuple[LogRow, int]]:
    """Events of later blocks than `block`, oldest first, each with its block's time."""
    return [(LogRow(*row), int(time)) for *row, time in history.rows(_EVENTS, [block])]


def happenings(
    system: System,
    events: Sequence[tuple[LogRow, int]],
    now: int,
    large: int | None,
    standing: Collection[tuple[str, str]] = (),
) -> list[Happening]:
    """Those of `events` that somebody has to know of.

    Args:
        system: Whose names are used.
        events: As `events_after` gives them.
        now: The time of the block that was read, in seconds.
        large: Base units; None: no mint is large.
        standing: Kind and subject of each condition that stands: what began one of these is told as such.
    """
    return [one for row, time in events for one in _told(system, row, time, now, large, standing)]


def already_pending(operations: Sequence[Pending], system: System, now: int) -> Iterator[Happening]:
    """What was scheduled before there was anybody to watch, and can still be cancelled."""
    for one in operations:
        yield _scheduled(
            system, one.operation_id, one.nonce, one.ready_at, one.caller, one.text, now
        )


def _told(
    system: System,
    row: LogRow,
    time: int,
    now: int,
    large: int | None,
    standing: Collection[tuple[str, str]],
) -> Iterator[Happening]:
    log = Log(row.address, row.topics, row.data)
    event = event_of(log.topics)
    if event is None:
        return
    identity = f"0x{row.transaction_hash.hex()} {row.log_index}"
    where = (
        f"block {row.block_number}, {format_time(time)}, transaction 0x{row.transaction_hash.hex()}"
    )
    kind = _KINDS.get(event.name)
    try:
        values = dict(decoded(event, log))
        text = _words(system, event.name, values)
    except Exception:  # bytes from anywhere break decoders in many ways
        if kind is not None:
            yield Happening(
                kind, identity, f"{event.name}, with data that are not its own; {where}"
            )
        return
    if event.name == "OperationScheduled":
        said = decode_call(system, values["target"], values["data"])
        id_, nonce = "0x" + values["operationId"].hex(), values["nonce"]
        yield _scheduled(system, id_, nonce, values["schedule"], values["caller"], said, now)
        return
    if event.name == "Transfer" and large is not None:
        kind = "large-mint" if values["from"] == _NOBODY and values["value"] >= large else None
    if kind is not None:
        command = _COMMANDS[event.name](values) if event.name in _COMMANDS else ""
        yield Happening(kind, identity, f"{text}; {where}", command)
    for began, about in _began(event.name, values):
        if (began, about) not in standing:
            yield Happening(
                began, f"{identity} {about}", f"this began, and stands no more: {text}; {where}"
            )


def _began(name: str, values: dict[str, Any]) -> list[tuple[str, str]]:
    """Kind and subject of the conditions that an event begins, which may be over before anybody looks."""
    if name == "PauseFlagsChanged":
        return [
            ("paused", flag) for flag in flag_list(values["newFlags"] & ~values["previousFlags"])
        ]
    if name == "ReserveDeficit":
        return [("deficit", "")]
    if name == "DelegateAllSet" and values["delegateAll"]:
        return [("delegate-all", "")]
    if name == "AuditorSuspended":
        return [("suspended", values["auditor"])]
    if name == "AuditorsProposed":
        return [("recovery", str(values["acceptableAt"]))]
    return []


def _scheduled(
    system: System, operation: str, nonce: int, ready: int, caller: str, said: str, now: int
) -> Happening:
    left = ready - now
    if left > 0:
        when = f"{format_span(left)} are left to cancel it: it can be executed from {format_time(ready)} on"
    elif now < ready + EXPIRATION:
        when = (
            f"it can be executed since {format_time(ready)}: cancel it at once if it is not meant"
        )
    else:
        when = f"it could be executed until {format_time(ready + EXPIRATION)}"
    return Happening(
        "scheduled",
        f"{operation} {nonce}",
        f"{plain(said, 2_000)}, by {system.named(caller)}; {when}",
        f"govern cancel {operation}",
    )


_COMMANDS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "ForcedTransfer": lambda v: f"guard show {v['from']}",
    "MintProposed": lambda v: f"supply cancel 0x{v['nonce'].hex()[:12]}",
    "RoleGranted": lambda v: f"guard show {v['account']}",
    "RoleRevoked": lambda v: f"guard show {v['account']}",
}
"""What to type, with the names of this very case."""


def _words(system: System, name: str, values: dict[str, Any]) -> str:
    if name == "Transfer":
        return f"{worded('value', values['value'])} minted to {system.named(values['to'])}"
    told = ", ".join(f"{key} {_value(system, key, value)}" for key, value in values.items())
    return plain(f"{name}: {told}" if told else name, 2_000)


def _value(system: System, name: str, value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(system, name, one) for one in value) + "]"
    if isinstance(value, str) and is_checksum_address(value):
        return system.named(value)
    if name in ("roleId", "admin", "guardian"):
        return role_name(value)
    if name == "selector":
        return function_name(value)
    if name in _DURATIONS:
        return format_duration(value)
    if name.endswith("Bps"):
        return format_bps(value)
    if name in ("previousFlags", "newFlags"):
        return flag_names(value)
    if name in ("since", "schedule", "acceptableAt"):
        return format_time(value)
    return worded(name, value)
