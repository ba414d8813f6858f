"""Which requests were locked together, by which transaction: what one order for a bank is of.

The events tell what belongs together; what each request is, the contract says itself, and the two are held against one
another: a node that hides an event must not make a payment be forgotten, nor one that invents it have it made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kgst.events import address_topic, event_topic, read_logs, topic_at
from kgst.multicall import Head, Reads
from kgst.node import NodeError
from kgst.snapshot.requests import Desk, Request, Stage, read_desk

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Lock", "Locked", "Locks", "read_locks"]

_REQUESTED: Final = "Requested(uint256,address,uint256,bytes32,uint256)"
_LOCKED: Final = "Locked(uint256,uint256)"


@dataclass(frozen=True)
class Locked:
    """A request as it was locked: what an order has taken of it since changes nothing here.

    Attributes:
        amount: Base units.
        payee_hash: 32 bytes.
    """

    id: int
    requester: str
    amount: int
    payee_hash: bytes


@dataclass(frozen=True)
class Lock:
    """What one transaction locked.

    Attributes:
        transaction: Its hash, 0x and 64 digits.
        block: Its number.
        time: Its block's, in seconds.
        pay_by: From then on its requests may be withdrawn.
        requests: By id.
    """

    transaction: str
    block: int
    time: int
    pay_by: int
    requests: tuple[Locked, ...]


@dataclass(frozen=True)
class Locks:
    """All of one block.

    Attributes:
        desk: Every request.
        all: The oldest first.
    """

    desk: Desk
    all: tuple[Lock, ...]

    def now(self, lock: Lock) -> list[Request]:
        """Its requests as they stand."""
        return [self.desk.requests[one.id - 1] for one in lock.requests]


def read_locks(system: System, head: Head) -> Locks:
    """Every lock up to the block `head`, which should be final.

    Raises:
        NodeError: the node failed; or its events and its state contradict one another.
    """
    contract, reads = system.deployment.redemption_desk, Reads()
    within = reads.of(contract, "payWithin")
    reads.fetch(system.provider, head, "read the terms of the redemption desk")
    desk = read_desk(system, head=head)
    if not desk.requests:
        return Locks(desk, ())
    first = system.record.token.transaction.block_number
    logs = list(read_logs(contract.address, (_REQUESTED, _LOCKED), first, head.number))
    asked = {one.id: one for one in map(_asked, _of(logs, _REQUESTED))}
    together: defaultdict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for log in _of(logs, _LOCKED):
        place = (int(log["blockNumber"]), "0x" + bytes(log["transactionHash"]).hex())
        together[place].append((_id(log), _words(log, 1)[0]))
    locks = []
    for (block, transaction), rows in sorted(together.items()):
        pay_by = rows[0][1]
        if any(time != pay_by for _, time in rows) or any(id_ not in asked for id_, _ in rows):
            raise _lies(f"what was locked by {transaction} does not fit together")
        requests = tuple(asked[id_] for id_, _ in sorted(rows))
        locks.append(Lock(transaction, block, pay_by - within.value, pay_by, requests))
    _require_agreement(desk, locks)
    return Locks(desk, tuple(locks))


def _require_agreement(desk: Desk, locks: Sequence[Lock]) -> None:
    seen: dict[int, tuple[Lock, Locked]] = {}
    for lock in locks:
        for one in lock.requests:
            if one.id in seen or one.id > desk.count:
                raise _lies(f"request {one.id} is locked twice, or is none")
            seen[one.id] = (lock, one)
    for now in desk.requests:
        was = seen.get(now.id)
        if was is None:
            if now.stage in (Stage.LOCKED, Stage.PAID, Stage.RETURNED):
                raise _lies(f"request {now.id} is {now.stage.name.lower()}, and no event locked it")
            continue
        lock, one = was
        same = (now.requester, now.payee_hash) == (one.requester, one.payee_hash)
        # An order takes a part, and then it is requested again, to be withdrawn.
        whole = now.amount == one.amount or (now.stage is Stage.REQUESTED and not now.time)
        on_time = now.stage is not Stage.LOCKED or now.time == lock.pay_by
        if not (same and whole and on_time):
            raise _lies(f"request {now.id} is not as it was locked")


def _asked(log: dict[str, Any]) -> Locked:
    amount, payee_hash, _ = _words(log, 3)
    return Locked(_id(log), address_topic(log, 2), amount, payee_hash.to_bytes(32))


def _of(logs: Iterable[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [log for log in logs if topic_at(log, 0) == event_topic(event)]


def _id(log: dict[str, Any]) -> int:
    return int.from_bytes(topic_at(log, 1))


def _words(log: dict[str, Any], count: int) -> list[int]:
    data = bytes(log["data"])
    if len(data) != 32 * count:
        raise _lies("an event of it has other data than such an event has")
    return [int.from_bytes(data[start : start + 32]) for start in range(0, len(data), 32)]


def _lies(what: str) -> NodeError:
    return NodeError(
        f"the node's events of the redemption desk cannot be relied on: {what}. Use a node that serves events since "
        "the deployment, or `ape run index sync` with one first."
    )
