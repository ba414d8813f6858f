"""What the state machine of the redemption desks has to meet; without these it has shown nothing."""

from __future__ import annotations

from collections import Counter

REACHED: Counter[str] = Counter()
"""How often each situation was met, in this process."""
SITUATIONS = (
    "requested", "requested by a relayer", "request at a closed desk refused", "withdrawn while requested",
    "withdrawn after payBy", "withdrawn at payBy", "withdrawal one second before payBy refused",
    "another's withdrawal refused", "blocked requester's withdrawal refused", "withdrawal under a pause refused",
    "locked", "locked at the deadline's last second", "lock one second after the deadline skipped",
    "lock of a blocked requester skipped", "lock of a frozen requester skipped", "lock of what a seizure left skipped",
    "named twice in one list", "paid and burned", "paid after payBy", "paid, burn deferred by a pause",
    "paid, burn deferred by a cut", "confirmed after the withdrawal", "burned later", "returned",
    "returned before its burn", "paid again", "rejected", "seized while requested", "seized while locked",
    "seized in part", "order exceeded here", "order exceeded with what the token took", "stray tokens rescued",
    "rescue of escrow refused", "desk attacked by an order", "desk cut", "desk appointed again",
    "withdrawn from a cut desk", "code diverted", "deficit", "same id at both desks", "given back at the end",
    "blocked at the end",
)  # fmt: skip


def reached(name: str, when: bool = True) -> None:
    if when:
        assert name in SITUATIONS, name
        REACHED[name] += 1
