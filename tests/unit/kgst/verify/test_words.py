"""How a verification puts what it found into words: two things that differ never read alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kgst.policy import Policy
from kgst.snapshot.powers import Access
from kgst.snapshot.token import Auditors, Recovery
from kgst.verify.comparing import quota
from kgst.verify.roles import _found, _settling
from kgst.verify.token import _proposed, _suspended

POLICY = Policy.load(Path(__file__).parents[3] / "support/policy.yaml")
NOW = 1_800_000_000


@pytest.mark.parametrize(
    ("access", "said"),
    [
        (Access(0, 0, 0, 0), "no member"),
        (Access(0, 60, 60, NOW), "no member"),
        (Access(NOW, 0, 0, 0), "member, delay 0 seconds"),
        (Access(NOW, 300, 0, 0), "member, delay 5 minutes"),
        (Access(NOW + 1, 0, 0, 0), f"member, delay 0 seconds, only from {NOW + 1} on"),
        (
            Access(NOW, 300, 0, NOW + 60),
            "member, delay 5 minutes, changing to 0 seconds at 2027-01-15 08:01:00 UTC (14:01 Bishkek)",
        ),
    ],
)
def test_member__with_what_comes(access: Access, said: str) -> None:
    assert _found(access, NOW) == said


@pytest.mark.parametrize(
    ("coming", "said"),
    [
        (None, "0 seconds"),
        ((0, NOW), "0 seconds"),
        ((60, NOW), f"0 seconds, changing to 1 minute at {NOW}"),
    ],
)
def test_delay__with_the_one_that_comes(coming: tuple[int, int] | None, said: str) -> None:
    assert _settling(0, coming) == said


def auditors(suspended: int) -> Auditors:
    return Auditors(tuple(POLICY.auditor_addresses), 2, 1, suspended)


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        (0b000, "none"),
        (0b010, "{1}"),
        (0b101, "{0}, {2}"),
        (0b1000, "none, and of seats that nobody has: 0x1"),
        (1 << 15 | 0b001, "{0}, and of seats that nobody has: 0x1000"),
    ],
)
def test_suspended__with_bits_of_no_seat(bits: int, said: str) -> None:
    names = [POLICY.named(one) for one in POLICY.auditor_addresses]
    assert _suspended(POLICY, auditors(bits)) == said.format(*names)


def test_proposed__anything_of_a_recovery__is_one() -> None:
    assert _proposed(POLICY, Recovery((), 0, 0)) == "none"
    assert _proposed(POLICY, Recovery((), 0, 5)) == "none, threshold 0, from 5 on"
    assert _proposed(POLICY, Recovery((), 2, 0)) == "none, threshold 2, from 0 on"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ((0, 0, False, False), "not an issuer"),
        ((0, 0, True, False), "capacity 0.00 som, refill none, may burn"),
        ((0, 0, False, True), "capacity 0.00 som, refill none, may not burn, a desk"),
        ((10_000, 0, False, False), "capacity 0.01 som, refill none, may not burn"),
    ],
)
def test_quota__any_power__is_an_issuers(terms: tuple[Any, ...], said: str) -> None:
    assert quota(*terms) == said
