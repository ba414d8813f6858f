"""Requests at the redemption desk, read in one block; and which of them are due or overdue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from eth_utils.address import to_checksum_address

from kgst.errors import RefusedError
from kgst.multicall import Head, Reads, ensure_multicall, latest
from kgst.node import NodeError

if TYPE_CHECKING:
    from kgst.deployment.system import System

__all__ = ["Desk", "Request", "Stage", "every", "read_desk", "read_requests"]

_AT_ONCE: Final = 200
"""Requests in one question: each asks the token as well."""


_MOST: Final = 100_000
"""Requests that are listed."""


class Stage(IntEnum):
    """Where a request stands, as `State` of contracts/desks/Redemption.sol."""

    NONE = 0
    REQUESTED = 1
    LOCKED = 2
    PAID = 3
    RETURNED = 4
    WITHDRAWN = 5
    REJECTED = 6
    SEIZED = 7


@dataclass(frozen=True)
class Request:
    """A request as it stands.

    Attributes:
        amount: Base units.
        time: Seconds. While requested the last at which it may be locked, 0 when it may no more; afterwards `payBy`.
        payee_hash: 32 bytes.
        burned: Whether its tokens are destroyed.
    """

    id: int
    requester: str
    amount: int
    stage: Stage
    time: int
    payee_hash: bytes
    burned: bool

    def is_open(self) -> bool:
        """Whether something is still to happen."""
        unburned = self.stage is Stage.PAID and not self.burned
        return self.stage in (Stage.REQUESTED, Stage.LOCKED, Stage.RETURNED) or unburned

    def is_overdue(self, now: int) -> bool:
        """Whether the promise is broken: not locked in time, not paid by `payBy`, or the money came back."""
        if self.stage is Stage.REQUESTED:
            # What an order has left of a request is not paid any more: nobody owes it anything but the tokens.
            return 0 < self.time < now
        return (self.stage is Stage.LOCKED and self.time <= now) or self.stage is Stage.RETURNED

    def is_due(self, now: int) -> bool:
        """Whether it can be locked now."""
        return self.stage is Stage.REQUESTED and now <= self.time


@dataclass(frozen=True)
class Desk:
    """The redemption desk in the block `head`.

    Attributes:
        count: How many requests there have been.
        escrow: Base units.
        requests: Those that were asked for, by number.
    """

    head: Head
    count: int
    escrow: int
    requests: tuple[Request, ...]

    @property
    def overdue(self) -> tuple[Request, ...]:
        """Of `requests`."""
        return tuple(one for one in self.requests if one.is_overdue(self.head.time))


def read_desk(system: System, ids: Sequence[int] | None = None, head: Head | None = None) -> Desk:
    """The desk and its requests, in one block.

    Args:
        system: Whose desk.
        ids: Which requests; None for all.
        head: The block; None for the latest.

    Raises:
        RefusedError: there is no such request.
        NodeError: the node failed, or says what cannot be.
    """
    ensure_multicall(system.provider)
    head, desk = head or latest(system.provider), system.deployment.redemption_desk
    reads = Reads()
    count, escrow = reads.of(desk, "requestCount"), reads.of(desk, "escrow")
    reads.fetch(system.provider, head, "read the redemption desk")
    chosen = _chosen(count.value, ids)
    return Desk(head, count.value, escrow.value, read_requests(system, head, chosen))


def read_requests(system: System, head: Head, ids: Sequence[int]) -> tuple[Request, ...]:
    """These, which there are; raises as `read_desk`."""
    found: list[Request] = []
    for start in range(0, len(ids), _AT_ONCE):
        found += _requests(system, head, ids[start : start + _AT_ONCE])
    return tuple(found)


def _chosen(count: int, ids: Sequence[int] | None) -> Sequence[int]:
    if ids is None:
        return every(count)
    chosen = list(dict.fromkeys(ids))
    if unknown := [one for one in chosen if not 1 <= one <= count]:
        there = f"1 to {count}" if count else "none yet"
        raise RefusedError(
            f"there is no request {', '.join(map(str, unknown))} at the redemption desk; requests: {there}."
        )
    return chosen


def every(count: int) -> Sequence[int]:
    """Ids of as many as a desk says that it has.

    Raises:
        NodeError: more than can be.
    """
    if count > _MOST:
        raise NodeError(
            f"the node says that there are {count} requests at the redemption desk, of which {_MOST:,} at most "
            "are listed: name those that you mean (`ape run redemptions show`), or use another node."
        )
    return range(1, count + 1)


def _requests(system: System, head: Head, ids: Sequence[int]) -> Iterable[Request]:
    reads, desk = Reads(), system.deployment.redemption_desk
    asked = {one: reads.of(desk, "requestOf", one) for one in ids}
    reads.fetch(system.provider, head, f"read requests {ids[0]} to {ids[-1]}")
    for one, read in asked.items():
        requester, amount, stage, time, payee_hash, burned = tuple(read.value)
        if stage not in tuple(Stage):
            raise NodeError(
                f"request {one} is in state {stage}, which does not exist: the node gives wrong answers; use "
                "another."
            )
        # Of a struct's fields nobody has made checksummed ones yet.
        requester = to_checksum_address(requester)
        yield Request(one, requester, amount, Stage(stage), time, bytes(payee_hash), burned)
