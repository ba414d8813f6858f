"""What a comparison of chain, policy and record is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Check", "Comparison", "Drift", "Verification"]


@dataclass(frozen=True)
class Drift:
    """One difference: what was looked at, what policy or record say, what the chain says."""

    item: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.item}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes:
        drifts: Differences.
        gaps: What could not be checked here, and why; empty when everything was.
        checks: How many comparisons were made.
    """

    drifts: list[Drift]
    gaps: list[str]
    checks: int


@dataclass(frozen=True)
class Check:
    """One comparison; what it found is what was expected, or a drift.

    Attributes:
        area: `code`, `token`, `issuers`, `roles` or `safes`.
    """

    area: str
    item: str
    expected: str
    found: str
    equal: bool


@dataclass
class Comparison:
    """Collects comparisons."""

    checks: list[Check] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    area: str = "code"

    def same(self, item: str, expected: object, found: object) -> bool:
        """Note a drift unless both are equal."""
        self.checks.append(Check(self.area, item, str(expected), str(found), expected == found))
        return expected == found

    @property
    def verification(self) -> Verification:
        """What was found so far."""
        drifts = [Drift(c.item, c.expected, c.found) for c in self.checks if not c.equal]
        return Verification(drifts, self.gaps, len(self.checks))
