"""How an operation ended that is not scheduled any more: executed, cancelled, or its time ran out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from kgst.decoding.pending import EXPIRATION, SCHEDULED
from kgst.errors import RefusedError
from kgst.events import event_topic, read_logs
from kgst.moments import format_time

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["require_executed"]

_EXECUTED: Final = "OperationExecuted(bytes32,uint32)"
_CANCELED: Final = "OperationCanceled(bytes32,uint32)"


def require_executed(system: System, operation_id: str) -> str:
    """In words, when the operation with this id was executed, which is not scheduled any more.

    Raises:
        RefusedError: it was not: it was cancelled, or expired.
        NodeError: the node does not show its events.
    """
    manager, wanted = system.record.manager, bytes.fromhex(operation_id[2:])
    events = (SCHEDULED, _EXECUTED, _CANCELED)
    last: dict[str, Any] | None = None
    for log in read_logs(manager.address, events, manager.transaction.block_number):
        topics = [bytes(topic) for topic in log["topics"]]
        if len(topics) > 1 and topics[1] == wanted:
            last = log
    topic = bytes(last["topics"][0]) if last is not None else b""
    where = f"block {int(last['blockNumber'])}" if last is not None else ""
    if topic == event_topic(_EXECUTED):
        return f"{operation_id} was executed in {where}"
    if topic == event_topic(_CANCELED):
        raise RefusedError(
            f"{operation_id} was cancelled in {where}; nothing was sent. If it is still wanted, schedule it again by "
            "the command that did."
        )
    raise RefusedError(
        f"{operation_id} {_expired(last)}; nothing was sent. If it is still wanted, schedule it again by the command "
        "that did: it waits out its delay anew."
    )


def _expired(log: dict[str, Any] | None) -> str:
    try:
        (ready_at, *_) = decode(
            ["uint48", "address", "address", "bytes"], bytes((log or {})["data"])
        )
    except (DecodingError, KeyError, OverflowError):
        return "is not scheduled any more, and the node does not show how it ended"
    days = EXPIRATION // 86_400
    return f"expired on {format_time(ready_at + EXPIRATION)}, {days} days after it could first be executed"
