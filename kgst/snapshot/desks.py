"""What the two desks say of themselves: their terms, which are fixed with their code, and where may be minted to."""

from __future__ import annotations

from functools import partial
from typing import Final

from kgst.deployment.contracts import Deployment
from kgst.multicall import Read, Reads
from kgst.policy import Policy
from kgst.snapshot.traces import Traces

__all__ = ["DeskReads", "terms_of"]

_GETTERS: Final = {
    "redemption_desk": ("redeemWithin", "payWithin", "minimum"),
    "mint_desk": ("mintLimit", "dayLimit", "delay"),
}


def terms_of(policy: Policy) -> dict[str, tuple[int, ...]]:
    """By step of a desk, the terms that it shall have: seconds and base units, as `DeskReads.terms` has them."""
    out, in_ = policy.desks.redemption, policy.desks.mint
    return {
        "redemption_desk": (out.redeem_within, out.pay_within, out.minimum),
        "mint_desk": (in_.mint_limit, in_.day_limit, in_.delay),
    }


class DeskReads:
    """Terms and destinations: those of the policy, and whom events name."""

    def __init__(self, reads: Reads, deployment: Deployment, traces: Traces) -> None:
        policy = deployment.policy
        self._terms: dict[str, tuple[Read[int], ...]] = {
            step: tuple(reads.of(getattr(deployment, step), name) for name in getters)
            for step, getters in _GETTERS.items()
        }
        accounts = {policy.address(label) for label in policy.desks.mint.destinations}
        accounts |= traces.destinations
        if traces.gap:
            accounts |= set(policy.people.values())
        ask = partial(reads.of, deployment.mint_desk)
        self._allowed: dict[str, Read[bool]] = {
            account: ask("isDestination", account)
            for account in sorted(accounts, key=lambda account: int(account, 16))
        }

    @property
    def terms(self) -> dict[str, tuple[int, ...]]:
        """By step of a desk."""
        return {step: tuple(read.value for read in found) for step, found in self._terms.items()}

    @property
    def allowed(self) -> dict[str, bool]:
        """By address, ascending: whether the mint desk may mint to it."""
        return {account: read.value for account, read in self._allowed.items()}
