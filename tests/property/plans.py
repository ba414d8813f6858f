"""How one system is set up: every term drawn over its whole range."""

from __future__ import annotations

from dataclasses import dataclass, field

from property.dice import Dice
from support.model import governance

HOUR, DAY = 3_600, 86_400
LONGEST_DELAY, LONGEST_AGE = 365 * DAY, 31 * DAY
LONGEST_SIGNATURE = 4_096

DELAYS: tuple[dict[int, int], ...] = (
    {},
    {governance.UPGRADER: 300, governance.RESERVE_ADMIN: 300},
    {governance.UNPAUSER: 60, governance.ENFORCER: 120},
    {governance.ISSUANCE_ADMIN: 600, governance.ADMIN: 300},
    {role: 300 for role in range(9) if role not in (governance.GUARDIAN, governance.PAUSER)},
)


@dataclass(frozen=True)
class Plan:
    """Seconds, and 1/10,000."""

    auditors: int = 3
    threshold: int = 2
    recovery_delay: int = 30 * DAY
    later_delay: int = 30 * DAY
    """Of the implementation that an upgrade may bring."""
    max_age: int = 7 * DAY
    max_increase: int = 1_000
    margin: int = 0
    delays: dict[int, int] = field(default_factory=dict)
    """By role."""
    password: bytes = b"sesame"
    """What one contract takes for its signature on anything."""
    vault_audits: bool = False
    """Whether that contract is one of the auditors."""


def draw(d: Dice) -> Plan:
    auditors = d.pick((3, 3, 3, 4, 4, 5, 5, 6, 7, 2, 16, d.between(2, 16)))
    majority = auditors // 2 + 1
    recovery = d.between(14 * DAY, LONGEST_DELAY)
    return Plan(
        auditors=auditors,
        threshold=d.pick((majority, majority, majority, auditors, (majority + auditors) // 2)),
        recovery_delay=recovery,
        later_delay=recovery if d.rarely(2) else d.between(14 * DAY, LONGEST_DELAY),
        max_age=d.between(HOUR, min(LONGEST_AGE, recovery // 2)),
        max_increase=d.pick((1_000, 1_000, d.between(0, 10_000))),
        margin=d.pick((0, d.between(0, 2_000))),
        delays=d.pick(DELAYS),
        password=_password(d),
        vault_audits=d.rarely(4),
    )


def _password(d: Dice) -> bytes:
    """Mostly as long as a key's signature, or short; at times very long."""
    size = d.pick((65, 65, 64, 66, 0, LONGEST_SIGNATURE, 1, d.between(0, LONGEST_SIGNATURE)))
    return (b"open sesame " * (size // 12 + 1))[:size]
