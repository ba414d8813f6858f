"""Requests at the redemption desk, replayed from its events up to the measurement point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from eth_utils.address import to_checksum_address

from kgst.report.book import ZERO, Book
from kgst.snapshot.requests import Request, Stage

if TYPE_CHECKING:
    from kgst.report.period import Period

__all__ = ["Life", "Redeemed", "percentile", "redeemed"]

# In one order, with the same columns: kind, request, requester, amount, time.
_EVENTS: Final = f"""
SELECT * FROM (
    SELECT block_number, log_index, timestamp, 'requested' AS kind, id, requester, amount::HUGEINT AS amount,
        deadline::BIGINT AS time FROM requested
    UNION ALL SELECT block_number, log_index, timestamp, 'locked', id, NULL, NULL, pay_by::BIGINT FROM locked
    UNION ALL SELECT block_number, log_index, timestamp, 'paid', id, NULL, NULL, NULL FROM paid
    UNION ALL SELECT block_number, log_index, timestamp, 'returned', id, NULL, NULL, NULL FROM returned
    UNION ALL SELECT block_number, log_index, timestamp, 'withdrawn', id, NULL, NULL, NULL FROM withdrawn
    UNION ALL SELECT block_number, log_index, timestamp, 'rejected', id, NULL, NULL, NULL FROM rejected
    UNION ALL SELECT block_number, log_index, timestamp, 'seized', id, NULL, "left"::HUGEINT, NULL FROM seized
    UNION ALL SELECT u.block_number, u.log_index, u.timestamp, 'burned',
        ('0x' || upper(u.nonce[35:66]))::UHUGEINT, NULL, NULL, NULL
        FROM authorization_used u JOIN transfer t ON t.transaction_hash = u.transaction_hash
            AND t.log_index = u.log_index + 1 AND t."from" = u.authorizer AND t."to" = '{ZERO}'
        WHERE u.authorizer = ?
) WHERE timestamp < ? ORDER BY block_number, log_index
"""  # noqa: S608
_ENDS: Final = {
    "withdrawn": Stage.WITHDRAWN,
    "rejected": Stage.REJECTED,
    "returned": Stage.RETURNED,
    "paid": Stage.PAID,
}


@dataclass(frozen=True)
class Life:
    """A request as it stood at the measurement point, and when what happened to it.

    Attributes:
        asked: Seconds: when it was requested.
        at: What happened to it, when, and of how many base units, in order.
        due: `payBy` of its last lock; None while it never was locked.
    """

    request: Request
    asked: int
    at: tuple[tuple[str, int, int], ...] = ()
    due: int | None = None

    def first(self, kind: str) -> int | None:
        """When that happened first."""
        return next((when for what, when, _ in self.at if what == kind), None)


@dataclass(frozen=True)
class Redeemed:
    """What became of requests.

    Attributes:
        lives: By number, of every request.
        period: In which things are counted.
    """

    lives: dict[int, Life]
    period: Period = field(repr=False)

    @property
    def escrow(self) -> int:
        """Base units that the desk holds for requests."""
        held = (Stage.REQUESTED, Stage.LOCKED, Stage.PAID, Stage.RETURNED)
        requests = [life.request for life in self.lives.values()]
        return sum(one.amount for one in requests if one.stage in held and not one.burned)

    def happened(self, kind: str) -> list[int]:
        """Base units of each time that it happened in the period."""
        return [
            amount
            for life in self.lives.values()
            for what, when, amount in life.at
            if what == kind and self._within(when)
        ]

    @property
    def times(self) -> list[int]:
        """Seconds from request to payment, of requests whose first payment was confirmed in the period; ascending."""
        return sorted(
            paid - life.asked
            for life in self.lives.values()
            if (paid := life.first("paid")) is not None and self._within(paid)
        )

    @property
    def late(self) -> list[Life]:
        """Requests whose first payment was confirmed in the period, and after `payBy`."""
        return [
            life
            for life in self.lives.values()
            if (paid := life.first("paid")) is not None
            and self._within(paid)
            and life.due is not None
            and paid >= life.due
        ]

    @property
    def overdue(self) -> list[Life]:
        """Those of which a promise was broken at the measurement point."""
        now = self.period.end - 1
        return [life for life in self.lives.values() if life.request.is_overdue(now)]

    @property
    def open(self) -> list[Life]:
        """Those that waited for something at the measurement point."""
        return [life for life in self.lives.values() if life.request.is_open()]

    def _within(self, when: int) -> bool:
        return self.period.begin <= when < self.period.end


def redeemed(book: Book, period: Period) -> Redeemed:
    """The desk's requests.

    Raises:
        BrokenIndexError: an event is of a request that nobody made.
    """
    lives: dict[int, Life] = {}
    for _, __, when, kind, number, requester, amount, time in book.rows(
        _EVENTS, book.desk, book.point.end
    ):
        id_ = int(number)
        if kind == "requested":
            made = Request(
                id_, to_checksum_address(requester), int(amount), Stage.REQUESTED, int(time), b"", burned=False
            )  # fmt: skip
            lives[id_] = Life(made, int(when), (("requested", int(when), int(amount)),))
            continue
        if id_ not in lives:
            raise book.broken(f"request {id_} of the redemption desk {kind}, and nobody made it")
        lives[id_] = _after(lives[id_], kind, int(when), amount, time)
    return Redeemed(lives, period)


def _after(life: Life, kind: str, when: int, left: Any, pay_by: Any) -> Life:
    request, due, amount = life.request, life.due, life.request.amount
    if kind == "locked":
        request, due = replace(request, stage=Stage.LOCKED, time=int(pay_by)), int(pay_by)
    elif kind == "burned":
        request = replace(request, burned=True)
    elif kind == "seized":
        amount -= int(left)
        # What an order leaves waits for its requester, and is not locked again.
        request = (
            replace(request, stage=Stage.REQUESTED, amount=int(left), time=0)
            if left
            else replace(request, stage=Stage.SEIZED)
        )
    else:
        request = replace(request, stage=_ENDS[kind])
    return replace(life, request=request, at=(*life.at, (kind, when, amount)), due=due)


def percentile(values: Sequence[int], hundredths: int) -> int | None:
    """The nearest-rank percentile of ascending `values`; None of none."""
    if not values:
        return None
    return values[max(0, -(-len(values) * hundredths // 100) - 1)]
