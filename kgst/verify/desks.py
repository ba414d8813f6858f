"""The desks' side of a verification: their terms, and where the mint desk may mint to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from kgst.checks import Check
from kgst.deployment.contracts import Deployment
from kgst.policy import Policy
from kgst.quantities import format_duration
from kgst.snapshot.desks import terms_of
from kgst.snapshot.state import State
from kgst.units import format_som

__all__ = ["desk_checks", "wanted_destinations"]

_same = partial(Check.same, "desks")

_ITEMS: Final = {
    "redemption_desk": (
        ("redemption desk, paid within", format_duration),
        ("redemption desk, once locked paid within", format_duration),
        ("redemption desk, minimum", format_som),
    ),
    "mint_desk": (
        ("mint desk, one mint at once", format_som),
        ("mint desk, one day at once", format_som),
        ("mint desk, delay of proposals", format_duration),
    ),
}
_WORD: Final = ("not allowed", "allowed")


def wanted_destinations(policy: Policy) -> set[str]:
    """Checksummed addresses that the mint desk shall be allowed to mint to."""
    return {policy.address(label) for label in policy.desks.mint.destinations}


def desk_checks(deployment: Deployment, state: State) -> Iterator[Check]:
    """What the desks say, beside the policy."""
    wanted, found = terms_of(deployment.policy), state.desks.terms
    for step, items in _ITEMS.items():
        for (item, words), should, is_ in zip(items, wanted[step], found[step], strict=True):
            yield _same(item, words(should), words(is_))
    if state.traces.gap:
        item = "destinations that the policy does not name"
        yield Check.open("desks", item, state.traces.gap, waits=state.traces.waits)
    destinations = wanted_destinations(deployment.policy)
    for account, allowed in state.desks.allowed.items():
        item = f"destination {deployment.named(account)} of the mint desk"
        yield _same(item, _WORD[account in destinations], _WORD[allowed])
