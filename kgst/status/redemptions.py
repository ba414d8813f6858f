"""Requests at the redemption desk, as far as somebody has to do something: what is due, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kgst.moments import format_time
from kgst.snapshot.requests import Request, Stage
from kgst.units import format_som

__all__ = ["Redemptions"]


@dataclass(frozen=True)
class Redemptions:
    """Open requests, by what they wait for at the second `now`.

    Attributes:
        due: Can be locked.
        locked: Locked, and the bank has time to pay.
        late: Not locked in time.
        unpaid: Locked, and not paid in time: their holders may withdraw.
        returned: The money came back.
        unburned: Paid, and their tokens wait to be burned.
    """

    due: tuple[Request, ...]
    locked: tuple[Request, ...]
    late: tuple[Request, ...]
    unpaid: tuple[Request, ...]
    returned: tuple[Request, ...]
    unburned: tuple[Request, ...]

    @classmethod
    def of(cls, requests: Sequence[Request], now: int) -> Redemptions:
        """Those that are open."""

        def those(stage: Stage, *, overdue: bool) -> tuple[Request, ...]:
            found = (one for one in requests if one.stage is stage)
            return tuple(one for one in found if one.is_overdue(now) == overdue)

        return cls(
            due=tuple(one for one in requests if one.is_due(now)),
            locked=those(Stage.LOCKED, overdue=False),
            late=those(Stage.REQUESTED, overdue=True),
            unpaid=those(Stage.LOCKED, overdue=True),
            returned=those(Stage.RETURNED, overdue=True),
            unburned=those(Stage.PAID, overdue=False),
        )

    @property
    def overdue(self) -> tuple[Request, ...]:
        """Where a promise is broken."""
        return (*self.late, *self.unpaid, *self.returned)

    @property
    def wait(self) -> bool:
        """Whether somebody has to do something: exit code 3."""
        return bool(self.due or self.overdue)

    def figures(self) -> Iterator[str]:
        """A line for each kind, for the screen."""
        if self.due:
            yield f"{_sum(self.due)} to be locked, the first until {_first(self.due)}"
        if self.locked:
            yield f"{_sum(self.locked)} locked, the first to be paid before {_first(self.locked)}"
        if self.overdue:
            yield f"{_sum(self.overdue)} overdue"
        if self.unburned:
            yield f"{_sum(self.unburned)} paid and not burned yet"

    def broken(self) -> Iterator[str]:
        """What was promised and not kept, and what to do."""
        if self.late:
            yield (
                f"redemption {_ids(self.late)}: not locked in time, the first until {_first(self.late)}; the holder "
                "withdraws and asks again, or `ape run redemptions reject`"
            )
        if self.unpaid:
            yield (
                f"redemption {_ids(self.unpaid)}: locked and not confirmed as paid, the first was due before "
                f"{_first(self.unpaid)}; the holder may withdraw at any moment: look for the bank's debit, then "
                "`ape run redemptions confirm`"
            )
        if self.returned:
            yield (
                f"redemption {_ids(self.returned)}: the payment came back, and is owed; pay it anew (`ape run reserves "
                "order`), or mint it back"
            )

    def to_do(self) -> Iterator[str]:
        """What is due."""
        if self.due:
            yield (
                f"redemptions: {_sum(self.due)} to be locked, the first until {_first(self.due)}: `ape run redemptions "
                "lock`, then `pay`"
            )


def _sum(requests: Sequence[Request]) -> str:
    return f"{len(requests)} request(s), {format_som(sum(one.amount for one in requests))},"


def _first(requests: Sequence[Request]) -> str:
    return format_time(min(one.time for one in requests))


def _ids(requests: Sequence[Request]) -> str:
    ids = [str(one.id) for one in requests]
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
