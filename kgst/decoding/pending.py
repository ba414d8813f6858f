"""Operations that wait out their delay in the AccessManager."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.decoding.calls import Namer, decode_call
from kgst.events import event_topic, read_logs
from kgst.multicall import Reads, ensure_multicall, latest

if TYPE_CHECKING:
    from ape.contracts import ContractInstance

    from kgst.deployment.system import System

__all__ = [
    "EXPIRATION",
    "SCHEDULED",
    "Pending",
    "ScheduleReads",
    "Scheduled",
    "pending_operations",
    "scheduled_in",
]

EXPIRATION: Final = 7 * 86_400
"""Seconds after `ready_at` in which an operation can be executed: AccessManager's `expiration()`."""

SCHEDULED: Final = "OperationScheduled(bytes32,uint32,uint48,address,address,bytes)"
"""The event by which operations are found."""

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
    ensure_multicall(system.provider)
    head = latest(system.provider)
    manager = system.record.manager
    logs = read_logs(manager.address, (SCHEDULED,), manager.transaction.block_number, head.number)
    reads = Reads()
    schedule = ScheduleReads(reads, system.manager, filter(None, map(scheduled_in, logs)))
    reads.fetch(system.provider, head, "read the AccessManager's schedule")
    return schedule.pending(system)


def scheduled_in(log: dict[str, Any]) -> Scheduled | None:
    """What an event `SCHEDULED` tells; None for another event.

    None too when its id is not the hash of what it tells: only a node that lies can give one.
    """
    topics = [bytes(topic) for topic in log["topics"]]
    if len(topics) != 3 or topics[0] != event_topic(SCHEDULED):
        return None
    try:
        _, caller, target, data = decode(_FIELDS, bytes(log["data"]))
    except (DecodingError, OverflowError):
        return None
    if keccak(encode(("address", "address", "bytes"), (caller, target, data))) != topics[1]:
        return None
    operation_id = "0x" + topics[1].hex()
    return Scheduled(operation_id, to_checksum_address(caller), to_checksum_address(target), data)


class ScheduleReads:
    """The AccessManager's word on operations that events tell of."""

    def __init__(
        self, reads: Reads, manager: ContractInstance, operations: Iterable[Scheduled]
    ) -> None:
        self._operations = [
            (o, reads.of(manager, "getSchedule", id_), reads.of(manager, "getNonce", id_))
            for id_, o in {bytes.fromhex(o.operation_id[2:]): o for o in operations}.items()
        ]

    def pending(self, namer: Namer) -> list[Pending]:
        """Those that wait or can be executed; the next to be ready first.

        Raises:
            ReadError: the AccessManager did not say.
        """
        pending = [
            Pending(
                operation_id=operation.operation_id,
                caller=operation.caller,
                target=operation.target,
                data=operation.data,
                ready_at=ready_at.value,
                expires_at=ready_at.value + EXPIRATION,
                nonce=nonce.value,
                text=decode_call(namer, operation.target, operation.data),
            )
            for operation, ready_at, nonce in self._operations
            if ready_at.value
        ]
        return sorted(pending, key=lambda p: (p.ready_at, p.operation_id))
