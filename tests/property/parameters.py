"""Which values of each parameter a campaign has met: its least, its most, and those between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from property.dice import FIELD, MOST_ROWS
from support.model.signatures import Password

if TYPE_CHECKING:
    from property.driver import Driver
    from property.step import Step
    from property.world import Plan

HOUR, DAY = 3_600, 86_400
MOST_SUPPLY = FIELD // 10_000 * 10_000
"""Base units: what whole tyiyn can cover."""
BETWEEN = 3
"""So many different values inside a range must have been met."""
KEPT = 1_000

RANGES: dict[str, tuple[int, int]] = {
    "recovery delay": (14 * DAY, 365 * DAY),
    "maxAge": (HOUR, 31 * DAY),
    "maxIncrease": (0, 10_000),
    "margin": (0, 2_000),
    "auditors": (2, 16),
    "threshold": (2, 16),
    "auditor sets of one token": (1, 50),
    "bytes of a contract's signature": (0, 4_096),
    "capacity of an issuer": (0, FIELD),
    "refill of an issuer": (0, (1 << 64) - 1),
    "frozen": (0, FIELD),
    "supply": (0, MOST_SUPPLY),
    "burned": (0, FIELD),
    "reserves": (0, FIELD // 10_000),
    **{
        f"rows of {name}": (0, MOST_ROWS)
        for name in (
            "payout",
            "mintBatch",
            "blockAccounts",
            "unblockAccounts",
            "setFrozenTokensBatch",
        )
    },
}


class Parameters:
    def __init__(self) -> None:
        self._met: defaultdict[str, set[int]] = defaultdict(set)

    def meet(self, name: str, value: int) -> None:
        low, high = RANGES[name]
        met = self._met[name]
        if len(met) < KEPT or value in (low, high):
            met.add(value)

    def add(self, others: Parameters) -> None:
        """What another campaign has met."""
        for name, values in others._met.items():
            for value in values:
                self.meet(name, value)

    def missing(self) -> list[str]:
        """What no campaign may leave out."""
        found = []
        for name, (low, high) in RANGES.items():
            met = self._met[name]
            found += [f"{name} {end}" for end in (low, high) if end not in met]
            if (between := self._between(name)) < BETWEEN:
                found.append(f"{name}: {between} values between, not {BETWEEN}")
        return found

    def report(self) -> dict[str, dict[str, Any]]:
        return {
            name: {
                "least": low in self._met[name],
                "most": high in self._met[name],
                "between": self._between(name),
            }
            for name, (low, high) in RANGES.items()
        }

    def _between(self, name: str) -> int:
        low, high = RANGES[name]
        return sum(low < value < high for value in self._met[name])


def of_plan(plan: Plan) -> Iterator[tuple[str, int]]:
    """What a token was deployed with."""
    yield "recovery delay", plan.recovery_delay
    yield "maxAge", plan.max_age
    yield "maxIncrease", plan.max_increase
    yield "margin", plan.margin
    yield "auditors", plan.auditors
    yield "threshold", plan.threshold


_EVENTS: dict[str, tuple[tuple[str, int], ...]] = {
    "MaxAgeSet": (("maxAge", 0),),
    "MaxIncreaseSet": (("maxIncrease", 0),),
    "MarginSet": (("margin", 0),),
    "AuditorsSet": (("auditor sets of one token", 0), ("threshold", 2)),
    "IssuerSet": (("capacity of an issuer", 1), ("refill of an issuer", 2)),
    "Frozen": (("frozen", 1),),
    "ReservesAttested": (("reserves", 1),),
}


def of_step(step: Step, driver: Driver) -> Iterator[tuple[str, int]]:
    """What an accepted transaction met."""
    yield "supply", step.after.supply
    yield "burned", step.after.burned
    for by, name, arguments in step.outcome.events:
        if by == driver.token:
            for parameter, index in _EVENTS.get(name, ()):
                yield parameter, arguments[index]
            if name == "AuditorsSet":
                yield "auditors", len(arguments[1])
    rows = f"rows of {step.name}"
    if rows in RANGES:
        yield rows, len(step.act.arguments[0])
    for signature in _signatures(step.call.arguments):
        if isinstance(signature, Password):
            yield "bytes of a contract's signature", len(signature)


def _signatures(arguments: tuple[Any, ...]) -> Iterator[Any]:
    if arguments and isinstance(arguments[-1], list):
        yield from (pair[1] for pair in arguments[-1] if isinstance(pair, tuple))
    elif arguments:
        yield getattr(arguments[-1], "whole", arguments[-1])
