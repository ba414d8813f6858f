"""Auditor sets that every way of changing the set must refuse, with the error that says why."""

from __future__ import annotations

from typing import Any, NamedTuple

ZERO = "0x0000000000000000000000000000000000000000"


class InvalidSet(NamedTuple):
    """``members`` index ``crowd``, sixteen ascending accounts; -1 is the zero address."""

    members: tuple[int, ...]
    threshold: int
    error: str

    def addresses(self, crowd: list[Any]) -> list[str]:
        return [ZERO if i < 0 else str(crowd[i].address) for i in self.members]

    def error_of(self, token: Any, crowd: list[Any]) -> tuple[Any, dict[str, Any]]:
        """The error's class and arguments."""
        members = self.addresses(crowd)
        if self.error == "InvalidThreshold":
            inputs: dict[str, Any] = {"threshold": self.threshold, "auditors": len(members)}
        elif self.error == "InvalidAuditorCount":
            inputs = {"auditors": len(members)}
        else:
            previous = [ZERO, *members]
            at = next(i for i, m in enumerate(members) if int(m, 16) <= int(previous[i], 16))
            inputs = {"previous": previous[at], "auditor": members[at]}
        return getattr(token, self.error), inputs


INVALID_SETS = [
    InvalidSet((), 0, "InvalidThreshold"),
    InvalidSet((), 2, "InvalidThreshold"),
    InvalidSet((0,), 1, "InvalidThreshold"),
    InvalidSet((0,), 2, "InvalidThreshold"),
    InvalidSet((0, 1), 1, "InvalidThreshold"),
    InvalidSet((0, 1, 2), 0, "InvalidThreshold"),
    InvalidSet((0, 1, 2), 1, "InvalidThreshold"),
    InvalidSet((0, 1, 2), 4, "InvalidThreshold"),
    InvalidSet((0, 1, 2, 3), 2, "InvalidThreshold"),
    InvalidSet((0, 1, 2, 3, 4), 2, "InvalidThreshold"),
    InvalidSet((0, 1, 2), 2**8 + 2, "InvalidThreshold"),
    InvalidSet((0, 1, 2), 2**256 - 1, "InvalidThreshold"),
    InvalidSet(tuple(range(16)), 8, "InvalidThreshold"),
    InvalidSet((*range(16), 15), 9, "InvalidAuditorCount"),
    InvalidSet((-1, 0, 1), 2, "AuditorsNotAscending"),
    InvalidSet((0, 0, 1), 2, "AuditorsNotAscending"),
    InvalidSet((0, 1, 1), 2, "AuditorsNotAscending"),
    InvalidSet((0, 2, 1), 2, "AuditorsNotAscending"),
    InvalidSet((1, 0, 2), 2, "AuditorsNotAscending"),
]
