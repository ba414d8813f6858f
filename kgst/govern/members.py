"""One member of one role, and what about it deserves a second look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kgst.moments import format_time
from kgst.quantities import format_duration

if TYPE_CHECKING:
    from kgst.snapshot.powers import Access

__all__ = ["LEGEND", "Kind", "Matrix", "Member"]

LEGEND: Final = {
    "missing": "the policy names it, the chain does not",
    "leftover": "the policy does not name it",
    "plain key": "one person with one device has this power; a Safe needs several",
    "single": "if it is lost, nobody can act in this role",
}
"""What flags mean, for people."""


@dataclass(frozen=True)
class Kind:
    """What stands at an address.

    Attributes:
        name: `key`, `Safe`, `contract`.
        threshold: Of a Safe's owners, how many must sign; 0 for others.
        owners: Of a Safe, how many; 0 for others.
    """

    name: str
    threshold: int = 0
    owners: int = 0

    def __str__(self) -> str:
        return f"Safe {self.threshold}/{self.owners}" if self.name == "Safe" else self.name


@dataclass(frozen=True)
class Member:
    """One member of one role, on the chain or only in the policy.

    Attributes:
        role: Number.
        wanted: Seconds of delay by the policy; None when the policy does not name it.
        alone: Nobody else can act in the role.
    """

    role: int
    account: str
    access: Access
    wanted: int | None
    kind: Kind
    alone: bool

    def flags(self, now: int) -> list[str]:
        """The first words of `remarks`."""
        return [remark.partition(":")[0] for remark in self.remarks(now)]

    def remarks(self, now: int) -> list[str]:
        """What deserves a second look; machine-readable words first.

        Args:
            now: Seconds.
        """
        found, access = [], self.access
        if not access.since:
            return [f"missing: {LEGEND['missing']}"]
        if self.wanted is None:
            found.append(f"leftover: {LEGEND['leftover']}")
        elif self.wanted != (access.pending if access.effect else access.delay):
            found.append(f"delay: the policy says {format_duration(self.wanted)}")
        if access.since > now:
            found.append(f"not yet: only from {format_time(access.since)} on")
        if access.effect:
            found.append(
                f"changing: {format_duration(access.pending)} from {format_time(access.effect)}"
            )
        if self.kind.name == "key":
            found.append(f"plain key: {LEGEND['plain key']}")
        if self.alone:
            found.append(f"single: {LEGEND['single']}")
        return found


@dataclass(frozen=True)
class Matrix:
    """All members of all roles in one block.

    Attributes:
        block: Its number.
        now: Its time, in seconds.
        gap: What could not be looked at; None when everything was.
    """

    block: int
    now: int
    members: list[Member]
    gap: str | None
