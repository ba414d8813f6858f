"""Operations that wait out their delay in the AccessManager."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.logs import event_topic, read_logs
from kgst.node import rpc
from kgst.operator.decoding import decode_call

if TYPE_CHECKING:
    from kgst.operator.system import System

__all__ = [
    "EXPIRATION",
    "Pending",
    "Scheduled",
    "pending_of",
    "pending_operations",
    "scheduled_operations",
]

EXPIRATION: Final = 7 * 86_400
"""Seconds after `ready_at` in which an operation can be executed: AccessManager's `expiration()`."""

SCHEDULED: Final = "OperationScheduled(bytes32,uint32,uint48,address,address,bytes)"
_FIELDS: Final = ("uint48", "address", "address", "bytes")


@dataclass(frozen=True)
class Scheduled:
    """An operation that was scheduled at some time; whether it is pending, the AccessManager's state says."""

    operation_id: str
    caller: str
    target: str
    data: bytes


@dataclass(frozen=True)
class Pending:
    """An operation that can be executed, or will be, unless someone cancels it.

    Attributes:
        operation_id: 0x and 64 digits; keccak256 of caller, target and data.
        caller: Who scheduled it, and alone may execute it.
        data: The call's bytes.
        ready_at: Second from which it can be executed.
        expires_at: Second from which it cannot any more.
        nonce: How often this very operation was scheduled.
        text: The call in words.
    """

    operation_id: str
    caller: str
    target: str
    data: bytes
    ready_at: int
    expires_at: int
    nonce: int
    text: str


def pending_operations(system: System) -> list[Pending]:
    """Every operation that is scheduled and neither executed, cancelled nor expired; the next to be ready first.

    Events only say where to look; what counts is the AccessManager's own `getSchedule`.

    Raises:
        NodeError: the node refuses the events, so that nothing is known; or it failed.
    """
    found = []
    for operation in scheduled_operations(system):
        with rpc("read the AccessManager's schedule"):
            ready_at = int(system.manager.getSchedule(operation.operation_id))
            nonce = int(system.manager.getNonce(operation.operation_id))
        found.append((operation, ready_at, nonce))
    return pending_of(system, found)


def scheduled_operations(system: System, last: int | None = None) -> list[Scheduled]:
    """Every operation that the AccessManager was ever told to schedule, each once.

    An event whose id is not the hash of what it tells is left out: only a node that lies can give one.

    Args:
        system: Whose AccessManager.
        last: The last block that is read; None for the latest.

    Raises:
        NodeError: the node refuses the events.
    """
    manager = system.record.manager
    found: dict[str, Scheduled] = {}
    logs = read_logs(manager.address, (SCHEDULED,), manager.transaction.block_number, last)
    for log in logs:
        topics = [bytes(topic) for topic in log["topics"]]
        if len(topics) != 3 or topics[0] != event_topic(SCHEDULED):
            continue
        try:
            _, caller, target, data = decode(_FIELDS, bytes(log["data"]))
        except (DecodingError, OverflowError):
            continue
        if keccak(encode(("address", "address", "bytes"), (caller, target, data))) != topics[1]:
            continue
        key = "0x" + topics[1].hex()
        found[key] = Scheduled(key, to_checksum_address(caller), to_checksum_address(target), data)
    return list(found.values())


def pending_of(system: System, schedules: Iterable[tuple[Scheduled, int, int]]) -> list[Pending]:
    """Those that are pending of `(operation, getSchedule, getNonce)`; the next to be ready first."""
    pending = [
        Pending(
            operation_id=operation.operation_id,
            caller=operation.caller,
            target=operation.target,
            data=operation.data,
            ready_at=ready_at,
            expires_at=ready_at + EXPIRATION,
            nonce=nonce,
            text=decode_call(system, operation.target, operation.data),
        )
        for operation, ready_at, nonce in schedules
        if ready_at
    ]
    return sorted(pending, key=lambda p: (p.ready_at, p.operation_id))
