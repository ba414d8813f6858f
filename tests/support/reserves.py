"""Reserves attested on a deployment of the test's own."""

from __future__ import annotations

from typing import Any

from ape import accounts as ape_accounts
from support.auditing import draft, submit

AUDITORS = (20, 21, 22)
RELAYER = 15


def attest(system: Any, tyiyn: int, *, settled: int = 0) -> None:
    """The next attestation, signed by all of the tests' auditors.

    Args:
        system: Anything with a token and its domain.
        tyiyn: Reserves.
        settled: Base units.
    """
    people = ape_accounts.test_accounts
    auditors = sorted((people[i] for i in AUDITORS), key=lambda a: int(a.address, 16))
    submit(system, draft(system.token, tyiyn, settled=settled), auditors, people[RELAYER])
